"""Planning, approving and notifying an outing; who goes and who stands aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, policy
from casework.deadlines import deadline_finish, deadline_start
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from inspections import guards, papers
from inspections.models import (
    Deployment,
    DeploymentMember,
    DeploymentStatus,
    InspectionKind,
    MemberRole,
    Recusal,
    RecusalOrigin,
    RecusalStatus,
    Visit,
)
from institutions.models import Institution
from institutions.services import institution_participate

BEFORE_START = (
    DeploymentStatus.DRAFT,
    DeploymentStatus.SUBMITTED,
    DeploymentStatus.APPROVED,
    DeploymentStatus.NOTIFIED,
)
LATE_APPROVAL = "EMERGENCY_APPROVAL"


@database.atomic
def deployment_draft(
    *,
    actor: User,
    values: dict[str, Any],
    institutions: Iterable[Institution] = (),
    uid: UUID | None = None,
    at: datetime | None = None,
) -> Deployment:
    """Draft an outing to `institutions`; the same `uid` again gives the first draft back.

    `values`: name, kind, lead_organ, task_source, basis, item, starts_at, ends_at, and optionally
    campaign, checklist_version, source_*. Raises NotAllowed, Blocked (G07), Unlawful.
    """
    require(actor, "inspections.deployment_edit")
    if uid and (known := Deployment.objects.visible_to(actor).filter(uid=uid).first()):
        return known
    organ: Organisation = values["lead_organ"]
    refuse(guards.enforcing_reasons(organ))
    deployment = Deployment(
        **root_fields(actor=actor, region=organ.bureau.region, bureau=organ.bureau),
        **({"uid": uid} if uid else {}),
        **values,
    )
    record_create(actor=actor, obj=deployment, verb="inspections.deployment_draft", at=at)
    for institution in institutions:
        visit_add(actor=actor, deployment=deployment, institution=institution, at=at)
    return deployment


@database.atomic
def deployment_edit(
    *, actor: User, deployment: Deployment, values: dict[str, Any], version: int | None = None
) -> Deployment:
    """Change a draft. Raises NotAllowed, WrongState, StaleVersion, Blocked (G07), Unlawful."""
    require(actor, "inspections.deployment_edit")
    locked = lock(deployment)
    if locked.status != DeploymentStatus.DRAFT:
        raise WrongState(
            f"方案{locked.get_status_display()}，不能修改。需要修改的，请先退回或取消后重新起草。"
        )
    if "lead_organ" in values:
        refuse(guards.enforcing_reasons(values["lead_organ"]))
    return record_update(
        actor=actor, obj=locked, values=values, verb="inspections.deployment_edit", version=version
    )


@database.atomic
def visit_add(
    *,
    actor: User,
    deployment: Deployment,
    institution: Institution,
    planned_on: date | None = None,
    place_note: str = "",
    at: datetime | None = None,
) -> Visit:
    """Put a place on the list of a draft: open, closed or unlicensed; a second time gives the first row."""
    require(actor, "inspections.deployment_edit")
    locked = lock(deployment)
    known = locked.visits.filter(institution=institution).exclude(status="CANCELLED").first()
    if known:
        return known
    if locked.status != DeploymentStatus.DRAFT:
        raise WrongState("方案已经送审，不能再增加检查对象。现场发现的其他场所，请另行登记应急检查。")
    visit = Visit(
        **root_fields(actor=actor, region=institution.region, bureau=locked.bureau),
        deployment=locked,
        institution=institution,
        planned_on=planned_on or locked.planned_on,
        place_note=place_note,
    )
    planned = record_create(actor=actor, obj=visit, verb="inspections.visit_plan", at=at)
    _let_departments_in(actor, locked)
    return planned


def _let_departments_in(actor: User, deployment: Deployment) -> None:
    """Every department of the team may open the files of the places on the list."""
    institutions = [visit.institution for visit in deployment.visits.select_related("institution")]
    for organisation in Organisation.objects.filter(pk__in=deployment.members.values("organisation")):
        institution_participate(
            actor=actor,
            institutions=institutions,
            organisation=organisation,
            source=f"联合检查：{deployment.name}",
            since=deployment.planned_on,
        )


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


@database.atomic
def visit_request(
    *,
    actor: User,
    institution: Institution,
    source_kind: str,
    source_no: str,
    redacted_brief: str,
    lead_organ: Organisation | None = None,
    evidence: Iterable[UUID] = (),
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    at: datetime | None = None,
) -> Deployment:
    """Another room asks for a visit: a draft with one stop, which officers staff and send for approval.

    It is only a request: nothing starts without approval, notice and two officers (G07). One request
    per source; repeating gives the first. `redacted_brief` must not identify a reporter.
    """
    at = at or timezone.now()
    organ = lead_organ or _default_organ(institution)
    known = Deployment.objects.filter(
        bureau=organ.bureau, source_kind=source_kind, source_no=source_no, visits__institution=institution
    ).exclude(status=DeploymentStatus.CANCELLED)
    if found := known.first():
        return found
    refuse(guards.enforcing_reasons(organ))
    begin = starts_at or at
    deployment = Deployment(
        **root_fields(actor=actor, region=organ.bureau.region, bureau=organ.bureau),
        name=f"{institution.name}线索核查"[:100],
        kind=InspectionKind.CLUE,
        lead_organ=organ,
        task_source=f"线索 {source_no}"[:100],
        basis="《校外培训行政处罚暂行办法》（教育部令第53号）",
        item=redacted_brief,
        starts_at=begin,
        ends_at=ends_at or begin + timedelta(days=7),
        source_kind=source_kind,
        source_no=source_no,
        source_brief=redacted_brief,
        source_evidence=[str(uid) for uid in evidence],
    )
    record_create(actor=actor, obj=deployment, verb="inspections.visit_request", about=institution.uid, at=at)
    visit = Visit(
        **root_fields(actor=actor, region=institution.region, bureau=organ.bureau),
        deployment=deployment,
        institution=institution,
        planned_on=deployment.planned_on,
    )
    record_create(actor=actor, obj=visit, verb="inspections.visit_plan", at=at)
    return deployment


def _default_organ(institution: Institution) -> Organisation:
    organ = (
        Organisation.objects.filter(bureau=institution.bureau, kind="EDUCATION", is_active=True)
        .exclude(number_word="")
        .order_by("pk")
        .first()
    )
    if organ is None:
        raise Unlawful("没有可以牵头检查的机关。请在单位设置中补充机关代字。")
    return organ


for code, sentence in {
    "deployment_draft": "起草检查方案",
    "deployment_edit": "修改检查方案",
    "deployment_submit": "送审检查方案",
    "deployment_approve": "批准检查",
    "deployment_approve_late": "补办检查审批",
    "deployment_return": "退回检查方案",
    "deployment_notify": "下达检查通知",
    "deployment_start": "开始检查",
    "deployment_start_emergency": "开始应急检查",
    "deployment_finish": "结束检查",
    "deployment_cancel": "取消检查",
    "visit_plan": "列入检查计划",
    "visit_request": "提请检查",
    "visit_notify": "制作检查通知书",
    "visit_renotify": "检查人员变更，收回检查通知书",
    "visit_cancel": "取消该家检查",
    "member_add": "加入检查组",
    "member_remove": "调出检查组",
    "recusal_raise": "提出回避",
    "recusal_decide": "决定回避",
    "cap_override": "批准超频次检查",
}.items():
    audit.verb(f"inspections.{code}", sentence)
