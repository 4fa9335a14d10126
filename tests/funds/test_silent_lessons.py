"""Lessons that nobody answered hold a refund up; the bureau decides them, one by one or a run-away's all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, WrongState
from casework.models import AuditEvent
from funds import services, work
from funds.links import path_of
from funds.models import Contract, Lesson, Refund
from funds.refunding import refund_working
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying

pytestmark = pytest.mark.django_db
APPLIED = date(2026, 12, 1)
OVER = paying.at(date(2026, 12, 21))


@pytest.fixture
def silent(law: World, place: Institution) -> Contract:
    """Two lessons were declared; the family says nothing and asks its money back."""
    paying.custody(law, place)
    contract = paying.active(law, place)
    paying.taught(law, contract, 2)
    services.refund_apply(actor=law.system, contract=contract, ground="FAMILY", at=paying.at(APPLIED))
    return Contract.objects.get(pk=contract.pk)


def test_a_silent_family_is_decided_and_its_refund_approved(law: World, silent: Contract) -> None:
    given, missed = Lesson.objects.order_by("taught_on")
    night = services.lessons_auto_confirm(actor=law.system, today=OVER.date(), at=OVER)
    assert night.count == 0
    assert services.refunds_auto_agree(actor=law.system, today=OVER.date(), at=OVER) == 1
    own = Refund.objects.get()
    with pytest.raises(Blocked, match="2 课时"):
        services.refund_approve(actor=law.head, refund=own, at=OVER)
    with pytest.raises(NotAllowed):
        services.lesson_uphold(actor=law.clerk, lesson=given, decision="签到表在案", at=OVER)
    given = services.lesson_uphold(actor=law.officer, lesson=given, decision="签到表在案", at=OVER)
    assert (given.status, given.fen, given.decided_by) == ("CONFIRMED", 10_000, law.officer)
    missed = services.lesson_cancel(actor=law.officer, lesson=missed, decision="没有签到", at=OVER)
    assert (missed.status, missed.fen) == ("CANCELLED", 0)
    own = services.refund_approve(actor=law.head, refund=own, at=OVER)
    assert (own.status, own.amount_fen, own.kept_fen) == ("APPROVED", 290_000, 0)
    told = AuditEvent.objects.get(verb="funds.lesson_uphold")
    assert (told.changes["status"], told.reason) == (["TAUGHT", "CONFIRMED"], "签到表在案")
    assert AuditEvent.objects.get(verb="funds.lesson_cancel").changes["status"] == ["TAUGHT", "CANCELLED"]
    with pytest.raises(WrongState):
        services.lesson_uphold(actor=law.officer, lesson=given, decision="再认定", at=OVER)


def test_without_a_refund_the_lesson_is_the_familys(law: World, place: Institution) -> None:
    paying.custody(law, place)
    contract = paying.active(law, place)
    lesson = paying.taught(law, contract)[0]
    for decide in (services.lesson_uphold, services.lesson_cancel):
        with pytest.raises(Blocked, match="等家长确认"):
            decide(actor=law.officer, lesson=lesson, decision="抢先", at=OVER)
    own = services.refund_apply(actor=law.system, contract=contract, ground="FAMILY", at=paying.at(APPLIED))
    services.refund_withdraw(actor=law.system, refund=own, at=paying.at(APPLIED))
    with pytest.raises(Blocked, match="等家长确认"):
        services.lesson_uphold(actor=law.officer, lesson=lesson, decision="抢先", at=OVER)
    lesson.refresh_from_db()
    assert (lesson.status, refund_working(contract, "FAMILY", APPLIED).unsettled) == ("TAUGHT", 1)


def test_it_waits_on_the_desk_when_the_familys_days_are_over(
    law: World, silent: Contract, sign_in: Callable[..., Client]
) -> None:
    lesson = Lesson.objects.order_by("declared_at", "pk")[0]
    assert lesson.due_on is not None
    assert not list(work.silence_items(law.officer, lesson.due_on))
    items = list(work.silence_items(law.officer, lesson.due_on + timedelta(days=30)))
    assert [item.title for item in items] == ["认定未确认课时"] * 2
    assert silent.number in items[0].sub
    assert not list(work.silence_items(law.neighbour_officer, lesson.due_on + timedelta(days=30)))
    page = sign_in(law.officer)
    here = f"/desk/funds/lessons/{lesson.uid}/"
    text = page.get(here).content.decode()
    assert "不再自动确认" in text
    assert f"{here}uphold/" in text
    assert f"{here}cancel/" in text
    assert "退费在办，不自动确认" in page.get("/desk/funds/lessons/").content.decode()
    own = Refund.objects.get()
    refund = page.get(f"/desk/funds/refunds/{own.uid}/").content.decode()
    assert here in refund
    assert "家长还没有回应" in refund
    Lesson.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert "未确认课时" in page.get("/desk/").content.decode()


def test_the_family_is_told(law: World, silent: Contract) -> None:
    here = path_of(silent.family)
    assert "退费在办，课时不再自动确认" in Client().get(here).content.decode()
    lesson = Lesson.objects.order_by("pk")[0]
    services.lesson_cancel(actor=law.officer, lesson=lesson, decision="没有签到", at=OVER)
    assert "教育局认定：没有签到" in Client().get(here).content.decode()
