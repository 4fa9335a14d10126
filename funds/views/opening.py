"""Desk pages of opening stock: upload, the preview with the bank's balance beside it, confirmation by another person."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.errors import DomainError
from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register
from funds import selectors, services
from funds.filters.opening import OpeningSheetFilter
from funds.models import FundSheet
from funds.selectors.sheets import sheet_rows
from funds.sheets import KINDS, template_of
from funds.views.common import path_to, tabs
from funds.views.sheets import DeskSheetForm, preview

UPLOAD, VIEW = "funds.payment_book", "funds.contract_view"
HEADING = "期初余额"


def opening_url(row: FundSheet) -> str:
    """The sheet's page."""
    return reverse("funds:opening_detail", kwargs={"uid": row.uid})


COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("文件名", lambda row: row.file_name, 30),
    Column("状态", lambda row: row.get_status_display()),
    Column("新增合同", lambda row: row.counts.get("NEW", 0)),
    Column("无变化", lambda row: row.counts.get("SAME", 0)),
    Column("不予导入", lambda row: row.counts.get("REJECTED", 0)),
    Column("本表入账（元）", lambda row: _fen(row, "sheet_fen") / 100),
    Column("银行期初余额（元）", lambda row: _fen(row, "bank_fen") / 100),
    Column("差额（元）", lambda row: (_fen(row, "bank_fen") - _fen(row, "booked_fen")) / 100),
    Column("上传人", lambda row: row.created_by.name),
    Column("上传时间", lambda row: row.created_at),
    Column("复核人", lambda row: row.applied_by.name if row.applied_by else ""),
    Column("入账时间", lambda row: row.applied_at),
    Column("文件指纹", lambda row: row.sha256, 30),
)


def _fen(row: FundSheet, name: str) -> int:
    return int(row.counts.get(name, 0))


def _cells(row: Any) -> list[dict[str, Any]]:
    is_in, gap = row.status == "APPLIED", _fen(row, "bank_fen") - _fen(row, "booked_fen")
    told = [(KINDS[kind], row.counts.get(kind, 0)) for kind in KINDS]
    return [
        {"text": row.institution.name, "url": opening_url(row), "sub": row.file_name},
        {"text": "，".join(f"{word} {count}" for word, count in told if count) or "没有行"},
        {"text": yuan(_fen(row, "sheet_fen")) if is_in else "—", "num": True},
        {"text": yuan(gap) if is_in else "—", "sub": "入账时银行减合同" if is_in else "", "num": True},
        {"text": row.created_by.name, "sub": f"{timezone.localdate(row.created_at):%Y-%m-%d}"},
        {"text": row.applied_by.name if row.applied_by else "—",
         "sub": f"{timezone.localdate(row.applied_at):%Y-%m-%d}" if row.applied_at else ""},
        {"status": row},
    ]  # fmt: skip


@desk_page(VIEW)
def opening_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of opening sheets."""
    return kit.register_page(
        request,
        rows=selectors.opening_sheets_visible(request.user),
        title="期初余额",
        subtitle="开始使用本系统时已在履行的合同，按机构导入；由上传人以外的另一人复核入账",
        register=Register(("机构和文件", "合同", "本表入账", "差额", "上传", "复核", "状态"), _cells),
        columns=COLUMNS,
        filterset=OpeningSheetFilter,
        unit="份",
        create=("导入期初余额", "funds:opening_upload", UPLOAD),
        more=[{"label": "期初存量", "url": reverse("funds:opening_left")}],
        empty="先上传账户开账日的对账单，再导入机构的期初表格。",
        **tabs(request, "funds:opening_list"),
    )


@desk_page(UPLOAD)
def opening_upload(request: AuthedRequest) -> HttpResponse:
    """The running contracts of one institution with their money, as a sheet."""
    form = DeskSheetForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        return opening_url(
            services.sheet_receive(
                actor=request.user, institution=values["institution"], kind="OPENING", upload=values["upload"]
            )
        )

    back = reverse("funds:opening_list")
    return form_page(
        request,
        form,
        work,
        heading="导入期初余额",
        subtitle="开始使用本系统时已在履行的合同：一行一份，写明已消课时和在监管余额；账户第一天结账以前办理",
        submit="核对",
        cancel_url=back,
        done="已核对，请看每一行的结果；由另一人复核后才入账。",
        template="funds/portal_sheet_form.html",
        base="base_desk.html",
        template_url=reverse("funds:opening_template"),
        crumbs=path_to(("期初余额", back), ("导入", "")),
    )


@desk_page(UPLOAD)
def opening_template(request: AuthedRequest) -> HttpResponseBase:
    """A blank sheet."""
    return FileResponse(BytesIO(template_of("OPENING")), as_attachment=True, filename="期初余额模板.xlsx")


@desk_page(VIEW)
def opening_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The preview: every row with its reason, and what the bank held against what the contracts say."""
    row: Any = get_visible(selectors.opening_sheets_visible(request.user), request.user, uid)
    back = reverse("funds:opening_list")
    path = path_to(("期初余额", back), (row.institution.name, ""))
    extra = {"word": HEADING, **_standing(request, row)}
    return preview(request, row, opening_url(row), back, "base_desk.html", path, **extra)


def _standing(request: AuthedRequest, row: FundSheet) -> dict[str, Any]:
    if row.status == "APPLIED":
        told = row.counts
        done = [
            ("银行期初余额", yuan(told.get("bank_fen", 0))),
            ("本表入账", yuan(told.get("sheet_fen", 0))),
            ("全部期初合同", yuan(told.get("booked_fen", 0))),
            ("差额（银行减合同）", yuan(told.get("bank_fen", 0) - told.get("booked_fen", 0))),
            ("现在的期初存量", yuan(selectors.opening_rest(row.institution))),
            ("上传人", row.created_by.name),
            ("复核人", row.applied_by.name if row.applied_by else ""),
        ]
        return {"sums": done, "may_apply": False, "why_not": ""}
    try:
        found = services.opening_sums(row.institution)
    except DomainError as error:
        return {"sums": [], "may_apply": False, "why_not": error.message}
    new = [item for item in sheet_rows(row) if item.kind == "NEW"]
    more = sum(item.values["rest_fen"] for item in new)
    undated = sum("first_paid_on" not in item.values for item in new)
    gap = found.difference(more)
    sums = [
        (f"银行期初余额（{found.first:%Y-%m-%d} 对账单）", yuan(found.bank)),
        ("已入账的期初合同", yuan(found.booked)),
        ("本表新增", yuan(more)),
        ("差额（银行减合同）", f"{yuan(gap)}{_gap_words(gap)}"),
        ("入账日期", f"{found.on:%Y-%m-%d}"),
        *([("没有首次缴费日期", f"{undated} 份，退费时不能按缴费日算 7 天无理由期")] if undated else []),
        ("上传人", row.created_by.name),
    ]
    is_mine = row.created_by_id == request.user.pk
    why_not = "由您本人上传，须由另一人复核入账。" if is_mine else ""
    return {
        "sums": sums,
        "may_apply": not is_mine and request.user.may("funds.suspense_confirm"),
        "why_not": why_not,
    }


def _gap_words(gap: int) -> str:
    if gap > 0:
        return "，多出的留在期初存量，等漏报的合同或机构说明"
    return "，存款不够付家长的钱，请查机构已经取走的部分" if gap < 0 else ""
