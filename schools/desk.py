"""Worklists, figures and panels that this room puts on the desk and in the portal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.registries import Kpi, WorkItem
from schools.models import WorkTip
from schools.selectors.tips import tips_of_source, tips_visible

WORDS = {
    "DRAFT": "发出工作提示",
    "ANSWERED": "审核学校答复",
    "ISSUED": "催学校签收",
    "RECEIVED": "催学校答复",
    "RETURNED": "催学校补充",
}


def _item(row: WorkTip, title: str, url: str, today: date) -> WorkItem:
    is_late = row.is_overdue_on(today)
    return WorkItem(
        title,
        url,
        row.due_on if row.is_waiting else None,
        sub=row.number or f"{row.pupil_count} 名学生",
        institution=row.school.name,
        place=row.region.name,
        stage=row.get_status_display(),
        tone="bad" if is_late else row.status_tone,
        explanation=tuple(row.due_explanation),
    )


def tip_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Letters of the actor's body: answers to judge, drafts to send, and those that are overdue."""
    rows = tips_visible(actor).filter(organ=actor.organisation_id)
    for row in [*rows.filter(status__in=["DRAFT", "ANSWERED"])[:50], *rows.overdue(today)[:50]]:
        yield _item(row, WORDS[row.status], reverse("schools:tip_detail", args=[row.uid]), today)


def escalated_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Overdue letters that reminding did not move."""
    for row in tips_visible(actor).waiting().filter(escalated_at__isnull=False)[:50]:
        yield _item(row, "督促学校答复", reverse("schools:tip_detail", args=[row.uid]), today)


def town_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Schools of the township that owe an answer."""
    if actor.organisation is None or actor.organisation.kind != "TOWNSHIP":
        return
    for row in tips_visible(actor).overdue(today)[:50]:
        yield _item(row, "督促辖区学校答复", reverse("schools:tip_detail", args=[row.uid]), today)


def portal_tips(actor: User, today: date) -> Iterable[WorkItem]:
    """Letters that the school has to answer."""
    for row in tips_visible(actor).waiting()[:50]:
        title = "补充答复工作提示" if row.status == "RETURNED" else "答复工作提示"
        yield _item(row, title, reverse("schools_portal:tip_detail", args=[row.uid]), today)


def kpis(actor: User, today: date) -> Iterable[Kpi]:
    """Letters that schools have not answered in time."""
    if not actor.may("schools.tip_edit"):
        return
    count = tips_visible(actor).overdue(today).count()
    if count:
        url = f"{reverse('schools:tip_list')}?late=on"
        yield Kpi("学校逾期未答复", str(count), "件", "工作提示", url, "bad")


def visit_panel(actor: User, visit: Any) -> dict[str, Any]:
    """Letters about the pupils met at a visit."""
    return {"tips": list(tips_of_source(actor, visit=visit))}
