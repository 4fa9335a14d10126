"""What the desk of clues shows on the home page and on lower rooms' files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.registries import Kpi, WorkItem
from complaints.models import Clue
from complaints.selectors import desk as selectors

VIEW = "complaints.clue_view"
ASSIGN, HANDLE = "complaints.clue_assign", "complaints.clue_handle"
SHOWN = 100


def _item(row: Clue, title: str, due: date | None, today: date, explanation: Iterable[str] = ()) -> WorkItem:
    left = (due - today).days if due else None
    tone = "info" if left is None or left > selectors.SOON_DAYS else "bad" if left < 0 else "warn"
    return WorkItem(
        f"{title}：{row.get_kind_display()}",
        reverse("complaints:clue_detail", kwargs={"uid": row.uid}),
        due,
        sub=f"{row.number} {row.place_text or row.text[:24]}".strip(),
        institution=row.institution.name if row.institution else row.subject_name,
        place=row.region.name,
        stage=row.get_status_display(),
        tone=tone,
        handler=row.assignee.name if row.assignee else "",
        explanation=tuple(explanation),
    )


def to_accept(actor: User, today: date) -> Iterable[WorkItem]:
    """Clues to be accepted and assigned."""
    for row in selectors.to_accept(actor)[:SHOWN]:
        yield _item(row, "受理并分派线索", row.accept_due_on, today, row.accept_explanation)


def mine(actor: User, today: date) -> Iterable[WorkItem]:
    """Clues of the actor, or of the actor's body while nobody is named."""
    for row in selectors.in_hand(actor)[:SHOWN]:
        yield _item(row, "办理线索", row.due_on, today, row.due_explanation)


def late(actor: User, today: date) -> Iterable[WorkItem]:
    """Late clues for the heads, who press for them."""
    for row in selectors.late_clues(actor, today)[:SHOWN]:
        due = row.accept_due_on if row.status == "RECEIVED" else row.due_on
        yield _item(row, "督办逾期线索", due, today)


def asked(actor: User, today: date) -> Iterable[WorkItem]:
    """Requests to look that wait for an answer."""
    for look in selectors.asks_open(actor)[:SHOWN]:
        is_late = look.due_on is not None and look.due_on < today
        yield WorkItem(
            "跟踪核查请求",
            reverse("complaints:clue_detail", kwargs={"uid": look.clue.uid}),
            look.due_on,
            sub=f"{look.clue.number} {look.asked[:30]}",
            place=look.clue.region.name,
            stage="待对方核查",
            tone="bad" if is_late else "info",
        )


def reopen(actor: User, today: date) -> Iterable[WorkItem]:
    """Closed clues whose reporter asks for more."""
    for row in selectors.reopen_asked(actor)[:SHOWN]:
        yield _item(row, "答复重办要求", None, today)


WORKLISTS = (
    ("accept", "待受理线索", to_accept, ASSIGN),
    ("mine", "我的线索", mine, HANDLE),
    ("late", "逾期线索督办", late, ASSIGN),
    ("asked", "核查请求", asked, HANDLE),
    ("reopen", "重办要求", reopen, ASSIGN),
)


def kpis(actor: User, today: date) -> Iterable[Kpi]:
    """Open and late clues."""
    if not actor.may(VIEW) or actor.is_counterpart:
        return
    counts = selectors.counts(actor, today or timezone.localdate())
    base = reverse("complaints:clue_list")
    yield Kpi(
        "在办线索",
        str(counts["open"]),
        "条",
        sub=f"逾期 {counts['late']} 条" if counts["late"] else "没有逾期",
        url=f"{base}?status=OPEN",
        tone="bad" if counts["late"] else "",
    )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Clues about a place, on its file."""
    return {"clues": selectors.institution_clues(actor, institution)}
