"""Terms against the published calendars, and the life of a deadline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework import events
from casework.deadlines import (
    Calendar,
    CalendarMissing,
    Term,
    TermUnit,
    compute,
    deadline_extend,
    deadline_finish,
    deadline_pause,
    deadline_resume,
    deadline_start,
    deadlines_recompute,
    load_calendar,
)
from casework.deadlines.services import DeadlineMoved
from casework.errors import Unlawful
from casework.models import AuditEvent, CalendarDay, Deadline, DeadlineState
from tests.conftest import World

WORKING, CALENDAR, MONTH, YEAR = TermUnit.WORKING_DAY, TermUnit.CALENDAR_DAY, TermUnit.MONTH, TermUnit.YEAR


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        ("2026-11-20", Term(1, WORKING), "2026-11-23"),
        ("2023-09-28", Term(1, WORKING), "2023-10-07"),
        ("2023-09-28", Term(5, WORKING), "2023-10-11"),
        ("2022-04-22", Term(1, WORKING), "2022-04-24"),
        ("2021-02-10", Term(3, WORKING), "2021-02-20"),
        ("2024-02-02", Term(1, WORKING), "2024-02-04"),
        ("2025-01-24", Term(1, WORKING), "2025-01-26"),
        ("2026-11-02", Term(15, CALENDAR), "2026-11-17"),
        ("2026-11-06", Term(15, CALENDAR), "2026-11-23"),
        ("2026-09-16", Term(15, CALENDAR), "2026-10-08"),
        ("2023-11-30", Term(3, MONTH), "2024-02-29"),
        ("2024-02-29", Term(1, YEAR), "2025-02-28"),
    ],
)
def test_terms(calendar: None, start: str, term: Term, due: str) -> None:
    computed = compute(term, date.fromisoformat(start), load_calendar())
    assert computed.due_on == date.fromisoformat(due)
    assert any(due in line for line in computed.explanation)


def test_a_missing_year_is_said_not_guessed(calendar: None) -> None:
    with pytest.raises(CalendarMissing, match="2027"):
        compute(Term(40, WORKING), date(2026, 12, 1), load_calendar())


PLAIN = Calendar(frozenset(range(2020, 2031)), {})


@given(st.dates(date(2021, 1, 1), date(2025, 1, 1)), st.integers(1, 60), st.integers(1, 30))
def test_working_terms_add_up_and_end_on_working_days(start: date, first: int, second: int) -> None:
    whole = compute(Term(first + second, WORKING), start, PLAIN).due_on
    middle = compute(Term(first, WORKING), start, PLAIN).due_on
    assert compute(Term(second, WORKING), middle, PLAIN).due_on == whole
    assert PLAIN.is_workday(whole)
    assert PLAIN.workdays_between(start, whole) == first + second


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dates(date(2021, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
def test_calendar_terms_never_end_early_or_on_a_day_off(start: date, days: int) -> None:
    due = compute(Term(days, CALENDAR), start, PLAIN).due_on
    assert due >= start + timedelta(days=days)
    assert PLAIN.is_workday(due)


def start(world: World, amount: int = 15, unit: TermUnit = CALENDAR) -> Deadline:
    return deadline_start(
        actor=world.officer,
        bureau=world.bureau,
        subject=Subject(),
        kind="RECTIFY",
        label="整改",
        term=Term(amount, unit, "测试依据"),
        starts_on=date(2026, 11, 2),
    )


class Subject:
    """Stands for any object with a uid."""

    class _meta:  # noqa: N801
        label_lower = "tests.subject"

    def __init__(self) -> None:
        from casework.models.base import uuid7

        self.uid = uuid7()


def test_finishing_in_time_and_late(world: World) -> None:
    timely, late = start(world), start(world)
    done = deadline_finish(
        actor=world.officer, subject_uid=timely.subject_uid, kind="RECTIFY", on=timely.due_on
    )
    assert done is not None
    assert done.state == DeadlineState.MET
    after = deadline_finish(
        actor=world.officer, subject_uid=late.subject_uid, kind="RECTIFY", on=late.due_on + timedelta(days=1)
    )
    assert after is not None
    assert after.state == DeadlineState.LATE


def test_extension_must_be_later_and_is_announced(world: World) -> None:
    deadline = start(world)
    moved: list[DeadlineMoved] = []
    events.subscribe(DeadlineMoved, moved.append)
    with pytest.raises(Unlawful):
        deadline_extend(
            actor=world.head,
            subject_uid=deadline.subject_uid,
            kind="RECTIFY",
            due_on=deadline.due_on,
            reason="x",
        )
    later = deadline.due_on + timedelta(days=10)
    extended = deadline_extend(
        actor=world.head, subject_uid=deadline.subject_uid, kind="RECTIFY", due_on=later, reason="设备未到货"
    )
    assert extended.due_on == later
    assert "设备未到货" in extended.explanation[-1]
    assert moved[-1].due_on == later


def test_a_pause_adds_exactly_its_days(world: World) -> None:
    deadline = start(world, 10, WORKING)
    deadline_pause(
        actor=world.head,
        subject_uid=deadline.subject_uid,
        kind="RECTIFY",
        on=date(2026, 11, 4),
        reason="鉴定",
    )
    resumed = deadline_resume(
        actor=world.head, subject_uid=deadline.subject_uid, kind="RECTIFY", on=date(2026, 11, 11)
    )
    calendar = load_calendar()
    assert calendar.workdays_between(deadline.due_on, resumed.due_on) == 5


def test_a_new_holiday_moves_open_terms_and_is_audited(world: World) -> None:
    open_term, granted = start(world, 10, WORKING), start(world, 10, WORKING)
    deadline_extend(
        actor=world.head,
        subject_uid=granted.subject_uid,
        kind="RECTIFY",
        due_on=date(2026, 12, 1),
        reason="批准",
    )
    CalendarDay.objects.create(day=date(2026, 11, 10), is_workday=False, name="临时放假")
    before = AuditEvent.objects.filter(verb="casework.deadline_recompute").count()
    assert deadlines_recompute(actor=world.system, since=date(2026, 11, 3)) == 1
    moved = Deadline.objects.get(pk=open_term.pk)
    assert moved.due_on == date(2026, 11, 17)
    assert Deadline.objects.get(pk=granted.pk).due_on == date(2026, 12, 1)
    assert AuditEvent.objects.filter(verb="casework.deadline_recompute").count() == before + 1
