"""Contracts: sealed families, what stops a signature, payments booked once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from casework import policy
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, PolicyValue
from funds import ledger, rules, selectors, services
from funds.models import Contract, EntryKind, Family, is_order_no, new_order_no
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import NOON, SIGNED, active, at, balance, custody, drafted, paid, signed, terms

pytestmark = pytest.mark.django_db


def reasons(world: World, contract: Contract, moment: datetime = NOON, actor: User | None = None) -> str:
    with pytest.raises(Blocked) as stopped:
        services.contract_sign(actor=actor or world.clerk, contract=contract, at=moment)
    return " ".join(str(reason) for reason in stopped.value.reasons)


def test_names_are_sealed_and_stay_out_of_the_audit(law: World, place: Institution) -> None:
    row = drafted(law, place, student="张小明", guardian="张大山", phone="138 0000 0001")
    assert "张小明".encode() not in bytes(row.student_sealed)
    assert row.student_masked == "张**"
    services.contract_edit(actor=law.clerk, contract=row, values={"student": "张小亮"}, at=NOON)
    words = " ".join(str(event.changes) + event.object_label for event in AuditEvent.objects.all())
    assert "小明" not in words
    assert "小亮" not in words
    assert "13800000001" not in words
    told = services.family_reveal(actor=law.officer, contract=Contract.objects.get(), reason="家长来电核对")
    assert told == {"学员": "张小亮", "家长": "张大山", "电话": "13800000001"}
    with pytest.raises(NotAllowed):
        services.family_reveal(actor=law.clerk, contract=row, reason="看看")
    with pytest.raises(Unlawful, match="用途"):
        services.family_reveal(actor=law.officer, contract=row, reason=" ")


def test_one_family_by_its_telephone(law: World, place: Institution) -> None:
    drafted(law, place)
    drafted(law, place, phone="+86 138-0000-0001", student="张小亮")
    assert Family.objects.count() == 1
    with pytest.raises(Unlawful, match="手机号"):
        drafted(law, place, phone="12")


def test_every_reason_is_shown_at_once(law: World, place: Institution) -> None:
    row = drafted(
        law, place, lessons=61, price_fen=500_001, list_price_fen=500_001, ends_on=date(2027, 2, 23)
    )
    words = reasons(law, row)
    for part in ("白名单", "没有预收费托管账户", "超过 60 课时", "超过 5,000.00 元", "超过 3 个月"):
        assert part in words
    row.refresh_from_db()
    assert row.status == "DRAFT"


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"lessons": 60}, ""),
        ({"lessons": 55, "bonus_lessons": 6}, "61 课时"),
        ({"price_fen": 500_000, "list_price_fen": 500_000}, ""),
        ({"price_fen": 500_001, "list_price_fen": 500_001}, "超过 5,000.00 元"),
        ({"ends_on": date(2027, 2, 22)}, ""),
        ({"ends_on": date(2027, 2, 23)}, "超过 3 个月"),
    ],
)
def test_caps_at_their_edges(law: World, place: Institution, values: dict[str, Any], word: str) -> None:
    custody(law, place)
    row = drafted(law, place, **values)
    if word:
        assert word in reasons(law, row)
        return
    row = services.contract_sign(actor=law.clerk, contract=row, at=NOON)
    assert row.status == "SIGNED"
    assert row.checks["fund.charge.lessons"]["value"] == 60


def test_a_later_policy_does_not_touch_earlier_contracts(law: World, place: Institution) -> None:
    custody(law, place)
    policy.policy_replace(
        actor=law.system, key="fund.charge.lessons", region=place.region, new_value=40, basis="县文件",
        since=date(2026, 11, 21),
    )  # fmt: skip
    assert signed(law, place, lessons=60).checks["fund.charge.lessons"]["value"] == 60
    assert "超过 40 课时" in reasons(
        law, drafted(law, place, lessons=60, signed_on=date(2026, 11, 21)), at(date(2026, 11, 21))
    )


def test_a_typed_day_of_signing_lifts_no_cap(law: World, place: Institution) -> None:
    """Values are those of the day of coming into force; a day far back or to come stops an institution."""
    custody(law, place)
    old = {"lessons": 61, "signed_on": date(2021, 3, 1)}
    assert "超过 60 课时" in reasons(law, drafted(law, place, **old))
    row = services.contract_draft(
        actor=law.institution_user, institution=place, values=terms(signed_on=date(2026, 10, 20)), at=NOON
    )
    assert "机构不能补登" in reasons(law, row, actor=law.institution_user)
    assert any("教育局补登" in text for text in signed(law, place, signed_on=date(2026, 10, 20)).warnings)
    assert "晚于今天" in reasons(law, drafted(law, place, signed_on=date(2026, 11, 21)))


@pytest.mark.parametrize("key", sorted(rules.CAPS))
def test_without_a_cap_nothing_comes_into_force(law: World, place: Institution, key: str) -> None:
    custody(law, place)
    PolicyValue.objects.filter(key=key).delete()
    assert f"“{key}”" in reasons(law, drafted(law, place))


def test_a_frozen_account_takes_no_new_contract(law: World, place: Institution) -> None:
    row = custody(law, place)
    freeze = services.freeze_propose(actor=law.officer, account=row, reason="失联")
    services.freeze_approve(actor=law.head, freeze=freeze)
    assert "已冻结" in reasons(law, drafted(law, place))


def test_split_contracts_are_noticed_not_stopped(law: World, place: Institution) -> None:
    custody(law, place)
    assert signed(law, place, lessons=40).warnings == []
    second = signed(law, place, lessons=30)
    assert "疑似拆分收费" in second.warnings[0]
    assert "合计 70 课时" in second.warnings[0]
    assert signed(law, place, lessons=30, student="李小华").warnings == []
    assert signed(law, place, lessons=30, subject="美术").warnings == []


def test_guide_price_of_academic_training(law: World) -> None:
    from tests.inspections.making import make_place

    place = make_place(law, "示例学科培训中心", subject_kind="SUBJECT", track="SUBJECT")
    custody(law, place)
    row = signed(law, place)
    assert "没有适用的政府指导价，未核对单价。" in row.warnings
    table = {"OFFLINE": [{"max": 9, "fen": 3500}, {"max": 35, "fen": 2500}, {"max": None, "fen": 1500}]}
    policy.policy_replace(
        actor=law.system, key="fund.guide_price.base", region=place.region, new_value=table, basis="县发改文件",
        since=date(2026, 1, 1),
    )  # fmt: skip
    edge = {"lessons": 40, "price_fen": 110_000, "list_price_fen": 110_000, "class_size": 20}
    assert signed(law, place, **edge, student="甲").status == "SIGNED"
    dear = drafted(law, place, **{**edge, "price_fen": 110_001, "list_price_fen": 110_001}, student="乙")
    assert "政府指导价 25.00 元上浮 10%" in reasons(law, dear)
    longer = {**edge, "price_fen": 146_666, "list_price_fen": 146_666, "minutes": 60}
    assert signed(law, place, **longer, student="丙").status == "SIGNED"


def test_an_institution_enters_its_own_contracts_only(law: World, place: Institution) -> None:
    from tests.inspections.making import make_place

    custody(law, place)
    row = services.contract_draft(actor=law.institution_user, institution=place, values=terms(), at=NOON)
    assert services.contract_sign(actor=law.institution_user, contract=row, at=NOON).status == "SIGNED"
    other = make_place(law, "示例另一家培训中心")
    with pytest.raises(NotAllowed, match="本机构"):
        services.contract_draft(actor=law.institution_user, institution=other, values=terms(), at=NOON)
    with pytest.raises(NotAllowed):
        services.payment_post(
            actor=law.institution_user,
            contract=row,
            fen=1,
            booked_on=SIGNED,
            key="x",
            via=EntryKind.PAY_DIRECT,
        )


def test_the_same_number_twice_is_refused(law: World, place: Institution) -> None:
    drafted(law, place, number="HT-1")
    with pytest.raises(Unlawful, match="已登记过这个合同编号"):
        drafted(law, place, number="HT-1")


def test_payments_are_booked_once_and_never_above_the_price(law: World, place: Institution) -> None:
    row = custody(law, place)
    contract = signed(law, place)
    assert paid(law, contract, 100_000, "a").status == "PARTLY_PAID"
    assert paid(law, contract, 100_000, "a").paid_fen == 100_000
    assert paid(law, contract, 200_000, "b").status == "ACTIVE"
    assert paid(law, contract, 200_000, "b").paid_fen == 300_000
    assert balance("CONTRACT_UNEARNED", contract) == balance("ESCROW_BANK", row) == 300_000
    with pytest.raises(WrongState, match="履行中"):
        paid(law, contract, 1, "c")
    with pytest.raises(ledger.KeyTaken):
        paid(law, contract, 1, "b")
    with pytest.raises(Unlawful, match="超过合同待缴"):
        paid(law, signed(law, place), 300_001)


def test_a_paid_contract_is_not_terminated(law: World, place: Institution) -> None:
    custody(law, place)
    contract = paid(law, signed(law, place), 1)
    with pytest.raises(WrongState):
        services.contract_terminate(actor=law.clerk, contract=contract, reason="错")
    assert (
        services.contract_terminate(
            actor=law.clerk, contract=signed(law, place, number="X"), reason="错"
        ).status
        == "TERMINATED"
    )
    assert drafted(law, place, number="X").status == "DRAFT"


def test_candidates_and_their_evidence(law: World, place: Institution) -> None:
    row = custody(law, place)
    one = signed(law, place, price_fen=280_000, list_price_fen=280_000)
    two = signed(law, place, student="李小华", guardian="李四", phone="13800000002")
    spaced = f"学费 {one.order_no[:4]} {one.order_no[4:]} 谢谢"
    found = selectors.payment_candidates(row, 280_000, SIGNED, spaced, "")
    assert [(item.contract, item.rank, item.is_sure) for item in found] == [(one, 1, True)]
    assert not selectors.payment_candidates(row, 280_001, SIGNED, one.order_no)[0].is_sure
    found = selectors.payment_candidates(row, 300_000, SIGNED, "", "李四")
    assert [(item.contract, item.rank, item.is_sure) for item in found] == [(two, 2, True)]
    found = selectors.payment_candidates(row, 300_000, SIGNED, "学费")
    assert [(item.contract, item.rank, item.is_sure) for item in found] == [(two, 3, False)]
    signed(law, place, student="王五", phone="13800000003")
    assert selectors.payment_candidates(row, 300_000, SIGNED, "学费") == []
    assert selectors.payment_candidates(row, 300_000, date(2026, 11, 19), two.order_no) == []
    paid(law, two)
    assert selectors.payment_candidates(row, 300_000, SIGNED, two.order_no) == []


def test_order_numbers_check_themselves() -> None:
    numbers = {new_order_no() for _ in range(200)}
    assert len(numbers) == 200
    assert all(is_order_no(number) for number in numbers)
    number = numbers.pop()
    wrong = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    assert not is_order_no(wrong)


@given(price=st.integers(1, 10**9), lessons=st.integers(1, 1000))
def test_lesson_values_add_up_to_the_price(price: int, lessons: int) -> None:
    row = Contract(price_fen=price, lessons=lessons)
    parts = [row.earned(k) - row.earned(k - 1) for k in range(1, lessons + 1)]
    assert sum(parts) == price
    assert min(parts) >= 0
    assert max(parts) - min(parts) <= 1


def test_a_paid_contract_counts_in_its_account(law: World, place: Institution) -> None:
    contract = active(law, place) if custody(law, place) else None
    assert contract is not None
    assert selectors.contract_money(contract).unearned == 300_000
    found = selectors.accounts_visible(law.head).get()
    assert found.held_fen == 300_000
