"""Desk pages of payments taken back: register, one correction with its steps, and the word that proposes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.money import yuan
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import CorrectionFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.bank import PaymentBackForm
from funds.models import Contract, PaymentCorrection
from funds.selectors.corrections import MAY_BE_CORRECTED, Payment
from funds.services.contracts import mask_name
from funds.views.bank_common import VIEW, path_to, tabs
from funds.views.common import keep_paper, plain_form
from funds.views.common import path_to as contract_path

PROPOSE, JUDGE = "funds.suspense_propose", "funds.suspense_confirm"
COLUMNS = (
    Column("机构", lambda row: row.contract.institution.name, 30),
    Column("合同编号", lambda row: row.contract.number, 20),
    Column("入账方式", lambda row: row.get_via_display()),
    Column("原入账日期", lambda row: row.paid_on),
    Column("金额（元）", lambda row: row.fen / 100),
    Column("理由", lambda row: row.reason, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("提出人", lambda row: row.created_by.name),
    Column("复核人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("冲正日期", lambda row: row.booked_on),
)


def correction_url(row: PaymentCorrection) -> str:
    """The correction's page."""
    return reverse("funds:correction_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.contract.number, "url": correction_url(row), "sub": row.contract.institution.name},
        {"text": row.get_via_display(), "sub": f"{row.paid_on:%Y-%m-%d}"},
        {"text": yuan(row.fen), "num": True},
        {"text": row.reason},
        {"text": row.created_by.name, "sub": row.decided_by.name if row.decided_by else ""},
        {"status": row, "sub": f"{row.booked_on:%Y-%m-%d}" if row.booked_on else ""},
    ]


@desk_page(VIEW)
def correction_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of corrections."""
    return kit.register_page(
        request,
        rows=selectors.corrections_visible(request.user),
        title="缴费更正",
        subtitle="记错合同或者重复入账的缴费：一人提出，另一人复核，用相反的分录冲正，银行流水重新待查",
        register=Register(("合同和机构", "原缴费", "金额", "理由", "提出和复核", "状态"), _cells),
        columns=COLUMNS,
        filterset=CorrectionFilter,
        unit="件",
        empty="记错的缴费，在合同页面的“缴费”里提出更正。",
        **tabs(request, "funds:correction_list"),
    )


STEPS: dict[str, Step] = {
    "post": Step(
        "复核冲正",
        lambda actor, row, values: services.correction_post(actor=actor, correction=row),
        "已冲正。有银行流水的，已回到待查款，可以认领到正确的合同。",
        JUDGE,
    ),
    "refuse": Step(
        "不予更正",
        lambda actor, row, values: services.correction_refuse(
            actor=actor, correction=row, reason=values["reason"]
        ),
        "已登记不予更正，缴费不动。",
        JUDGE,
        plain_form(ReasonForm),
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", PROPOSE, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def correction_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One correction: the payment, why, who, where the bank's line is now."""
    row: Any = get_visible(selectors.corrections_visible(request.user), request.user, uid)
    actor, contract = request.user, row.contract
    found = selectors.contract_payments(contract)
    payment = next((item for item in found if item.entry.uid == row.entry_uid), None)
    item = reverse("funds:suspense_detail", kwargs={"uid": row.item.uid}) if row.item else ""
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=f"{contract.institution.name} · 合同 {contract.number}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:correction_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:correction_step"),
        ],
        sections=[
            kit.text("更正的理由", row.reason),
            *([kit.text("不予更正的理由", row.refusal)] if row.refusal else []),
        ],
        show_files=True,
        files_title="核实的材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("合同", contract.number, object_link(actor, "funds.contract", contract.uid)),
            ("金额", yuan(row.fen)),
            ("原缴费", f"{row.paid_on:%Y-%m-%d} {row.get_via_display()}"),
            ("银行流水", (_line_words(payment) if payment else "") or "没有对上银行流水"),
            ("提出人", row.created_by.name),
            ("复核人", row.decided_by.name if row.decided_by else ""),
            ("冲正日期", f"{row.booked_on:%Y-%m-%d}" if row.booked_on else ""),
            ("款项现在", f"待查款 · {row.item.get_status_display()}" if row.item else "", item),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("缴费更正", reverse("funds:correction_list")), (contract.number, "")),
    )


@desk_page(VIEW)
def correction_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a correction."""
    row: Any = get_visible(selectors.corrections_visible(request.user), request.user, uid)
    path = path_to(("缴费更正", reverse("funds:correction_list")), (row.contract.number, correction_url(row)))
    return kit.step_page(request, row, STEPS, name, correction_url(row), path)


@desk_page(PROPOSE)
def payment_back(request: AuthedRequest, uid: UUID, entry: UUID) -> HttpResponse:
    """Propose to take one payment of a contract back."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    found = next((item for item in selectors.contract_payments(row) if item.entry.uid == entry), None)
    if found is None:
        raise Http404("没有这笔缴费。")
    home = reverse("funds:contract_detail", kwargs={"uid": row.uid})
    form = PaymentBackForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        return correction_url(
            services.correction_propose(actor=request.user, contract=row, entry_uid=entry, **values)
        )

    words = (
        f"{found.entry.booked_on:%Y-%m-%d} {found.entry.get_kind_display()} {yuan(found.entry.amount_fen)}"
    )
    return form_page(
        request,
        form,
        work,
        heading="更正缴费",
        subtitle=" · ".join(filter(None, (f"合同 {row.number}", words, _line_words(found)))),
        submit="提出",
        cancel_url=home,
        done="已提出，请另一人复核。",
        crumbs=contract_path(
            ("培训合同", reverse("funds:contract_list")), (row.number, home), ("更正缴费", "")
        ),
    )


def payments_section(actor: User, contract: Contract) -> list[dict[str, Any]]:
    """Payments of a contract with what became of each, as the contract's page shows them."""
    found = selectors.contract_payments(contract)
    if not found:
        return []
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": f"{item.entry.booked_on:%Y-%m-%d}", "nowrap": True},
            {"text": item.entry.get_kind_display(), "sub": _line_words(item) or "没有对上银行流水"},
            {"text": yuan(item.entry.amount_fen), "num": True},
            _standing(actor, contract, item),
        ]
        for item in found
    ]
    return [kit.table("缴费", ("入账日期", "方式和银行流水", "金额", "现在"), rows, "")]


def _standing(actor: User, contract: Contract, item: Payment) -> dict[str, Any]:
    correction = item.correction
    if correction is not None and correction.status != "REFUSED":
        sub = f"{correction.booked_on:%Y-%m-%d} 冲正" if correction.booked_on else ""
        url = correction_url(correction) if actor.may(VIEW) else ""
        return {"text": f"更正{correction.get_status_display()}", "url": url, "sub": sub}
    if item.reversal is not None:
        return {"text": f"{item.reversal.booked_on:%Y-%m-%d} 已冲正"}
    if not actor.may(PROPOSE) or contract.status not in MAY_BE_CORRECTED:
        return {"text": "有效"}
    url = reverse("funds:payment_back", kwargs={"uid": contract.uid, "entry": item.entry.uid})
    return {"text": "更正缴费", "url": url, "sub": "记错合同或重复入账的"}


def _line_words(item: Payment) -> str:
    line = item.line
    if line is None:
        return ""
    return " ".join(filter(None, (f"流水 {line.booked_on:%Y-%m-%d}", mask_name(line.payer), line.serial)))


def corrections_section(rows: list[PaymentCorrection], day: Any) -> list[dict[str, Any]]:
    """On the page of a day: payments of it that were taken back later, and those taken back on it."""
    if not rows:
        return []
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": row.contract.number, "url": correction_url(row)},
            {"text": yuan(row.fen), "num": True},
            {"text": f"{row.paid_on:%Y-%m-%d}", "nowrap": True},
            {"text": f"{row.booked_on:%Y-%m-%d}", "nowrap": True},
            {"text": "这一天的账没有改，冲正记在之后" if row.paid_on == day else "冲正记在这一天"},
        ]
        for row in rows
    ]
    return [kit.table("缴费更正", ("合同", "金额", "原入账日期", "冲正日期", "说明"), lines, "")]
