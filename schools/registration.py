"""What this room puts on lower rooms: navigation, worklists, buttons on clues and visits, owners of files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework import events, registries
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import Action, NavEntry, Panel, Worklist

VIEW, PORTAL = "schools.tip_view", "schools.portal_view"
PAGES = ("school", "tip", "round", "return", "letter", "violation", "ad", "survey")
SUBJECTS = {
    "tip": "worktip",
    "round": "schoolround",
    "return": "schoolreturn",
    "letter": "parentletter",
    "violation": "teacherviolation",
    "ad": "campusad",
}


def register() -> None:
    """Called once when the room starts."""
    from casework.deadlines.services import DeadlineMoved
    from schools import indicators, services, workflow  # noqa: F401

    events.subscribe(DeadlineMoved, services.tip_due_moved)
    indicators.register_all()
    for page in PAGES:
        registries.object_urls[f"schools.{SUBJECTS.get(page, page)}"] = _url(page)
    registries.add_evidence_owner("schools.worktip", may_see_file)
    registries.add_document_owner("schools.worktip", may_see_document)
    registries.add_document_owner("schools.parentletter", may_see_letter)
    _screens()
    _buttons()


def _screens() -> None:
    from schools import desk

    registries.add_nav(NavEntry("学校", "schools:tip_list", "school", 28, VIEW))
    for label, name, icon, order, permission in (
        ("工作提示", "tip_list", "mail", 40, PORTAL),
        ("排查报表", "own_returns", "report", 41, PORTAL),
        ("三级约谈", "own_talks", "users", 42, "schools.talk_record"),
        ("致家长一封信", "own_letters", "mail-opened", 43, PORTAL),
        ("课后服务", "own_services", "clock-hour-5", 44, "schools.service_record"),
        ("教师承诺", "own_pledges", "certificate", 45, "schools.pledge_record"),
        ("校园广告", "own_ads", "ad-2", 46, "schools.ad_report"),
        ("本校活动", "own_activities", "calendar-event", 48, "casework.activity_edit"),
        ("学校调查", "own_surveys", "list-check", 49, "schools.survey_answer"),
    ):
        registries.add_nav(NavEntry(label, f"schools_portal:{name}", icon, order, permission, face="portal"))
    for key, label, items, face, permission in (
        ("tips", "工作提示", desk.tip_work, "desk", "schools.tip_edit"),
        ("escalated", "学校逾期未答复", desk.escalated_work, "desk", "schools.tip_escalated"),
        ("town", "辖区学校", desk.town_work, "desk", "schools.school_view"),
        ("returns", "学校报表", desk.round_work, "desk", "schools.round_open"),
        ("matters", "学校事项", desk.duty_work, "desk", "schools.violation_edit"),
        ("portal", "工作提示", desk.portal_tips, "portal", PORTAL),
        ("portal_surveys", "学校调查", desk.portal_surveys, "portal", "schools.survey_answer"),
        ("portal_asks", "本校事项", desk.portal_asks, "portal", PORTAL),
    ):
        registries.add_worklist(Worklist(f"schools.{key}", label, items, face=face, permission=permission))
    registries.add_kpis(desk.kpis)
    registries.panels.register(
        "inspections.Visit",
        Panel("school_tips", "工作提示", "schools/_visit_panel.html", desk.visit_panel, 20, VIEW),
    )
    registries.panels.register(
        "complaints.Clue",
        Panel("school_tips", "工作提示", "schools/_visit_panel.html", desk.clue_panel, 20, VIEW),
    )


def _buttons() -> None:
    for model, name, is_offered in (
        ("inspections.Visit", "visit", _met_pupils),
        ("complaints.Clue", "clue", _was_looked_into),
    ):
        registries.actions.register(
            model, Action("提示学校", _about(name), "schools.tip_edit", icon="mail", is_offered=is_offered)
        )


def _met_pupils(actor: User, visit: Any) -> bool:
    return visit.status in {"STARTED", "RECORDED", "CLOSED"} and visit.students_present != 0


def _was_looked_into(actor: User, clue: Any) -> bool:
    return clue.verified_at is not None and clue.status != "REJECTED"


def _about(name: str) -> Callable[[Any], str]:
    def address(row: Any) -> str:
        return f"{reverse('schools:tip_create')}?{name}={row.uid}"

    return address


def _url(name: str) -> Callable[[UUID], str]:
    def address(uid: UUID) -> str:
        return reverse(f"schools:{name}_detail", kwargs={"uid": uid})

    return address


def _reaches(actor: User, uid: UUID) -> bool:
    from schools.models import WorkTip

    allowed = actor.may(PORTAL if actor.is_counterpart else VIEW)
    return allowed and WorkTip.objects.visible_to(actor).filter(uid=uid).exists()


def may_see_file(actor: User, evidence: EvidenceFile) -> bool:
    """The school that answered, and whoever on the desk sees the letter."""
    return _reaches(actor, evidence.subject_uid)


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """The school that got the letter, and whoever on the desk sees it."""
    return _reaches(actor, document.subject_uid)


def may_see_letter(actor: User, document: OfficialDocument) -> bool:
    """Schools of the bureau, and whoever on the desk sees letters."""
    from schools.models import ParentLetter

    allowed = actor.may(PORTAL if actor.is_counterpart else "schools.letter_view")
    return allowed and ParentLetter.objects.visible_to(actor).filter(uid=document.subject_uid).exists()
