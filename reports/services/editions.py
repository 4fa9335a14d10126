"""Freezing a period, filling it in, reviewing, approving, submitting and correcting it."""

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
from casework.documents.services import document_issue, document_supersede
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import DocumentState
from casework.outbox import outbox_put
from casework.workflow import transition
from reports import data
from reports.counting import count_cell
from reports.data.sources import Source, source_of
from reports.delivery import CHANNEL, FOLDER_CHANNELS
from reports.exports.sealed import sealed_content
from reports.models import (
    FigureColumn,
    FigureSource,
    NoteKind,
    PeriodStatus,
    ReportEdition,
    ReportFigure,
    ReportNote,
    ReportPeriod,
)
from reports.selectors import (
    SECTIONS,
    cells,
    figures_of,
    notes_of,
    number_cells,
    previous_edition,
    spans_of,
    values_of,
)

SERIALIZATION_FAILURE = "40001"
FREEZE_TRIES = 3
REPORT_KIND = "WORK_REPORT"


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
    locked = _locked(period)
    if locked.status != PeriodStatus.OPEN:
        return _edition(locked)
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
    locked = _locked(period)
    last = _edition(locked)
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
    _derive_cumulative(edition)
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


def _derive_cumulative(edition: ReportEdition) -> None:
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
        _derive_cumulative(locked)
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


@transaction.atomic
def edition_review(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """The second person's check. Raises Blocked with every gap and contradiction."""
    at = now or timezone.now()
    reviewed = transition(_locked(period), "review", actor=actor, at=at, values={"reviewed_by": actor})
    edition = _edition(reviewed)
    edition.reviewed_name = actor.name
    edition.save(update_fields=["reviewed_name"])
    return reviewed


@transaction.atomic
def edition_send_back(
    *, actor: User, period: ReportPeriod, reason: str, now: datetime | None = None
) -> ReportPeriod:
    """Give a reviewed edition back to the reporter, with a reason."""
    values = {"reviewed_by": None, "reviewed_at": None}
    return transition(
        _locked(period), "send_back", actor=actor, reason=reason, at=now or timezone.now(), values=values
    )


@transaction.atomic
def edition_approve(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """Sign the edition: seal its content and, for a formal report, take the number and issue it."""
    at = now or timezone.now()
    approved = transition(_locked(period), "approve", actor=actor, at=at, values={"approved_by": actor})
    edition = _edition(approved)
    edition.approved_name = actor.name
    edition.foot = _foot(edition, at)
    edition.content_hash = sha256_hex(_content(edition))
    edition.sealed_at = at
    edition.save(update_fields=["approved_name", "foot", "content_hash", "sealed_at"])
    if approved.regime.is_sealed:
        _issue(actor, approved, edition, at)
    return approved


def _foot(edition: ReportEdition, at: datetime) -> dict[str, str]:
    filler = edition.filled_by or edition.period.regime.reporter
    return {
        "organ": edition.form["organ"],
        "filled_by": filler.name,
        "reviewed_by": edition.reviewed_name,
        "phone": filler.phone or edition.period.bureau.hotline,
        "filled_on": timezone.localdate(edition.filled_at or at).isoformat(),
        "signed_on": timezone.localdate(at).isoformat(),
    }


def _content(edition: ReportEdition) -> dict[str, Any]:
    return {
        "uid": str(edition.uid),
        "number": edition.number,
        "reason": edition.reason,
        "form": edition.form,
        "foot": edition.foot,
        "figures": [item.content() for item in edition.figures.order_by("position")],
        "narrative": notes_of(edition),
        "explanations": notes_of(edition, NoteKind.EXPLANATION),
        "reviewed_by": edition.reviewed_name,
        "approved_by": edition.approved_name,
    }


def _issue(actor: User, period: ReportPeriod, edition: ReportEdition, at: datetime) -> None:
    content = sealed_content(edition, signer=actor.name)
    document = document_issue(
        actor=actor,
        organ=period.regime.organ,
        kind=REPORT_KIND,
        subject=edition,
        content=content,
        title=edition.form["report_title"][:200],
        party="、".join(edition.form["recipients"])[:200],
        at=at,
        is_public=False,
    )
    edition.document = document
    edition.save(update_fields=["document"])
    earlier = period.editions.filter(number__lt=edition.number, document__state=DocumentState.VALID).first()
    if earlier is not None and earlier.document is not None:
        document_supersede(actor=actor, document=earlier.document, by=document, reason=edition.reason, at=at)


@transaction.atomic
def edition_submit(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """Hand the approved edition to the superior office: into its folder, or on paper."""
    at = now or timezone.now()
    submitted = transition(_locked(period), "submit", actor=actor, at=at, values={"submitted_by": actor})
    edition = _edition(submitted)
    if FOLDER_CHANNELS.intersection(submitted.regime.channels):
        outbox_put(
            actor=actor,
            bureau=submitted.bureau,
            channel=CHANNEL,
            subject=edition,
            label=str(edition)[:200],
            payload={"edition": str(edition.uid), "content_hash": edition.content_hash},
        )
    return submitted


@transaction.atomic
def period_answer(
    *,
    actor: User,
    period: ReportPeriod,
    accepted: bool,
    receipt_no: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> ReportPeriod:
    """Note the superior office's answer: received, or returned with its reason."""
    values = {"receipt_no": receipt_no[:60], "return_reason": "" if accepted else reason}
    name = "accept" if accepted else "return"
    return transition(
        _locked(period), name, actor=actor, reason=reason, at=now or timezone.now(), values=values
    )


def _locked(period: ReportPeriod) -> ReportPeriod:
    rows = ReportPeriod.objects.select_for_update(of=("self",))
    return rows.select_related("regime__bureau__region", "regime__organ", "regime__region", "bureau").get(
        pk=period.pk
    )


def _edition(period: ReportPeriod) -> ReportEdition:
    return period.editions.select_related("period__regime").order_by("-number")[0]


def _open_edition(edition: ReportEdition) -> ReportEdition:
    period = _locked(edition.period)
    current = _edition(period)
    if period.status != PeriodStatus.FROZEN or current.pk != edition.pk:
        raise WrongState(
            f"本期现在是“{period.get_status_display()}”，不能填报。需要修改的，请先退回填报或出更正版。"
        )
    return current


audit.verb("reports.edition_freeze", "统计并冻结报表版次")
audit.verb("reports.edition_fill", "填报报表")
