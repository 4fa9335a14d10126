"""Who goes on an outing, and who stands aside."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.documents.services import document_withdraw
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_update
from casework.steps import lock, refuse, require
from inspections import guards
from inspections.models import (
    Deployment,
    DeploymentMember,
    DeploymentStatus,
    MemberRole,
    Recusal,
    RecusalOrigin,
    RecusalStatus,
)
from inspections.services.deployments.approval import BEFORE_START
from inspections.services.deployments.planning import _let_departments_in


@database.atomic
def member_add(
    *,
    actor: User,
    deployment: Deployment,
    organisation: Organisation,
    role: str,
    user: User | None = None,
    person_name: str = "",
    is_counted: bool = True,
    at: datetime | None = None,
) -> DeploymentMember:
    """Put a person into the team; the same person again gives the first row.

    An officer needs a certificate of `organisation` valid on the planned day, which is copied (G04);
    after approval only the head adds officers, and notices already made are made anew. Raises
    Blocked, NotAllowed, WrongState, Unlawful.
    """
    locked = _team_open(actor, deployment, adds_officer=role == MemberRole.OFFICER)
    name = user.name if user else person_name.strip()
    known = locked.members.filter(
        organisation=organisation, person_name=name, removed_at__isnull=True
    ).first()
    if known:
        return known
    member = DeploymentMember(
        deployment=locked,
        user=user,
        person_name=name,
        organisation=organisation,
        role=role,
        is_counted=is_counted,
    )
    if role == MemberRole.OFFICER:
        _certify(member, locked.planned_on)
    clean(member)
    member.save()
    _team_changed(actor, locked, "inspections.member_add", {"members": [None, name]}, at)
    _let_departments_in(actor, locked)
    return member


def _team_open(actor: User, deployment: Deployment, *, adds_officer: bool) -> Deployment:
    require(actor, "inspections.deployment_edit" if not adds_officer else _officer_permission(deployment))
    locked = lock(deployment)
    if locked.status not in BEFORE_START:
        raise WrongState("检查已经开始，不能再变动检查组成员。")
    return locked


def _officer_permission(deployment: Deployment) -> str:
    settled = deployment.status in {DeploymentStatus.APPROVED, DeploymentStatus.NOTIFIED}
    return "inspections.deployment_approve" if settled else "inspections.deployment_edit"


def _certify(member: DeploymentMember, day: date) -> None:
    if member.user is None:
        raise Unlawful("执法人员须选择系统账号，以便核验执法证。没有账号的请列为协助人员。")
    refuse(guards.enforcing_reasons(member.organisation))
    refuse(guards.certificate_reasons(member.user, member.organisation, day))
    certificate = guards.certificate_for(member.user, member.organisation, day)
    if certificate is None:
        raise Unlawful("没有有效的执法证。")
    member.certificate_no = certificate.number
    member.certificate_organ = certificate.organ
    member.certificate_until = certificate.validity.upper
    member.checked_on = day


def _team_changed(
    actor: User, deployment: Deployment, verb: str, changes: dict[str, list[Any]], at: datetime | None
) -> None:
    audit.record(actor=actor, verb=verb, target=deployment, changes=changes, at=at)
    for visit in deployment.visits.filter(notice_document__isnull=False, status="PLANNED"):
        document = visit.notice_document
        if document is not None:
            document_withdraw(
                actor=actor, document=document, reason="检查人员变更，重新通知", at=at, about=visit.file_uid
            )
        record_update(
            actor=actor, obj=visit, values={"notice_document": None}, verb="inspections.visit_renotify", at=at
        )


@database.atomic
def member_remove(
    *, actor: User, member: DeploymentMember, reason: str, at: datetime | None = None
) -> DeploymentMember:
    """Take a person out of the team before it leaves. Raises NotAllowed, WrongState, Unlawful."""
    at = at or timezone.now()
    locked = _team_open(actor, member.deployment, adds_officer=False)
    if not reason.strip():
        raise Unlawful("调出检查组须写明原因。")
    member.removed_at, member.removed_reason = at, reason.strip()
    member.save(update_fields=["removed_at", "removed_reason"])
    _team_changed(actor, locked, "inspections.member_remove", {"members": [member.person_name, None]}, at)
    return member


@database.atomic
def recusal_raise(
    *, actor: User, member: DeploymentMember, origin: str, ground: str, at: datetime | None = None
) -> Recusal:
    """Declare a ground (it stands at once) or file the party's application (the head decides).

    Raises NotAllowed, Unlawful, WrongState when one is already undecided.
    """
    require(actor, "inspections.recusal_declare")
    at = at or timezone.now()
    locked = lock(member)
    if not ground.strip():
        raise Unlawful("回避须写明事由。")
    if locked.recusals.filter(status=RecusalStatus.OPEN).exists():
        raise WrongState("该人员已有一件回避申请待决定。")
    status = RecusalStatus.DECLARED if origin == RecusalOrigin.SELF else RecusalStatus.OPEN
    recusal = Recusal.objects.create(
        member=locked, origin=origin, ground=ground.strip(), status=status, raised_at=at, raised_by=actor
    )
    audit.record(
        actor=actor,
        verb="inspections.recusal_raise",
        target=locked.deployment,
        changes={"recusal": [None, f"{locked.person_name}：{recusal.get_status_display()}"]},
        reason=ground,
        at=at,
    )
    return recusal


@database.atomic
def recusal_decide(
    *, actor: User, recusal: Recusal, is_granted: bool, note: str, at: datetime | None = None
) -> Recusal:
    """The head decides an application (行政处罚法 第四十三条). Raises NotAllowed, WrongState, Unlawful."""
    require(actor, "inspections.recusal_decide")
    at = at or timezone.now()
    locked = lock(recusal)
    if locked.status != RecusalStatus.OPEN:
        raise WrongState("这件回避申请已经决定。")
    if not note.strip():
        raise Unlawful("决定回避申请须写明理由。")
    locked.status = RecusalStatus.GRANTED if is_granted else RecusalStatus.REFUSED
    locked.decided_at, locked.decided_by, locked.decision_note = at, actor, note.strip()
    locked.save()
    audit.record(
        actor=actor,
        verb="inspections.recusal_decide",
        target=locked.member.deployment,
        changes={"recusal": [RecusalStatus.OPEN, locked.status]},
        reason=note,
        at=at,
    )
    return locked


for code, sentence in {
    "member_add": "加入检查组",
    "member_remove": "调出检查组",
    "recusal_raise": "提出回避",
    "recusal_decide": "决定回避",
}.items():
    audit.verb(f"inspections.{code}", sentence)
