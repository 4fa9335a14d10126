"""Desk pages of warnings: register, one warning with its working, its steps, and the back-test of a rule."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, export_response, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters.warnings import WarningFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.warnings import UNITS, BacktestForm, DisposeForm, shown
from funds.models import FundWarning
from funds.views.common import VIEW, keep_paper, plain_form, risk_path, risk_tabs
from funds.warnings.parameters import LINES

WORK, CLOSE = "funds.warning_work", "funds.warning_close"
LEVELS = {"RED": "红色", "YELLOW": "黄色", "": "—"}
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("规则", lambda row: f"{row.rule} {row.get_rule_display()}", 24),
    Column("级别", lambda row: row.get_level_display()),
    Column("依据", lambda row: "；".join(_sentence(item) for item in row.contributions), 60),
    Column("预警日期", lambda row: row.raised_on),
    Column("处置期限", lambda row: row.due_on),
    Column("状态", lambda row: row.get_status_display()),
    Column("认领人", lambda row: row.owner.name if row.owner else ""),
    Column("处置措施", lambda row: row.get_disposition_display()),
    Column("核查和处置情况", lambda row: row.outcome, 40),
    Column("销去或排除的理由", lambda row: row.close_reason, 40),
)


def warning_url(row: FundWarning) -> str:
    """The warning's page."""
    return reverse("funds:warning_detail", kwargs={"uid": row.uid})


def _amount(value: int, unit: str) -> str:
    if unit == "fen":
        return yuan(value)
    return f"{value / 10:g}%" if unit == "permille" else f"{value} {UNITS[unit]}".strip()


def _sentence(item: dict[str, Any]) -> str:
    return f"{item['what']}（{_amount(item['value'], item['unit'])}）"


def _cells(row: Any) -> list[dict[str, Any]]:
    first = row.contributions[0]
    is_late = row.is_open and row.due_on < timezone.localdate()
    return [
        {"text": row.institution.name, "url": warning_url(row), "sub": row.region.name},
        {"word": row.get_level_display(), "tone": row.level_tone, "sub": row.get_rule_display()},
        {"text": first["what"], "sub": _amount(first["value"], first["unit"])},
        {"text": f"{row.raised_on:%Y-%m-%d}", "nowrap": True},
        {"text": f"{row.due_on:%Y-%m-%d}", "nowrap": True, "sub": "已逾期" if is_late else ""},
        {"status": row, "sub": row.owner.name if row.owner else ""},
    ]


@desk_page(VIEW)
def warning_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of warnings."""
    return kit.register_page(
        request,
        rows=selectors.warnings_visible(request.user),
        title="资金预警",
        subtitle="每晚按十六条规则核对各机构的钱、课时、退费和投诉；红色一个、黄色三个工作日内处置",
        register=Register(("机构", "级别", "依据", "预警日期", "处置期限", "状态"), _cells),
        columns=COLUMNS,
        filterset=WarningFilter,
        unit="条",
        empty="没有符合条件的预警。",
        more=[
            {"label": "预警回测", "url": reverse("funds:warning_backtest")},
        ],
        **risk_tabs(request, "funds:warning_list"),
    )


STEPS: dict[str, Step] = {
    "take": Step(
        "认领",
        lambda actor, row, values: services.warning_take(actor=actor, warning=row),
        "已认领，请在期限内核查并填报处置。",
        WORK,
    ),
    "dispose": Step(
        "填报处置",
        lambda actor, row, values: services.warning_dispose(actor=actor, warning=row, **values),
        "处置情况已填报，请负责人销去。",
        WORK,
        plain_form(DisposeForm),
    ),
    "close": Step(
        "销去预警",
        lambda actor, row, values: services.warning_close(actor=actor, warning=row, reason=values["reason"]),
        "预警已销去。",
        CLOSE,
        plain_form(ReasonForm),
        sentence="条件还成立的，同一级别不再重复预警；升为红色或消除后再出现的，重新预警。",
    ),
    "send_back": Step(
        "退回再查",
        lambda actor, row, values: services.warning_send_back(
            actor=actor, warning=row, reason=values["reason"]
        ),
        "已退回，等待重新认领。",
        CLOSE,
        plain_form(ReasonForm),
    ),
    "dismiss": Step(
        "排除预警",
        lambda actor, row, values: services.warning_dismiss(
            actor=actor, warning=row, reason=values["reason"]
        ),
        "预警已排除，理由留存。",
        CLOSE,
        plain_form(ReasonForm),
        danger=True,
        sentence="只用于查明属正常情况的；条件升级时会重新预警。",
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", WORK, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def warning_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One warning: which rows raised it, what each weighs, what clears it, what was done."""
    row: Any = get_visible(selectors.warnings_visible(request.user), request.user, uid)
    actor = request.user
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=f"{row.get_level_display()} · {row.institution.name}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:warning_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:warning_step"),
        ],
        sections=[
            _working(row),
            *([kit.text("核查和处置", row.get_disposition_display(), row.outcome)] if row.outcome else []),
            *([kit.text("销去或排除", row.close_reason)] if row.close_reason else []),
        ],
        show_files=True,
        files_title="核查材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            (
                "机构",
                row.institution.name,
                object_link(actor, "institutions.institution", row.institution.uid),
            ),
            ("乡镇（街道）", row.region.name),
            ("预警日期", f"{row.raised_on:%Y-%m-%d}"),
            ("处置期限", f"{row.due_on:%Y-%m-%d}"),
            ("最近一次成立", f"{row.seen_on:%Y-%m-%d}"),
            ("条件消除", f"{row.ended_on:%Y-%m-%d}" if row.ended_on else "还成立"),
            ("认领人", row.owner.name if row.owner else ""),
            ("处置人", row.disposed_by.name if row.disposed_by else ""),
            ("销去或排除人", row.closed_by.name if row.closed_by else ""),
            *((LINES[name]["label"], _line_words(name, value)) for name, value in row.parameters.items()),
        ),
        history=kit.history(actor, row.uid),
        crumbs=risk_path(("资金预警", reverse("funds:warning_list")), (str(row), "")),
    )


def _line_words(name: str, value: int) -> str:
    return _amount(value, LINES[name]["unit"])


def _working(row: FundWarning) -> dict[str, Any]:
    """The table of reasons."""
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item["what"], "sub": "" if (item["day"] or "") in item["what"] else item["day"]},
            {"text": _amount(item["value"], item["unit"]), "num": True},
            {"text": _amount(item["line"], item["unit"]), "num": True},
            {"text": f"{item['share_permille'] / 10:g}%", "num": True},
            {"text": item["clears"]},
        ]
        for item in row.contributions
    ]
    return kit.table("为什么预警", ("依据", "数值", "预警线", "占比", "怎样消除"), rows, "")


@desk_page(VIEW)
def warning_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a warning."""
    row: Any = get_visible(selectors.warnings_visible(request.user), request.user, uid)
    path = risk_path(("资金预警", reverse("funds:warning_list")), (str(row), warning_url(row)))
    return kit.step_page(request, row, STEPS, name, warning_url(row), path)


BACKTEST_COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("现行参数成立天数", lambda row: row.days_now),
    Column("现行参数首日", lambda row: row.first_now),
    Column("现行参数最高级别", lambda row: LEVELS[row.level_now]),
    Column("试算参数成立天数", lambda row: row.days_tried),
    Column("试算参数首日", lambda row: row.first_tried),
    Column("试算参数最高级别", lambda row: LEVELS[row.level_tried]),
)


@desk_page(VIEW)
def warning_backtest(request: AuthedRequest) -> HttpResponseBase:
    """What a rule would have raised over a period with other lines, beside those in force; nothing is written."""
    assert request.user.bureau is not None
    lines = selectors.parameters_on(request.user.bureau.region, timezone.localdate())
    form = BacktestForm(request.GET, lines=lines)
    rows = []
    if form.is_valid():
        asked = form.cleaned_data
        rows = selectors.backtest(
            request.user, asked["rule"], asked["since"], asked["until"], form.tried(lines)
        )
    if (kind := request.GET.get("export", "")) in {"xlsx", "csv"} and form.is_valid():
        return export_response(rows, BACKTEST_COLUMNS, "预警回测", kind)
    context = {
        "form": form,
        "rows": [(row, LEVELS[row.level_now], LEVELS[row.level_tried]) for row in rows],
        "in_force": [(LINES[name]["label"], shown(name, getattr(lines, name))) for name in form.names],
        "now_places": sum(bool(row.days_now) for row in rows),
        "tried_places": sum(bool(row.days_tried) for row in rows),
        **risk_tabs(request, "funds:warning_list"),
    }
    return render(request, "funds/warning_backtest.html", context, status=422 if form.errors else 200)
