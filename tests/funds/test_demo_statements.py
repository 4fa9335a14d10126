"""The demonstration's month of statements, played on a small county."""

from __future__ import annotations

from collections import Counter
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from accounts.models import User
from config.demo.bank import build_statements, has_statements
from config.demo.people import County
from funds import ledger, services
from funds.models import AccountDay, StatementFile, SuspenseItem
from funds.selectors import late_accounts
from institutions.models import Institution
from tests.conftest import World
from tests.funds.making import account, deposited
from tests.funds.paying import white
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
NOW = date(2026, 11, 28)


def test_a_month_of_statements(law: World, place: Institution) -> None:
    for number in range(3):
        where = place if number == 0 else make_place(law, f"示例第{number}培训中心")
        white(law, where)
        row = account(law, where, "CUSTODY", number=f"500237007100000{number}")
        services.account_enable(actor=law.clerk, account=row, pay_enabled_on=date(2026, 11, 20))
    deposited(law, account(law, place), 10_000_000)
    county: Any = SimpleNamespace(bureau=law.bureau, clerk=law.clerk, head=law.head)
    assert not has_statements(cast("County", county))
    build_statements(cast("County", county), NOW)
    assert has_statements(cast("County", county))
    states = Counter(StatementFile.objects.values_list("state", flat=True))
    assert (states["REFUSED"], states["RECEIVED"] + states["POSTING"]) == (1, 0)
    assert states["DONE"] > 30
    days = Counter(AccountDay.objects.values_list("state", flat=True))
    assert days["EVEN"] > 80
    assert days["UNEVEN"] >= 1
    assert days["MISSING"] == 3
    assert AccountDay.objects.filter(is_closed=True).count() > 80
    waits = Counter(SuspenseItem.objects.values_list("status", flat=True))
    assert waits["OPEN"] >= 2
    assert waits["PROPOSED"] == 1
    assert len(late_accounts(law.clerk, NOW)) == 1
    assert User.objects.get(username="wushan-bank").organisation is not None
    assert ledger.verify() is None
