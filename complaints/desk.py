"""What the desk of clues shows on the home page and on lower rooms' files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.gathering import Work, asking, total_of
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


@asking
def to_accept(actor: User, today: date) -> Work:
    """Clues to be accepted and assigned."""
    for row in (yield selectors.to_accept(actor)[:SHOWN]):
        yield _item(row, "受理并分派线索", row.accept_due_on, today, row.accept_explanation)


@asking
def mine(actor: User, today: date) -> Work:
    """Clues of the actor, or of the actor's body while nobody is named."""
    for row in (yield selectors.in_hand(actor)[:SHOWN]):
        yield _item(row, "办理线索", row.due_on, today, row.due_explanation)


@asking
def late(actor: User, today: date) -> Work:
    """Late clues for the heads, who press for them."""
    for row in (yield selectors.late_clues(actor, today)[:SHOWN]):
        due = row.accept_due_on if row.status == "RECEIVED" else row.due_on
        yield _item(row, "督办逾期线索", due, today)


@asking
def asked(actor: User, today: date) -> Work:
    """Requests to look that wait for an answer."""
    for look in (yield selectors.asks_open(actor)[:SHOWN]):
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


@asking
def reopen(actor: User, today: date) -> Work:
    """Closed clues whose reporter asks for more."""
    for row in (yield selectors.reopen_asked(actor)[:SHOWN]):
        yield _item(row, "答复重办要求", None, today)


WORKLISTS = (
    ("accept", "待受理线索", to_accept, ASSIGN),
    ("mine", "我的线索", mine, HANDLE),
    ("late", "逾期线索督办", late, ASSIGN),
    ("asked", "核查请求", asked, HANDLE),
    ("reopen", "重办要求", reopen, ASSIGN),
)


@asking
def kpis(actor: User, today: date) -> Work:
    """Open and late clues."""
    if not actor.may(VIEW) or actor.is_counterpart:
        return
    found = yield selectors.clue_totals(actor, today)
    late_ones = total_of(found, "late")
    base = reverse("complaints:clue_list")
    yield Kpi(
        "在办线索",
        str(total_of(found, "open")),
        "条",
        sub=f"逾期 {late_ones} 条" if late_ones else "没有逾期",
        url=f"{base}?status=OPEN",
        tone="bad" if late_ones else "",
    )


def panel(actor: User, institution: Any) -> dict[str, Any]:
    """Clues about a place, on its file."""
    return {"clues": selectors.institution_clues(actor, institution)}
