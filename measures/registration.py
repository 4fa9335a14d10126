"""What this room puts on lower rooms: blockers, owners, refusals of covert material, navigation, worklists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import Bureau, User
from casework import registries
from casework.errors import Reason
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import Action, NavEntry, Panel, Worklist

CASE_ROOMS = ("inspections.", "penalties.")
DETAILS = (
    "adcase",
    "talk",
    "whistle",
    "meeting",
    "decision",
    "directive",
    "closure",
    "handover",
    "shift",
    "mysteryvisit",
)


def register() -> None:
    """Called once when the room starts."""
    from measures import indicators, services  # noqa: F401

    indicators.register_all()
    for arrow in ("reopen", "resume"):
        registries.add_blocker("institutions.Institution", arrow, stopped_reasons)
    for arrow in ("submit", "approve", "notify", "start", "start_emergency"):
        registries.add_blocker("inspections.Deployment", arrow, standing_aside)
    registries.add_evidence_refusal(covert_refusal)
    _owners()
    _screens()


def _screens() -> None:
    from measures import desk

    add = registries.add_nav
    add(NavEntry("专项措施", "measures:overview", "flag", 74, "measures.view"))
    add(NavEntry("值班排班", "measures:shift_list", "calendar-event", 75, "measures.view"))
    add(NavEntry("执法队伍", "measures:officer_list", "id-badge", 76, "measures.officer_view"))
    add(NavEntry("通知和约谈", "measures_portal:own_list", "mail", 30, "measures.portal_view", face="portal"))
    for key, label, items, permission in desk.WORKLISTS:
        registries.add_worklist(Worklist(f"measures.{key}", label, items, permission=permission))
    registries.add_worklist(
        Worklist(
            "measures.portal",
            "通知和约谈",
            desk.portal_work,
            face="portal",
            permission="measures.portal_view",
        )
    )
    registries.panels.register(
        "institutions.Institution",
        Panel("measures", "专项措施", "measures/_institution_panel.html", desk.panel, 45, "measures.view"),
    )
    registries.panels.register(
        "inspections.Visit",
        Panel("measures", "专项措施", "measures/_visit_panel.html", desk.visit_panel, 10, "measures.view"),
    )
    for label, name, permission, icon in (
        ("起草约谈", "measures:talk_create", "measures.talk_edit", "message"),
        ("起草措施文书", "measures:directive_pick", "measures.directive_edit", "file-plus"),
    ):
        registries.actions.register(
            "institutions.Institution", Action(label, _about(name), permission, icon=icon)
        )
    registries.panels.register(
        "fieldwork.Campaign",
        Panel(
            "measures", "专项措施", "measures/_campaign_panel.html", desk.campaign_panel, 30, "measures.view"
        ),
    )
    for name in DETAILS:
        registries.object_urls[f"measures.{name}"] = _url(name)


def _about(name: str) -> Any:
    def address(institution: Any) -> str:
        return f"{reverse(name)}?place={institution.uid}"

    return address


def _url(name: str) -> Any:
    def address(uid: UUID) -> str:
        return reverse(f"measures:{name}_detail", kwargs={"uid": uid})

    return address


def stopped_reasons(institution: Any, actor: User) -> Iterable[Reason]:
    """A banned place opens only after its ban was withdrawn; a stopped one after its notice is settled."""
    from measures.models import Directive, DirectiveKind

    rows = Directive.objects.filter(institution=institution, status__in=["ISSUED", "SERVED", "DONE"])
    for row in rows.filter(kind=DirectiveKind.BAN_NOTICE):
        yield Reason(
            f"取缔通知书 {row.number} 有效，不能恢复。",
            "民办教育促进法第六十四条",
            "确需恢复的，先由负责人撤回取缔通知书。",
            "ban",
        )
    for row in rows.filter(kind=DirectiveKind.SUSPENSION_NOTICE, status="SERVED"):
        yield Reason(
            f"停办通知书 {row.number} 还没有办结。",
            "校外培训行政处罚暂行办法第十七条",
            "请先核实并办结停办通知书。",
            "stopped",
        )


def standing_aside(deployment: Any, actor: User) -> Iterable[Reason]:
    """G06: nobody of the team has a lasting ground to stand aside from one of the places."""
    from measures.models import StandingRecusal

    places = deployment.visits.exclude(status="CANCELLED").values("institution")
    people = deployment.members.filter(removed_at__isnull=True, user__isnull=False).values("user")
    rows = StandingRecusal.objects.filter(
        user__in=people, institution__in=places, since__lte=deployment.planned_on
    ).exclude(until__lt=deployment.planned_on)
    for row in rows.select_related("user", "institution"):
        yield Reason(
            f"{row.user.name}应当回避{row.institution.name}（{row.ground}）。",
            "行政处罚法第四十三条",
            "请将其调出检查组，或者换一个检查组检查这家机构。",
            "G06",
        )


def covert_refusal(subject_type: str, sha256: str, bureau: Bureau | None) -> Iterable[Reason]:
    """G07: bytes that came from a mystery visit are refused as evidence of findings, notices and cases."""
    from measures.guards import covert_reasons

    if not subject_type.startswith(CASE_ROOMS):
        return
    covert = EvidenceFile.objects.filter(subject_type="measures.mysteryvisit", sha256=sha256, bureau=bureau)
    if covert.exists():
        yield from covert_reasons(subject_type=subject_type)


def _owners() -> None:
    for name in ("adcase", "directive", "mysteryvisit", "camerafile"):
        registries.add_evidence_owner(f"measures.{name}", may_see_evidence)
    for name in ("adcase", "talk", "meeting", "directive", "closure", "handover"):
        registries.add_document_owner(f"measures.{name}", may_see_document)


def _models() -> dict[str, Any]:
    from measures import models

    return {
        f"measures.{model._meta.model_name}": model
        for model in (
            models.AdCase,
            models.Talk,
            models.Meeting,
            models.Directive,
            models.Closure,
            models.Handover,
            models.MysteryVisit,
            models.CameraFile,
        )
    }


EVIDENCE_PERMISSIONS = {
    "measures.mysteryvisit": "measures.mystery_view",
    "measures.camerafile": "measures.camera_view",
}


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Authorities who reach the row; covert material and recordings only with their own permission."""
    wanted = EVIDENCE_PERMISSIONS.get(evidence.subject_type, "measures.view")
    if not actor.may(wanted):
        return False
    model = _models()[evidence.subject_type]
    return bool(model.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists())


PARTY_DOCUMENTS = frozenset({"SUSPENSION_NOTICE", "BAN_NOTICE", "REMINDER_LETTER", "SERVICE_RECEIPT"})
PARTY_OTHERS = frozenset(
    {"TALK_INVITATION", "TALK_RECORD", "CLOSURE_ORDER", "CLOSURE_LIFT", "MATERIAL_RECEIPT"}
)


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Authorities who reach the row; the institution its own notices, talks, closures and receipts.

    Invitation and record of a collective talk name the others and their promises, so each institution gets its
    copies on paper and reads its own part in the portal.
    """
    model = _models()[document.subject_type]
    rows = model.objects.visible_to(actor).filter(uid=document.subject_uid)
    if not actor.is_counterpart:
        return actor.may("measures.view") and bool(rows.exists())
    if document.kind not in PARTY_DOCUMENTS | PARTY_OTHERS:
        return False
    if document.kind in {"TALK_RECORD", "TALK_INVITATION"}:
        rows = rows.filter(kind="SINGLE")
    return bool(rows.exists())
