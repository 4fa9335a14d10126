"""Risk deposits: the sum required, four eyes, nothing twice, nothing below what is required."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from casework import policy
from casework.errors import Blocked, DomainError, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute, figure
from casework.management.commands.load_reference import load_policies
from casework.policy import PolicyMissing
from funds import ledger, selectors, services
from funds.models import DepositMovement, Entry
from institutions.models import Institution
from tests.conftest import World, build_world
from tests.funds.making import DAY, account, deposited, proposed
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
SINCE = date(2026, 11, 2)


def test_the_flat_sum_comes_from_the_policy_of_the_day(law: World, place: Institution) -> None:
    row = services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=SINCE)
    assert row.required_fen == 10_000_000
    assert row.policy["key"] == "fund.deposit.fixed"
    assert row.due_on == date(2026, 11, 9)
    with pytest.raises(Unlawful, match="已有核定"):
        services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=SINCE)
    with pytest.raises(PolicyMissing):
        services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=date(2020, 1, 1))


def test_students_times_the_cycle(law: World, place: Institution) -> None:
    row = services.requirement_set(
        actor=law.head, institution=place, formula="CYCLE", since=SINCE, students=133, monthly_fen=60_000
    )
    assert row.required_fen == 133 * 60_000 * 3
    with pytest.raises(Unlawful, match="在读人数"):
        services.requirement_set(
            actor=law.head, institution=place, formula="CYCLE", since=SINCE + timedelta(1)
        )


def test_a_decision_needs_amount_and_basis(law: World, place: Institution) -> None:
    with pytest.raises(Unlawful, match="依据"):
        services.requirement_set(
            actor=law.head, institution=place, formula="DECISION", since=SINCE, decided_fen=5
        )
    row = services.requirement_set(
        actor=law.head, institution=place, formula="DECISION", since=SINCE, decided_fen=5, basis="巫教决1号"
    )
    assert row.required_fen == 5
    with pytest.raises(NotAllowed):
        services.requirement_set(actor=law.clerk, institution=place, formula="FIXED", since=SINCE)


def test_all_at_once_leaves_those_that_are_set(law: World, place: Institution) -> None:
    make_place(law, "示例另一家培训中心")
    make_place(law, "示例无证班", standing="UNLICENSED", subject_kind="SUBJECT", track="SUBJECT")
    services.requirement_set(
        actor=law.head, institution=place, formula="DECISION", since=SINCE, decided_fen=5, basis="决定"
    )
    assert services.requirements_set_fixed(actor=law.head, since=SINCE) == 1
    assert services.requirements_set_fixed(actor=law.head, since=SINCE) == 0
    assert policy.value("fund.deposit.fixed", region=place.region, on=SINCE).value == 10_000_000


def test_shortfall(law: World, place: Institution) -> None:
    make_place(law, "示例未核定培训中心")
    services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=SINCE)
    deposited(law, account(law, place), 9_999_999)
    today = timezone.localdate()
    totals = selectors.deposit_totals(law.head, today)
    assert totals == {"places": 2, "held": 9_999_999, "missing": 1, "short": 1, "unset": 1}
    first = selectors.deposit_places(law.head, today)[0]
    assert (first.name, first.short_fen, first.top_up_due) == (place.name, 1, date(2026, 11, 9))
    assert selectors.deposit_totals(law.neighbour_officer, today)["places"] == 0


def test_four_eyes(law: World, place: Institution) -> None:
    row = account(law, place)
    mine = services.movement_propose(
        actor=law.officer, account=row, direction="IN", amount_fen=100, booked_on=DAY, reference="1"
    )
    with pytest.raises(Blocked, match="另一人"):
        services.movement_post(actor=law.officer, movement=mine)
    with pytest.raises(NotAllowed):
        services.movement_post(actor=law.clerk, movement=mine)
    assert not Entry.objects.exists()
    posted = services.movement_post(actor=law.officer2, movement=mine)
    assert Entry.objects.get().uid == posted.entry_uid
    assert selectors.account_balance(row) == 100
    with pytest.raises(WrongState):
        services.movement_post(actor=law.head, movement=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        DepositMovement.objects.filter(pk=mine.pk).update(decided_by=law.officer)


@pytest.mark.parametrize("fen", [0, -1, 10**15, 10**12 + 1])
def test_an_amount_that_is_none_is_refused(law: World, place: Institution, fen: int) -> None:
    row = account(law, place)
    with pytest.raises(Unlawful, match="金额须大于零"):
        proposed(law, row, fen)
    assert not DepositMovement.objects.exists()


def test_what_is_no_movement_is_refused(law: World, place: Institution) -> None:
    row = account(law, place)
    for values, sentence in (
        ({"booked_on": timezone.localdate() + timedelta(days=1)}, "晚于今天"),
        ({"booked_on": DAY - timedelta(days=1)}, "早于开户日期"),
    ):
        with pytest.raises(Unlawful, match=sentence):
            proposed(law, row, 5, **values)
    custody = account(law, make_place(law, "示例托管培训中心"), "CUSTODY", "5002370071000009")
    with pytest.raises(Unlawful, match="不是风险保证金"):
        proposed(law, custody, 5)
    proposed(law, row, 5)
    with pytest.raises(Unlawful, match="勿重复登记"):
        proposed(law, row, 5)


def test_a_refused_slip_can_be_registered_again(law: World, place: Institution) -> None:
    row = account(law, place)
    services.movement_refuse(actor=law.head, movement=proposed(law, row, 50), reason="金额与回单不符")
    assert deposited(law, row, 500).status == "POSTED"
    assert selectors.account_balance(row) == 500


def test_a_wrong_posting_is_reversed_and_posted_anew(law: World, place: Institution) -> None:
    row = account(law, place)
    wrong = deposited(law, row, 50)
    with pytest.raises(Blocked, match="另一人冲正"):
        services.movement_reverse(actor=law.head, movement=wrong, reason="金额录错")
    undone = services.movement_reverse(actor=law.leader, movement=wrong, reason="金额录错")
    assert undone.status == "REVERSED"
    assert selectors.account_balance(row) == 0
    deposited(law, row, 500)
    assert selectors.account_balance(row) == 500
    assert Entry.objects.count() == 3
    assert ledger.verify() is None


def test_money_that_is_required_stays(law: World, place: Institution) -> None:
    services.requirement_set(actor=law.head, institution=place, formula="FIXED", since=SINCE)
    row = account(law, place)
    deposited(law, row, 10_000_500)
    too_much = proposed(law, row, 501, "退1", direction="RETURN")
    with pytest.raises(Blocked, match="低于应缴"):
        services.movement_post(actor=law.head, movement=too_much)
    enough = proposed(law, row, 500, "退2", direction="RETURN")
    services.movement_post(actor=law.head, movement=enough)
    more = proposed(law, row, 10_000_001, "退3", direction="RETURN")
    with pytest.raises(Blocked, match="余额为负"):
        services.movement_post(actor=law.head, movement=more)
    assert selectors.account_balance(row) == 10_000_000


def test_the_indicator_is_the_balance_at_the_end_of_the_period(law: World, place: Institution) -> None:
    row = account(law, place)
    deposited(law, row, 4_100_000)
    scope = Scope(law.bureau)
    until_then, later = Period(date(2026, 1, 1), DAY), Period(date(2026, 1, 1), DAY + timedelta(days=1))
    assert compute("deposit_amt", scope, until_then) == 0
    assert compute("deposit_amt", scope, later) == 4_100_000
    assert len(figure("deposit_amt", scope, later).row_ids) == 1
    assert compute("deposit_amt", Scope(law.neighbour), later) == 0


@pytest.mark.django_db(transaction=True)
def test_two_returns_do_not_race_below_the_requirement() -> None:
    world = build_world()
    load_policies()
    place = make_place(world)
    services.requirement_set(actor=world.head, institution=place, formula="FIXED", since=SINCE)
    row = account(world, place)
    deposited(world, row, 10_000_500)
    rows = [proposed(world, row, 500, f"退{number}", direction="RETURN") for number in range(6)]
    gate, raised = threading.Barrier(len(rows)), []

    def post(movement: DepositMovement) -> None:
        try:
            gate.wait(20)
            services.movement_post(actor=world.head, movement=movement)
        except DomainError as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=(movement,)) for movement in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [type(error) for error in raised] == [Blocked] * 5
    assert selectors.account_balance(row) == 10_000_000
    assert ledger.verify() is None
