"""What the pages of statements, suspense and days share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from casework.web import AuthedRequest, kit

LABEL = "银行对账"
VIEW = "funds.statement_view"
TABS = (
    ("对账单", "funds:statement_list", VIEW),
    ("多账户文件", "funds:bundle_list", VIEW),
    ("待查款", "funds:suspense_list", VIEW),
    ("缴费更正", "funds:correction_list", VIEW),
    ("日终核对", "funds:day_list", VIEW),
    ("对账日历", "funds:day_calendar", VIEW),
    ("三一致", "funds:invoice_case_list", "funds.invoice_view"),
    ("对账单模板", "funds:profile_list", "funds.profile_edit"),
)


def tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    """Those that the reader may open, with their label."""
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": LABEL}


def path_to(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of this part."""
    first = {"label": LABEL, "url": reverse("funds:statement_list")}
    return [first, *({"label": label, "url": url} for label, url in pairs)]


def account_words(account: Any) -> str:
    """A supervised account as lists name it."""
    return f"{account.get_kind_display()} · {account.bank} 末四位 {account.number_tail}"
