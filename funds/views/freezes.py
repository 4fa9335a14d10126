"""Desk pages of freezes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.web import AuthedRequest, Column, desk_page, get_visible, kit
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import FreezeFilter
from funds.forms import accounts as forms
from funds.models import AccountFreeze
from funds.views.accounts import account_url
from funds.views.common import VIEW, keep_paper, path_to, plain_form, tabs

APPROVE = "funds.freeze_approve"
COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("银行", lambda row: str(row.account.bank), 24),
    Column("账号末四位", lambda row: row.account.number_tail),
    Column("理由", lambda row: row.reason, 40),
    Column("协议条款", lambda row: row.clause, 24),
    Column("关联文号", lambda row: row.source_no),
    Column("状态", lambda row: row.get_status_display()),
    Column("提出人", lambda row: row.created_by.name),
    Column("提出时间", lambda row: row.proposed_at),
    Column("批准人", lambda row: row.approved_by.name if row.approved_by else ""),
    Column("银行执行日期", lambda row: row.active_on),
    Column("解除日期", lambda row: row.lifted_on),
)


def freeze_url(row: AccountFreeze) -> str:
    """The freeze's page."""
    return reverse("funds:freeze_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    account = row.account
    return [
        {
            "text": account.institution.name,
            "url": freeze_url(row),
            "sub": f"{account.bank} 末四位 {account.number_tail}",
        },
        {"text": row.reason, "sub": row.clause},
        {"text": row.created_by.name, "sub": f"{row.proposed_at:%Y-%m-%d}"},
        {"text": row.approved_by.name if row.approved_by else "—"},
        {"status": row},
    ]


@desk_page(VIEW)
def freeze_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of freezes."""
    return kit.register_page(
        request,
        rows=selectors.freezes_visible(request.user),
        title="账户冻结",
        subtitle="依协议条款提出，另一人批准，银行回执后生效；家长退费不受影响",
        register=Register(("机构和账户", "理由和条款", "提出人", "批准人", "状态"), _cells),
        columns=COLUMNS,
        filterset=FreezeFilter,
        unit="件",
        empty="需要冻结的，在监管账户页面提出。",
        **tabs(request, "funds:freeze_list"),
    )


STEPS: dict[str, Step] = {
    "approve": Step(
        "批准冻结",
        lambda actor, row, values: services.freeze_approve(actor=actor, freeze=row),
        "已批准，请送银行执行。",
        APPROVE,
    ),
    "refuse": Step(
        "不予冻结",
        lambda actor, row, values: services.freeze_refuse(actor=actor, freeze=row, reason=values["reason"]),
        "已登记不予冻结。",
        APPROVE,
        plain_form(forms.ReasonForm),
    ),
    "activate": Step(
        "登记银行执行",
        lambda actor, row, values: services.freeze_activate(actor=actor, freeze=row, **values),
        "冻结已生效。",
        "funds.freeze_propose",
        plain_form(forms.BankReceiptForm),
        submit="登记",
    ),
    "lift": Step(
        "解除冻结",
        lambda actor, row, values: services.freeze_lift(actor=actor, freeze=row, reason=values["reason"]),
        "已解除，请告知银行。",
        APPROVE,
        plain_form(forms.ReasonForm),
        danger=True,
    ),
    "paper": Step(
        "上传材料",
        keep_paper,
        "材料已保存。",
        "funds.freeze_propose",
        plain_form(forms.PaperForm),
        submit="上传",
    ),
}


@desk_page(VIEW)
def freeze_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One freeze: ground, steps, papers, history."""
    row: Any = get_visible(selectors.freezes_visible(request.user), request.user, uid)
    actor, account = request.user, row.account
    extras = kit.plain_steps(actor, row, STEPS, "funds:freeze_step", "paper")
    return kit.detail_page(
        request,
        row,
        heading=f"冻结 {account.institution.name}",
        subtitle=f"{account.bank} 末四位 {account.number_tail}",
        has_status=True,
        actions=[*extras, *kit.step_actions(actor, row, STEPS, "funds:freeze_step")],
        sections=[
            kit.text("冻结理由", row.reason),
            kit.text("依据的协议条款", row.clause),
            *([kit.text("解除或不予冻结的理由", row.end_reason)] if row.end_reason else []),
        ],
        show_files=True,
        files_title="银行回执和其他材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("监管账户", account.account_name, account_url(account)),
            ("监管协议", account.agreement_no),
            ("关联文号", row.source_no),
            ("提出人", row.created_by.name),
            ("提出时间", f"{row.proposed_at:%Y-%m-%d}"),
            ("批准人", row.approved_by.name if row.approved_by else ""),
            ("银行执行日期", f"{row.active_on:%Y-%m-%d}" if row.active_on else ""),
            ("银行回执", row.bank_receipt),
            ("解除日期", f"{row.lifted_on:%Y-%m-%d}" if row.lifted_on else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("账户冻结", reverse("funds:freeze_list")), (account.institution.name, "")),
    )


@desk_page(VIEW)
def freeze_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a freeze."""
    row: Any = get_visible(selectors.freezes_visible(request.user), request.user, uid)
    path = path_to(
        ("账户冻结", reverse("funds:freeze_list")), (row.account.institution.name, freeze_url(row))
    )
    return kit.step_page(request, row, STEPS, name, freeze_url(row), path)
