"""Gates of a visit and its findings."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from accounts.models import User
from casework.errors import Reason
from casework.workflow import Guard
from fieldwork.selectors import failures_of
from inspections.guards.officers import PENALTY_42, nobody_stands_aside, two_officers_reasons
from inspections.guards.outings import is_approved, is_notified
from inspections.models import (
    DeploymentStatus,
    Finding,
    FindingMode,
    FindingStatus,
    MemberRole,
    PhotoPhase,
    Visit,
)


def deployment_underway(visit: Visit, actor: User) -> Iterable[Reason]:
    """A stop is visited only inside a lawful outing; shows every gate that holds the outing back."""
    deployment = visit.deployment
    if deployment.status == DeploymentStatus.UNDERWAY:
        return
    if deployment.status not in {DeploymentStatus.NOTIFIED, DeploymentStatus.APPROVED}:
        yield from is_approved(deployment, actor)
    if deployment.status != DeploymentStatus.NOTIFIED:
        yield from is_notified(deployment, actor)
    yield Reason(
        f"检查出动现在是“{deployment.get_status_display()}”。",
        cleared_by="请先完成审批、通知并开始检查。",
        gate="underway",
    )


def takes_part(visit: Visit, actor: User) -> Iterable[Reason]:
    """The one who records is an officer of the team."""
    if actor.is_system:
        return
    member = visit.deployment.members.filter(user=actor, role=MemberRole.OFFICER, removed_at__isnull=True)
    if not member.exists():
        yield Reason(
            "您不是本次检查的执法人员，不能实施或记录检查。", PENALTY_42, "请由检查组执法人员办理。", "G05"
        )


def visit_two_officers(visit: Visit, actor: User) -> Iterable[Reason]:
    """G05 on the day of the visit."""
    deployment = visit.deployment
    day = timezone.localdate(visit.started_at) if visit.started_at else timezone.localdate()
    yield from two_officers_reasons(deployment, deployment.lead_organ, day)


def visit_recusals(visit: Visit, actor: User) -> Iterable[Reason]:
    """G06 for the team of the visit."""
    yield from nobody_stands_aside(visit.deployment, actor)


def checklist_finished(visit: Visit, actor: User) -> Iterable[Reason]:
    """An opened checklist is finished before the visit is recorded."""
    if visit.checklist_run and visit.checklist_run.status == "OPEN":
        yield Reason("检查清单还没有填完。", cleared_by="请先完成清单。", gate="checklist")


def carried_answered(visit: Visit, actor: User) -> Iterable[Reason]:
    """Problems of earlier visits that are still open were each looked at again."""
    left = visit.carried.filter(
        result="", finding__status__in=[FindingStatus.OPEN, FindingStatus.IN_NOTICE]
    ).count()
    if left:
        yield Reason(
            f"以前检查发现的问题还有 {left} 项没有核实。",
            cleared_by="请逐项填写已整改、部分整改或未整改。",
            gate="carried",
        )


def failures_have_findings(visit: Visit, actor: User) -> Iterable[Reason]:
    """Every failed checklist item became a finding, so that nothing found goes without handling."""
    run = visit.checklist_run
    if run is None:
        return
    failed = failures_of(run).values_list("item__code", flat=True)
    told = set(visit.findings.exclude(status=FindingStatus.VOID).values_list("item_code", flat=True))
    if missing := sorted(set(failed) - told):
        yield Reason(
            f"清单不合格项还没有登记问题：{'、'.join(missing)}。", cleared_by="请逐项登记。", gate="findings"
        )


def findings_settled(visit: Visit, actor: User) -> Iterable[Reason]:
    """A visit is closed when each problem was fixed, is under notice, or was handed on."""
    for finding in visit.findings.filter(status=FindingStatus.OPEN):
        what = {
            FindingMode.ON_SPOT: "没有确认当场改正",
            FindingMode.IN_TERM: "没有下发整改通知书",
            FindingMode.REFER: "没有移送",
        }[FindingMode(finding.mode)]
        yield Reason(f"问题“{finding}”{what}。", cleared_by="请先处理该问题。", gate="settled")


def visit_is_open(finding: Finding, actor: User) -> Iterable[Reason]:
    """Findings change only while their visit is being carried out or recorded."""
    if finding.visit.status in {"PLANNED", "CLOSED", "CANCELLED"}:
        yield Reason(f"检查现在是“{finding.visit.get_status_display()}”，不能再改问题。", gate="visit_open")


def fix_has_photo(finding: Finding, actor: User) -> Iterable[Reason]:
    """A fix on the spot is shown by a photo, or the reason why there is none."""
    if not finding.no_photo_reason and not finding.photos.filter(phase=PhotoPhase.AFTER).exists():
        yield Reason("没有改正后的照片。", cleared_by="请上传照片，或写明未拍照的原因。", gate="photo")


def mode_is(mode: FindingMode) -> Guard:
    """A guard that the finding is dealt with in that way."""

    def guard(finding: Finding, actor: User) -> Iterable[Reason]:
        if finding.mode != mode:
            yield Reason(
                f"处理方式是“{finding.get_mode_display()}”。", cleared_by="请先修改处理方式。", gate="mode"
            )

    guard.__name__ = f"mode_is_{mode.value.lower()}"
    return guard
