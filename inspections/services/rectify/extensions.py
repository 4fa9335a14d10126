"""Asking for a longer term and deciding on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import (
    compute,
    deadline_extend,
    deadline_finish,
    load_calendar,
)
from casework.errors import Blocked, NotAllowed, Reason, Unlawful, WrongState
from casework.records import clean
from casework.steps import lock, refuse, require
from casework.workflow import transition
from inspections import guards
from inspections.models import (
    ExtensionRequest,
    ExtensionStatus,
    NoticeStatus,
    RectificationNotice,
)
from inspections.services.notices import RECHECK, RECTIFY
from inspections.services.rectify.answers import _only_own


@database.atomic
def extension_request(
    *,
    actor: User,
    notice: RectificationNotice,
    reason: str,
    until: date,
    is_from_recheck: bool = False,
    at: datetime | None = None,
) -> ExtensionRequest:
    """Ask for more time before the term ends (G10); one undecided application at a time.

    Raises Blocked after the term, Unlawful outside policy (how often, how long), WrongState.
    """
    at = at or timezone.now()
    require(actor, "inspections.extension_request")
    locked = lock(notice)
    _only_own(actor, locked)
    if known := locked.extensions.filter(status=ExtensionStatus.OPEN).first():
        return known
    if locked.status not in {NoticeStatus.SERVED, NoticeStatus.ANSWERED}:
        raise WrongState(f"整改通知书现在是“{locked.get_status_display()}”，不能申请延期。")
    _check_extension(locked, reason, until, timezone.localdate(at))
    request = ExtensionRequest(
        notice=locked,
        reason=reason.strip(),
        requested_until=until,
        requested_at=at,
        requested_by=actor,
        is_from_recheck=is_from_recheck,
    )
    clean(request)
    request.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="inspections.extension_request",
        target=request,
        changes={"until": [locked.due_on, until]},
        reason=reason,
        about=locked.file_uid,
        number=locked.number,
        at=at,
    )
    return request


def _check_extension(notice: RectificationNotice, reason: str, until: date, today: date) -> None:
    due_on = notice.due_on
    if due_on is None or today > due_on:
        raise Blocked(
            [
                Reason(
                    f"整改期限已于 {due_on:%Y-%m-%d} 届满，不能再申请延期。",
                    "延期须在期限届满前提出",
                    "请尽快提交整改报告，或者联系制发机关。",
                    "G10",
                )
            ]
        )
    if not reason.strip():
        raise Unlawful("申请延期须写明理由。")
    if until <= due_on:
        raise Unlawful(f"延期日期须晚于现在的到期日 {due_on:%Y-%m-%d}。")
    times = int(policy.value("rectification.extension.times", region=notice.region, on=today).value)
    if notice.extended_times >= times:
        raise Unlawful(f"每份整改通知书最多延期 {times} 次，本通知书已延期 {notice.extended_times} 次。")
    longest = policy.term("rectification.extension.maximum", region=notice.region, on=today)
    limit = compute(replace(longest, rolls_to_workday=False), due_on, load_calendar()).due_on
    if until > limit:
        raise Unlawful(f"一次延期不超过 {longest}（{longest.cited}），最晚可申请至 {limit:%Y-%m-%d}。")


@database.atomic
def extension_decide(
    *,
    actor: User,
    request: ExtensionRequest,
    is_granted: bool,
    note: str,
    until: date | None = None,
    at: datetime | None = None,
) -> ExtensionRequest:
    """Grant (until the asked or an earlier day) or refuse; the one who asked never decides (G10)."""
    at = at or timezone.now()
    require(actor, "inspections.extension_decide")
    notice = lock(request.notice)
    refuse(guards.acts_for_organ(notice, actor))
    locked = lock(request)
    if locked.status != ExtensionStatus.OPEN:
        raise WrongState("这件延期申请已经决定。")
    if locked.requested_by_id == actor.pk:
        raise NotAllowed("提出延期的人不能自己决定，请由其他负责人办理。")
    if not note.strip():
        raise Unlawful("决定延期申请须写明理由。")
    locked.status = ExtensionStatus.GRANTED if is_granted else ExtensionStatus.REFUSED
    locked.decided_at, locked.decided_by, locked.decision_note = at, actor, note.strip()
    locked.granted_until = (until or locked.requested_until) if is_granted else None
    if locked.granted_until and locked.granted_until > locked.requested_until:
        raise Unlawful("批准的日期不能晚于申请的日期。")
    locked.save()
    audit.record(
        actor=actor,
        verb="inspections.extension_decide",
        target=locked,
        changes={"status": [ExtensionStatus.OPEN, locked.status]},
        reason=note,
        about=notice.file_uid,
        number=notice.number,
        at=at,
    )
    if is_granted and locked.granted_until:
        _extend(actor, notice, locked.granted_until, note, at)
    return locked


def _extend(actor: User, notice: RectificationNotice, until: date, reason: str, at: datetime) -> None:
    extended = transition(
        notice,
        "extend",
        actor=actor,
        reason=reason,
        at=at,
        values={"extended_times": notice.extended_times + 1, "recheck_due_on": None},
    )
    deadline_extend(actor=actor, subject_uid=extended.uid, kind=RECTIFY, due_on=until, reason=reason)
    deadline_finish(actor=actor, subject_uid=extended.uid, kind=RECHECK, on=timezone.localdate(at))


for code, sentence in {
    "extension_request": "申请延期整改",
    "extension_decide": "决定延期申请",
}.items():
    audit.verb(f"inspections.{code}", sentence)
