"""Reading: the room's home, the history, one period, files, counties."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, offers_as_actions
from casework.workflow import available_transitions
from reports import presenting, selectors, services
from reports.exports.files import CONTENT_TYPES, file_name
from reports.exports.files import render as render_file
from reports.exports.sheet import sheet_of
from reports.filters import PeriodFilter
from reports.models import ExportKind, PeriodStatus, ReportEdition, ReportPeriod

HISTORY_COLUMNS = (
    Column("报表", lambda row: row.regime.name, 40),
    Column("报告期", lambda row: row.label, 28),
    Column("报送日", lambda row: row.due_on),
    Column("状态", lambda row: row.get_status_display(), 20),
    Column("填报人", lambda row: row.regime.reporter.name),
    Column("签发时间", lambda row: row.approved_at, 20),
    Column("报送时间", lambda row: row.submitted_at, 20),
    Column("回执号", lambda row: row.receipt_no, 24),
)


def crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    """Where the page stands, below the room's home."""
    found = [{"label": "回头看报表", "url": reverse("reports:home")}]
    return found + [{"label": label, "url": url} for label, url in items]


@desk_page("reports.period_view")
def home(request: AuthedRequest) -> HttpResponse:
    """What is due, where the campaign stands, and the seven looks."""
    today = timezone.localdate()
    regimes = list(selectors.regimes_visible(request.user).in_force(today).order_by("code"))
    lookback = next((item for item in regimes if item.campaign_code and not item.is_sealed), None)
    edition = presenting.look_edition(request.user, lookback) if lookback else None
    context = {
        "periods": presenting.current_periods(request.user),
        "regimes": regimes,
        "lookback": lookback,
        "stages": presenting.stage_steps(lookback.campaign_code, today) if lookback else [],
        "edition": edition,
        "looks": presenting.looks(edition) if edition else [],
        "ratios": selectors.edition_ratios(edition) if edition else [],
        "today": today,
        "may_edit": request.user.may("reports.regime_edit"),
        "may_build": request.user.may("reports.edition_freeze"),
        "may_import": request.user.may("reports.receipt_record"),
        "may_compare": request.user.may("reports.counties_view"),
    }
    return render(request, "reports/home.html", context)


@desk_page("reports.period_view")
def period_list(request: AuthedRequest) -> HttpResponseBase:
    """Every period ever reported."""
    return ListPage(
        request=request,
        rows=selectors.periods_visible(request.user),
        template="reports/period_list.html",
        title="报送历史",
        columns=HISTORY_COLUMNS,
        filterset=PeriodFilter,
        unit="期",
        context={"crumbs": crumbs(("报送历史", ""))},
    ).response()


@desk_page("reports.counties_view")
def county_list(request: AuthedRequest) -> HttpResponseBase:
    """Where each county stands with its reports."""
    return ListPage(
        request=request,
        rows=selectors.periods_visible(request.user).select_related("bureau__region"),
        template="reports/county_list.html",
        title="下级报送情况",
        columns=(Column("单位", lambda row: row.bureau.name, 30), *HISTORY_COLUMNS),
        filterset=PeriodFilter,
        unit="期",
        context={"crumbs": crumbs(("下级报送情况", ""))},
    ).response()


@desk_page("reports.period_view")
def period_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One period: the form with every number linked to its rows, gaps, actions, files, history."""
    period = get_visible(selectors.periods_visible(request.user), request.user, uid)
    editions = list(period.editions.order_by("-number"))
    edition = _chosen(editions, request.GET.get("edition", ""))
    context: dict[str, Any] = {
        "period": period,
        "regime": period.regime,
        "editions": editions,
        "edition": edition,
        "is_newest": bool(editions) and edition == editions[0],
        "steps": presenting.steps(period),
        "actions": offers_as_actions(
            available_transitions(request.user, period),
            lambda name: step_address(period, name),
            period.version,
        ),
        "timeline": presenting.timeline(period, request.user),
        "crumbs": crumbs((period.label, "")),
        "today": timezone.localdate(),
        "facts": _facts(period),
    }
    if edition is not None:
        context |= _edition_context(request, period, edition)
    return render(request, "reports/period_detail.html", context)


def step_address(period: ReportPeriod, name: str) -> str | None:
    """Where an arrow's button leads."""
    url = reverse("reports:period_step", kwargs={"uid": period.uid, "step": name.replace("_", "-")})
    if name == "freeze" and period.cut_off_at > timezone.now():
        return None
    return f"POST {url}" if name in {"freeze", "review", "approve", "submit"} else url


def _chosen(editions: list[ReportEdition], number: str) -> ReportEdition | None:
    found = [item for item in editions if str(item.number) == number]
    return found[0] if found else (editions[0] if editions else None)


def _edition_context(request: AuthedRequest, period: ReportPeriod, edition: ReportEdition) -> dict[str, Any]:
    sheet, newest = sheet_of(edition), edition == period.current_edition
    is_open = newest and period.status == PeriodStatus.FROZEN
    made = {item.kind: item for item in edition.exports.all()}
    return {
        "sheet": sheet,
        "rows": presenting.form_rows(sheet),
        "breaches": selectors.breaches_of(edition),
        "gaps": selectors.edition_gaps(edition) if is_open else [],
        "may_fill": is_open and request.user.may("reports.edition_fill"),
        "missing": len(selectors.missing_figures(edition)),
        "files": [
            {"kind": kind, "label": label, "made": made.get(kind)} for kind, label in ExportKind.choices
        ],
        "differences": selectors.edition_differences(edition) if "compare" in request.GET else None,
        "messages_out": selectors.messages_of(request.user, edition),
        "narrative": _narrative(edition),
    }


def _narrative(edition: ReportEdition) -> list[dict[str, str]]:
    if not edition.form["is_sealed"]:
        return []
    texts = selectors.notes_of(edition)
    return [{"label": label, "text": texts[key]} for key, label in selectors.SECTIONS if texts.get(key)]


def _facts(period: ReportPeriod) -> list[dict[str, Any]]:
    regime = period.regime
    return [
        {"label": "报告期", "value": period.label},
        {"label": "数据截止", "value": timezone.localtime(period.cut_off_at).strftime("%Y-%m-%d %H:%M")},
        {"label": "报送日", "value": f"{period.due_on:%Y-%m-%d}", "sub": "遇休息日不顺延"},
        {
            "label": "提醒日",
            "value": f"{period.warn_on:%Y-%m-%d}",
            "sub": f"已于 {period.warned_on:%Y-%m-%d} 提醒" if period.warned_on else "报送日前最后一个工作日",
        },
        {"label": "填报人", "value": regime.reporter.name},
        {"label": "审核人", "value": regime.reviewer.name},
        {"label": "报送对象", "value": "、".join(regime.recipients)},
        {"label": "依据", "value": regime.basis},
        *([{"label": "回执号", "value": period.receipt_no}] if period.receipt_no else []),
    ]


def _edition(request: AuthedRequest, uid: UUID) -> ReportEdition:
    return get_visible(selectors.editions_visible(request.user), request.user, uid)


@desk_page("reports.period_view")
def edition_preview(request: AuthedRequest, uid: UUID, kind: str) -> HttpResponse:
    """A draft file before the approval; the final one after it."""
    edition = _edition(request, uid)
    wanted = kind.upper()
    if wanted not in {ExportKind.XLSX, ExportKind.DOCX, ExportKind.PDF}:
        raise Http404("没有这种文件。")
    return _file(render_file(edition, wanted), file_name(edition, wanted), wanted)


@require_POST
@desk_page("reports.period_view")
def export_start(request: AuthedRequest, uid: UUID, kind: str) -> HttpResponse:
    """Let a worker make a file; leads to its progress."""
    edition = _edition(request, uid)
    if kind.upper() not in ExportKind.values:
        raise Http404("没有这种文件。")
    job = services.export_request(actor=request.user, edition=edition, kind=kind.upper())
    return redirect("casework:job_progress", uid=job.uid)


@desk_page("reports.period_view")
def export_download(request: AuthedRequest, uid: UUID) -> FileResponse:
    """One made file."""
    export = get_visible(selectors.exports_visible(request.user), request.user, uid)
    return FileResponse(
        default_storage.open(export.stored_name),
        as_attachment=True,
        filename=export.file_name,
        content_type=CONTENT_TYPES[ExportKind(export.kind)],
    )


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPES[ExportKind(kind)])
    response["Content-Disposition"] = content_disposition_header(kind != ExportKind.PDF, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
