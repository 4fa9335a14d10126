"""Planning an outing: drafting, its stops, requests of other rooms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, refuse, require
from inspections import guards
from inspections.models import (
    Deployment,
    DeploymentStatus,
    InspectionKind,
    Visit,
)
from institutions.models import Institution
from institutions.services import institution_participate


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
    "visit_plan": "列入检查计划",
    "visit_request": "提请检查",
    "visit_notify": "制作检查通知书",
    "visit_renotify": "检查人员变更，收回检查通知书",
    "visit_cancel": "取消该家检查",
}.items():
    audit.verb(f"inspections.{code}", sentence)
