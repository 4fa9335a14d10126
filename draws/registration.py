"""What this room puts on lower rooms: navigation, worklists, the panel of a place, owners of papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import events, outbox, registries
from casework.deadlines.services import DeadlineMoved
from casework.models import OfficialDocument
from casework.registries import NavEntry, Panel, WorkItem, Worklist
from inspections.events import VisitOutcomeRecorded


def register() -> None:
    """Called once when the room starts."""
    from draws import services
    from draws.services import reporting

    events.subscribe(VisitOutcomeRecorded, services.visit_recorded)
    events.subscribe(DeadlineMoved, services.deadline_copy)
    outbox.channel(reporting.CHANNEL, reporting.deliver, reporting.CHANNEL_LABEL)
    registries.add_nav(NavEntry("双随机抽查", "draws:draw_list", "arrows-shuffle", 47, "draws.draw_view"))
    registries.object_urls["draws.draw"] = draw_url
    registries.object_urls["draws.drawplan"] = plan_url
    registries.add_worklist(Worklist("draws.plans", "双随机年度计划", plans, permission="draws.draw_view"))
    registries.add_worklist(Worklist("draws.steps", "双随机抽查", steps, permission="draws.draw_enter"))
    registries.add_worklist(
        Worklist("draws.results", "待公示的抽查结果", results, permission="draws.draw_publish")
    )
    registries.add_document_owner("draws.draw", may_see_document)
    registries.add_document_owner("draws.drawplan", may_see_plan)
    registries.panels.register(
        "institutions.Institution",
        Panel("draws", "双随机抽查", "draws/_institution_panel.html", panel, 45, "draws.draw_view"),
    )


def draw_url(uid: UUID) -> str:
    """Address of one draw."""
    return reverse("draws:draw_detail", kwargs={"uid": uid})


def plan_url(uid: UUID) -> str:
    """Address of one plan of a year."""
    return reverse("draws:plan_detail", kwargs={"uid": uid})


def plans(actor: User, today: date) -> Iterable[WorkItem]:
    """Plans that wait for the actor, and rows whose window ends soon, or has ended, without a draw."""
    from draws.selectors import draw_plans_waiting, rows_ending

    for plan in draw_plans_waiting(actor):
        step = "审批" if plan.status == "SUBMITTED" else "公布"
        yield WorkItem(
            f"{step}：{plan}",
            plan_url(plan.uid),
            None,
            sub=plan.created_by.name,
            stage=plan.get_status_display(),
            tone="warn",
        )
    if not actor.may("draws.draw_edit"):
        return
    for line in rows_ending(actor, today):
        is_late = line.state == "OVERDUE"
        yield WorkItem(
            f"拟定抽查：{line.row.item}",
            plan_url(line.row.plan.uid),
            line.row.window_until,
            sub=f"{line.row.plan} · {line.row.window}",
            stage="过期未抽" if is_late else "还没有抽查",
            tone="bad" if is_late else "warn",
        )


def steps(actor: User, today: date) -> Iterable[WorkItem]:
    """Draws whose announced value is there, and drawn ones without plans."""
    from draws.selectors import draws_waiting, plans_waiting

    for row in draws_waiting(actor, timezone.now() + timedelta(days=1)):
        if row.is_confirmed:
            title = "抽取检查对象和执法人员"
        elif row.entropy_value:
            title = "复核公开值"
        else:
            title = "录入公开值"
        yield WorkItem(
            f"{title}：{row.title}",
            draw_url(row.uid),
            timezone.localdate(row.entropy_due_at),
            sub=row.entropy_source,
            stage=row.get_status_display(),
            tone="warn",
        )
    for row in plans_waiting(actor):
        yield WorkItem(
            f"生成检查方案：{row.title}",
            draw_url(row.uid),
            row.planned_on,
            sub=f"抽中 {row.drawn_count} 家",
            stage="已抽取",
            tone="info",
        )


def results(actor: User, today: date) -> Iterable[WorkItem]:
    """Draws whose checks are over and whose results are not published yet."""
    from draws.selectors import results_waiting

    for row in results_waiting(actor):
        is_late = row.results_due_on is not None and row.results_due_on < today
        yield WorkItem(
            f"公示抽查结果：{row.title}",
            draw_url(row.uid),
            row.results_due_on,
            sub=row.number,
            stage="逾期未公示" if is_late else "检查已结束",
            tone="bad" if is_late else "warn",
            explanation=tuple(row.due_explanation),
        )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Draws in which a place was drawn."""
    from draws.selectors import drawn_of

    return {"drawn": drawn_of(actor, institution)}


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Whoever reaches the draw."""
    from draws.models import Draw

    rows = Draw.objects.visible_to(actor).filter(uid=document.subject_uid)
    return actor.may("draws.draw_view") and rows.exists()


def may_see_plan(actor: User, document: OfficialDocument) -> bool:
    """Whoever reaches the plan."""
    from draws.models import DrawPlan

    rows = DrawPlan.objects.visible_to(actor).filter(uid=document.subject_uid)
    return actor.may("draws.draw_view") and rows.exists()
