"""The two clocks of a clue: acceptance and handling. Handling may stand still or be extended, within policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import CalendarMissing, Term, TermUnit, compute, deadline_start, load_calendar
from casework.deadlines.services import (
    DeadlineMoved,
    deadline_cancel,
    deadline_extend,
    deadline_finish,
    deadline_pause,
    deadline_resume,
)
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import Deadline
from casework.steps import lock, refuse, require
from complaints import guards, rules
from complaints.models import OPEN_STATES, Clue, ClueHold, ClueStatus

HANDLE = "complaints.clue_handle"
IN_HAND = (ClueStatus.ASSIGNED, ClueStatus.VERIFYING, ClueStatus.INSPECTING)
EXTERNAL = "来源单位给出的期限"


def accept_start(actor: User, clue: Clue, on: date) -> None:
    """Start the clock of acceptance and note its day on `clue` (not saved).

    A report is never refused because a coming year's holidays are not known yet: the day stays empty and
    `clocks_fill` enters it later.
    """
    try:
        term = rules.accept_term(clue.channel, region=clue.region, on=on)
        deadline = _started(actor, clue, rules.ACCEPT, "受理线索", term, on)
    except CalendarMissing as missing:
        clue.accept_due_on, clue.accept_explanation = None, [missing.message]
        return
    clue.accept_due_on, clue.accept_explanation = deadline.due_on, list(deadline.explanation)


def handle_start(actor: User, clue: Clue, on: date, *, is_complex: bool = False) -> None:
    """Start the clock of handling and note its day on `clue` (not saved); an earlier day of the source wins."""
    term = rules.handle_term(clue.channel, clue.kind, region=clue.region, on=on, is_complex=is_complex)
    external = clue.external_due_on
    try:
        due_on = compute(term, on, load_calendar()).due_on
        if external is not None and external < due_on:
            term = _until(external, on)
        deadline = _started(actor, clue, rules.HANDLE, "办理线索", term, on)
    except CalendarMissing as missing:
        clue.due_on, clue.due_explanation = external, [missing.message]
        return
    clue.due_on, clue.due_explanation = deadline.due_on, list(deadline.explanation)
    if external is not None and external < deadline.due_on:
        clue.due_on = external


def _until(day: date, on: date) -> Term:
    return Term(max((day - on).days, 0), TermUnit.CALENDAR_DAY, EXTERNAL, rolls_to_workday=False)


def _started(actor: User, clue: Clue, kind: str, label: str, term: Term, on: date) -> Deadline:
    return deadline_start(
        actor=actor, bureau=clue.bureau, subject=clue, kind=kind, label=label, term=term, starts_on=on
    )


def accept_finish(actor: User, clue: Clue, on: date) -> None:
    """Acceptance ended; nothing happens when no such clock runs."""
    deadline_finish(actor=actor, subject_uid=clue.uid, kind=rules.ACCEPT, on=on)


def handle_finish(actor: User, clue: Clue, on: date) -> None:
    """Handling ended, of the clue and of those merged into it."""
    hold_end(clue, on)
    for one in (clue, *clue.merged_clues.order_by("pk")):
        for kind in (rules.ACCEPT, rules.HANDLE):
            deadline_finish(actor=actor, subject_uid=one.uid, kind=kind, on=on)


def clocks_cancel(actor: User, clue: Clue, on: date, reason: str) -> None:
    """Both clocks end without being judged."""
    hold_end(clue, on)
    for kind in (rules.ACCEPT, rules.HANDLE):
        deadline_cancel(actor=actor, subject_uid=clue.uid, kind=kind, on=on, reason=reason)


def hold_end(clue: Clue, on: date) -> None:
    """Close the open hold of a clue, if any."""
    ClueHold.objects.filter(clue=clue, ended_on__isnull=True).update(ended_on=on)


def clue_due_moved(event: DeadlineMoved) -> None:
    """A clock's day changed (calendar, extension, pause): the clue copies it."""
    if event.subject_type != "complaints.clue":
        return
    name = {rules.ACCEPT: "accept", rules.HANDLE: ""}.get(event.kind)
    if name is None:
        return
    prefix = f"{name}_" if name else ""
    row = Deadline.objects.filter(subject_uid=event.subject_uid, kind=event.kind).order_by("-pk").first()
    Clue.objects.filter(uid=event.subject_uid).update(
        **{f"{prefix}due_on": event.due_on, f"{prefix}explanation" if name else "due_explanation":
           list(row.explanation) if row else []}
    )  # fmt: skip


def _held(actor: User, clue: Clue) -> Clue:
    """The locked clue, in hand and of the actor's organ."""
    require(actor, HANDLE)
    locked = lock(clue)
    if locked.status not in IN_HAND:
        raise WrongState(f"线索{locked.get_status_display()}，办理期限没有在计时。")
    refuse(guards.own_organ(locked, actor))
    return locked


@database.atomic
def clue_pause(*, actor: User, clue: Clue, reason: str, until: date, at: datetime | None = None) -> Clue:
    """Let the clock of handling stand still until a day, with a reason.

    Raises NotAllowed, WrongState, Blocked, Unlawful beyond what policy allows.
    """
    today = timezone.localdate(at)
    locked = _held(actor, clue)
    if not reason.strip():
        raise Unlawful("请写明中止办理的理由。")
    most = replace(policy.term("clue.pause.max", region=locked.region, on=today), rolls_to_workday=False)
    last = compute(most, today, load_calendar()).due_on
    if not today < until <= last:
        raise Unlawful(f"恢复日须在 {today:%Y-%m-%d} 之后、{last:%Y-%m-%d} 之前（最长 {most}）。")
    if ClueHold.objects.filter(clue=locked, ended_on__isnull=True).exists():
        raise WrongState("期限已经中止。")
    ClueHold.objects.create(clue=locked, reason=reason, held_on=today, until=until, held_by=actor)
    deadline_pause(actor=actor, subject_uid=locked.uid, kind=rules.HANDLE, on=today, reason=reason)
    _noted(actor, locked, "clue_pause", {"until": [None, until]}, reason, at)
    return lock(clue)


@database.atomic
def clue_resume(*, actor: User, clue: Clue, at: datetime | None = None) -> Clue:
    """Let the clock of handling go on; the pause is added. Raises NotAllowed, WrongState, Blocked, CalendarMissing."""
    locked = _held(actor, clue)
    _resume(actor, locked, timezone.localdate(at), at)
    return lock(clue)


def _resume(actor: User, clue: Clue, on: date, at: datetime | None) -> None:
    deadline = deadline_resume(actor=actor, subject_uid=clue.uid, kind=rules.HANDLE, on=on)
    hold_end(clue, on)
    _noted(actor, clue, "clue_resume", {"due_on": [clue.due_on, deadline.due_on]}, "", at)


@database.atomic
def clue_extend(*, actor: User, clue: Clue, due_on: date, reason: str, at: datetime | None = None) -> Clue:
    """Move the day of handling later; the head decides, and all extensions together stay within policy.

    A day that another body gave (`external_due_on`) is theirs to move. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, "complaints.clue_assign")
    today = timezone.localdate(at)
    locked = _held(actor, clue)
    if not reason.strip():
        raise Unlawful("请写明延长办理期限的理由。")
    deadline = Deadline.objects.filter(subject_uid=locked.uid, kind=rules.HANDLE, state="OPEN").first()
    if deadline is None:
        raise WrongState("办理期限没有在计时，不能延长。")
    if deadline.basis == EXTERNAL:
        raise Unlawful("期限由来源单位给出，请先向来源单位申请延期，再修改外部期限。")
    most = policy.term("clue.extend.max", region=locked.region, on=today)
    calendar = load_calendar()
    first = compute(Term(deadline.amount, TermUnit(deadline.unit)), deadline.starts_on, calendar).due_on
    last = compute(most, first, calendar).due_on
    if due_on > last:
        raise Unlawful(f"累计最多延长 {most}，最迟 {last:%Y-%m-%d}。")
    deadline_extend(actor=actor, subject_uid=locked.uid, kind=rules.HANDLE, due_on=due_on, reason=reason)
    _noted(actor, locked, "clue_extend", {"due_on": [locked.due_on, due_on]}, reason, at)
    return lock(clue)


def _noted(
    actor: User,
    clue: Clue,
    verb: str,
    changes: dict[str, list[object]],
    reason: str,
    at: datetime | None,
) -> None:
    audit.record(actor=actor, verb=f"complaints.{verb}", target=clue, changes=changes, reason=reason, at=at)


def clocks_fill(*, actor: User, at: datetime) -> int:
    """Enter the days that waited for a year's calendar; counted from when each clock really began."""
    if not actor.is_system:
        raise NotAllowed("补算期限由系统办理。")
    filled = 0
    waiting = Clue.objects.filter(status__in=OPEN_STATES)
    for clue in waiting.filter(status="RECEIVED", accept_due_on__isnull=True).order_by("pk"):
        filled += _fill(actor, clue, is_accept=True)
    for clue in waiting.exclude(status="RECEIVED").order_by("pk"):
        if not Deadline.objects.filter(subject_uid=clue.uid, kind=rules.HANDLE).exists():
            filled += _fill(actor, clue, is_accept=False)
    return filled


@database.atomic
def _fill(actor: User, clue: Clue, *, is_accept: bool) -> int:
    locked = lock(clue)
    kind = rules.ACCEPT if is_accept else rules.HANDLE
    began = locked.received_at if is_accept else locked.assigned_at
    running = Deadline.objects.filter(subject_uid=locked.uid, kind=kind, state__in=["OPEN", "PAUSED"])
    if began is None or running.exists() or (locked.status == ClueStatus.RECEIVED) != is_accept:
        return 0
    start = accept_start if is_accept else handle_start
    start(actor, locked, timezone.localdate(began))
    if not running.exists():
        return 0
    locked.save(update_fields=["accept_due_on", "accept_explanation", "due_on", "due_explanation"])
    return 1


def holds_end(*, actor: User, at: datetime) -> int:
    """Let clocks go on whose pause is over; returns how many."""
    if not actor.is_system:
        raise NotAllowed("恢复计时由系统办理。")
    today, done = timezone.localdate(at), 0
    for hold in ClueHold.objects.filter(ended_on__isnull=True, until__lte=today).order_by("pk"):
        with database.atomic():
            clue = lock(hold.clue)
            if ClueHold.objects.filter(pk=hold.pk, ended_on__isnull=True).exists():
                _resume(actor, clue, hold.until, at)
                done += 1
    return done


for code, sentence in {
    "clue_pause": "中止线索办理",
    "clue_resume": "恢复线索办理",
    "clue_extend": "延长线索办理期限",
}.items():
    audit.verb(f"complaints.{code}", sentence)
