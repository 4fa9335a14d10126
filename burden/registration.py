"""What this room adds to the shared screens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework import events, registries
from casework.registries import Action, NavEntry, Panel, WorkItem, Worklist
from inspections.events import VisitOutcomeRecorded
from inspections.models import Deployment, Visit


def register() -> None:
    """Called once when the room starts."""
    from burden import guards, saving, services

    saving.register_all()
    events.subscribe(VisitOutcomeRecorded, services.ticket_open)
    registries.add_blocker("inspections.Deployment", "submit", guards.within_plan)
    add = registries.add_nav
    add(NavEntry("检查计划", "burden:plan_list", "calendar-event", 46, "burden.plan_view"))
    add(NavEntry("综合查一次", "burden:merge_list", "git-merge", 51, "burden.visit_merge"))
    add(
        NavEntry("评价检查人员", "burden_portal:rating_list", "star", 30, "burden.rating_give", face="portal")
    )
    registries.object_urls["burden.yearlyplan"] = lambda uid: reverse(
        "burden:plan_detail", kwargs={"uid": uid}
    )
    registries.add_worklist(Worklist("burden.plans", "年度检查计划", plans, permission="burden.plan_view"))
    registries.add_worklist(
        Worklist("burden.ratings", "评价检查人员", ratings, face="portal", permission="burden.rating_give")
    )
    registries.panels.register(
        "inspections.Deployment",
        Panel("burden", "年度计划", "burden/_deployment_panel.html", plan_panel, 10, "burden.plan_view"),
    )
    registries.panels.register(
        "inspections.Visit",
        Panel("burden", "扫码入企", "burden/_visit_panel.html", scan_panel, 10, "burden.plan_view"),
    )
    registries.actions.register(
        "inspections.Deployment",
        Action("列入年度计划", link_url, "burden.outing_link", "calendar-plus", may_link),
    )


def link_url(deployment: Deployment) -> str:
    """Page on which an outing is put under the plan."""
    return reverse("burden:outing_link", kwargs={"uid": deployment.uid})


def may_link(actor: User, deployment: Deployment) -> bool:
    """While it has not started, and unless it is outside the cap anyway."""
    return not deployment.is_cap_exempt and deployment.status in {
        "DRAFT",
        "SUBMITTED",
        "APPROVED",
        "NOTIFIED",
    }


def plan_panel(actor: User, deployment: Deployment) -> dict[str, Any]:
    """What the outing's page says about the plan and merged visits."""
    from burden.selectors import merges_visible, planned_of

    merged = merges_visible(actor).filter(kept__deployment=deployment)
    return {"planned": planned_of(deployment), "merged": list(merged[:20])}


def scan_panel(actor: User, visit: Visit) -> dict[str, Any]:
    """What the visit's page says about the scan at the door."""
    from burden.selectors import scan_of

    return {"scan": scan_of(visit), "visit": visit, "may_enter": actor.may("burden.visit_scan")}


def plans(actor: User, today: date) -> Iterable[WorkItem]:
    """Plans that wait for the actor."""
    from burden.selectors import plans_waiting

    for row in plans_waiting(actor):
        step = "审批" if row.status == "SUBMITTED" else "公布"
        yield WorkItem(
            f"{step}：{row}",
            reverse("burden:plan_detail", kwargs={"uid": row.uid}),
            None,
            sub=row.created_by.name,
            stage=row.get_status_display(),
            tone="warn",
        )


def ratings(actor: User, today: date) -> Iterable[WorkItem]:
    """Visits that the institution may rate."""
    from burden.selectors import tickets_of

    for ticket in tickets_of(actor):
        yield WorkItem(
            "评价检查人员（无记名，自愿）",
            reverse("burden_portal:rating_list"),
            None,
            sub=f"{ticket.visit.visited_on:%Y-%m-%d} {ticket.visit.deployment.name}",
            stage="可评价",
        )
