"""Counting a period's figures into an edition: the first at its cut-off, later ones with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import WrongState
from casework.workflow import transition
from reports import data
from reports.counting import count_cell
from reports.data.sources import Source, source_of
from reports.models import (
    FigureSource,
    PeriodStatus,
    ReportEdition,
    ReportFigure,
    ReportNote,
    ReportPeriod,
)
from reports.selectors import figures_of, number_cells, spans_of
from reports.services.filling import derive_cumulative
from reports.services.periods import current_edition, locked_period

SERIALIZATION_FAILURE = "40001"
FREEZE_TRIES = 3


@contextmanager
def _one_reading() -> Iterator[None]:
    """A transaction in which every figure sees the same state of the database."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def period_freeze(*, actor: User, period: ReportPeriod, now: datetime) -> ReportEdition:
    """Count the period's figures into edition 1, once.

    Whoever comes second, or again, gets the first edition. Raises WrongState before the cut-off.
    """
    for attempt in range(FREEZE_TRIES):
        try:
            with _one_reading():
                return _freeze(actor, period, now)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != SERIALIZATION_FAILURE or attempt == FREEZE_TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _freeze(actor: User, period: ReportPeriod, now: datetime) -> ReportEdition:
    locked = locked_period(period)
    if locked.status != PeriodStatus.OPEN:
        return current_edition(locked)
    if now < locked.cut_off_at:
        moment = timezone.localtime(locked.cut_off_at)
        raise WrongState(f"本期数据截止时间是 {moment:%Y-%m-%d %H:%M}，到时再冻结。")
    frozen = transition(locked, "freeze", actor=actor, at=now)
    return _count_edition(actor, frozen, now, number=1, reason="", earlier=None)


@transaction.atomic
def edition_correct(
    *, actor: User, period: ReportPeriod, reason: str, now: datetime | None = None
) -> ReportEdition:
    """Count again into a new edition with a reason; the earlier edition stays as it was."""
    at = now or timezone.now()
    locked = locked_period(period)
    last = current_edition(locked)
    cleared = {"reviewed_at": None, "approved_at": None, "submitted_at": None, "answered_at": None}
    people = {"reviewed_by": None, "approved_by": None, "submitted_by": None, "receipt_no": ""}
    moved = transition(locked, "correct", actor=actor, reason=reason, at=at, values={**cleared, **people})
    return _count_edition(actor, moved, at, number=last.number + 1, reason=reason, earlier=last)


def _count_edition(
    actor: User,
    period: ReportPeriod,
    now: datetime,
    *,
    number: int,
    reason: str,
    earlier: ReportEdition | None,
) -> ReportEdition:
    form = _form_snapshot(period)
    edition = ReportEdition(
        period=period, number=number, reason=reason, frozen_at=now, frozen_by=actor, data_as_of=now, form=form
    )
    figures = list(_figures(edition, period, figures_of(earlier) if earlier else {}))
    edition.figures_hash = sha256_hex([item.content() for item in figures if not item.is_manual])
    if earlier is not None:
        edition.filled_by, edition.filled_at = earlier.filled_by, earlier.filled_at
    edition.save(force_insert=True)
    ReportFigure.objects.bulk_create(figures)
    if earlier is not None:
        _copy_notes(earlier, edition)
    derive_cumulative(edition)
    audit.record(
        actor=actor,
        verb="reports.edition_freeze",
        target=edition,
        number=f"第 {number} 版",
        changes={"figures": [None, len(figures)], "sha256": [None, edition.figures_hash]},
        reason=reason,
        at=now,
    )
    return edition


def _form_snapshot(period: ReportPeriod) -> dict[str, Any]:
    regime = period.regime
    definition = data.form(regime.form_code, regime.form_version)
    keys = {cell["key"] for cell in data.form_cells(definition)}
    context = {
        "campaign_kind": "LOOK_BACK" if regime.campaign_code else "",
        "campaign": str(regime.campaign.uid) if regime.campaign else "",
    }
    sources = {key: source_of(definition["code"], key, **context) for key in sorted(keys)}
    ratios = [row for row in data.reporting()["ratios"] if {*row["numerator"], *row["denominator"]} <= keys]
    return {
        "definition": definition,
        "sources": {
            key: {"indicator": item.indicator, "dims": item.dims} for key, item in sources.items() if item
        },
        "ratios": ratios,
        "title": definition["name"],
        "report_title": regime.report_title.replace("{year}", str(period.starts_on.year)),
        "is_sealed": regime.is_sealed,
        "regime": regime.code,
        "regime_name": regime.name,
        "basis": regime.basis,
        "organ": regime.organ.name,
        "region": {"code": regime.region.code, "name": regime.region.name},
        "bureau": regime.bureau.slug,
        "recipients": regime.recipients,
        "period": {
            "start": period.starts_on.isoformat(),
            "end": period.ends_on.isoformat(),
            "label": period.label,
        },
        "due_on": period.due_on.isoformat(),
    }


def _figures(
    edition: ReportEdition, period: ReportPeriod, old: dict[tuple[str, str], ReportFigure]
) -> Iterator[ReportFigure]:
    spans, scope, position = spans_of(period), period.regime.scope, 0
    for cell in number_cells(edition):
        source = edition.form["sources"].get(cell["key"])
        counted = count_cell(cell, Source(**source), scope, spans) if source else {}
        for column in cell["columns"]:
            position += 1
            figure = _blank_figure(edition, cell, column, position)
            if source:
                _set_counted(figure, source, counted[column])
            else:
                _set_earlier(figure, old.get((cell["key"], column)))
            yield figure


def _blank_figure(edition: ReportEdition, cell: dict[str, Any], column: str, position: int) -> ReportFigure:
    return ReportFigure(
        edition=edition,
        position=position,
        key=cell["key"],
        column=column,
        source=FigureSource.MANUAL,
        unit=cell["unit"],
        label=cell["label"],
    )


def _set_counted(figure: ReportFigure, source: dict[str, Any], counted: Any) -> None:
    from casework import indicators

    indicator = indicators.get(source["indicator"])
    figure.source, figure.value, figure.rows = FigureSource.COUNTED, counted.value, counted.rows
    figure.indicator, figure.dims, figure.rule = indicator.key, source["dims"], indicator.rule
    figure.measure, figure.row_model = indicator.measure.value, counted.model


def _set_earlier(figure: ReportFigure, old: ReportFigure | None) -> None:
    if old is not None and old.is_manual:
        figure.value, figure.remark = old.value, old.remark
        figure.entered_by, figure.entered_at = old.entered_by, old.entered_at


def _copy_notes(earlier: ReportEdition, edition: ReportEdition) -> None:
    ReportNote.objects.bulk_create(
        ReportNote(
            edition=edition,
            kind=note.kind,
            key=note.key,
            text=note.text,
            written_by=note.written_by,
            written_at=note.written_at,
        )
        for note in earlier.notes.all()
    )


audit.verb("reports.edition_freeze", "统计并冻结报表版次")
