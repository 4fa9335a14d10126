"""Reminding schools of letters, and telling the leader when reminding did not help."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.deadlines import Calendar, CalendarMissing, load_calendar
from casework.errors import NotAllowed, WrongState
from casework.records import clean
from casework.steps import lock, require
from schools import rules
from schools.models import ReminderKind, TipReminder, WorkTip


@database.atomic
def tip_remind(*, actor: User, tip: WorkTip, note: str, at: datetime | None = None) -> TipReminder:
    """Remind a school by hand. Raises NotAllowed, WrongState (nothing is waited for)."""
    require(actor, "schools.tip_edit")
    locked = lock(tip)
    if actor.organisation_id != locked.organ_id:
        raise NotAllowed(f"由{locked.organ.name}催办。")
    return _remind(actor, locked, ReminderKind.MANUAL, note.strip(), at or timezone.now())


@database.atomic
def tip_escalate(*, actor: User, tip: WorkTip, note: str, at: datetime | None = None) -> TipReminder:
    """Put an overdue letter on the leader's list by hand. Raises NotAllowed, WrongState."""
    require(actor, "schools.tip_edit")
    at = at or timezone.now()
    locked = lock(tip)
    if actor.organisation_id != locked.organ_id:
        raise NotAllowed(f"由{locked.organ.name}上报。")
    if not locked.is_overdue_on(timezone.localdate(at)):
        raise WrongState("还没有逾期，不需要上报。")
    if locked.escalated_at is not None:
        raise WrongState("已经上报过分管领导。")
    return _remind(actor, locked, ReminderKind.ESCALATED, note.strip(), at)


@database.atomic
def tip_reminders_make(*, actor: User, at: datetime) -> tuple[int, int]:
    """Remind of letters about to be due and overdue, and escalate those overdue for long; each once per term.

    Returns how many were reminded and escalated. Repeatable.
    """
    today, calendar = timezone.localdate(at), load_calendar()
    reminded = escalated = 0
    rows = WorkTip.objects.select_for_update(skip_locked=True, of=("self",)).waiting()
    for tip in rows.select_related("region").order_by("pk"):
        known = set(
            TipReminder.objects.filter(tip=tip, due_on=tip.due_on or today).values_list("kind", flat=True)
        )
        for kind in _due_kinds(tip, today, calendar):
            if kind in known:
                continue
            _remind(actor, tip, kind, "", at)
            escalated += kind == ReminderKind.ESCALATED
            reminded += kind != ReminderKind.ESCALATED
    return reminded, escalated


def _due_kinds(tip: WorkTip, today: date, calendar: Calendar) -> list[ReminderKind]:
    if tip.due_on is None:
        return []
    try:
        left = calendar.workdays_between(today, tip.due_on)
        if left >= 0:
            ahead = rules.days(rules.TIP_REMIND, region=tip.region, on=today)
            return [ReminderKind.SOON] if left <= ahead else []
        after = rules.days(rules.TIP_ESCALATE, region=tip.region, on=today)
        is_long = calendar.workdays_between(tip.due_on, today) > after
    except CalendarMissing:
        return [ReminderKind.OVERDUE] if today > tip.due_on else []
    return [ReminderKind.OVERDUE, ReminderKind.ESCALATED] if is_long else [ReminderKind.OVERDUE]


def _remind(actor: User, tip: WorkTip, kind: ReminderKind, note: str, at: datetime) -> TipReminder:
    if not tip.is_waiting or tip.due_on is None:
        raise WrongState("现在不等学校答复，不需要催办。")
    row = TipReminder(tip=tip, kind=kind, due_on=tip.due_on, note=note[:200], made_at=at, made_by=actor)
    clean(row)
    row.save(force_insert=True)
    if kind == ReminderKind.ESCALATED:
        tip.escalated_at = at
        tip.version += 1
        tip.save(update_fields=["escalated_at", "version", "updated_at"])
    audit.record(
        actor=actor,
        verb="schools.tip_escalate" if kind == ReminderKind.ESCALATED else "schools.tip_remind",
        target=tip,
        changes={"催办": ["", row.get_kind_display()]},
        reason=note,
        at=at,
    )
    return row


audit.verb("schools.tip_remind", "催办工作提示")
audit.verb("schools.tip_escalate", "上报逾期的工作提示")
