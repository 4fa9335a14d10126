"""Run-away events at their edges: who may open, families that had applied, unconfirmed lessons, the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from casework.canonical import sha256_hex
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.jobs import job_fail
from casework.models import AuditEvent, Deadline, JobRun, JobState
from funds import services
from funds.models import Contract, Refund, RunawayEvent
from funds.services import runaway_claims
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.funds.test_runaways import AT, LATE, event

pytestmark = pytest.mark.django_db


@pytest.fixture
def families(law: World, place: Institution) -> list[Contract]:
    """The first used five lessons of 30, owes ¥100 of material and has applied already; the second used none."""
    paying.custody(law, place)
    first = paying.active(law, place, deduction_fen=10_000, deduction_note="教材已领用，第七条")
    for lesson in paying.taught(law, first, 5):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=paying.at(lesson.taught_on, 20))
    services.refund_apply(
        actor=law.system, contract=first, ground="FAMILY", statement="搬家", at=paying.at(LATE, 8)
    )
    second = paying.active(law, place, phone="13800000002", student="李小红")
    return [Contract.objects.get(pk=row.pk) for row in (first, second)]


@pytest.mark.parametrize("missing", ["closed_on", "closed_by", "outcome"])
def test_the_database_knows_no_closed_event_without_its_day_person_and_outcome(
    law: World, place: Institution, missing: str
) -> None:
    rows = RunawayEvent.objects.filter(pk=event(law, place).pk)
    whole: dict[str, Any] = {
        "status": "CLOSED", "closed_on": LATE, "closed_by": law.head, "outcome": "已退费",
    }  # fmt: skip
    nothing = {missing: "" if missing == "outcome" else None}
    with pytest.raises(IntegrityError, match="funds_runawayevent_closed"), transaction.atomic():
        rows.update(**{**whole, **nothing})
    assert rows.update(**whole) == 1


def test_a_second_worker_ends_the_job_that_the_first_one_broke(
    law: World, place: Institution, families: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    monkeypatch.setattr(runaway_claims, "_read", broken)
    with pytest.raises(RuntimeError):
        services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    assert job_of(row).state == JobState.FAILED
    monkeypatch.undo()
    assert services.claims_open(actor=law.head, event_id=row.pk, at=AT) == 1
    assert (job_of(row).state, job_of(row).message[:7]) == (JobState.DONE, "已开立 1 件")


def test_the_job_that_people_watch_ends_though_the_worker_began_with_another(
    law: World, place: Institution, families: list[Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    first, whole = job_of(row), runaway_claims._read

    def pressed_meanwhile(*args: Any) -> Any:
        monkeypatch.undo()
        job_fail(first, "重启")
        services.claims_list(actor=law.head, event=row, at=AT)
        return whole(*args)

    monkeypatch.setattr(runaway_claims, "_read", pressed_meanwhile)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    assert job_of(row) != first
    assert job_of(row).state == JobState.DONE
    first.refresh_from_db()
    assert first.state == JobState.FAILED


def test_a_worker_whose_person_lost_the_right_leaves_no_job_running(
    law: World, place: Institution, families: list[Contract]
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    with pytest.raises(NotAllowed):
        services.claims_open(actor=law.institution_user, event_id=row.pk, at=AT)
    assert job_of(row).state == JobState.FAILED
    assert "再按一次" in job_of(row).message


def test_nobody_applies_for_the_families_of_an_institution_that_is_running(
    law: World, place: Institution, families: list[Contract]
) -> None:
    row = event(law, place, kind="REFUND", is_reachable=True)
    with pytest.raises(WrongState, match="还在办学"):
        services.claims_list(actor=law.head, event=row, at=AT)
    assert Refund.objects.count() == 1
    with pytest.raises(NotAllowed):
        services.runaway_correct(
            actor=law.clerk, event=row, kind="RUN", is_reachable=False, reason="连夜搬走", at=AT
        )
    with pytest.raises(Unlawful, match="理由"):
        services.runaway_correct(actor=law.head, event=row, kind="RUN", is_reachable=False, reason=" ", at=AT)
    row = services.runaway_correct(
        actor=law.head, event=row, kind="RUN", is_reachable=False, reason="连夜搬走", at=AT
    )
    with pytest.raises(Unlawful, match="没有改动"):
        services.runaway_correct(actor=law.head, event=row, kind="RUN", is_reachable=False, reason="x", at=AT)
    for person in (law.clerk, law.officer):
        with pytest.raises(NotAllowed):
            services.claims_list(actor=person, event=row, at=AT)
    assert services.claims_list(actor=law.leader, event=row, at=AT).claims.count() == 2
    with pytest.raises(Unlawful, match="不能改为群体退费难"):
        services.runaway_correct(
            actor=law.head, event=row, kind="REFUND", is_reachable=True, reason="回来了", at=AT
        )
    told = AuditEvent.objects.get(verb="funds.runaway_correct")
    assert (told.changes, told.reason) == (
        {"kind": ["REFUND", "RUN"], "is_reachable": [True, False]}, "连夜搬走",
    )  # fmt: skip


def test_whether_somebody_answers_is_said_expressly_and_corrected_with_a_reason(
    law: World, place: Institution, families: list[Contract], sign_in: Callable[..., Client]
) -> None:
    today = f"{timezone.localdate():%Y-%m-%d}"
    form = {
        "institution": place.pk, "kind": "REFUND", "happened_on": today, "found_on": today, "found_by": "PRESS",
        "summary": "家长集中退费",
    }  # fmt: skip
    page, head = sign_in(law.clerk), sign_in(law.head)
    assert page.post("/desk/funds/runaways/new/", form).status_code == 422
    assert page.post("/desk/funds/runaways/new/", {**form, "is_reachable": "yes"}).status_code == 302
    row = RunawayEvent.objects.get()
    assert row.is_reachable
    here = f"/desk/funds/runaways/{row.uid}/"
    text = head.get(here).content.decode()
    assert "退费由各家自己申请" in text
    assert "do/claims/" not in text
    assert "do/correct/" in text
    assert "do/correct/" not in page.get(here).content.decode()
    told = {"kind": "STOP", "is_reachable": "no", "reason": "已关门"}
    assert 'value="yes" selected' in head.get(f"{here}do/correct/").content.decode()
    assert page.post(f"{here}do/correct/", told).status_code == 403
    assert head.post(f"{here}do/correct/", told).status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.is_reachable) == ("STOP", False)
    assert "do/claims/" in head.get(here).content.decode()


def test_who_had_applied_gets_no_less_and_waits_no_longer(
    law: World, place: Institution, families: list[Contract]
) -> None:
    own = Refund.objects.get()
    assert (own.ground, own.amount_fen, own.kept_fen) == ("FAMILY", 240_000, 10_000)
    assert own.answer_due_on is not None
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    own.refresh_from_db()
    assert row.claims.get(contract=families[0]).state == "STOOD"
    assert (own.ground, own.amount_fen, own.kept_fen, own.status) == ("INSTITUTION", 250_000, 0, "APPLIED")
    assert [line[1] for line in own.working] == [300_000, -50_000, 0, 250_000]
    assert own.statement == f"搬家；卷钱跑路（{LATE:%Y-%m-%d} 发现），改按机构原因计算"
    assert (own.answer_due_on, Deadline.objects.get(subject_uid=own.uid).state) == (None, "CANCELLED")
    assert "机构失联" in own.due_explanation[0]
    opened = Refund.objects.exclude(pk=own.pk).get()
    changes = AuditEvent.objects.get(verb="funds.claims_open").changes
    marks = [[str(item.uid), str(item.contract.uid), item.amount_fen] for item in (own, opened)]
    assert (changes["restated"], changes["sha256"][1]) == ([0, 1], sha256_hex(sorted(marks)))
    told = AuditEvent.objects.get(verb="funds.refund_restate")
    assert (told.object_uid, told.changes["amount_fen"]) == (own.uid, [240_000, 250_000])
    done = services.refund_mediate(actor=law.officer, refund=own, at=AT)
    assert services.refund_approve(actor=law.head, refund=done, at=AT).amount_fen == 250_000


def test_who_had_applied_keeps_the_term_of_an_institution_that_answers(
    law: World, place: Institution, families: list[Contract]
) -> None:
    term = Refund.objects.get().answer_due_on
    row = services.claims_list(actor=law.head, event=event(law, place, kind="STOP", is_reachable=True), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    own = Refund.objects.get(contract=families[0])
    assert (own.ground, own.amount_fen, own.answer_due_on) == ("INSTITUTION", 250_000, term)
    assert Deadline.objects.get(subject_uid=own.uid).state == "OPEN"


def test_what_is_decided_already_is_left_alone(
    law: World, place: Institution, families: list[Contract]
) -> None:
    own = services.refund_agree(actor=law.institution_user, refund=Refund.objects.get(), at=AT)
    own = services.refund_approve(actor=law.head, refund=own, at=AT)
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    own.refresh_from_db()
    assert (own.ground, own.amount_fen, own.status) == ("FAMILY", 240_000, "APPROVED")
    assert not AuditEvent.objects.filter(verb="funds.refund_restate").exists()


def test_a_family_whose_application_lapsed_waits_again_and_the_event_stays_open(
    law: World, place: Institution, families: list[Contract]
) -> None:
    row = services.claims_list(actor=law.head, event=event(law, place), at=AT)
    services.claims_open(actor=law.head, event_id=row.pk, at=AT)
    services.runaway_measure_add(
        actor=law.clerk, event=row, kind="POLICE", taken_on=LATE, note="移送公安经侦", at=AT
    )
    gone, refused = Refund.objects.order_by("pk")
    services.refund_withdraw(actor=law.clerk, refund=gone, at=AT)
    refused = services.refund_mediate(actor=law.officer, refund=refused, at=AT)
    services.refund_reject(actor=law.head, refund=refused, decision="查无此人", at=AT)
    with pytest.raises(Blocked, match="2 份合同的家长有钱没有退"):
        services.runaway_close(actor=law.head, event=row, outcome="已退费", at=AT)
    own = services.refund_apply(actor=law.system, contract=families[0], ground="FAMILY", at=AT)
    with pytest.raises(Blocked, match="1 件退费在办"):
        services.runaway_close(actor=law.head, event=row, outcome="已退费", at=AT)
    again = services.claims_list(actor=law.head, event=row, at=AT)
    assert list(again.claims.order_by("seq").values_list("seq", "state")) == [(1, "WAITING"), (2, "WAITING")]
    assert services.claims_open(actor=law.head, event_id=row.pk, at=AT) == 1
    first, second = again.claims.order_by("seq")
    assert (first.state, first.refund, second.state) == ("STOOD", own, "OPENED")
    assert second.refund not in {None, refused}


def test_a_refund_crisis_closes_when_no_refund_is_under_way(
    law: World, place: Institution, families: list[Contract]
) -> None:
    row = event(law, place, kind="REFUND", is_reachable=True)
    services.runaway_measure_add(
        actor=law.clerk, event=row, kind="CONTACT", taken_on=LATE, note="约谈", at=AT
    )
    with pytest.raises(Blocked, match="1 件退费在办"):
        services.runaway_close(actor=law.head, event=row, outcome="已平息", at=AT)
    services.refund_withdraw(actor=law.clerk, refund=Refund.objects.get(), at=AT)
    assert services.runaway_close(actor=law.head, event=row, outcome="已平息", at=AT).status == "CLOSED"


def broken(*args: Any) -> Any:
    """A worker that dies on the way."""
    raise RuntimeError("断电")


def job_of(row: RunawayEvent) -> JobRun:
    """The job that the event's page shows."""
    found = RunawayEvent.objects.select_related("job").get(pk=row.pk).job
    assert found is not None
    return found
