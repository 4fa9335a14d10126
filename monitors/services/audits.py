"""Audits of patrols: freeze all visits of a span, draw some by the fair sampler, re-check them on trips."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, Organisation, OrganisationKind, User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.numbering import number_take
from casework.records import record_create, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from fieldwork import sampling
from monitors.models import AuditStatus, AuditTarget, AuditTrip, Finding, PatrolAudit, Stop

RUN = "monitors.audit_run"
NUMBER_KIND = "PATROL_AUDIT"
NUMBER_PATTERN = "{organ}巡督〔{year}〕{n}号"
LAYER, STRATUM = "SCOPE", "VISITS"


@dataclass(frozen=True)
class Result:
    """What a trip found about one drawn visit."""

    finding: str
    note: str = ""


def pool_of(bureau: Bureau, first: date, last: date, wanted: int) -> dict[str, Any]:
    """The pool file: every submitted visit of the span by its uid, in one layer, `wanted` of them to be drawn."""
    uids = (
        Stop.objects.filter(bureau=bureau, outing__status="SUBMITTED")
        .filter(outing__started_at__date__gte=first, outing__started_at__date__lte=last)
        .order_by("uid")
        .values_list("uid", flat=True)
    )
    return {
        "format": sampling.POOL_FORMAT,
        "sampler": sampling.SAMPLER,
        "planned_on": last.isoformat(),
        "conditions": [f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 提交的全部巡查家次"],
        "strata_by": [{"code": LAYER, "label": "范围"}],
        "strata": [{"code": STRATUM, "label": "巡查家次", "per_10000": None, "number": wanted}],
        "targets": [
            {"id": uid.hex, "stratum": STRATUM, "attributes": {LAYER: STRATUM}, "needs": []} for uid in uids
        ],
        "officers": [],
        "team": {"size": 0, "places": 1},
    }


@database.atomic
def audit_freeze(
    *,
    actor: User,
    title: str,
    period_from: date,
    period_until: date,
    wanted: int,
    entropy_source: str,
    at: datetime | None = None,
) -> PatrolAudit:
    """Freeze the visits of a span before the public value exists. Raises NotAllowed, Unlawful."""
    require(actor, RUN)
    at = at or timezone.now()
    if actor.bureau is None:
        raise Unlawful("系统账号不能组织督查。")
    if period_until < period_from or period_until > timezone.localdate(at):
        raise Unlawful("巡查日期的起止不对，截止日期不能晚于今天。")
    pool = pool_of(actor.bureau, period_from, period_until, wanted)
    size = len(pool["targets"])
    if not 1 <= wanted <= size:
        raise Unlawful(f"这段时间提交的巡查有 {size} 家次，抽取家次须在 1 至 {size} 之间。")
    row = PatrolAudit(
        **root_fields(actor=actor, region=actor.bureau.region),
        title=title.strip(),
        period_from=period_from,
        period_until=period_until,
        pool_text=sampling.pool_bytes(pool).decode(),
        pool_hash=sampling.pool_hash(pool),
        pool_size=size,
        wanted=wanted,
        frozen_at=at,
        entropy_source=entropy_source.strip(),
    )
    return record_create(actor=actor, obj=row, verb="monitors.audit_freeze", at=at)


@database.atomic
def audit_enter(
    *, actor: User, audit_row: PatrolAudit, entropy: str, at: datetime | None = None
) -> PatrolAudit:
    """Enter the public value; who froze does not enter it. Nothing is drawn before somebody else confirms.

    Raises WrongState, NotAllowed, Blocked, Unlawful (neither digit nor letter).
    """
    locked = lock(audit_row)
    ready(locked, "enter", actor)
    value = sampling.entropy_clean(entropy)
    if not value:
        raise Unlawful("公开值须含数字或字母，例如彩票开奖号码。")
    return transition(locked, "enter", actor=actor, at=at, values={"entropy": value, "drawn_by": actor})


@database.atomic
def audit_draw(
    *, actor: User, audit_row: PatrolAudit, entropy: str, at: datetime | None = None
) -> PatrolAudit:
    """Confirm the public value by entering it again, and draw from the frozen pool.

    Raises WrongState, NotAllowed, Blocked (who entered it), Unlawful (another value).
    """
    at = at or timezone.now()
    locked = lock(audit_row)
    ready(locked, "draw", actor)
    if sampling.entropy_clean(entropy) != locked.entropy:
        raise Unlawful("与先录入的公开值不一致。请对照公告核对；先录入的有误的，请退回重录。")
    drawn = transition(locked, "draw", actor=actor, at=at, values={"confirmed_by": actor, "drawn_at": at})
    order = {uid: place for place, uid in enumerate(drawn_uids(drawn), start=1)}
    stops = {stop.uid.hex: stop for stop in Stop.objects.filter(bureau=drawn.bureau, uid__in=list(order))}
    AuditTarget.objects.bulk_create(
        AuditTarget(audit=drawn, stop=stops[uid], order=place) for uid, place in order.items()
    )
    return drawn


@database.atomic
def audit_reject(
    *, actor: User, audit_row: PatrolAudit, reason: str, at: datetime | None = None
) -> PatrolAudit:
    """Send a wrong public value back; the wrong value stays in the record of events. Raises WrongState, Unlawful."""
    locked = lock(audit_row)
    said = f"{reason.strip()}（原录入 {locked.entropy}）" if reason.strip() else ""
    return transition(
        locked, "reject", actor=actor, at=at, reason=said, values={"entropy": "", "drawn_by": None}
    )


def drawn_uids(row: PatrolAudit) -> list[str]:
    """Hex uids of the drawn visits in the order of drawing, computed again from what was frozen."""
    pool = sampling.pool_read(json.loads(row.pool_text))
    result = sampling.sample(pool, row.pool_hash, row.entropy)
    return [target["id"] for target in result["targets"]]


@database.atomic
def trip_record(
    *,
    actor: User,
    audit_row: PatrolAudit,
    went_on: date,
    officers: Iterable[User],
    results: Mapping[AuditTarget, Result],
    note: str = "",
    at: datetime | None = None,
) -> AuditTrip:
    """Enter one re-check trip with what it found. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, RUN)
    at = at or timezone.now()
    locked = lock(audit_row)
    if locked.status != AuditStatus.DRAWN:
        raise WrongState(f"督查{locked.get_status_display()}，不能登记。")
    people = list(officers)
    _check_trip(locked, went_on, people, results, at)
    trip = AuditTrip(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        audit=locked,
        went_on=went_on,
        note=note.strip(),
    )
    trip.number = number_take(
        organ=_organ(locked.bureau), kind=NUMBER_KIND, subject=trip, at=at, pattern=NUMBER_PATTERN
    ).text
    record_create(actor=actor, obj=trip, verb="monitors.trip_record", at=at)
    trip.officers.set(people)
    rows = list(AuditTarget.objects.select_for_update().filter(pk__in=[target.pk for target in results]))
    if any(row.finding != Finding.PENDING for row in rows):
        raise WrongState("有的巡查已经督查过，请刷新页面。")
    by_pk = {target.pk: result for target, result in results.items()}
    for row in rows:
        row.trip, row.finding, row.note = trip, by_pk[row.pk].finding, by_pk[row.pk].note.strip()
    AuditTarget.objects.bulk_update(rows, ["trip", "finding", "note"])
    return trip


def _check_trip(
    row: PatrolAudit, went_on: date, people: list[User], results: Mapping[AuditTarget, Result], at: datetime
) -> None:
    if went_on > timezone.localdate(at) or went_on < timezone.localdate(row.drawn_at or at):
        raise Unlawful("督查日期须在抽取之后，且不晚于今天。")
    if not people or any(person.bureau_id != row.bureau_id for person in people):
        raise Unlawful("请选择本单位的督查人员。")
    if not results:
        raise Unlawful("请至少填写一家的核实结论。")
    for target, result in results.items():
        if target.audit_id != row.pk or result.finding not in {"REAL", "FALSE", "UNCLEAR"}:
            raise Unlawful("只能登记本次抽中的巡查，结论选属实、不实或无法核实。")
        if result.finding != Finding.REAL and not result.note.strip():
            raise Unlawful(f"第 {target.order} 项不是属实，请写明核实情况。")


def _organ(bureau: Bureau) -> Organisation:
    rows = Organisation.objects.filter(bureau=bureau, kind=OrganisationKind.EDUCATION, is_active=True)
    organ = rows.exclude(number_word="").order_by("pk").first()
    if organ is None:
        raise Unlawful("教育部门没有机关代字，不能编号。请在单位设置中补充。")
    return organ


def audit_finish(*, actor: User, audit_row: PatrolAudit, at: datetime | None = None) -> PatrolAudit:
    """All drawn visits were re-checked. Raises WrongState, NotAllowed, Blocked."""
    return transition(audit_row, "finish", actor=actor, at=at)


def audit_abort(
    *, actor: User, audit_row: PatrolAudit, reason: str, at: datetime | None = None
) -> PatrolAudit:
    """Stop an audit, with the reason. Raises WrongState, NotAllowed, Unlawful."""
    values = {"ended_reason": reason.strip()[:200]}
    return transition(audit_row, "abort", actor=actor, at=at, reason=reason, values=values)


for code, sentence in {
    "audit_freeze": "冻结督查名单",
    "patrolaudit_enter": "录入督查公开值",
    "patrolaudit_draw": "确认公开值并抽取督查对象",
    "patrolaudit_reject": "退回督查公开值",
    "patrolaudit_finish": "完成督查",
    "patrolaudit_abort": "中止督查",
    "trip_record": "登记督查",
}.items():
    audit.verb(f"monitors.{code}", sentence)
