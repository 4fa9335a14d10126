"""What this room puts on lower rooms when it starts: navigation, blockers, panels, figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from casework import events, registries
from casework.deadlines.services import DeadlineMoved
from casework.errors import Reason
from casework.registries import NavEntry, Panel, Worklist
from inspections.registration.owners import (
    may_see_answer,
    may_see_document,
    may_see_evidence,
    notice_services,
    own_withdrawal,
    posted_notice,
)
from inspections.registration.worklists import (
    _url,
    approvals,
    extensions,
    kpis,
    notices,
    portal_notices,
    recusals,
    to_notify,
    visits,
)


def register() -> None:
    """Called once when the room starts."""
    from inspections import indicators, services  # noqa: F401
    from inspections.services.notices import deadline_copy

    indicators.register_all()
    events.subscribe(DeadlineMoved, deadline_copy)
    _navigation()
    _worklists()
    _owners()
    _field()
    registries.add_kpis(kpis)
    for arrow in ("close", "ban"):
        registries.add_blocker("institutions.Institution", arrow, closing_blocker)
    registries.panels.register(
        "institutions.Institution",
        Panel(
            "inspections",
            "检查与整改",
            "inspections/_institution_panel.html",
            panel,
            40,
            "inspections.deployment_view",
        ),
    )
    registries.panels.register(
        "fieldwork.Campaign",
        Panel(
            "inspections",
            "联合检查",
            "inspections/_campaign_panel.html",
            campaign_panel,
            20,
            "inspections.deployment_view",
        ),
    )


def _field() -> None:
    """Visits are filled in on phones; what two phones disagree on holds the record back."""
    from fieldwork.registries import add_field_form
    from inspections.field.form import VISIT_FORM

    add_field_form(VISIT_FORM)
    registries.add_blocker("inspections.Visit", "record", phones_agree)


def phones_agree(visit: Any, actor: User) -> Iterable[Reason]:
    """A visit is not recorded while two officers' phones differ on an item."""
    from fieldwork.blockers import differences_of

    yield from differences_of(visit.uid)


def _navigation() -> None:
    add = registries.add_nav
    add(NavEntry("联合检查", "inspections:deployment_list", "users-group", 50, "inspections.deployment_view"))
    add(NavEntry("检查记录", "inspections:visit_list", "clipboard-list", 52, "inspections.deployment_view"))
    add(NavEntry("整改台账", "inspections:notice_list", "file-alert", 54, "inspections.notice_view"))
    add(NavEntry("问题台账", "inspections:finding_list", "list-check", 56, "inspections.notice_view"))
    add(
        NavEntry(
            "检查与整改",
            "inspections_portal:notice_list",
            "file-alert",
            20,
            "inspections.portal_view",
            face="portal",
        )
    )
    for name in ("deployment", "visit", "finding"):
        registries.object_urls[f"inspections.{name}"] = _url(name)
    registries.object_urls["inspections.rectificationnotice"] = _url("notice")


def _worklists() -> None:
    add = registries.add_worklist
    add(
        Worklist(
            "inspections.approvals", "待审批的检查", approvals, permission="inspections.deployment_approve"
        )
    )
    add(Worklist("inspections.recusals", "待决定的回避", recusals, permission="inspections.recusal_decide"))
    add(
        Worklist(
            "inspections.to_notify", "待下达检查通知", to_notify, permission="inspections.deployment_notify"
        )
    )
    add(Worklist("inspections.visits", "今日检查", visits, permission="inspections.visit_record"))
    add(Worklist("inspections.notices", "整改台账", notices, permission="inspections.notice_issue"))
    add(
        Worklist(
            "inspections.extensions", "待决定的延期", extensions, permission="inspections.extension_decide"
        )
    )
    add(
        Worklist(
            "inspections.portal",
            "整改通知书",
            portal_notices,
            face="portal",
            permission="inspections.portal_view",
        )
    )


def closing_blocker(institution: Any, actor: User) -> Iterable[Reason]:
    """An institution is not closed while a notice is open."""
    from inspections.selectors import closing_reasons

    yield from closing_reasons(institution)


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Visits and notices on the institution's file."""
    from inspections import selectors

    return {
        "visits": selectors.institution_visits(actor, institution),
        "notices": selectors.institution_notices(actor, institution),
    }


def campaign_panel(actor: User, campaign: Any) -> dict[str, Any]:
    """Outings under a campaign."""
    from inspections import selectors

    return {"deployments": list(selectors.deployments_visible(actor).filter(campaign=campaign)[:50])}


def _owners() -> None:
    for kind in ("visit", "finding", "servicerecord", "replyitem", "recheckitem", "carriedfinding"):
        registries.add_evidence_owner(f"inspections.{kind}", may_see_evidence)
    registries.add_evidence_owner("fieldwork.checklistanswer", may_see_answer)
    for kind in ("deployment", "visit", "rectificationnotice", "servicerecord", "recheck"):
        registries.add_document_owner(f"inspections.{kind}", may_see_document)
    registries.add_document_service("inspections.rectificationnotice", notice_services)
    registries.add_posting_evidence("inspections.servicerecord", posted_notice)
    registries.add_blocker("casework.OfficialDocument", "withdraw", own_withdrawal)
