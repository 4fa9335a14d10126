"""Pages that a penalty case opens in this room: feeding its fee table, proposing a freeze."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from casework.money import yuan
from casework.web import AuthedRequest, data, desk_page, form_page, get_visible, object_link
from funds import services
from funds.forms.case_links import CaseFreezeForm, FeedForm
from funds.selectors.cases import case_paid, freezable_accounts
from funds.services.case_links import FEED
from funds.views.common import path_to
from funds.views.freezes import freeze_url
from penalties.selectors import cases_visible


def _case(request: AuthedRequest, uid: UUID) -> tuple[Any, str]:
    case: Any = get_visible(cases_visible(request.user), request.user, uid)
    return case, object_link(request.user, "penalties.case", case.uid)


@desk_page(FEED)
def case_fees(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Contracts of the institution into the case's fee table."""
    case, home = _case(request, uid)
    count, total = case_paid(case)

    def work(values: dict[str, Any]) -> str:
        services.case_fees_feed(actor=request.user, case=case, **values)
        return home

    return form_page(
        request, FeedForm(**data(request)), work, heading="从资金监管取收退费明细", submit="送入案件",
        cancel_url=home, done="收退费明细已送入案件，违法所得已重新计算。",
        sentence=f"这家机构有 {count} 份缴过费的合同，共 {yuan(total)}。送入后替换案件现有的明细；学员姓名在案件里加密保存。",
        crumbs=path_to((case.number or case.title, home), ("取收退费明细", "")),
    )  # fmt: skip


@desk_page("funds.freeze_propose")
def case_freeze(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A freeze proposed for a case."""
    case, home = _case(request, uid)
    form = CaseFreezeForm(**data(request), accounts=freezable_accounts(case))

    def work(values: dict[str, Any]) -> str:
        return freeze_url(services.case_freeze_propose(actor=request.user, case=case, **values))

    return form_page(
        request, form, work, heading="提出冻结监管账户", submit="提出", cancel_url=home,
        done="已提出，请负责人批准。", sentence="由负责人依协议条款批准后送银行执行；冻结期间家长退费不受影响。",
        crumbs=path_to((case.number or case.title, home), ("提出冻结", "")),
    )  # fmt: skip
