"""What the pages of this room share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from casework.evidence.services import evidence_receive
from casework.web import AuthedRequest, kit
from institutions.models import Institution
from institutions.selectors import institutions_visible

LABEL = "资金监管"
VIEW = "funds.view"
TABS = (
    ("总览", "funds:overview", VIEW),
    ("托管资金", "funds:custody_list", VIEW),
    ("培训合同", "funds:contract_list", "funds.contract_view"),
    ("期初余额", "funds:opening_list", "funds.contract_view"),
    ("课时", "funds:lesson_list", "funds.contract_view"),
    ("拨付", "funds:release_list", VIEW),
    ("退费", "funds:refund_list", "funds.contract_view"),
    ("待付款", "funds:payment_list", VIEW),
    ("支付指令", "funds:instruction_list", VIEW),
    ("监管账户", "funds:account_list", VIEW),
    ("结算账户", "funds:settlement_list", VIEW),
    ("风险保证金", "funds:deposit_list", VIEW),
    ("保证金收付", "funds:movement_list", VIEW),
    ("账户冻结", "funds:freeze_list", VIEW),
    ("开户备案率", "funds:rates", VIEW),
    ("监管银行", "funds:bank_list", "funds.bank_view"),
)
RISK_LABEL = "资金风险"
RISK_TABS = (
    ("资金预警", "funds:warning_list", VIEW),
    ("外部信号", "funds:signal_list", VIEW),
    ("跑路停业", "funds:runaway_list", VIEW),
    ("资金专查", "funds:round_list", VIEW),
    ("劳动用工", "funds:labour_list", VIEW),
    ("平台差异", "funds:difference_list", VIEW),
)


def tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Those that the reader may open, with their label."""
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": LABEL}


def path_to(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of this room."""
    first = {"label": LABEL, "url": reverse("funds:overview")}
    return [first, *({"label": label, "url": url} for label, url in pairs)]


def risk_tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Context of the tabs of the part of this room that is about risks."""
    return {"tabs": kit.tabs(request.user, here, RISK_TABS), "tabs_label": RISK_LABEL}


def risk_path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of that part."""
    first = {"label": RISK_LABEL, "url": reverse("funds:warning_list")}
    return [first, *({"label": label, "url": url} for label, url in pairs)]


def named_place(request: AuthedRequest) -> Institution | None:
    """The institution whose page led here (`?place=`), when the reader sees it."""
    try:
        uid = UUID(request.GET.get("place", ""))
    except ValueError:
        return None
    return institutions_visible(request.user).filter(uid=uid).first()


def plain_form(kind: Any) -> Any:
    """A step's form that asks neither who acts nor on what."""
    return lambda *, actor, row, **bound: kind(**bound)


def row_form(kind: Any) -> Any:
    """A step's form that is told the row."""
    return lambda *, actor, row, **bound: kind(row=row, **bound)


def keep_paper(actor: Any, row: Any, values: dict[str, Any]) -> None:
    """A paper of the row."""
    evidence_receive(actor=actor, subject=row, upload=values["paper"], caption=values["caption"])
