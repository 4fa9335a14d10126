"""Desk pages of a fund audit's sheets and findings."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import services
from funds.filters.rounds import FindingFilter, SheetFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.rounds import FindingForm, RectifyForm, SheetFillForm
from funds.models import AuditFinding, AuditSheet, CheckItem, CheckResult
from funds.selectors import rounds as reads
from funds.views.common import VIEW, keep_paper, plain_form, risk_path, risk_tabs, row_form
from funds.views.rounds import CLOSE, HOME, WORK, round_url

SHEETS, FINDINGS = "funds:audit_sheet_list", "funds:finding_list"
TONES = {"OK": "ok", "BAD": "bad", "NA": "mute"}


def _result(item: CheckItem, row: AuditSheet) -> str:
    return CheckResult(row.checks[item]).label if item in row.checks else ""


SHEET_COLUMNS = (
    Column("专查", lambda row: row.round.title, 30),
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("状态", lambda row: row.get_status_display()),
    Column("核查日期", lambda row: row.checked_on),
    Column("核查人员", lambda row: row.checkers, 24),
    *(Column(item.label, partial(_result, item)) for item in CheckItem),
    Column("核查情况", lambda row: row.note, 40),
    Column("约谈日期", lambda row: row.talked_on),
    Column("约谈情况", lambda row: row.talk_note, 30),
    Column("问题（条）", lambda row: row.findings_n),
)


def sheet_url(row: AuditSheet) -> str:
    """The sheet's page."""
    return reverse("funds:audit_sheet_detail", kwargs={"uid": row.uid})


def finding_url(row: AuditFinding) -> str:
    """The finding's page."""
    return reverse("funds:finding_detail", kwargs={"uid": row.uid})


def _sheet_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": sheet_url(row), "sub": row.region.name},
        {"text": row.round.title},
        {"text": f"{row.checked_on:%Y-%m-%d}" if row.checked_on else "—", "sub": row.checkers},
        {"text": f"{row.talked_on:%Y-%m-%d}" if row.talked_on else "—", "nowrap": True},
        {"text": f"{row.findings_n} 条", "num": True},
        {"status": row},
    ]


@desk_page(VIEW)
def sheet_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of sheets."""
    return kit.register_page(
        request,
        rows=reads.audit_sheets_visible(request.user),
        title="资金专查核查表",
        subtitle="一家机构一轮一张，逐项填写结果；有问题的项目登记问题",
        register=Register(("机构", "专查", "核查", "约谈", "问题", "状态"), _sheet_cells),
        columns=SHEET_COLUMNS,
        filterset=SheetFilter,
        unit="张",
        more=[{"label": "专查问题", "url": reverse(FINDINGS)}],
        empty="在专查页面“加入机构”后，每家有一张核查表。",
        **risk_tabs(request, HOME),
    )


SHEET_STEPS: dict[str, Step] = {
    "fill": Step(
        "填写核查表",
        lambda actor, row, values: services.sheet_fill(actor=actor, sheet=row, **values),
        "核查表已填写；有问题的项目请登记问题。",
        WORK,
        plain_form(SheetFillForm),
        submit="保存",
        two_columns=True,
    ),
    "finding": Step(
        "登记问题",
        lambda actor, row, values: services.finding_add(actor=actor, sheet=row, **values),
        "问题已登记。",
        WORK,
        row_form(FindingForm),
        submit="登记",
    ),
    "redo": Step(
        "重填核查表",
        lambda actor, row, values: services.sheet_redo(actor=actor, sheet=row, reason=values["reason"]),
        "核查表已清空，请重新填写。",
        CLOSE,
        plain_form(ReasonForm),
        danger=True,
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", WORK, plain_form(PaperForm), submit="上传"),
}


def _results(row: AuditSheet) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item.label},
            {"word": CheckResult(row.checks[item]).label, "tone": TONES[row.checks[item]]},
        ]
        for item in CheckItem
        if item in row.checks
    ]
    return kit.table("核查结果", ("项目", "结果"), rows, "还没有核查。")


def _findings(row: AuditSheet) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": item.get_kind_display(), "url": finding_url(item), "sub": item.summary},
            {"text": yuan(item.amount_fen), "num": True},
            {"text": item.get_measure_display()},
            {"due": item.due_on, "done": item.rectified_on},
            {"status": item},
        ]
        for item in row.findings.order_by("due_on", "pk")
    ]
    return kit.table("问题", ("问题", "金额", "处理", "整改期限", "状态"), rows, "没有登记问题。")


@desk_page(VIEW)
def sheet_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One sheet: results, findings, papers."""
    row: Any = get_visible(reads.audit_sheets_visible(request.user), request.user, uid)
    actor, place = request.user, row.institution
    lacking = [CheckItem(item).label for item in row.items_without_finding]
    may_add = "BAD" in row.checks.values() and row.round.status == "RUNNING"
    is_seen = reads.rounds_visible(actor).filter(pk=row.round_id).exists()
    round_address = round_url(row.round) if is_seen else ""
    return kit.detail_page(
        request,
        row,
        heading=place.name,
        subtitle=row.round.title,
        has_status=True,
        notes=(
            [{"title": "", "text": f"有项目查出问题，还没有登记问题：{'、'.join(lacking)}。", "tone": "warn"}]
            if lacking
            else []
        ),
        actions=[
            *kit.plain_steps(
                actor, row, SHEET_STEPS, "funds:audit_sheet_step", "paper", *(["finding"] if may_add else [])
            ),
            *kit.step_actions(actor, row, SHEET_STEPS, "funds:audit_sheet_step"),
        ],
        sections=[
            _results(row),
            _findings(row),
            *([kit.text("核查情况", row.note)] if row.note else []),
            *([kit.text("约谈情况", row.talk_note)] if row.talk_note else []),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("资金专查", row.round.title, round_address),
            ("机构", place.name, object_link(actor, "institutions.institution", place.uid)),
            ("核查日期", f"{row.checked_on:%Y-%m-%d}" if row.checked_on else ""),
            ("核查人员", row.checkers),
            ("约谈日期", f"{row.talked_on:%Y-%m-%d}" if row.talked_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=risk_path(("核查表", reverse(SHEETS)), (place.name, "")),
    )


@desk_page(VIEW)
def sheet_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a sheet."""
    row: Any = get_visible(reads.audit_sheets_visible(request.user), request.user, uid)
    path = risk_path(("资金专查", reverse(HOME)), (row.institution.name, sheet_url(row)))
    return kit.step_page(request, row, SHEET_STEPS, name, sheet_url(row), path)


FINDING_COLUMNS = (
    Column("专查", lambda row: row.sheet.round.title, 30),
    Column("机构", lambda row: row.sheet.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("问题", lambda row: row.get_kind_display(), 24),
    Column("涉及金额（元）", lambda row: row.amount_fen / 100),
    Column("情况", lambda row: row.summary, 40),
    Column("处理", lambda row: row.get_measure_display()),
    Column("整改期限", lambda row: row.due_on),
    Column("整改逾期", lambda row: row.is_late),
    Column("状态", lambda row: row.get_status_display()),
    Column("整改日期", lambda row: row.rectified_on),
    Column("整改情况", lambda row: row.result, 40),
    Column("复核人", lambda row: row.closed_by.name if row.closed_by else ""),
    Column("销号时间", lambda row: row.closed_at),
)


def _finding_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.sheet.institution.name, "url": finding_url(row), "sub": row.sheet.round.title},
        {"text": row.get_kind_display(), "sub": row.summary},
        {"text": yuan(row.amount_fen), "num": True},
        {"text": row.get_measure_display()},
        {"due": row.due_on, "done": row.rectified_on},
        {"status": row},
    ]


@desk_page(VIEW)
def finding_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of findings."""
    return kit.register_page(
        request,
        rows=reads.findings_visible(request.user),
        title="专查问题",
        subtitle="限期整改的登记整改情况，由另一人复核销号；没有整改的不能销号",
        register=Register(("机构", "问题", "金额", "处理", "整改期限", "状态"), _finding_cells),
        columns=FINDING_COLUMNS,
        filterset=FindingFilter,
        unit="条",
        more=[{"label": "核查表", "url": reverse(SHEETS)}],
        empty="没有符合条件的问题。",
        **risk_tabs(request, HOME),
    )


FINDING_STEPS: dict[str, Step] = {
    "rectify": Step(
        "登记整改",
        lambda actor, row, values: services.finding_rectify(actor=actor, finding=row, **values),
        "整改情况已登记，请另一人复核。",
        WORK,
        plain_form(RectifyForm),
        submit="登记",
    ),
    "close": Step(
        "复核销号",
        lambda actor, row, values: services.finding_close(actor=actor, finding=row),
        "已销号。",
        CLOSE,
    ),
    "send_back": Step(
        "退回整改",
        lambda actor, row, values: services.finding_send_back(
            actor=actor, finding=row, reason=values["reason"]
        ),
        "已退回，继续整改。",
        CLOSE,
        plain_form(ReasonForm),
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", WORK, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def finding_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One finding: what, by when, how it was put right, who checked."""
    row: Any = get_visible(reads.findings_visible(request.user), request.user, uid)
    actor, sheet = request.user, row.sheet
    return kit.detail_page(
        request,
        row,
        heading=row.get_kind_display(),
        subtitle=sheet.institution.name,
        has_status=True,
        due_on=row.due_on if row.status == "OPEN" else None,
        actions=[
            *kit.plain_steps(actor, row, FINDING_STEPS, "funds:finding_step", "paper"),
            *kit.step_actions(actor, row, FINDING_STEPS, "funds:finding_step"),
        ],
        sections=[
            kit.text("情况", row.summary),
            *([kit.text("整改情况", row.result)] if row.result else []),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("核查表", f"{sheet.round.title} {sheet.institution.name}", sheet_url(sheet)),
            ("涉及金额", yuan(row.amount_fen)),
            ("处理", row.get_measure_display()),
            ("整改期限", f"{row.due_on:%Y-%m-%d}"),
            ("整改日期", f"{row.rectified_on:%Y-%m-%d}" if row.rectified_on else ""),
            ("整改登记人", row.reported_by.name if row.reported_by else ""),
            ("复核人", row.closed_by.name if row.closed_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=risk_path(("专查问题", reverse(FINDINGS)), (row.get_kind_display(), "")),
    )


@desk_page(VIEW)
def finding_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a finding."""
    row: Any = get_visible(reads.findings_visible(request.user), request.user, uid)
    path = risk_path(("专查问题", reverse(FINDINGS)), (row.get_kind_display(), finding_url(row)))
    return kit.step_page(request, row, FINDING_STEPS, name, finding_url(row), path)
