"""The life of a deadline. The object that owns it copies `due_on` in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import Bureau, User
from casework import audit, events
from casework.canonical import sha256_hex
from casework.deadlines.calendar import CalendarMissing, load_calendar
from casework.deadlines.terms import Computed, Term, TermUnit, compute
from casework.errors import Unlawful, WrongState
from casework.models import Deadline, DeadlineState
from casework.models.policy import UNVERIFIED


@dataclass(frozen=True)
class DeadlineMoved:
    """A recomputed or changed term; the owning room copies the new day."""

    subject_type: str
    subject_uid: UUID
    kind: str
    due_on: date


def _row(
    actor: User,
    bureau: Bureau,
    subject: models.Model,
    kind: str,
    label: str,
    term: Term,
    starts_on: date,
    computed: Computed,
) -> Deadline:
    return Deadline(
        bureau=bureau,
        subject_type=subject._meta.label_lower,
        subject_uid=getattr(subject, "uid"),  # noqa: B009
        kind=kind,
        label=label,
        starts_on=starts_on,
        amount=term.amount,
        unit=term.unit,
        basis=term.basis,
        due_on=computed.due_on,
        explanation=list(computed.explanation),
        created_by=actor,
    )  # fmt: skip


@transaction.atomic
def deadline_start(
    *,
    actor: User,
    bureau: Bureau,
    subject: models.Model,
    kind: str,
    label: str,
    term: Term,
    starts_on: date,
) -> Deadline:
    """Start one term of `subject`; one of each kind runs at a time. Raises CalendarMissing."""
    computed = compute(term, starts_on, load_calendar())
    deadline = _row(actor, bureau, subject, kind, label, term, starts_on, computed)
    deadline.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="casework.deadline_start",
        target=deadline,
        changes={"due_on": [None, deadline.due_on]},
    )
    return deadline


@transaction.atomic
def deadlines_start(
    *,
    actor: User,
    bureau: Bureau,
    subjects: Sequence[models.Model],
    kind: str,
    label: str,
    term: Term,
    starts_on: date,
) -> Computed:
    """Start the same term of many subjects at once, with one audit event over them. Raises CalendarMissing."""
    computed = compute(term, starts_on, load_calendar())
    rows = [_row(actor, bureau, subject, kind, label, term, starts_on, computed) for subject in subjects]
    Deadline.objects.bulk_create(rows, batch_size=500)
    marks = sorted(str(row.subject_uid) for row in rows)
    changes: dict[str, list[Any]] = {
        "count": [0, len(rows)], "due_on": [None, computed.due_on], "sha256": [None, sha256_hex(marks)]
    }  # fmt: skip
    audit.record(actor=actor, verb="casework.deadlines_start", target=bureau, changes=changes, reason=label)
    return computed


@transaction.atomic
def deadline_finish(*, actor: User, subject_uid: UUID, kind: str, on: date) -> Deadline | None:
    """End the running term as met or late, by `on`; None when no such term runs."""
    deadline = _running(subject_uid, kind)
    if deadline is None:
        return None
    state = DeadlineState.MET if on <= deadline.due_on else DeadlineState.LATE
    return _change(actor, deadline, "casework.deadline_finish", state=state, finished_on=on)


@transaction.atomic
def deadline_cancel(*, actor: User, subject_uid: UUID, kind: str, on: date, reason: str) -> Deadline | None:
    """End the running term without judging it."""
    deadline = _running(subject_uid, kind)
    if deadline is None:
        return None
    return _change(
        actor,
        deadline,
        "casework.deadline_cancel",
        reason=reason,
        state=DeadlineState.CANCELLED,
        finished_on=on,
    )


@transaction.atomic
def deadline_extend(*, actor: User, subject_uid: UUID, kind: str, due_on: date, reason: str) -> Deadline:
    """Move the due day later, with a reason. Raises Unlawful when it would not be later."""
    deadline = _running(subject_uid, kind)
    if deadline is None:
        raise WrongState("没有正在计时的期限，不能延期。")
    if due_on <= deadline.due_on:
        raise Unlawful(f"延期后的日期须晚于原到期日 {deadline.due_on:%Y-%m-%d}。")
    lines = [*deadline.explanation, f"经批准延期至 {due_on:%Y-%m-%d}：{reason}"]
    return _change(
        actor, deadline, "casework.deadline_extend", reason=reason, due_on=due_on, explanation=lines
    )


@transaction.atomic
def deadline_pause(*, actor: User, subject_uid: UUID, kind: str, on: date, reason: str) -> Deadline:
    """Stop the clock; the days until `deadline_resume` are added."""
    deadline = _running(subject_uid, kind)
    if deadline is None or deadline.state != DeadlineState.OPEN:
        raise WrongState("期限没有在计时，不能中止。")
    return _change(
        actor, deadline, "casework.deadline_pause", reason=reason, state=DeadlineState.PAUSED, paused_on=on
    )


@transaction.atomic
def deadline_resume(*, actor: User, subject_uid: UUID, kind: str, on: date) -> Deadline:
    """Go on counting: working-day terms are extended by the working days of the pause, others by its days."""
    deadline = _running(subject_uid, kind)
    if deadline is None or deadline.paused_on is None or deadline.state != DeadlineState.PAUSED:
        raise WrongState("期限没有中止，不能恢复。")
    calendar = load_calendar()
    if deadline.unit == TermUnit.WORKING_DAY:
        days = calendar.workdays_between(deadline.paused_on, on)
        due_on = (
            compute(Term(days, TermUnit.WORKING_DAY), deadline.due_on, calendar).due_on
            if days
            else deadline.due_on
        )
    else:
        days = (on - deadline.paused_on).days
        due_on = calendar.next_workday(deadline.due_on + timedelta(days=days))
    lines = [
        *deadline.explanation,
        f"中止 {deadline.paused_on:%Y-%m-%d} 至 {on:%Y-%m-%d}，顺延 {days} 日，到期 {due_on:%Y-%m-%d}",
    ]
    return _change(
        actor,
        deadline,
        "casework.deadline_resume",
        state=DeadlineState.OPEN,
        paused_on=None,
        due_on=due_on,
        explanation=lines,
    )


@transaction.atomic
def deadlines_recompute(*, actor: User, since: date) -> int:
    """Recompute open terms that end after `since` with the calendar as it is now; returns how many moved.

    Extended or once paused terms keep their granted day: a person set it.
    """
    calendar, moved = load_calendar(), 0
    running = (
        Deadline.objects.select_for_update()
        .filter(state=DeadlineState.OPEN, due_on__gte=since)
        .order_by("pk")
    )
    for deadline in running:
        is_verified = not any(UNVERIFIED in line for line in deadline.explanation)
        unit = TermUnit(deadline.unit)
        term = Term(deadline.amount, unit, deadline.basis, is_verified=is_verified)
        try:
            computed = compute(term, deadline.starts_on, calendar)
        except CalendarMissing:
            continue
        was_granted = any(line.startswith(("经批准", "中止")) for line in deadline.explanation)
        if was_granted or computed.due_on == deadline.due_on:
            continue
        _change(
            actor,
            deadline,
            "casework.deadline_recompute",
            reason="工作日历调整",
            due_on=computed.due_on,
            explanation=list(computed.explanation),
        )
        moved += 1
    return moved


def _running(subject_uid: UUID, kind: str) -> Deadline | None:
    return (
        Deadline.objects.select_for_update()
        .filter(subject_uid=subject_uid, kind=kind, state__in=[DeadlineState.OPEN, DeadlineState.PAUSED])
        .first()
    )


def _change(actor: User, deadline: Deadline, verb: str, *, reason: str = "", **values: Any) -> Deadline:
    changes = {
        name: [getattr(deadline, name), value] for name, value in values.items() if name != "explanation"
    }
    for name, value in values.items():
        setattr(deadline, name, value)
    deadline.save()
    audit.record(actor=actor, verb=verb, target=deadline, changes=changes, reason=reason)
    if "due_on" in values:
        events.publish(
            DeadlineMoved(deadline.subject_type, deadline.subject_uid, deadline.kind, deadline.due_on)
        )
    return deadline


audit.verb("casework.deadline_start", "开始计算期限")
audit.verb("casework.deadlines_start", "批量开始计算期限")
audit.verb("casework.deadline_finish", "期限办结")
audit.verb("casework.deadline_cancel", "期限撤销")
audit.verb("casework.deadline_extend", "期限延长")
audit.verb("casework.deadline_pause", "期限中止")
audit.verb("casework.deadline_resume", "期限恢复")
audit.verb("casework.deadline_recompute", "按新日历重算期限")
