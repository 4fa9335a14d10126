"""Figures and texts that people enter into an edition before its review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from reports.models import FigureColumn, NoteKind, PeriodStatus, ReportEdition, ReportFigure, ReportNote
from reports.selectors import SECTIONS, cells, figures_of, notes_of, number_cells, previous_edition, values_of
from reports.services.periods import current_edition, locked_period


def entered_columns(cell: dict[str, Any]) -> list[str]:
    """The columns of a hand-entered cell that a person fills in; the rest follow."""
    columns = list(cell["columns"])
    is_flow = cell["counting"] != "STOCK" and len(columns) == 2
    return [FigureColumn.PERIOD.value] if is_flow else columns


@transaction.atomic
def edition_fill(
    *,
    actor: User,
    edition: ReportEdition,
    values: dict[tuple[str, str], tuple[int | None, str]] | None = None,
    notes: dict[str, str] | None = None,
    explanations: dict[str, str] | None = None,
    now: datetime | None = None,
) -> ReportEdition:
    """Enter hand-made figures `{(key, column): (value in the stored unit, source remark)}` and texts.

    Only before the review. Raises NotAllowed, WrongState, Unlawful (a counted cell, a value without a source).
    """
    at = now or timezone.now()
    if not actor.may("reports.edition_fill"):
        raise NotAllowed("您没有“填报报表”的权限。")
    locked = _open_edition(edition)
    changes: dict[str, list[Any]] = {}
    figures = figures_of(locked)
    for address, (value, remark) in (values or {}).items():
        changes |= _enter(figures.get(address), address, value, remark.strip(), actor, at)
    changes |= _write_notes(locked, NoteKind.NARRATIVE, _allowed(locked, notes or {}), actor, at)
    changes |= _write_notes(locked, NoteKind.EXPLANATION, explanations or {}, actor, at)
    if changes:
        derive_cumulative(locked)
        locked.filled_by, locked.filled_at = actor, at
        locked.save(update_fields=["filled_by", "filled_at"])
        audit.record(
            actor=actor,
            verb="reports.edition_fill",
            target=locked,
            number=f"第 {locked.number} 版",
            changes=changes,
            at=at,
        )
    return locked


@transaction.atomic
def figures_fill_zero(*, actor: User, edition: ReportEdition, now: datetime | None = None) -> int:
    """Zero report: enter 0 into every hand-entered cell that is still empty; returns how many."""
    locked = _open_edition(edition)
    figures = figures_of(locked)
    values: dict[tuple[str, str], tuple[int | None, str]] = {}
    for cell in number_cells(locked):
        for column in entered_columns(cell):
            figure = figures[(cell["key"], column)]
            if figure.is_manual and figure.value is None:
                values[(cell["key"], column)] = (0, "零报告")
    edition_fill(actor=actor, edition=locked, values=values, now=now)
    return len(values)


def _enter(
    figure: ReportFigure | None,
    address: tuple[str, str],
    value: int | None,
    remark: str,
    actor: User,
    at: datetime,
) -> dict[str, list[Any]]:
    if figure is None:
        raise Unlawful(f"表中没有“{address[0]}”这一项。")
    if not figure.is_manual:
        raise Unlawful(f"“{figure.label}”由系统统计，不能改写。数据有误的，请先更正业务记录，再出更正版。")
    if value is not None and value < 0:
        raise Unlawful(f"“{figure.label}”不能小于 0。")
    if (figure.value, figure.remark) == (value, remark):
        return {}
    if value is not None and not remark:
        raise Unlawful(f"“{figure.label}”为人工填报，请注明数据来源。")
    before = figure.value
    figure.value, figure.remark, figure.entered_by, figure.entered_at = value, remark[:200], actor, at
    figure.save(update_fields=["value", "remark", "entered_by", "entered_at"])
    return {f"{figure.key}.{figure.column}": [before, value]}


def _allowed(edition: ReportEdition, notes: dict[str, str]) -> dict[str, str]:
    known = {cell["key"] for cell in cells(edition) if cell["kind"] == "TEXT"} | {key for key, _ in SECTIONS}
    return {key: text for key, text in notes.items() if key in known}


def _write_notes(
    edition: ReportEdition, kind: str, texts: dict[str, str], actor: User, at: datetime
) -> dict[str, list[Any]]:
    known, changes = notes_of(edition, kind), {}
    for key, text in texts.items():
        clean = text.strip()
        if known.get(key, "") == clean:
            continue
        changes[key] = [known.get(key, ""), clean]
        ReportNote.objects.update_or_create(
            edition=edition,
            kind=kind,
            key=key,
            defaults={"text": clean, "written_by": actor, "written_at": at},
        )
    return changes


def derive_cumulative(edition: ReportEdition) -> None:
    """A hand-entered flow's cumulative figure is the period before's plus this period's."""
    before = previous_edition(edition.period)
    earlier, figures = values_of(before) if before else {}, figures_of(edition)
    for cell in number_cells(edition):
        this, total = (figures.get((cell["key"], column)) for column in ("period", "cumulative"))
        if cell["counting"] == "STOCK" or this is None or total is None or not total.is_manual:
            continue
        value = None if this.value is None else earlier.get((cell["key"], "cumulative"), 0) + this.value
        if total.value != value:
            total.value, total.remark = value, this.remark
            total.entered_by, total.entered_at = this.entered_by, this.entered_at
            total.save(update_fields=["value", "remark", "entered_by", "entered_at"])


def _open_edition(edition: ReportEdition) -> ReportEdition:
    period = locked_period(edition.period)
    current = current_edition(period)
    if period.status != PeriodStatus.FROZEN or current.pk != edition.pk:
        raise WrongState(
            f"本期现在是“{period.get_status_display()}”，不能填报。需要修改的，请先退回填报或出更正版。"
        )
    return current


audit.verb("reports.edition_fill", "填报报表")
