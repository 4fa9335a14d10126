"""Policy values: the nearest region wins, the day decides, replacing keeps history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from casework import data, policy
from casework.deadlines import Calendar, Term, TermUnit, compute
from casework.errors import NotAllowed, Unlawful
from casework.management.commands.load_reference import load_policies
from casework.models import AuditEvent, PolicyValue
from casework.policy import PolicyMissing, policy_replace
from tests.conftest import World

KEY = "example.term"


def put(
    value: Any, region: Any = None, since: date = date(2020, 1, 1), until: date | None = None
) -> PolicyValue:
    """A value of the example rule."""
    return PolicyValue.objects.create(
        key=KEY, label="示例", value=value, basis="某办法", region=region, validity=DateRange(since, until)
    )


def test_the_nearest_region_wins(world: World) -> None:
    put(1)
    put(2, world.city.region)
    put(3, world.bureau.region)
    day = date(2026, 1, 1)
    assert policy.value(KEY, region=world.town, on=day).value == 3
    assert policy.value(KEY, region=world.neighbour_town, on=day).value == 2
    assert policy.value(KEY, region=world.city.region.parent, on=day).value == 1


def test_the_day_decides(world: World) -> None:
    put(1, until=date(2026, 7, 1))
    put(2, since=date(2026, 7, 1))
    assert policy.value(KEY, region=world.town, on=date(2026, 6, 30)).value == 1
    assert policy.value(KEY, region=world.town, on=date(2026, 7, 1)).value == 2


def test_a_missing_value_says_what_to_do(world: World) -> None:
    with pytest.raises(PolicyMissing, match="请在“政策参数”中录入"):
        policy.value(KEY, region=world.town, on=date(2026, 1, 1))


def test_a_term_carries_unit_and_basis(world: World) -> None:
    put({"amount": 7, "unit": "WORKING_DAY"})
    term = policy.term(KEY, region=world.town, on=date(2026, 1, 1))
    assert (term.amount, term.unit, term.basis) == (7, TermUnit.WORKING_DAY, "某办法")


def replace(world: World, value: Any, since: date, **extra: Any) -> PolicyValue:
    """A leader of the bureau sets a value."""
    fields = {"actor": world.leader, "region": world.bureau.region, "basis": "巫教委发〔2026〕1号", **extra}
    return policy_replace(key=KEY, new_value=value, since=since, **fields)


def test_replacing_keeps_the_old_value_readable(world: World) -> None:
    put(1)
    replace(world, 2, date(2026, 1, 1))
    replace(world, 3, date(2026, 7, 1))
    found = [
        policy.value(KEY, region=world.town, on=date(year, month, 1)).value
        for year, month in ((2025, 12), (2026, 6), (2026, 7))
    ]
    assert found == [1, 2, 3]
    event = AuditEvent.objects.filter(verb="casework.policy_replace").order_by("pk").last()
    assert event is not None
    assert event.changes[KEY] == [2, 3]


def test_a_value_before_a_later_one_ends_there(world: World) -> None:
    put(1)
    replace(world, 3, date(2026, 7, 1))
    earlier = replace(world, 2, date(2026, 1, 1))
    assert earlier.validity.upper == date(2026, 7, 1)
    assert policy.value(KEY, region=world.town, on=date(2026, 8, 1)).value == 3


def test_correcting_a_value_on_its_first_day_leaves_one(world: World) -> None:
    put(1)
    replace(world, 2, date(2026, 1, 1))
    replace(world, 4, date(2026, 1, 1))
    assert PolicyValue.objects.get(region=world.bureau.region).value == 4


def test_who_may_not_and_what_may_not(world: World) -> None:
    put(1)
    with pytest.raises(NotAllowed):
        replace(world, 2, date(2026, 1, 1), actor=world.officer)
    with pytest.raises(NotAllowed, match="只能设定本辖区"):
        replace(world, 2, date(2026, 1, 1), region=None)
    with pytest.raises(NotAllowed, match="只能设定本辖区"):
        replace(world, 2, date(2026, 1, 1), region=world.neighbour.region)
    with pytest.raises(NotAllowed, match="只能设定本辖区"):
        replace(world, 2, date(2026, 1, 1), region=world.city.region)
    with pytest.raises(Unlawful, match="依据"):
        replace(world, 2, date(2026, 1, 1), basis=" ")
    assert PolicyValue.objects.count() == 1


def test_an_unknown_rule_is_not_made_up(world: World) -> None:
    with pytest.raises(PolicyMissing):
        replace(world, 2, date(2026, 1, 1))


def test_the_database_refuses_two_values_at_once(world: World) -> None:
    put(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        put(2)


def test_the_shipped_values_load_once_and_all_terms_read(world: World) -> None:
    added = load_policies()
    assert added > 100
    assert load_policies() == 0
    for row in data.policies():
        if (
            isinstance(row["value"], dict)
            and {"amount", "unit"} == row["value"].keys()
            and not row["valid_to"]
        ):
            assert policy.term(row["key"], region=world.town, on=date(2026, 11, 22)).amount > 0


def test_a_value_that_nobody_checked_says_so_where_it_is_used(world: World) -> None:
    row = put({"amount": 7, "unit": "WORKING_DAY"})
    on = date(2026, 11, 2)
    assert (row.is_verified, row.cited) == (True, "某办法")
    known = compute(policy.term(KEY, region=world.town, on=on), on, Calendar(frozenset({2026}), {}))
    assert "期限：7 个工作日（某办法）" in known.explanation
    for confidence in ("memory", "unverified"):
        PolicyValue.objects.update(confidence=confidence)
        row.refresh_from_db()
        assert (row.is_verified, row.cited) == (False, "某办法；待核实")
        term = policy.term(KEY, region=world.town, on=on)
        assert (term.is_verified, term.basis) == (False, "某办法")
        assert (
            "期限：7 个工作日（某办法；待核实）"
            in compute(term, on, Calendar(frozenset({2026}), {})).explanation
        )
    without = Term(3, TermUnit.WORKING_DAY, is_verified=False)
    assert "期限：3 个工作日（待核实）" in compute(without, on, Calendar(frozenset({2026}), {})).explanation


def test_every_value_from_memory_is_marked_on_its_screen(world: World, sign_in: Any) -> None:
    load_policies()
    page = sign_in(world.head).get("/desk/policies/?q=双随机抽查结果公示期限").content.decode()
    assert "待核实" in page
    assert "国发〔2019〕5号" in page
    assert "尚未与原文核对" in page
