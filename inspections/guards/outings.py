"""Gates of an outing: approval, notice, yearly cap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from accounts.models import Region, User
from casework import policy
from casework.errors import Reason
from casework.models import PolicyValue
from inspections.guards.officers import INSPECTION_RULES
from inspections.models import (
    Deployment,
    Visit,
)


def has_stops(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """A plan names the places."""
    if not deployment.visits.exclude(status="CANCELLED").exists():
        yield Reason("还没有选定检查对象。", cleared_by="请先添加要检查的机构。", gate="stops")


def is_approved(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G01: approved by the head before it starts; an emergency outing within the limit afterwards."""
    if deployment.approved_at:
        return
    if not deployment.is_emergency:
        yield Reason("检查没有经过审批，不能实施。", INSPECTION_RULES, "请先送机关负责人批准。", "G01")


def late_approval_done(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G01: an emergency outing is finished only with its approval completed."""
    if deployment.lacks_late_approval:
        yield Reason(
            f"应急检查须在 {deployment.approval_due_on:%Y-%m-%d} 前补办审批。",
            INSPECTION_RULES,
            "请机关负责人补办审批。",
            "G01",
        )


def is_notified(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G02: the notice with item list, officers and rights was made for every place."""
    waiting = deployment.visits.exclude(status="CANCELLED").filter(notice_document__isnull=True)
    names = list(waiting.values_list("institution__name", flat=True)[:3])
    if names:
        yield Reason(
            f"还没有制作检查通知书：{'、'.join(names)}。", INSPECTION_RULES, "请先下达检查通知。", "G02"
        )


def checks_this_year(visit: Visit) -> int:
    """Visits of this institution in the year of the visit that count towards the cap."""
    from inspections.models import CAP_EXEMPT_KINDS

    others = Visit.objects.filter(
        bureau_id=visit.bureau_id, institution_id=visit.institution_id, planned_on__year=visit.planned_on.year
    )
    return others.carried_out().exclude(deployment__kind__in=CAP_EXEMPT_KINDS).exclude(pk=visit.pk).count()


def yearly_cap(visit: Visit) -> PolicyValue | None:
    """The cap in force on the planned day; None before any was (国办发〔2024〕54号 brought it in)."""
    return cap_on(visit.region, visit.planned_on)


def cap_on(region: Region, day: date) -> PolicyValue | None:
    """The cap of a place in force on a day; None before any was."""
    return policy.find("inspection.yearly_cap", region=region, on=day)


def within_cap(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G03: under the yearly cap, exempt, or overridden by a leader with a reason."""
    if deployment.is_cap_exempt or deployment.cap_override_reason:
        return
    for visit in deployment.visits.exclude(status="CANCELLED").select_related("institution", "region"):
        row = yearly_cap(visit)
        if row is None:
            continue
        done = checks_this_year(visit)
        if done >= int(row.value):
            yield Reason(
                f"{visit.institution.name}本年度已检查 {done} 次，达到上限 {row.value} 次。",
                row.cited,
                "确需检查的，由机关负责人写明理由批准，理由将写入检查通知书。",
                "G03",
            )


def not_own_draft(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """Four eyes: who drafted or submitted does not approve."""
    if actor.pk in {deployment.created_by_id, deployment.submitted_by_id}:
        yield Reason(
            "起草、送审人不能审批自己的方案。", INSPECTION_RULES, "请由机关负责人审批。", "four_eyes"
        )


def approves_for_lead(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G01: the head of the leading organ approves."""
    if not actor.is_system and actor.organisation_id != deployment.lead_organ_id:
        yield Reason(
            f"应由{deployment.lead_organ.name}的负责人审批。", INSPECTION_RULES, "请转其负责人办理。", "G01"
        )


def is_emergency(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """Only an emergency outing is approved afterwards."""
    if not deployment.lacks_late_approval:
        yield Reason("不是待补办审批的应急检查。", gate="emergency")


def all_stops_recorded(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """An outing ends when every stop is recorded or cancelled."""
    left = deployment.visits.filter(status__in=["PLANNED", "STARTED"]).count()
    if left:
        yield Reason(f"还有 {left} 家没有检查或没有记录。", cleared_by="请逐家记录或取消。", gate="recorded")
