"""Reading regimes, periods, editions and their figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from casework import indicators
from casework.errors import DomainError
from casework.indicators import Rounding
from casework.models import OutboxMessage
from reports import data
from reports.counting import Counted, Spans, count_cell, shown
from reports.data.quality import Breach, form_breaches
from reports.data.sources import Source
from reports.models import (
    FigureSource,
    NoteKind,
    ReportEdition,
    ReportExport,
    ReportFigure,
    ReportPeriod,
    ReportRegime,
)
from reports.querysets import PeriodQuerySet, RegimeQuerySet

SECTIONS = (
    ("overview", "总体情况"),
    ("text_practice", "主要做法"),
    ("text_problem", "存在问题"),
    ("text_next", "下一步工作"),
    ("text_cases", "典型案例"),
)
REQUIRED_SECTIONS = ("text_practice", "text_problem", "text_next")


class RegimeMissing(DomainError):
    """No such order to report is in force."""


def regimes_visible(actor: User) -> RegimeQuerySet:
    """Orders to report inside the actor's reach."""
    rows = ReportRegime.objects.visible_to(actor)
    return rows.select_related("bureau", "organ", "reporter", "reviewer", "region", "campaign")


def regime_periods(actor: User, regime: ReportRegime, limit: int = 12) -> list[ReportPeriod]:
    """Opened periods of one order, the newest first."""
    return list(periods_visible(actor).filter(regime=regime).order_by("-starts_on")[:limit])


def periods_visible(actor: User) -> PeriodQuerySet:
    """Periods inside the actor's reach, newest due day first."""
    rows = ReportPeriod.objects.visible_to(actor).select_related(
        "regime__bureau__region", "regime__organ", "regime__reporter", "regime__reviewer", "bureau"
    )
    return rows.order_by("-due_on", "-pk")


def editions_visible(actor: User) -> ScopedQuerySet[ReportEdition]:
    """Editions inside the actor's reach."""
    return ReportEdition.objects.visible_to(actor).select_related("period__regime", "document")


def exports_visible(actor: User) -> ScopedQuerySet[ReportExport]:
    """Made files of the editions inside the actor's reach."""
    return ReportExport.objects.visible_to(actor)


def messages_of(actor: User, edition: ReportEdition) -> ScopedQuerySet[OutboxMessage]:
    """Packages of one edition on their way, or receipted."""
    return OutboxMessage.objects.visible_to(actor).filter(subject_uid=edition.uid)


def regime_find(*, bureau: Bureau, code: str, on: date) -> ReportRegime:
    """The order of a bureau with `code`, in force on `on`, else its newest one. RegimeMissing."""
    rows = ReportRegime.objects.filter(bureau=bureau, code=code).select_related("bureau__region", "region")
    found = rows.in_force(on).first() or rows.order_by("-validity").first()
    if found is None:
        known = "、".join(ReportRegime.objects.filter(bureau=bureau).values_list("code", flat=True))
        raise RegimeMissing(
            f"{bureau.short_name}没有代码为“{code}”的报送安排。现有：{known or '无，请先建立报送安排'}。"
        )
    return found


def figure_get(*, actor: User, uid: UUID) -> ReportFigure | None:
    """One figure inside the actor's reach."""
    rows = ReportFigure.objects.visible_to(actor).select_related("edition__period__regime__bureau__region")
    return rows.filter(uid=uid).first()


def cells(edition: ReportEdition) -> Iterator[dict[str, Any]]:
    """The frozen form's cells in printed order."""
    yield from data.form_cells(edition.form["definition"])


def number_cells(edition: ReportEdition) -> Iterator[dict[str, Any]]:
    """The cells that hold numbers."""
    return (cell for cell in cells(edition) if cell["kind"] != "TEXT")


def figures_of(edition: ReportEdition) -> dict[tuple[str, str], ReportFigure]:
    """Figures by (key, column)."""
    return {(item.key, item.column): item for item in edition.figures.all()}


def values_of(edition: ReportEdition) -> dict[tuple[str, str], int]:
    """Entered or counted values by (key, column)."""
    rows = edition.figures.filter(value__isnull=False).values_list("key", "column", "value")
    return {(key, column): int(value or 0) for key, column, value in rows}


def notes_of(edition: ReportEdition, kind: str = NoteKind.NARRATIVE) -> dict[str, str]:
    """Texts by key."""
    return dict(edition.notes.filter(kind=kind).values_list("key", "text"))


def previous_edition(period: ReportPeriod) -> ReportEdition | None:
    """The newest edition of the period before."""
    editions = ReportEdition.objects.filter(
        period__regime__code=period.regime.code,
        period__regime__bureau=period.regime.bureau_id,
        period__starts_on__lt=period.starts_on,
    )
    return editions.order_by("-period__starts_on", "-number").first()


@dataclass(frozen=True)
class FoundBreach:
    """A failed check of an edition with its explanation, if one was written."""

    breach: Breach
    explanation: str

    @property
    def note_key(self) -> str:
        """Where the explanation is kept."""
        return f"{self.breach.code}:{self.breach.key}"

    @property
    def is_open(self) -> bool:
        """Whether it still stops the review."""
        severity = self.breach.severity
        return severity == "BLOCK" or (severity == "EXPLAIN" and not self.explanation)


def breaches_of(edition: ReportEdition) -> list[FoundBreach]:
    """Failed quality checks against the edition itself and the newest edition of the period before."""
    before = previous_edition(edition.period)
    same_form = before is not None and before.form["definition"]["code"] == edition.form["definition"]["code"]
    previous = values_of(before) if before is not None and same_form else None
    found = form_breaches(edition.form["definition"], values_of(edition), previous)
    texts = notes_of(edition, NoteKind.EXPLANATION)
    return [FoundBreach(item, texts.get(f"{item.code}:{item.key}", "")) for item in found]


def missing_figures(edition: ReportEdition) -> list[ReportFigure]:
    """Cells that a person still has to enter."""
    return list(edition.figures.filter(value__isnull=True, source=FigureSource.MANUAL))


def edition_gaps(edition: ReportEdition) -> list[str]:
    """Everything that stops the review, as sentences."""
    gaps = []
    missing = sorted({item.label for item in missing_figures(edition)})
    if missing:
        gaps.append(
            f"还有 {len(missing)} 项未填：{'、'.join(missing[:5])}{'等' if len(missing) > 5 else ''}。"
        )
    if edition.form["is_sealed"]:
        texts, names = notes_of(edition), dict(SECTIONS)
        empty = [names[key] for key in REQUIRED_SECTIONS if not texts.get(key, "").strip()]
        if empty:
            gaps.append(f"正式报告的“{'、'.join(empty)}”尚未填写。")
    for item in breaches_of(edition):
        if item.is_open:
            gaps.append(item.breach.message)
    return gaps


@dataclass(frozen=True)
class RatioValue:
    """A published share with both inputs and its rounding."""

    code: str
    name: str
    numerator: int
    denominator: int
    value: Decimal | None
    decimals: int
    rounding: str
    inputs: str

    @property
    def text(self) -> str:
        """The printed form."""
        return "—" if self.value is None else f"{self.value}%"

    @property
    def rounding_word(self) -> str:
        """How it was cut."""
        return {"HALF_UP": "四舍五入", "TRUNCATE": "截尾", "COMPLEMENT": "与另一比率合计 100%"}[self.rounding]


def ratio_values(definitions: list[dict[str, Any]], values: dict[str, int]) -> list[RatioValue]:
    """Ratios whose inputs are all known."""
    found = []
    for item in definitions:
        if not set(item["numerator"]) | set(item["denominator"]) <= set(values):
            continue
        top, bottom = (
            sum(values[key] for key in item["numerator"]),
            sum(values[key] for key in item["denominator"]),
        )
        value = indicators.ratio(top, bottom, decimals=item["decimals"], rounding=Rounding(item["rounding"]))
        words = f"{top} ÷ {bottom}"
        found.append(
            RatioValue(
                item["code"], item["name"], top, bottom, value, item["decimals"], item["rounding"], words
            )
        )
    return found


def edition_ratios(edition: ReportEdition) -> list[RatioValue]:
    """Ratios of an edition, from its cumulative figures (the period's where the form has no others)."""
    values: dict[str, int] = {}
    for (key, column), value in sorted(values_of(edition).items(), reverse=True):
        if column == "cumulative" or key not in values:
            values[key] = value
    return ratio_values(edition.form["ratios"], values)


def spans_of(period: ReportPeriod) -> Spans:
    """The spans a period's figures are counted over."""
    return Spans(period.span, period.cumulative_span, period.earlier_span)


@dataclass(frozen=True)
class Difference:
    """A frozen figure that the database would count differently now."""

    figure: ReportFigure
    cell: dict[str, Any]
    now: int
    added: int
    removed: int

    @property
    def text(self) -> str:
        """The frozen value as printed."""
        return shown(self.figure.value, self.cell)

    @property
    def now_text(self) -> str:
        """Today's value as printed."""
        return shown(self.now, self.cell)


def _counts_now(edition: ReportEdition) -> Iterator[tuple[ReportFigure, dict[str, Any], Counted]]:
    figures = figures_of(edition)
    for cell in number_cells(edition):
        source = edition.form["sources"].get(cell["key"])
        if source is None or source["indicator"] not in indicators.known_keys():
            continue
        counted = count_cell(
            cell,
            Source(source["indicator"], source["dims"]),
            edition.period.regime.scope,
            spans_of(edition.period),
        )
        for column, now in counted.items():
            yield figures[(cell["key"], column)], cell, now


def edition_differences(edition: ReportEdition) -> list[Difference]:
    """Figures whose value or rows have changed since the freeze; the edition itself never changes."""
    found = []
    for figure, cell, now in _counts_now(edition):
        if now.value == figure.value and now.rows == figure.rows:
            continue
        before, after = {row[0] for row in figure.rows}, {row[0] for row in now.rows}
        found.append(Difference(figure, cell, now.value, len(after - before), len(before - after)))
    return found


def figure_rows_now(figure: ReportFigure) -> set[Any]:
    """Primary keys that the figure's definition finds today."""
    now = next((now for item, _, now in _counts_now(figure.edition) if item == figure), None)
    return {row[0] for row in now.rows} if now is not None else set()


def figure_text(figure: ReportFigure | None, cell: dict[str, Any]) -> str:
    """A figure as the form prints it."""
    return shown(figure.value, cell) if figure is not None else ""


def row_objects(actor: User, figure: ReportFigure) -> QuerySet[Any] | None:
    """The frozen rows that still exist and that the actor may see."""
    from django.apps import apps

    if not figure.row_model:
        return None
    model = apps.get_model(figure.row_model)
    manager: Any = model._default_manager
    rows = manager.all()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(actor)
    found: QuerySet[Any] = rows.filter(pk__in=figure.row_ids).order_by("pk")
    return found
