"""Gates about persons: certificates, two officers, recusal, who leads lawfully."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from accounts.models import OfficerCertificate, Organisation, OrganisationKind, User
from accounts.models.organisations import COUNTERPARTS
from casework.errors import Reason
from inspections.models import (
    Deployment,
    DeploymentMember,
    MemberRole,
    RecusalStatus,
)

PENALTY_42 = "行政处罚法第四十二条"
PENALTY_28 = "行政处罚法第二十八条"
INSPECTION_RULES = "国办发〔2024〕54号"
SPECIAL_GROUP_WORDS = ("领导小组", "工作专班", "协调小组", "双减办", "专班", "议事协调")
MIN_OFFICERS = 2
NOT_ENFORCING = frozenset({OrganisationKind.TOWNSHIP, *COUNTERPARTS})


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
