"""Data of the room's screens, from selectors; no writing here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from casework import audit
from casework.models import AuditEvent
from reports.data import reporting
from reports.exports.sheet import Entry, Sheet, sheet_of
from reports.models import PeriodStatus, ReportEdition, ReportPeriod, ReportRegime
from reports.selectors import periods_visible

STEPS = (
    ("OPEN", "收集", "starts_on"),
    ("FROZEN", "冻结填报", "frozen_at"),
    ("REVIEWED", "审核", "reviewed_at"),
    ("APPROVED", "签发", "approved_at"),
    ("SUBMITTED", "报送", "submitted_at"),
    ("ACCEPTED", "上级接收", "answered_at"),
)


@dataclass(frozen=True)
class FigureCell:
    """One number on the screen with the address of its rows."""

    label: str
    text: str
    unit: str
    url: str
    is_manual: bool
    remark: str
    is_absent: bool = False


@dataclass(frozen=True)
class FormRow:
    """One line of the form on the screen."""

    number: str
    label: str
    level: int
    unit: str
    cells: tuple[FigureCell, ...]


def figure_cell(entry: Entry, column: str, name: str) -> FigureCell:
    """One cell of a line."""
    if column not in entry.columns:
        return FigureCell(name, "—", "", "", False, "", is_absent=True)
    figure = entry.figures[column]
    url = "" if figure.is_manual else reverse("reports:figure_rows", kwargs={"uid": figure.uid})
    return FigureCell(name, entry.texts[column], entry.unit, url, figure.is_manual, figure.remark)


def form_rows(sheet: Sheet) -> list[FormRow]:
    """The form's lines."""
    return [
        FormRow(
            number=str(entry.row_no) if entry.is_first else "",
            label=entry.label,
            level=entry.level,
            unit=entry.unit,
            cells=tuple(figure_cell(entry, code, name) for code, name in sheet.columns),
        )
        for entry in sheet.entries
    ]


def steps(period: ReportPeriod) -> list[dict[str, Any]]:
    """The period's way through the office."""
    order = [code for code, _, _ in STEPS]
    status = "ACCEPTED" if period.status == PeriodStatus.RETURNED else period.status
    here = order.index(status)
    found = []
    for index, (code, label, stamp) in enumerate(STEPS):
        state = (
            "done"
            if index < here or (index == here and code == "ACCEPTED")
            else "now"
            if index == here
            else "todo"
        )
        if code == "ACCEPTED" and period.status == PeriodStatus.RETURNED:
            state, label = "failed", "上级退回"
        reached = index <= here
        found.append({"label": label, "state": state, "at": getattr(period, stamp) if reached else None})
    return found


def stage_steps(campaign_code: str, today: date) -> list[dict[str, Any]]:
    """The stages of a campaign of the reference data, as of `today`."""
    campaign = campaign_of(campaign_code)
    found = []
    for stage in campaign["stages"] if campaign else ():
        start, end = date.fromisoformat(stage["starts_on"]), date.fromisoformat(stage["ends_on"])
        state = "done" if end < today else "now" if start <= today else "todo"
        found.append({"label": stage["name"], "state": state, "at": start, "note": f"至 {end:%m-%d}"})
    return found


def campaign_of(code: str) -> dict[str, Any] | None:
    """A campaign of the reference data."""
    return next((row for row in reporting()["campaigns"] if row["code"] == code), None)


@dataclass(frozen=True)
class Look:
    """One of the seven looks with its figures."""

    number: int
    name: str
    question: str
    cells: tuple[FigureCell, ...]


def looks(edition: ReportEdition) -> list[Look]:
    """The seven looks, cumulative, from one edition."""
    sheet = sheet_of(edition)
    found = []
    for look in reporting()["looks"]:
        entries = [entry for entry in sheet.entries if entry.row_no in look["form_rows"]]
        cells = tuple(figure_cell(entry, "cumulative", entry.label) for entry in entries)
        if cells:
            found.append(Look(look["no"], look["name"], look["question"], cells))
    return found


def look_edition(actor: User, regime: ReportRegime) -> ReportEdition | None:
    """The newest edition of a look-back regime, those of its earlier rules included."""
    same = {"period__regime__code": regime.code, "period__regime__bureau": regime.bureau_id}
    editions = ReportEdition.objects.visible_to(actor).filter(**same)
    return editions.select_related("period__regime").order_by("-period__starts_on", "-number").first()


def current_periods(actor: User, limit: int = 30) -> list[ReportPeriod]:
    """What is being reported now, nearest due day first."""
    return list(periods_visible(actor).unfinished().order_by("due_on", "pk")[:limit])


def timeline(period: ReportPeriod, actor: User) -> list[dict[str, Any]]:
    """What happened to a period and its editions."""
    uids = [period.uid, *period.editions.values_list("uid", flat=True)]
    events = (
        AuditEvent.objects.visible_to(actor).filter(object_uid__in=uids).order_by("-occurred_at", "-pk")[:60]
    )
    return [
        {
            "at": event.occurred_at,
            "actor": event.actor_name,
            "organisation": event.organisation_name,
            "sentence": audit.describe(event),
            "detail": event.reason,
            "tone": "warn" if event.verb.endswith(("_return", "_send_back", "_correct", "_warn")) else "info",
        }
        for event in events
    ]


def row_value(row: Any, path: str) -> Any:
    """A cell of a generic table: a dotted path; choices read by their label."""
    value, parts = row, path.replace("__", ".").split(".")
    for part in parts[:-1]:
        value = getattr(value, part, None)
    display = getattr(value, f"get_{parts[-1]}_display", None)
    if callable(display):
        return display()
    found = getattr(value, parts[-1], None)
    return found() if callable(found) else found
