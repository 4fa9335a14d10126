"""Builders of rows for the tests of this room; everything goes through services."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation, User
from casework.management.commands import load_reference
from casework.models import ViolationType
from inspections import services
from inspections.models import Deployment, Finding, RectificationNotice, Visit
from institutions.models import Institution
from institutions.services import institution_register
from tests.conftest import World


def load_law() -> None:
    """Policies, violation types and document kinds as shipped."""
    load_reference.load_policies()
    load_reference.load_violations()
    load_reference.load_document_kinds()


def make_place(world: World, name: str = "示例启航艺术培训中心", **values: Any) -> Institution:
    """One institution of the county, licensed unless told otherwise."""
    fields = {
        "name": name,
        "region": world.town,
        "standing": "LICENSED",
        "subject_kind": "NON_SUBJECT",
        "track": "CULTURE_ARTS",
        "licence_no": "教民150023770000001",
        "licence_from": date(2023, 1, 1),
        "licence_to": date(2029, 12, 31),
        "address": "示例路1号",
        **values,
    }
    if fields["standing"] in {"UNLICENSED", "REGISTERED_ONLY"}:
        for key in ("licence_no", "licence_from", "licence_to"):
            fields.pop(key)
    organisation = fields.pop("organisation", None)
    place = institution_register(actor=world.head, values=fields, at=timezone.now())
    if organisation:
        Institution.objects.filter(pk=place.pk).update(organisation=organisation)
        place.refresh_from_db()
    return place


def plan_values(world: World, **values: Any) -> dict[str, Any]:
    """Fields of an outing of today."""
    now = timezone.now()
    return {
        "name": "艺术类机构安全联合检查",
        "kind": "JOINT",
        "lead_organ": world.education,
        "task_source": "年度检查计划",
        "basis": "《校外培训行政处罚暂行办法》（教育部令第53号）",
        "item": "办学资质、收费、消防安全",
        "starts_at": now,
        "ends_at": now + timedelta(hours=4),
        **values,
    }


def make_plan(world: World, *places: Institution, officers: int = 2, **values: Any) -> Deployment:
    """A draft with stops and up to two officers of the education organ."""
    draft = services.deployment_draft(
        actor=world.officer, values=plan_values(world, **values), institutions=places
    )
    for person in (world.officer, world.officer2)[:officers]:
        officer_in(world, draft, person)
    return draft


def officer_in(world: World, deployment: Deployment, person: User, organ: Organisation | None = None) -> Any:
    """Put an officer into the team."""
    return services.member_add(
        actor=world.officer,
        deployment=deployment,
        organisation=organ or person.organisation,
        role="OFFICER",
        user=person,
    )


def approve(world: World, deployment: Deployment) -> Deployment:
    """Submit and approve."""
    submitted = services.deployment_submit(actor=world.officer, deployment=deployment)
    return services.deployment_approve(actor=world.leader, deployment=submitted)


def start(world: World, deployment: Deployment) -> Visit:
    """Approve, notify and enter the first place."""
    services.deployment_notify(actor=world.officer, deployment=approve(world, deployment))
    return services.visit_start(actor=world.officer, visit=deployment.visits.order_by("pk").first())


def finding_values(organ: Organisation, **values: Any) -> dict[str, Any]:
    """Fields of a finding to be corrected within a term."""
    return {
        "violation": ViolationType.objects.get(code=values.pop("code", "FEE_OVER_LIMIT")),
        "text": "一次性收取60课时以上费用，涉及学员3人",
        "mode": "IN_TERM",
        "organ": organ,
        "correction": "退还超收费用，修订合同",
        **values,
    }


def add_finding(world: World, visit: Visit, organ: Organisation | None = None, **values: Any) -> Finding:
    """Register a finding by the first officer."""
    chosen = finding_values(organ or world.education, **values)
    return services.finding_add(actor=world.officer, visit=visit, values=chosen)


def draft_notice(world: World, visit: Visit) -> RectificationNotice:
    """Two findings and the draft of their notice."""
    add_finding(world, visit)
    add_finding(world, visit, code="BOARD_INCOMPLETE", text="公示栏没有收费标准", correction="补齐公示内容")
    return services.notice_draft(actor=world.officer, visit=visit, organ=world.education)


def issue(world: World, notice: RectificationNotice) -> RectificationNotice:
    """Issue in the name of the education organ."""
    return services.notice_issue(actor=world.officer, notice=notice)


def service_of(world: World, **values: Any) -> services.Service:
    """A direct service by two officers."""
    fields = {
        "method": "DIRECT",
        "place": "示例路1号",
        "server_one": world.officer,
        "server_two": world.officer2,
        "receiver": "张某",
        "receiver_relation": "负责人",
        **values,
    }
    return services.Service(**fields)


def serve(world: World, notice: RectificationNotice, at: datetime | None = None) -> RectificationNotice:
    """Serve directly."""
    return services.notice_serve(actor=world.officer, notice=notice, service=service_of(world), at=at)


def answer(world: World, notice: RectificationNotice, **kwargs: Any) -> Any:
    """The institution reports on every item."""
    answers = {item.pk: services.ItemAnswer("已经改正") for item in notice.items.all()}
    return services.notice_answer(
        actor=world.institution_user, notice=notice, statement="已全部整改", answers=answers, **kwargs
    )


def recheck(world: World, notice: RectificationNotice, *results: str, **details: Any) -> Any:
    """Re-check the open items by the two officers; one result per item."""
    items = notice.items.filter(finding__status="IN_NOTICE").order_by("position")
    given = {
        item.pk: services.ItemResult(result, "" if result == "DONE" else "没有改正到位")
        for item, result in zip(items, results, strict=True)
    }
    kwargs = {key: details.pop(key) for key in ("at", "uid", "actor") if key in details}
    fields = {"officers": (world.officer, world.officer2), **details}
    return services.recheck_record(
        **{"actor": world.officer, **kwargs},
        notice=notice,
        results=given,
        details=services.RecheckDetails(**fields),
    )


RECORD = {
    "premises": "OPERATING",
    "summary": "正常营业，现场有学员12名",
    "representative": "张某",
    "signature": "SIGNED",
}


def photo(colour: str = "red") -> SimpleUploadedFile:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(target, "JPEG")
    return SimpleUploadedFile("photo.jpg", target.getvalue(), "image/jpeg")
