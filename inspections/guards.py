"""The gates of inspecting and rectifying: each gives the reasons that stop a step, with their basis.

G01 to G10 are the gates of supervision law that this room keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from accounts.models import OfficerCertificate, Organisation, OrganisationKind, User
from accounts.models.organisations import COUNTERPARTS
from casework import policy
from casework.errors import Reason
from casework.models import PolicyValue
from casework.workflow import Guard
from fieldwork.selectors import failures_of
from inspections.models import (
    Deployment,
    DeploymentMember,
    DeploymentStatus,
    Finding,
    FindingMode,
    FindingStatus,
    MemberRole,
    PhotoPhase,
    RecheckResult,
    RectificationNotice,
    RecusalStatus,
    Visit,
)

PENALTY_42 = "行政处罚法第四十二条"
PENALTY_28 = "行政处罚法第二十八条"
INSPECTION_RULES = "国办发〔2024〕54号"
MIN_OFFICERS = 2
NOT_ENFORCING = frozenset({OrganisationKind.TOWNSHIP, *COUNTERPARTS})
SPECIAL_GROUP_WORDS = ("领导小组", "工作专班", "协调小组", "双减办", "专班", "议事协调")


def may_enforce(organ: Organisation) -> bool:
    """Whether an organisation can inspect and issue in its own name at all (G07)."""
    is_group = any(word in organ.name for word in SPECIAL_GROUP_WORDS)
    return organ.is_issuing_organ and organ.kind not in NOT_ENFORCING and not is_group


def enforcing_reasons(organ: Organisation) -> Iterable[Reason]:
    """G07: monitors, townships and special groups never inspect."""
    if not may_enforce(organ):
        yield Reason(
            f"{organ.name}不是行政执法机关，不能作为检查、制发文书的机关。监督员巡查、专班督导不得代替行政检查。",
            INSPECTION_RULES,
            "请改由有执法权的部门牵头。",
            "G07",
        )


def certificate_for(user: User, organ: Organisation, day: date) -> OfficerCertificate | None:
    """The person's certificate of that organ valid on that day, if any."""
    found = OfficerCertificate.objects.filter(user=user, organ=organ).order_by("-validity")
    return next((certificate for certificate in found if certificate.is_valid_on(day)), None)


def certificate_reasons(user: User, organ: Organisation, day: date) -> Iterable[Reason]:
    """G04: who is put down as officer holds a valid certificate of that organ on that day."""
    if certificate_for(user, organ, day):
        return
    known = OfficerCertificate.objects.filter(user=user).select_related("organ").order_by("-validity").first()
    if known is None:
        sentence = f"{user.name}没有行政执法证，不能作为执法人员。"
    elif known.organ_id != organ.pk:
        sentence = (
            f"{user.name}的执法证由{known.organ.short_name}核发，不能以{organ.short_name}执法人员身份检查。"
        )
    else:
        sentence = f"{user.name}的执法证 {known.number} 在 {day:%Y-%m-%d} 无效（已过期或收回）。"
    yield Reason(sentence, PENALTY_42, "请列为协助人员，或换人。", "G04")


def certified_members(deployment: Deployment, organ: Organisation, day: date) -> list[DeploymentMember]:
    """Officers of `organ` in the team whose certificate is valid on `day` and who need not stand aside."""
    members = deployment.members.filter(
        role=MemberRole.OFFICER, organisation=organ, removed_at__isnull=True
    ).select_related("user", "organisation")
    standing_aside = [RecusalStatus.DECLARED, RecusalStatus.OPEN, RecusalStatus.GRANTED]
    return [
        member
        for member in members
        if member.user
        and certificate_for(member.user, organ, day)
        and not member.recusals.filter(status__in=standing_aside).exists()
    ]


def two_officers_reasons(deployment: Deployment, organ: Organisation, day: date) -> Iterable[Reason]:
    """G05: at least two certified officers of the organ."""
    count = len(certified_members(deployment, organ, day))
    if count < MIN_OFFICERS:
        yield Reason(
            f"{organ.short_name}的持证执法人员只有 {count} 人，须不少于两人，且须同属{organ.short_name}。",
            PENALTY_42,
            "请在检查组中补充持有效执法证的人员。",
            "G05",
        )


def leads_lawfully(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G07 for the leading organ."""
    yield from enforcing_reasons(deployment.lead_organ)


def has_stops(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """A plan names the places."""
    if not deployment.visits.exclude(status="CANCELLED").exists():
        yield Reason("还没有选定检查对象。", cleared_by="请先添加要检查的机构。", gate="stops")


def has_two_officers(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G04 and G05 on the planned day, or today once that is past."""
    day = max(deployment.planned_on, timezone.localdate())
    yield from two_officers_reasons(deployment, deployment.lead_organ, day)


def officers_still_certified(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G04 again: everyone put down as officer is certified on the planned day."""
    officers = deployment.members.filter(role=MemberRole.OFFICER, removed_at__isnull=True)
    for member in officers.select_related("user", "organisation"):
        if member.user:
            yield from certificate_reasons(member.user, member.organisation, deployment.planned_on)


def nobody_stands_aside(deployment: Deployment, actor: User) -> Iterable[Reason]:
    """G06: no known ground, no undecided application."""
    for member in deployment.members.filter(removed_at__isnull=True):
        for recusal in member.recusals.exclude(status=RecusalStatus.REFUSED):
            is_open = recusal.status == RecusalStatus.OPEN
            what = "的回避申请尚未决定" if is_open else f"应当回避（{recusal.ground}）"
            clear = "请机关负责人先作决定。" if is_open else "请将其调出检查组。"
            yield Reason(f"{member.person_name}{what}。", "行政处罚法第四十三条", clear, "G06")


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
    try:
        return policy.value("inspection.yearly_cap", region=visit.region, on=visit.planned_on)
    except policy.PolicyMissing:
        return None


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
                row.basis,
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


def rechecked_done(finding: Finding, actor: User) -> Iterable[Reason]:
    """G09: the last re-check by two certified officers of the organ says done."""
    from inspections.models import RecheckItem

    last = (
        RecheckItem.objects.filter(item__finding=finding)
        .select_related("recheck")
        .order_by("-recheck__rechecked_at", "-pk")
        .first()
    )
    if last is None or last.result != RecheckResult.DONE:
        yield Reason(
            "没有复查为“已整改”，机构自报不能销号。", "整改复查记录", "请两名以上执法人员复查。", "G09"
        )
        return
    officers = last.recheck.officers.filter(organ_id=finding.organ_id).values("user").distinct().count()
    if officers < MIN_OFFICERS:
        yield Reason("复查人员不足两名持证执法人员。", PENALTY_42, "请重新复查。", "G09")


def acts_for_organ(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """A notice is the business of the organ that issues it."""
    if not actor.is_system and actor.organisation_id != notice.organ_id:
        yield Reason(
            f"整改通知书由{notice.organ.name}办理。", PENALTY_42, f"请转{notice.organ.short_name}。", "organ"
        )


def notice_organ_lawful(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G07 for the issuing organ."""
    yield from enforcing_reasons(notice.organ)


def notice_two_officers(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G05 for issuing: two certified officers of the issuing organ took part in the visit."""
    yield from two_officers_reasons(notice.visit.deployment, notice.organ, notice.visit.visited_on)


def notice_visit_lawful(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G01 and G02 for issuing: the visit took place, approved and notified."""
    visit, deployment = notice.visit, notice.visit.deployment
    if visit.status not in {"STARTED", "RECORDED", "CLOSED"}:
        yield Reason("检查还没有实施，不能下发整改通知书。", INSPECTION_RULES, "请先实施检查。", "G01")
    yield from is_approved(deployment, actor)
    due = deployment.approval_due_on
    if deployment.lacks_late_approval and due and timezone.localdate() > due:
        yield from late_approval_done(deployment, actor)


def notice_complete(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G08: facts, rule broken, what to correct, date and remedy line are there."""
    wanted = (
        ("违法事实", notice.facts),
        ("违反的规定", notice.rule_broken),
        ("责令依据", notice.basis),
        ("整改期限", notice.term_amount),
        ("救济途径", notice.remedy_line),
    )
    missing = [label for label, value in wanted if not value]
    items = list(notice.items.all())
    if not items or any(not item.order.strip() for item in items):
        missing.append("整改要求")
    if missing:
        yield Reason(f"整改通知书缺少：{'、'.join(missing)}。", PENALTY_28, "请补充后再制发。", "G08")


def has_service_record(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """Terms run only from a proven service."""
    if not hasattr(notice, "service"):
        yield Reason("没有送达回证。", "行政处罚法第六十一条", "请先登记送达回证。", "G32")


def has_full_reply(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """A report speaks about every item that is still open."""
    reply = notice.replies.order_by("-submitted_at", "-pk").first()
    told = set(reply.items.values_list("item_id", flat=True)) if reply else set()
    left = notice.items.filter(finding__status=FindingStatus.IN_NOTICE).exclude(pk__in=told).count()
    if left or reply is None:
        yield Reason(f"还有 {left} 项没有填写整改情况。", cleared_by="请逐项填写。", gate="reply")


def all_findings_closed(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G09: every item was closed by a re-check."""
    left = notice.items.exclude(finding__status=FindingStatus.CLOSED).count()
    if left:
        yield Reason(f"还有 {left} 项没有复查销号。", "整改复查记录", "请逐项复查。", "G09")


def has_granted_extension(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """G10: asked before the term ended, with a reason, approved."""
    granted = notice.extensions.filter(status="GRANTED").order_by("-decided_at").first()
    asked_in_time = granted is not None and timezone.localdate(granted.requested_at) <= (
        notice.due_on or date.min
    )
    if (
        granted is None
        or not asked_in_time
        or granted.granted_until is None
        or granted.granted_until <= (notice.due_on or date.max)
    ):
        yield Reason(
            "没有在期限届满前提出并获批准的延期申请。", "整改期限管理规定", "请先审批延期申请。", "G10"
        )


def was_rechecked(notice: RectificationNotice, actor: User) -> Iterable[Reason]:
    """Work goes back to the institution only with the result of a re-check."""
    if not notice.rechecks.filter(rechecked_at__gte=notice.answered_at).exists():
        yield Reason("还没有复查，不能退回。", cleared_by="请先登记复查结果。", gate="G09")
