"""Whole account numbers of payees, shown for a reason that stays on the audit chain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.web import AuthedRequest, data, desk_page, get_visible, guarded
from funds import selectors, services
from funds.forms.accounts import ReasonForm
from funds.views.common import path_to

REVEAL = "funds.number_reveal"


def number_action(url_name: str, row: Any, label: str) -> dict[str, Any]:
    """The link to the page that shows the whole number."""
    return {"label": label, "url": reverse(url_name, kwargs={"uid": row.uid}), "method": "link"}


@desk_page(REVEAL)
def settlement_number(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The institution's own account, to which releases go."""
    row: Any = get_visible(selectors.settlements_visible(request.user), request.user, uid)
    return _page(
        request,
        "查看结算账户完整账号",
        (row.institution.name, reverse("funds:settlement_detail", kwargs={"uid": row.uid})),
        (("机构", row.institution.name), ("户名", row.account_name), ("开户银行", row.bank_name)),
        lambda reason: services.settlement_number_reveal(actor=request.user, settlement=row, reason=reason),
    )


@desk_page(REVEAL)
def payer_number(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The account from which a family paid, to which refunds go."""
    row: Any = get_visible(selectors.contracts_visible(request.user), request.user, uid)
    return _page(
        request,
        "查看付款人完整账号",
        (row.number, reverse("funds:contract_detail", kwargs={"uid": row.uid})),
        (("机构", row.institution.name), ("合同", row.number), ("付款人", row.payer_masked)),
        lambda reason: services.payer_number_reveal(actor=request.user, contract=row, reason=reason),
    )


def _page(
    request: AuthedRequest, heading: str, home: tuple[str, str], facts: tuple[tuple[str, str], ...], read: Any
) -> HttpResponse:
    form = ReasonForm(**data(request))
    shared = {
        "heading": heading,
        "submit": "查看",
        "sentence": "查看会留下记录，只用于付款和与银行核对。",
        "cancel_url": home[1],
        "crumbs": path_to(home, ("完整账号", "")),
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            number = read(form.cleaned_data["reason"])
            context = {**shared, "number": number, "facts": facts}
            response = render(request, "funds/payee_number.html", context)
            response.headers["Cache-Control"] = "no-store"
            return response
    status = 422 if request.method == "POST" else 200
    return render(request, "ui/confirm_page.html", {**shared, "form": form}, status=status)
