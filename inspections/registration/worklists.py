"""Lines of the worklists and figures on the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from casework.deadlines import lines_of
from casework.registries import Kpi, WorkItem


def _url(name: str) -> Any:
    def address(uid: UUID) -> str:
        return reverse(f"inspections:{name}_detail", kwargs={"uid": uid})

    return address


def approvals(actor: User, today: date) -> Iterable[WorkItem]:
    """Outings that wait for the head."""
    from inspections.selectors import approvals_waiting

    rows = list(approvals_waiting(actor))
    lines = lines_of([row.uid for row in rows], "EMERGENCY_APPROVAL")
    for row in rows:
        due = row.approval_due_on or row.planned_on
        stage = "应急检查补办审批" if row.is_emergency else "待审批"
        yield WorkItem(
            f"审批：{row.name}",
            reverse("inspections:deployment_detail", kwargs={"uid": row.uid}),
            due,
            sub=f"{row.lead_organ.short_name} · {row.created_by.name}",
            stage=stage,
            tone="bad" if row.is_emergency else "warn",
            explanation=lines.get(row.uid, ()),
        )


def recusals(actor: User, today: date) -> Iterable[WorkItem]:
    """Recusals that wait for the head."""
    from inspections.selectors import recusals_waiting

    for row in recusals_waiting(actor):
        deployment = row.member.deployment
        yield WorkItem(
            f"回避申请：{row.member.person_name}",
            reverse("inspections:deployment_detail", kwargs={"uid": deployment.uid}),
            deployment.planned_on,
            sub=deployment.name,
            stage="待决定",
            tone="warn",
        )


def to_notify(actor: User, today: date) -> Iterable[WorkItem]:
    """Approved outings without notice."""
    from inspections.selectors import outings_to_notify

    for row in outings_to_notify(actor):
        yield WorkItem(
            f"下达检查通知：{row.name}",
            reverse("inspections:deployment_detail", kwargs={"uid": row.uid}),
            row.planned_on,
            stage="已批准",
            tone="info",
            handler=row.created_by.name,
        )


def visits(actor: User, today: date) -> Iterable[WorkItem]:
    """Stops of the actor's teams."""
    from inspections.selectors import visits_due

    words = {"PLANNED": "进场检查", "STARTED": "完成检查记录", "RECORDED": "处理问题并告知结果"}
    for row in visits_due(actor, today):
        yield WorkItem(
            words[row.status],
            reverse("inspections:visit_detail", kwargs={"uid": row.uid}),
            row.planned_on,
            sub=row.deployment.name,
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="info",
            handler=actor.name,
        )


def notices(actor: User, today: date) -> Iterable[WorkItem]:
    """Notices of the actor's organ that need something."""
    from inspections.selectors import notices_to_do

    words = {
        "DRAFT": "制发整改通知书",
        "ISSUED": "送达整改通知书",
        "ANSWERED": "复查整改",
        "SERVED": "督促整改",
    }
    rows = list(notices_to_do(actor, today))
    lines = lines_of([row.uid for row in rows if row.status == "ANSWERED"], "RECHECK")
    for row in rows:
        is_over = row.is_overdue_on(today)
        yield WorkItem(
            f"{words[row.status]} {row.number}".strip(),
            reverse("inspections:notice_detail", kwargs={"uid": row.uid}),
            row.recheck_due_on if row.status == "ANSWERED" else row.due_on,
            institution=row.institution.name,
            place=row.region.name,
            stage="逾期未整改" if is_over else row.get_status_display(),
            tone=row.status_tone,
            handler=row.organ.short_name,
            explanation=tuple(row.due_explanation) if row.status == "SERVED" else lines.get(row.uid, ()),
        )


def extensions(actor: User, today: date) -> Iterable[WorkItem]:
    """Applications for more time."""
    from inspections.selectors import extensions_waiting

    for row in extensions_waiting(actor):
        yield WorkItem(
            f"决定延期 {row.notice.number}",
            reverse("inspections:notice_detail", kwargs={"uid": row.notice.uid}),
            row.notice.due_on,
            institution=row.notice.institution.name,
            place=row.notice.region.name,
            stage=f"申请延至 {row.requested_until:%m-%d}",
            tone="warn",
        )


def portal_notices(actor: User, today: date) -> Iterable[WorkItem]:
    """What the institution must answer."""
    from inspections.selectors import notices_of_party

    for row in notices_of_party(actor).filter(status__in=["ISSUED", "SERVED"]):
        yield WorkItem(
            f"报告整改情况 {row.number}" if row.status == "SERVED" else f"查收整改通知书 {row.number}",
            reverse("inspections_portal:notice_detail", kwargs={"uid": row.uid}),
            row.due_on,
            sub=row.organ.name,
            institution=row.institution.name,
            stage="已逾期" if row.is_overdue_on(today) else row.get_status_display(),
            tone="bad" if row.is_overdue_on(today) else "warn",
            explanation=tuple(row.due_explanation),
        )


def kpis(actor: User, today: date) -> Iterable[Kpi]:
    """Overdue and open notices, visits of the year."""
    from inspections import selectors

    if not actor.may("inspections.notice_view"):
        return []
    over = selectors.overdue_count(actor, today)
    times, places = selectors.visits_this_year(actor, today)
    base = reverse("inspections:notice_list")
    return [
        Kpi("逾期未整改", str(over), "份", url=f"{base}?state=OVERDUE", tone="bad" if over else ""),
        Kpi("未办结整改通知书", str(selectors.pending_count(actor)), "份", url=f"{base}?state=PENDING"),
        Kpi(
            "本年检查",
            str(times),
            "家次",
            sub=f"覆盖 {places} 家",
            url=f"{reverse('inspections:visit_list')}?year={today.year}&done=1",
        ),
    ]
