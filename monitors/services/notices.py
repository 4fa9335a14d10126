"""Public notices of candidates and objections to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.errors import Unlawful, WrongState
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from monitors import rules
from monitors.models import CandidateNotice, Monitor, Objection

APPOINT, CHECK = "monitors.monitor_appoint", "monitors.monitor_check"


@database.atomic
def notice_open(
    *,
    actor: User,
    candidates: Iterable[Monitor],
    title: str,
    contact: str,
    text: str = "",
    starts_on: date | None = None,
    at: datetime | None = None,
) -> CandidateNotice:
    """Publish candidates who passed the check; the window is counted from the policy value.

    Raises NotAllowed, Unlawful without candidates, WrongState, PolicyMissing, CalendarMissing.
    """
    require(actor, APPOINT)
    at = at or timezone.now()
    chosen = list(candidates)
    if not chosen:
        raise Unlawful("请选择至少一名已通过资格审核的人选。")
    if actor.bureau is None:
        raise Unlawful("系统账号不能发布公示。")
    day = starts_on or timezone.localdate(at)
    term = policy.term(rules.NOTICE, region=actor.bureau.region, on=day)
    window = compute(term, day, load_calendar())
    notice = CandidateNotice(
        **root_fields(actor=actor, region=actor.bureau.region),
        title=title.strip(),
        text=text.strip(),
        contact=contact.strip(),
        starts_on=day,
        ends_on=window.due_on,
        explanation=list(window.explanation),
    )
    record_create(actor=actor, obj=notice, verb="monitors.notice_open", at=at)
    for monitor in chosen:
        transition(monitor, "publicise", actor=actor, at=at, values={"notice": notice})
    return notice


@database.atomic
def objection_record(
    *,
    actor: User,
    monitor: Monitor,
    received_on: date,
    way: str,
    content: str,
    at: datetime | None = None,
) -> Objection:
    """Write an objection down that came in during the window. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, CHECK)
    at = at or timezone.now()
    locked = lock(monitor)
    if locked.status != "PUBLICISED" or locked.notice is None:
        raise WrongState(f"{locked.name}{locked.get_status_display()}，不在公示中。")
    if not locked.notice.is_open_on(received_on) or received_on > timezone.localdate(at):
        raise Unlawful(
            f"收到日期须在公示期内（{locked.notice.starts_on:%Y-%m-%d} 至 {locked.notice.ends_on:%Y-%m-%d}），且不晚于今天。"
        )
    objection = Objection(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        monitor=locked,
        received_on=received_on,
        way=way.strip(),
        content=content.strip(),
    )
    return record_create(actor=actor, obj=objection, verb="monitors.objection_record", at=at)


@database.atomic
def objection_decide(
    *, actor: User, objection: Objection, finding: str, is_upheld: bool, at: datetime | None = None
) -> Objection:
    """Say what was found. Raises NotAllowed, WrongState when decided, Unlawful without a finding."""
    require(actor, CHECK)
    at = at or timezone.now()
    locked = lock(objection)
    if locked.decided_at is not None:
        raise WrongState("这项异议已经处理。")
    if not finding.strip():
        raise Unlawful("请写明调查结论。")
    locked.finding, locked.is_upheld = finding.strip(), is_upheld
    locked.decided_at, locked.decided_by = at, actor
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="monitors.objection_decide",
        target=locked,
        changes={"is_upheld": [None, is_upheld]},
        at=at,
    )
    return locked


for code, sentence in {
    "notice_open": "发布拟聘公示",
    "objection_record": "登记公示异议",
    "objection_decide": "处理公示异议",
}.items():
    audit.verb(f"monitors.{code}", sentence)
