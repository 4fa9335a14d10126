"""Days that a person types from a bank's slip, checked before something is booked on them."""

from __future__ import annotations

from datetime import date

from casework.errors import Unlawful
from funds.models import EscrowAccount
from funds.services.posting_lines import open_day


def booked_day_check(account: EscrowAccount, day: date, *, today: date, since: date | None = None) -> None:
    """A day on which something may be booked now: between `since` and today, and not closed. Raises Unlawful."""
    if day > today:
        raise Unlawful("银行记账日期不能晚于今天。")
    if since is not None and day < since:
        raise Unlawful(f"银行记账日期不能早于 {since:%Y-%m-%d}。")
    first = open_day(account, day)
    if first != day:
        raise Unlawful(f"{day:%Y-%m-%d} 这一天已结账，不能再记账。请填写 {first:%Y-%m-%d} 或以后的日期。")
