"""Scoped reads of this room."""

from funds.selectors.accounts import (
    CONTROLLED,
    MONEY_ON_ACCOUNTS,
    TownRates,
    account_balance,
    accounts_visible,
    balances_by_bank,
    banks_visible,
    deposit_places,
    deposit_totals,
    exceptions,
    freezes_visible,
    has_waiting,
    institution_balance,
    lines_of,
    movements_visible,
    rates_by_town,
    rates_total,
    required_on,
    requirements_of,
)
from funds.selectors.contracts import contract_money, contracts_visible, instructions_visible
from funds.selectors.lessons import lessons_of_contract, lessons_visible
from funds.selectors.money import Position, position_of
from funds.selectors.payments import Candidate, payment_candidates
from funds.selectors.refunds import refunds_visible
from funds.selectors.releases import (
    Due,
    release_due,
    releases_due,
    releases_visible,
    settlement_of,
    settlements_visible,
)

__all__ = [
    "CONTROLLED",
    "MONEY_ON_ACCOUNTS",
    "Candidate",
    "Due",
    "Position",
    "TownRates",
    "account_balance",
    "accounts_visible",
    "balances_by_bank",
    "banks_visible",
    "contract_money",
    "contracts_visible",
    "deposit_places",
    "deposit_totals",
    "exceptions",
    "freezes_visible",
    "has_waiting",
    "institution_balance",
    "instructions_visible",
    "lessons_of_contract",
    "lessons_visible",
    "lines_of",
    "movements_visible",
    "payment_candidates",
    "position_of",
    "rates_by_town",
    "rates_total",
    "refunds_visible",
    "release_due",
    "releases_due",
    "releases_visible",
    "required_on",
    "requirements_of",
    "settlement_of",
    "settlements_visible",
]
