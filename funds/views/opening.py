"""Desk pages of opening stock: upload, the preview with the bank's balance beside it, confirmation by another person."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.urls import reverse

from casework.errors import DomainError
from casework.templatetags.ui import yuan
from casework.web import AuthedRequest, data, desk_page, form_page, get_visible
from funds import services
from funds.models import FundSheet
from funds.selectors.sheets import sheet_rows
from funds.sheets import template_of
from funds.views.common import path_to
from funds.views.sheets import DeskSheetForm, preview

UPLOAD, VIEW = "funds.payment_book", "funds.contract_view"
HEADING = "期初余额"


def opening_url(row: FundSheet) -> str:
    """The sheet's page."""
    return reverse("funds:opening_detail", kwargs={"uid": row.uid})


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

    back = reverse("funds:contract_list")
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
        crumbs=path_to(("培训合同", back), ("导入期初余额", "")),
    )


@desk_page(UPLOAD)
def opening_template(request: AuthedRequest) -> HttpResponseBase:
    """A blank sheet."""
    return FileResponse(BytesIO(template_of("OPENING")), as_attachment=True, filename="期初余额模板.xlsx")


@desk_page(VIEW)
def opening_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The preview: every row with its reason, and what the bank held against what the contracts say."""
    rows = FundSheet.objects.filter(kind="OPENING").select_related(
        "institution__region", "applied_by", "created_by"
    )
    row: Any = get_visible(rows, request.user, uid)
    back = reverse("funds:contract_list")
    path = path_to(("培训合同", back), ("导入期初余额", ""))
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
            ("上传人", row.created_by.name),
            ("复核人", row.applied_by.name if row.applied_by else ""),
        ]
        return {"sums": done, "may_apply": False, "why_not": ""}
    try:
        found = services.opening_sums(row.institution)
    except DomainError as error:
        return {"sums": [], "may_apply": False, "why_not": error.message}
    more = sum(item.values["rest_fen"] for item in sheet_rows(row) if item.kind == "NEW")
    gap = found.difference(more)
    sums = [
        (f"银行期初余额（{found.first:%Y-%m-%d} 对账单）", yuan(found.bank)),
        ("已入账的期初合同", yuan(found.booked)),
        ("本表新增", yuan(more)),
        ("差额（银行减合同）", f"{yuan(gap)}{_gap_words(gap)}"),
        ("入账日期", f"{found.on:%Y-%m-%d}"),
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
