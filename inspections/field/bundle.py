"""What a phone carries to a visit: the place as registered, the team, the notice, checklists and templates.

Personal data is kept to what the officers must show or ask for on the spot; telephone numbers and
identity numbers stay here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import User
from fieldwork.selectors import checklist_extract, versions_in_force
from inspections import papers, selectors
from inspections.guards import enforcing_reasons
from inspections.models import FindingStatus, PremisesState, Severity, Visit

LIMIT = 20


def visits_to_carry(actor: User, day: date) -> list[Visit]:
    """Stops of the actor's outings that are due and not recorded yet."""
    rows = selectors.visits_due(actor, day).filter(status__in=["PLANNED", "STARTED"])
    return list(
        rows.select_related(
            "institution__region", "deployment__lead_organ", "notice_document", "checklist_run"
        )[:LIMIT]
    )


def visits_bundle(actor: User, day: date) -> Iterable[dict[str, Any]]:
    """One dict per visit."""
    return [visit_extract(visit) for visit in visits_to_carry(actor, day)]


def visit_extract(visit: Visit) -> dict[str, Any]:
    """Everything about one visit that its page on the phone shows."""
    deployment = visit.deployment
    return {
        "uid": str(visit.uid),
        "title": visit.institution.name,
        "place": visit.region.name,
        "status": visit.status,
        "status_label": visit.get_status_display(),
        "planned_on": f"{visit.planned_on:%Y-%m-%d}",
        "outing": deployment.name,
        "kind": deployment.get_kind_display(),
        "lead": deployment.lead_organ.name,
        "basis": deployment.basis,
        "item": deployment.item,
        "is_emergency": deployment.is_emergency,
        "checklist": _version_uid(visit),
        "institution": _place(visit),
        "site": _site(visit),
        "team": _team(visit),
        "notice": _notice(visit),
        "before": _before(visit),
    }


def _version_uid(visit: Visit) -> str:
    version = (
        visit.checklist_run.checklist_version if visit.checklist_run else visit.deployment.checklist_version
    )
    return str(version.uid) if version else ""


def _place(visit: Visit) -> list[dict[str, str]]:
    row = visit.institution
    until = f"{row.licence_to:%Y-%m-%d}" if row.licence_to else ""
    facts = (
        ("证照情况", row.get_standing_display()),
        ("办学状态", row.get_operating_state_display()),
        ("名单", row.get_list_status_display()),
        ("许可证号", row.licence_no),
        ("许可证有效期至", until),
        ("统一社会信用代码", row.uscc),
        ("培训类别", f"{row.get_subject_kind_display()} · {row.get_track_display()}"),
        ("登记地址", f"{row.address}{row.floors}"),
        ("建筑面积", f"{row.floor_area_m2} 平方米" if row.floor_area_m2 else ""),
        ("同时段最多学员", f"{row.capacity} 人" if row.capacity else ""),
        ("负责人", row.head_name),
        ("风险等级", row.get_risk_level_display()),
    )
    return [{"label": label, "value": str(value)} for label, value in facts if value]


def _site(visit: Visit) -> list[float] | None:
    row = visit.institution
    return [row.longitude, row.latitude] if row.longitude and row.latitude else None


def _team(visit: Visit) -> list[dict[str, Any]]:
    members = visit.deployment.members.filter(removed_at__isnull=True).select_related("organisation", "user")
    return [
        {
            "id": member.user_id,
            "name": member.person_name,
            "organ": member.organisation.name,
            "role": member.get_role_display(),
            "is_officer": member.role == "OFFICER",
            "certificate": member.certificate_no,
            "until": f"{member.certificate_until:%Y-%m-%d}" if member.certificate_until else "",
        }
        for member in members
    ]


def _notice(visit: Visit) -> dict[str, Any]:
    document = visit.notice_document
    return {
        "number": document.number if document else "",
        "code": document.code if document else "",
        "payload": document.signed_payload if document else "",
        "issued_on": f"{document.issued_on:%Y-%m-%d}" if document else "",
        "rights": list(papers.RIGHTS),
        "discipline": papers.DISCIPLINE,
    }


def _before(visit: Visit) -> list[dict[str, str]]:
    """Problems of earlier visits that are not settled yet; the officers look at them again."""
    from inspections.models import Finding

    rows = Finding.objects.filter(
        visit__institution_id=visit.institution_id,
        status__in=[FindingStatus.OPEN, FindingStatus.IN_NOTICE, FindingStatus.ESCALATED],
    ).exclude(visit=visit)
    return [
        {"text": row.text, "on": f"{row.visit.visited_on:%Y-%m-%d}", "status": row.get_status_display()}
        for row in rows.select_related("visit").order_by("-pk")[:10]
    ]


def extras(actor: User, day: date) -> dict[str, Any]:
    """Checklists, finding templates, organs and choices: the same for all visits of the day."""
    versions = {version.pk: version for version in versions_in_force(actor=actor, on=day)}
    for visit in visits_to_carry(actor, day):
        for version in (
            visit.deployment.checklist_version,
            visit.checklist_run and visit.checklist_run.checklist_version,
        ):
            if version:
                versions[version.pk] = version
    return {
        "checklists": [checklist_extract(version) for version in versions.values()],
        "violations": [
            {
                "code": row.code,
                "name": row.name,
                "basis": row.cited,
                "correction": row.details.get("corrective_order") or "",
                "authority": row.details.get("authority") or "EDUCATION",
            }
            for row in selectors.violation_choices()
        ],
        "organs": [
            {"id": organ.pk, "name": organ.short_name, "kind": organ.kind}
            for organ in selectors.organ_choices(actor)
            if not list(enforcing_reasons(organ))
        ],
        "premises": [{"code": code, "label": label} for code, label in PremisesState.choices],
        "severities": [{"code": code, "label": label} for code, label in Severity.choices],
        "day": f"{timezone.localdate():%Y-%m-%d}" if day is None else f"{day:%Y-%m-%d}",
    }
