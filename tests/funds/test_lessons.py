"""Lessons: declared, confirmed once, objected to in time, decided; the night's run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from funds import services
from funds.models import AbsenceRule, Entry, Lesson, LessonStatus
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import ENDS, STARTS, active, at, balance, custody, taught

pytestmark = pytest.mark.django_db


def test_a_confirmed_lesson_moves_its_value_once(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place, lessons=7, price_fen=100_000, list_price_fen=100_000)
    first, second = taught(law, contract, 2)
    services.lesson_confirm(actor=law.system, lesson=first)
    assert balance("INST_RELEASABLE", place) == 14_285
    with pytest.raises(WrongState):
        services.lesson_confirm(actor=law.system, lesson=first)
    services.lesson_confirm(actor=law.system, lesson=second)
    assert balance("INST_RELEASABLE", place) == 28_571
    assert balance("CONTRACT_UNEARNED", contract) == 71_429
    second.refresh_from_db()
    assert second.fen == 14_286
    assert Entry.objects.filter(kind="CONSUME", uid=second.entry_uid).exists()
    contract.refresh_from_db()
    assert contract.used == 2


def test_only_the_family_confirms(law: World, place: Institution) -> None:
    custody(law, place)
    lesson = taught(law, active(law, place))[0]
    for actor in (law.institution_user, law.head, law.admin):
        with pytest.raises(NotAllowed):
            services.lesson_confirm(actor=actor, lesson=lesson)
        with pytest.raises(NotAllowed):
            services.lesson_dispute(actor=actor, lesson=lesson, words="没上")


def test_the_last_lesson_completes_the_contract_and_bonus_is_free(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place, lessons=2, bonus_lessons=1, price_fen=99_999, list_price_fen=99_999)
    for lesson in taught(law, contract, 3):
        services.lesson_confirm(actor=law.system, lesson=lesson)
    contract.refresh_from_db()
    assert contract.status == "COMPLETED"
    assert balance("INST_RELEASABLE", place) == 99_999
    assert sorted(Lesson.objects.values_list("fen", flat=True)) == [0, 49_999, 50_000]
    with pytest.raises(WrongState):
        taught(law, contract)


def test_what_may_not_be_declared(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place, lessons=2)
    for day, words in (
        (STARTS - timedelta(days=1), "不能早于"),
        (STARTS + timedelta(days=1), "不能晚于今天"),
    ):
        with pytest.raises(Unlawful, match=words):
            services.lessons_declare(
                actor=law.clerk, institution=place, rows=[services.Taught(contract, day)], at=at(STARTS)
            )
    taught(law, contract)
    with pytest.raises(Unlawful, match="已经申报过"):
        taught(law, contract)
    with pytest.raises(Unlawful, match="只剩 1 课时"):
        taught(law, contract, 2, STARTS + timedelta(days=1))
    assert Lesson.objects.count() == 1


@pytest.mark.parametrize(
    ("rule", "status"), [("CHARGE", "TAUGHT"), ("MAKE_UP", "CANCELLED"), ("FREE", "CANCELLED")]
)
def test_absence_by_the_contract(law: World, place: Institution, rule: str, status: str) -> None:
    custody(law, place)
    contract = active(law, place, absence_rule=rule)
    lesson = taught(law, contract, is_absent=True)[0]
    assert lesson.status == status
    if status == "CANCELLED":
        assert str(AbsenceRule(rule).label) in lesson.decision
        assert lesson.due_on is None


def test_the_clock_counts_working_days_and_a_dispute_beats_it(law: World, place: Institution) -> None:
    """15 working days from Monday 23 November 2026 end on Monday 14 December; that day still belongs to the family."""
    custody(law, place)
    contract = active(law, place)
    kept, quick = taught(law, contract, 2, STARTS)
    quick.refresh_from_db()
    assert kept.due_on == date(2026, 12, 15)
    last_second = datetime(2026, 12, 15, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    done = services.lessons_auto_confirm(actor=law.system, today=date(2026, 12, 15), at=last_second)
    assert done.count == 0
    services.lesson_dispute(actor=law.system, lesson=quick, words="孩子没有上这节课", at=last_second)
    midnight = at(date(2026, 12, 16), 0)
    done = services.lessons_auto_confirm(actor=law.system, today=date(2026, 12, 16), at=midnight)
    assert (done.count, done.fen) == (1, 10_000)
    assert balance("INST_RELEASABLE", place) == 10_000
    again = services.lessons_auto_confirm(actor=law.system, today=date(2026, 12, 16), at=midnight)
    assert again.count == 0
    quick.refresh_from_db()
    assert quick.status == "DISPUTED"


def test_the_bureau_decides_a_dispute(law: World, place: Institution) -> None:
    custody(law, place)
    yes, no = taught(law, active(law, place), 2)
    for lesson in (yes, no):
        services.lesson_dispute(actor=law.system, lesson=lesson, words="没上课")
    with pytest.raises(NotAllowed):
        services.lesson_uphold(actor=law.institution_user, lesson=yes, decision="上了")
    assert (
        services.lesson_uphold(actor=law.officer, lesson=yes, decision="有签到和监控").status == "CONFIRMED"
    )
    assert (
        services.lesson_cancel(actor=law.officer, lesson=no, decision="监控显示没有上课").status
        == "CANCELLED"
    )
    assert balance("INST_RELEASABLE", place) == 10_000
    assert taught(law, Lesson.objects.get(pk=no.pk).contract, 1, no.taught_on)[0].status == "TAUGHT"


def test_suspended_contracts_wait(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place)
    taught(law, contract)
    services.contract_suspend(actor=law.officer, contract=contract, reason="机构停课")
    done = services.lessons_auto_confirm(actor=law.system, today=ENDS, at=at(ENDS))
    assert done.count == 0


def test_a_confirmation_a_decision_and_the_end_stand_on_their_own_rows(
    law: World, place: Institution
) -> None:
    custody(law, place)
    contract = active(law, place, lessons=2)
    own, decided = taught(law, contract, 2)
    services.lesson_confirm(actor=law.system, lesson=own)
    services.lesson_dispute(actor=law.system, lesson=decided, words="没上课")
    services.lesson_uphold(actor=law.officer, lesson=decided, decision="有签到和监控")

    def event(verb: str) -> AuditEvent:
        return AuditEvent.objects.get(verb=f"funds.{verb}")

    assert event("lesson_confirm").object_uid == own.uid
    upheld = event("lesson_uphold")
    assert (upheld.object_uid, upheld.reason) == (decided.uid, "有签到和监控")
    assert event("contract_complete").object_uid == contract.uid


def test_an_open_refund_stops_declarations_and_the_clock(law: World, place: Institution) -> None:
    custody(law, place)
    contract = active(law, place)
    taught(law, contract, 2)
    asked = STARTS + timedelta(days=3)
    refund = services.refund_apply(actor=law.system, contract=contract, ground="FAMILY", at=at(asked))
    with pytest.raises(Unlawful, match="已于 2026-11-26 申请退费"):
        taught(law, contract, 1, asked)
    assert len(taught(law, contract, 1, asked - timedelta(days=1))) == 1
    night = date(2027, 1, 20)
    assert services.lessons_auto_confirm(actor=law.system, today=night, at=at(night, 0)).count == 0
    ids = list(Lesson.objects.values_list("pk", flat=True))
    done = services.lessons_settle(
        actor=law.system, institution=place, lesson_ids=ids, status=LessonStatus.AUTO_CONFIRMED, at=at(night)
    )
    assert (done.count, balance("INST_RELEASABLE", place)) == (0, 0)
    services.refund_withdraw(actor=law.system, refund=refund, at=at(night))
    assert services.lessons_auto_confirm(actor=law.system, today=night, at=at(night, 0)).count == 3


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=st.integers(1, 500_000),
    lessons=st.integers(1, 12),
    bonus=st.integers(0, 2),
    cuts=st.lists(st.integers(1, 4), max_size=6),
)
def test_any_batching_earns_the_same(
    law: World, place: Institution, price: int, lessons: int, bonus: int, cuts: list[int]
) -> None:
    """Confirmed one by one or in runs of any size, in any order: k lessons have earned floor(P·k/N)."""
    if not place.escrow_accounts.filter(kind="CUSTODY").exists():
        custody(law, place)
    contract = active(law, place, lessons=lessons, bonus_lessons=bonus, price_fen=price, list_price_fen=price)
    rows = taught(law, contract, lessons + bonus)
    before = balance("INST_RELEASABLE", place)
    done = 0
    for size in [*cuts, len(rows)]:
        part = [row.pk for row in rows[done : done + size]]
        if part:
            services.lessons_settle(
                actor=law.system, institution=place, lesson_ids=part, status="CONFIRMED", at=at(ENDS)
            )
        done += len(part)
        k = min(done, lessons)
        assert balance("INST_RELEASABLE", place) - before == price * k // lessons
        assert balance("CONTRACT_UNEARNED", contract) == price - price * k // lessons
    contract.refresh_from_db()
    assert contract.status == "COMPLETED"
