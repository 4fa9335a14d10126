"""Approving, notifying, starting, finishing and cancelling an outing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import deadline_finish, deadline_start
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.records import record_update
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from inspections import guards, papers
from inspections.models import (
    Deployment,
    DeploymentStatus,
    Visit,
)

BEFORE_START = (
    DeploymentStatus.DRAFT,
    DeploymentStatus.SUBMITTED,
    DeploymentStatus.APPROVED,
    DeploymentStatus.NOTIFIED,
)
LATE_APPROVAL = "EMERGENCY_APPROVAL"


@database.atomic
def cap_override(*, actor: User, deployment: Deployment, reason: str) -> Deployment:
    """A leader allows a visit above the yearly cap; the reason is printed in the notice (G03)."""
    require(actor, "inspections.cap_override")
    if not reason.strip():
        raise Unlawful("批准超频次检查须写明理由，理由将写入检查通知书。")
    return record_update(
        actor=actor,
        obj=deployment,
        values={"cap_override_reason": reason.strip(), "cap_override_by": actor},
        verb="inspections.cap_override",
        reason=reason,
    )


def deployment_submit(*, actor: User, deployment: Deployment, at: datetime | None = None) -> Deployment:
    """Send a draft to the head for approval."""
    return transition(deployment, "submit", actor=actor, at=at, values={"submitted_by": actor})


@database.atomic
def deployment_approve(
    *, actor: User, deployment: Deployment, note: str = "", at: datetime | None = None
) -> Deployment:
    """The head of the leading organ approves; the approval form is issued with its number (G01)."""
    return _approve(actor, deployment, "approve", note, at or timezone.now())


@database.atomic
def deployment_approve_late(
    *, actor: User, deployment: Deployment, note: str = "", at: datetime | None = None
) -> Deployment:
    """Complete the approval of an emergency outing. After the limit a note says why it is late."""
    at = at or timezone.now()
    due = deployment.approval_due_on
    if due and timezone.localdate(at) > due and not note.strip():
        raise Unlawful(f"补办审批已超过期限 {due:%Y-%m-%d}，须写明原因。")
    approved = _approve(actor, deployment, "approve_late", note, at)
    deadline_finish(actor=actor, subject_uid=approved.uid, kind=LATE_APPROVAL, on=timezone.localdate(at))
    return approved


def _approve(actor: User, deployment: Deployment, name: str, note: str, at: datetime) -> Deployment:
    locked = lock(deployment)
    ready(locked, name, actor)
    document = document_issue(
        actor=actor,
        organ=locked.lead_organ,
        kind="INSPECTION_APPROVAL",
        subject=locked,
        content=papers.source(papers.inspection_approval(locked, decided_by=actor.name, note=note, at=at)),
        title=f"{locked.name}审批表",
        at=at,
        is_public=False,
    )
    values = {
        "approved_by": actor,
        "approval_note": note.strip(),
        "approval_document": document,
        "number": document.number,
    }
    return transition(locked, name, actor=actor, at=at, reason=note, values=values)


def deployment_return(
    *, actor: User, deployment: Deployment, reason: str, at: datetime | None = None
) -> Deployment:
    """Send a plan back to its drafter with the reason."""
    return transition(deployment, "return", actor=actor, reason=reason, at=at)


@database.atomic
def deployment_notify(*, actor: User, deployment: Deployment, at: datetime | None = None) -> Deployment:
    """Make the notice of inspection for every place that has none (G02), and mark the outing notified.

    On an outing already notified it only makes what a change of the team withdrew.
    """
    at = at or timezone.now()
    require(actor, "inspections.deployment_notify")
    locked = lock(deployment)
    if locked.status not in {DeploymentStatus.APPROVED, DeploymentStatus.NOTIFIED}:
        raise WrongState(f"检查现在是“{locked.get_status_display()}”，须先经批准才能下达通知。")
    _notices_make(actor, locked, at)
    if locked.status == DeploymentStatus.NOTIFIED:
        return locked
    return transition(locked, "notify", actor=actor, at=at)


def _notices_make(actor: User, deployment: Deployment, at: datetime) -> None:
    waiting = deployment.visits.filter(notice_document__isnull=True, status="PLANNED").order_by("pk")
    for visit in waiting.select_for_update(of=("self",)).select_related("institution", "deployment"):
        content = papers.inspection_notice(visit, frequency=frequency_line(visit), at=at)
        document = document_issue(
            actor=actor,
            organ=deployment.lead_organ,
            kind="INSPECTION_NOTICE",
            subject=visit,
            content=papers.source(content),
            title="行政检查通知书",
            party=visit.institution.name,
            at=at,
            is_public=False,
        )
        record_update(
            actor=actor,
            obj=visit,
            values={"notice_document": document},
            verb="inspections.visit_notify",
            at=at,
        )


def frequency_line(visit: Visit) -> str:
    """How often the enterprise was inspected this year and what the cap is."""
    deployment = visit.deployment
    if deployment.is_cap_exempt:
        return f"本次为{deployment.get_kind_display()}，不计入年度检查频次。"
    cap = guards.yearly_cap(visit)
    if cap is None:
        return f"本年度已检查{guards.checks_this_year(visit)}次。"
    line = f"年度检查频次上限{cap.value}次，本年度已检查{guards.checks_this_year(visit)}次。"
    if deployment.cap_override_reason:
        line += f"本次超出频次上限，经批准实施，理由：{deployment.cap_override_reason}"
    return line


def deployment_start(*, actor: User, deployment: Deployment, at: datetime | None = None) -> Deployment:
    """The team leaves. Raises Blocked with every gate G01 to G07 that holds it back."""
    return transition(deployment, "start", actor=actor, at=at)


@database.atomic
def deployment_start_emergency(
    *, actor: User, deployment: Deployment, reason: str, at: datetime | None = None
) -> Deployment:
    """Go at once with notices made on the spot; the approval follows within the policy limit (G01)."""
    at = at or timezone.now()
    require(actor, "inspections.visit_record")
    if not reason.strip():
        raise Unlawful("应急检查须写明事由。")
    locked = lock(deployment)
    if locked.status not in {DeploymentStatus.DRAFT, DeploymentStatus.SUBMITTED}:
        raise WrongState(f"检查现在是“{locked.get_status_display()}”，不能转为应急检查。")
    refuse(guards.enforcing_reasons(locked.lead_organ))
    _notices_make(actor, locked, at)
    today = timezone.localdate(at)
    term = policy.term("inspection.emergency.approval", region=locked.region, on=today)
    deadline = deadline_start(
        actor=actor,
        bureau=locked.bureau,
        subject=locked,
        kind=LATE_APPROVAL,
        label="补办检查审批",
        term=term,
        starts_on=today,
    )
    values = {"is_emergency": True, "emergency_reason": reason.strip(), "approval_due_on": deadline.due_on}
    return transition(locked, "start_emergency", actor=actor, at=at, reason=reason, values=values)


def deployment_finish(*, actor: User, deployment: Deployment, at: datetime | None = None) -> Deployment:
    """End the outing when every stop is recorded and the approval is complete."""
    return transition(deployment, "finish", actor=actor, at=at)


@database.atomic
def deployment_cancel(
    *, actor: User, deployment: Deployment, reason: str, at: datetime | None = None
) -> Deployment:
    """Give an outing up before it leaves; its stops are cancelled and its notices withdrawn."""
    cancelled = transition(deployment, "cancel", actor=actor, reason=reason, at=at)
    for visit in cancelled.visits.filter(status="PLANNED").order_by("pk"):
        if visit.notice_document:
            document_withdraw(
                actor=actor, document=visit.notice_document, reason=reason, at=at, about=visit.file_uid
            )
        transition(visit, "cancel", actor=actor, reason=reason, at=at)
    return cancelled


for code, sentence in {
    "deployment_submit": "送审检查方案",
    "deployment_approve": "批准检查",
    "deployment_approve_late": "补办检查审批",
    "deployment_return": "退回检查方案",
    "deployment_notify": "下达检查通知",
    "deployment_start": "开始检查",
    "deployment_start_emergency": "开始应急检查",
    "deployment_finish": "结束检查",
    "deployment_cancel": "取消检查",
    "cap_override": "批准超频次检查",
}.items():
    audit.verb(f"inspections.{code}", sentence)
