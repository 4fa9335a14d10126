"""Desk pages of banks that keep supervised accounts."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit, posted_version
from casework.web.kit import Register
from funds import selectors, services
from funds.filters import BankFilter
from funds.forms import accounts as forms
from funds.models import Bank
from funds.views.common import path_to, tabs

EDIT = "funds.account_edit"
BANK_COLUMNS = (
    Column("银行", lambda row: row.name, 30),
    Column("网点", lambda row: row.branch, 24),
    Column("联系人和电话", lambda row: row.contact, 24),
    Column("在用账户", lambda row: row.account_count),
    Column("承接监管业务", lambda row: row.is_active),
)


def _bank_cells(row: Any, *, actor: User) -> list[dict[str, Any]]:
    links = []
    if actor.may("funds.bank_user_open"):
        links = [{"label": "开通办事账号", "url": reverse("funds:bank_user", kwargs={"uid": row.uid})}]
    query = f"?bank={row.pk}"
    url = reverse("funds:bank_change", kwargs={"uid": row.uid}) if actor.may(EDIT) else ""
    return [
        {"text": row.name, "url": url, "sub": row.branch},
        {"text": row.contact},
        {"text": str(row.account_count), "url": reverse("funds:account_list") + query, "num": True},
        {"word": "承接中" if row.is_active else "已停止", "tone": "ok" if row.is_active else "mute"},
        {"text": "" if links else "—", "links": links},
    ]


@desk_page("funds.bank_view")
def bank_list(request: AuthedRequest) -> HttpResponseBase:
    """Banks that keep supervised accounts."""
    return kit.register_page(
        request,
        rows=selectors.banks_visible(request.user),
        title="监管银行",
        subtitle="机构在名单内自选；本局不指定银行，银行不得因监管向机构或家长另外收费",
        register=Register(
            ("银行", "联系人和电话", "在用账户", "监管业务", "办理"),
            partial(_bank_cells, actor=request.user),
        ),
        columns=BANK_COLUMNS,
        filterset=BankFilter,
        unit="家",
        create=("登记银行", "funds:bank_create", EDIT),
        empty="先登记承接监管业务的银行，再登记监管账户。",
        **tabs(request, "funds:bank_list"),
    )


@desk_page(EDIT)
def bank_create(request: AuthedRequest) -> HttpResponse:
    """A new bank."""
    return _bank_form(request, None)


@desk_page(EDIT)
def bank_change(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A bank's data."""
    return _bank_form(request, get_visible(selectors.banks_visible(request.user), request.user, uid))


def _bank_form(request: AuthedRequest, bank: Bank | None) -> HttpResponse:
    form = forms.BankForm(**data(request), bank=bank)
    home = reverse("funds:bank_list")

    def work(values: dict[str, Any]) -> str:
        if bank is None:
            services.bank_register(actor=request.user, values=values)
        else:
            services.bank_edit(actor=request.user, bank=bank, values=values, version=posted_version(request))
        return home

    return form_page(
        request,
        form,
        work,
        heading=str(bank) if bank else "登记监管银行",
        submit="保存",
        cancel_url=home,
        done="已保存。",
        version=bank.version if bank else None,
        crumbs=path_to(("监管银行", home), (str(bank) if bank else "登记", "")),
    )
