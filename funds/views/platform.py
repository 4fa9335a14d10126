"""Desk pages of differences with the national platform: the list, and people working one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import services
from funds.filters.outside import DifferenceFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.outside import DifferenceForm
from funds.models import PlatformDifference
from funds.selectors import outside as reads
from funds.views.common import VIEW, keep_paper, plain_form, risk_path, risk_tabs
from funds.views.contracts import CONTRACTS, contract_url
from funds.views.outside import outside_url

COMPARE = "funds.platform_compare"
HOME = "funds:difference_list"


def _in_lessons(row: PlatformDifference) -> bool:
    return row.kind == "LESSONS" or (row.subject == "LESSONS" and row.kind in {"HERE", "THERE"})


def _value(row: PlatformDifference, value: int | None) -> str:
    if value is None:
        return "没有"
    return f"{value} 课时" if _in_lessons(row) else yuan(value)


COLUMNS = (
    Column("内容", lambda row: row.get_subject_display()),
    Column("差异", lambda row: row.get_kind_display()),
    Column("订单号", lambda row: row.order_no, 24),
    Column("机构", lambda row: row.institution.name if row.institution else row.place_name, 30),
    Column("合同编号", lambda row: row.contract.number if row.contract else "", 20),
    Column("平台", lambda row: _value(row, row.theirs)),
    Column("本局", lambda row: _value(row, row.ours)),
    Column("数据起日", lambda row: row.covers_from),
    Column("数据止日", lambda row: row.covers_to),
    Column("状态", lambda row: row.get_status_display()),
    Column("原因", lambda row: row.get_cause_display()),
    Column("核对情况", lambda row: row.note, 40),
    Column("核对人", lambda row: row.worked_by.name if row.worked_by else ""),
    Column("核对时间", lambda row: row.worked_at),
)


def difference_url(row: PlatformDifference) -> str:
    """The difference's page."""
    return reverse("funds:difference_detail", kwargs={"uid": row.uid})


def _days(row: Any) -> str:
    return f"{row.covers_from:%Y-%m-%d} 至 {row.covers_to:%Y-%m-%d}"


def _told(row: PlatformDifference) -> dict[str, Any]:
    """What the platform's sheets said about the order, so that a difference of days shows."""
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": _days(item), "nowrap": True},
            {"text": "—" if item.fen is None else yuan(item.fen), "num": True},
            {"text": "—" if item.lessons is None else f"{item.lessons} 课时", "num": True},
            {"text": item.sheet.file_name},
        ]
        for item in reads.told_before(row)
    ]
    return kit.table("平台历次所报", ("数据起止", "金额", "课时", "表格"), rows, "平台的表格里没有这个订单。")


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.order_no, "url": difference_url(row),
         "sub": f"{row.get_subject_display()} {_days(row)}"},
        {"text": row.institution.name if row.institution else row.place_name or "—",
         "sub": row.contract.number if row.contract else ""},
        {"text": row.get_kind_display()},
        {"text": _value(row, row.theirs), "num": True},
        {"text": _value(row, row.ours), "num": True},
        {"status": row, "sub": row.get_cause_display()},
    ]  # fmt: skip


@desk_page(VIEW)
def difference_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of differences."""
    counts = reads.difference_counts(request.user)
    waiting = sum(counts.values())
    return kit.register_page(
        request,
        rows=reads.differences_visible(request.user),
        title="国家平台差异",
        subtitle=f"按订单号比对订单、课消、退费，只列差异、不改账簿；待核对 {waiting} 条",
        register=Register(("订单号", "机构和合同", "差异", "平台", "本局", "状态"), _cells),
        columns=COLUMNS,
        filterset=DifferenceFilter,
        unit="条",
        create=("导入平台表", "funds:platform_sheet", COMPARE),
        more=[{"label": "已导入的表格", "url": reverse("funds:outside_list")}],
        empty="没有差异，或还没有导入平台表格。",
        **risk_tabs(request, HOME),
    )


STEPS: dict[str, Step] = {
    "work": Step(
        "登记核对情况",
        lambda actor, row, values: services.difference_work(actor=actor, difference=row, **values),
        "已登记；两边没有再变的，不会重复列出。",
        COMPARE,
        plain_form(DifferenceForm),
        submit="登记",
    ),
    "reopen": Step(
        "重新核对",
        lambda actor, row, values: services.difference_reopen(
            actor=actor, difference=row, reason=values["reason"]
        ),
        "已重新列为待核对。",
        COMPARE,
        plain_form(ReasonForm),
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", COMPARE, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def difference_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One difference: both sides, what people found."""
    row: Any = get_visible(reads.differences_visible(request.user), request.user, uid)
    actor, place, contract = request.user, row.institution, row.contract
    sees_sheet = reads.outside_visible(actor).filter(pk=row.sheet_id).exists()
    may_open = contract is not None and actor.may(CONTRACTS)
    return kit.detail_page(
        request,
        row,
        heading=f"订单 {row.order_no} {row.get_kind_display()}",
        subtitle=row.get_subject_display(),
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:difference_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:difference_step"),
        ],
        sections=[
            kit.table(
                "两边的数",
                ("", "数"),
                [
                    [{"text": "国家平台"}, {"text": _value(row, row.theirs), "num": True}],
                    [{"text": "本局账簿"}, {"text": _value(row, row.ours), "num": True}],
                ],
                "",
            ),
            _told(row),
            *([kit.text("核对情况", row.get_cause_display(), row.note)] if row.note else []),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            (
                "机构",
                place.name if place else row.place_name,
                object_link(actor, "institutions.institution", place.uid) if place else "",
            ),
            ("合同", contract.number if contract else "", contract_url(contract) if may_open else ""),
            ("表格", row.sheet.file_name, outside_url(row.sheet) if sees_sheet else ""),
            ("数据", _days(row)),
            ("核对人", row.worked_by.name if row.worked_by else ""),
            ("核对时间", f"{row.worked_at:%Y-%m-%d}" if row.worked_at else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=risk_path(("国家平台差异", reverse(HOME)), (row.order_no, "")),
    )


@desk_page(VIEW)
def difference_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a difference."""
    row: Any = get_visible(reads.differences_visible(request.user), request.user, uid)
    path = risk_path(("国家平台差异", reverse(HOME)), (row.order_no, difference_url(row)))
    return kit.step_page(request, row, STEPS, name, difference_url(row), path)
