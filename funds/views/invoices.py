"""Desk pages of 三一致: disagreements with their steps, invoices, their import."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import InvoiceCaseFilter, InvoiceFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.bank import InvoiceSheetForm
from funds.models import InvoiceCase
from funds.views.bank_common import path_to, tabs
from funds.views.common import keep_paper, plain_form

VIEW, ENTER, EXPLAIN = "funds.invoice_view", "funds.invoice_import", "funds.invoice_explain"
CASE_COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("问题", lambda row: row.get_kind_display(), 24),
    Column("情况", lambda row: row.sentence, 60),
    Column("合同", lambda row: row.contract.number if row.contract else ""),
    Column("发票号码", lambda row: row.invoice.number if row.invoice else "", 24),
    Column("状态", lambda row: row.get_status_display()),
    Column("说明", lambda row: row.reason, 40),
    Column("处理人", lambda row: row.handled_by.name if row.handled_by else ""),
)
COLUMNS = (
    Column("机构", lambda row: row.institution.name, 30),
    Column("发票号码", lambda row: row.number, 24),
    Column("开票日期", lambda row: row.issued_on),
    Column("价税合计（元）", lambda row: row.amount_fen / 100),
    Column("购买方", lambda row: row.buyer_masked),
    Column("合同", lambda row: row.contract.number if row.contract else ""),
)


def case_url(row: InvoiceCase) -> str:
    """The disagreement's page."""
    return reverse("funds:invoice_case_detail", kwargs={"uid": row.uid})


def _case_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.institution.name, "url": case_url(row), "sub": row.region.name},
        {"text": row.get_kind_display(), "sub": row.sentence},
        {"text": row.contract.number if row.contract else "—"},
        {"text": row.invoice.number if row.invoice else "—"},
        {"status": row, "sub": row.reason},
    ]


@desk_page(VIEW)
def case_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of disagreements."""
    return kit.register_page(
        request,
        rows=selectors.invoice_cases_visible(request.user),
        title="三一致异常",
        subtitle="发票、合同、购课人应当一致；补开、更正后自动销去，查明情况的写明说明",
        register=Register(("机构", "问题和情况", "合同", "发票", "状态"), _case_cells),
        columns=CASE_COLUMNS,
        filterset=InvoiceCaseFilter,
        unit="件",
        more=[{"label": "发票台账", "url": reverse("funds:invoice_list")}],
        create=("导入发票", "funds:invoice_import", ENTER),
        empty="导入机构的发票清单后，每晚自动核对。",
        **tabs(request, "funds:invoice_case_list"),
    )


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "sub": f"{row.issued_on:%Y-%m-%d}"},
        {"text": row.institution.name},
        {"text": yuan(row.amount_fen), "num": True},
        {"text": row.buyer_masked},
        {"text": row.contract.number} if row.contract else {"word": "没有对应合同", "tone": "bad"},
    ]


@desk_page(VIEW)
def invoice_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of invoices."""
    return kit.register_page(
        request,
        rows=selectors.invoices_visible(request.user),
        title="发票台账",
        subtitle="购买方只显示姓；红字发票为负数",
        register=Register(("发票号码", "机构", "价税合计", "购买方", "合同"), _cells),
        columns=COLUMNS,
        filterset=InvoiceFilter,
        unit="张",
        create=("导入发票", "funds:invoice_import", ENTER),
        empty="从税务系统导出发票清单后，在这里导入。",
        **tabs(request, "funds:invoice_case_list"),
    )


@desk_page(ENTER)
def invoice_import(request: AuthedRequest) -> HttpResponse:
    """Upload a sheet of invoices."""
    form = InvoiceSheetForm(**data(request))
    home = reverse("funds:invoice_list")

    def work(values: dict[str, Any]) -> str:
        sheet = values["sheet"]
        done = services.invoices_import(actor=request.user, data=sheet.read(), name=sheet.name)
        messages.info(request, f"新登记 {done.added} 张，原已登记 {done.known} 张。")
        return home

    return form_page(
        request,
        form,
        work,
        heading="导入发票",
        submit="导入并核对",
        cancel_url=home,
        done="发票已导入，并与合同、付款人核对。",
        crumbs=path_to(("发票台账", home), ("导入", "")),
    )


STEPS: dict[str, Step] = {
    "explain": Step(
        "说明情况",
        lambda actor, row, values: services.case_explain(actor=actor, case=row, reason=values["reason"]),
        "已记录。",
        EXPLAIN,
        plain_form(ReasonForm),
        submit="保存",
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", EXPLAIN, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def case_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One disagreement: what was found by which policy values, what became of it."""
    row: Any = get_visible(selectors.invoice_cases_visible(request.user), request.user, uid)
    actor, contract, invoice = request.user, row.contract, row.invoice
    return kit.detail_page(
        request,
        row,
        heading=row.get_kind_display(),
        subtitle=row.institution.name,
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:invoice_case_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:invoice_case_step"),
        ],
        sections=[kit.text("情况", row.sentence), *([kit.text("说明", row.reason)] if row.reason else [])],
        show_files=True,
        files_title="材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("机构", row.institution.name),
            ("合同", contract.number, object_link(actor, "funds.contract", contract.uid))
            if contract
            else ("合同", ""),
            ("付款人", contract.payer_masked if contract else ""),
            ("已收", yuan(contract.paid_fen) if contract else ""),
            ("发票号码", invoice.number if invoice else ""),
            ("价税合计", yuan(invoice.amount_fen) if invoice else ""),
            ("购买方", invoice.buyer_masked if invoice else ""),
            ("开票日期", f"{invoice.issued_on:%Y-%m-%d}" if invoice else ""),
            ("开票期限", f"收款后 {row.policy.get('fund.invoice.days')} 天"),
            ("处理人", row.handled_by.name if row.handled_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("三一致异常", reverse("funds:invoice_case_list")), (row.get_kind_display(), "")),
    )


@desk_page(VIEW)
def case_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a disagreement."""
    row: Any = get_visible(selectors.invoice_cases_visible(request.user), request.user, uid)
    path = path_to(
        ("三一致异常", reverse("funds:invoice_case_list")), (row.get_kind_display(), case_url(row))
    )
    return kit.step_page(request, row, STEPS, name, case_url(row), path)
