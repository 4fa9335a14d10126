"""Fees, fines and late fines: published decisions to the cent, and what holds for any numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import Unlawful
from penalties.fees import fen, mask, read_text
from penalties.money import (
    Fee,
    Paid,
    Stay,
    deductible,
    illegal_income,
    late_days,
    late_fine,
    multiple_fine,
    wan,
    yuan,
)

ON = date(2026, 1, 20)
DUE = date(2026, 1, 10)
AMOUNTS = st.integers(min_value=1, max_value=10**12)


def test_xiangtan_2025_2() -> None:
    """潭县教罚字〔2025〕第2号: fees 46,580 less refunds 43,580."""
    income = illegal_income([Fee(4_658_000, refunded=4_358_000, refunded_on=date(2026, 1, 5))], ON)
    assert income.amount == 300_000
    assert income.lines[-1] == "违法所得 = 46,580.00 − 43,580.00 = 3,000.00 元"


def test_haidian_2025() -> None:
    """Five times an income from which only refunded, undelivered pre-payment was deducted."""
    income = illegal_income([Fee(1_583_125_919, refunded=237_456_640, refunded_on=date(2025, 1, 5))], ON)
    assert income.amount == 1_345_669_279
    fine = multiple_fine(income.amount, 500)
    assert yuan(fine) == "67,283,463.95"
    assert wan(fine) == "6728.346395"


def test_haidian_money_still_owed_to_parents_is_not_deducted() -> None:
    owed = 268_006_482
    assert illegal_income([Fee(1_583_125_919, refunded=0)], ON).amount == 1_583_125_919
    assert owed < 1_345_669_279


def test_tianxin_2022_14() -> None:
    """天教罚字〔2022〕14号: nine pupils, five lessons of 60 yuan each, all given; a later refund changes nothing."""
    given_lessons = [Fee(30_000, 5, 5) for _ in range(9)]
    assert illegal_income(given_lessons, ON).amount == 270_000
    refunded = [Fee(30_000, 5, 5, 30_000, date(2022, 8, 2)) for _ in range(9)]
    assert illegal_income(refunded, ON).amount == 270_000


def test_jinan_2022_1() -> None:
    """济教罚字〔2022〕第1号: all fees are illegal income."""
    assert illegal_income([Fee(8_378_900)], ON).amount == 8_378_900


def test_xiangzhou_2024() -> None:
    """珠海香洲: confiscation of 38,768 yuan from sixteen pupils."""
    assert illegal_income([Fee(242_300)] * 16, ON).amount == 3_876_800
    assert wan(3_876_800) == "3.8768"


def test_a_refund_counts_only_for_lessons_not_given_and_from_its_day() -> None:
    fee = Fee(100_000, 10, 4, 80_000, date(2026, 1, 15))
    assert deductible(fee, ON) == 60_000
    assert deductible(fee, date(2026, 1, 14)) == 0


@given(
    st.lists(
        st.builds(
            lambda charged, total, share, back: Fee(
                charged, total, total * share // 100, charged * back // 100, date(2026, 1, 1)
            ),
            AMOUNTS,
            st.integers(0, 500),
            st.integers(0, 100),
            st.integers(0, 100),
        ),
        max_size=30,
    )
)
@settings(max_examples=200, deadline=None)
def test_income_stays_between_nothing_and_everything_charged(fees: list[Fee]) -> None:
    income = illegal_income(fees, ON)
    assert 0 <= income.amount <= income.charged
    assert income.amount == income.charged - income.deducted
    assert income.deducted <= income.refunded
    assert income.amount == sum(illegal_income([fee], ON).amount for fee in fees)


def fine_after(days: int, fine: int, *payments: Paid, stays: tuple[Stay, ...] = ()) -> int:
    return late_fine(
        fine=fine,
        due_on=DUE,
        as_of=DUE + timedelta(days=days),
        rate_percent=3,
        cap_percent=100,
        payments=payments,
        stays=stays,
    )


def test_three_per_cent_a_day_capped_at_the_fine() -> None:
    assert fine_after(0, 1_000_000) == 0
    assert fine_after(1, 1_000_000) == 30_000
    assert fine_after(33, 1_000_000) == 990_000
    assert fine_after(34, 1_000_000) == 1_000_000
    assert fine_after(400, 1_000_000) == 1_000_000


def test_what_was_paid_bears_no_late_fine() -> None:
    half = Paid(DUE + timedelta(days=3), 500_000)
    assert fine_after(5, 1_000_000, half) == 2 * 30_000 + 3 * 15_000
    assert fine_after(50, 1_000_000, Paid(DUE, 1_000_000)) == 0


def test_review_and_suit_stop_the_clock() -> None:
    stay = Stay(DUE + timedelta(days=2), DUE + timedelta(days=4))
    assert fine_after(10, 1_000_000, stays=(stay,)) == 7 * 30_000
    assert late_days(DUE, DUE + timedelta(days=10), [stay]) == 7
    assert fine_after(10, 1_000_000, stays=(Stay(DUE),)) == 0


@given(AMOUNTS, st.integers(0, 200), st.integers(0, 100), st.integers(0, 120), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_the_late_fine_never_exceeds_the_fine_and_never_falls(
    fine: int, days: int, share: int, paid_after: int, stay_after: int
) -> None:
    paid = Paid(DUE + timedelta(days=paid_after), fine * share // 100) if fine * share // 100 else None
    payments = (paid,) if paid else ()
    stay = Stay(DUE + timedelta(days=stay_after), DUE + timedelta(days=stay_after + 10))
    plain = fine_after(days, fine, *payments)
    assert 0 <= plain <= fine
    assert plain <= fine_after(days + 1, fine, *payments)
    assert fine_after(days, fine, *payments, stays=(stay,)) <= plain <= fine_after(days, fine)


@given(st.integers(0, 10**14))
def test_wan_loses_nothing(amount: int) -> None:
    whole, _, rest = wan(amount).partition(".")
    assert int(whole) * 1_000_000 + int((rest + "000000")[:6]) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [("46,580", 4_658_000), ("¥1,234.50", 123_450), ("60元", 6000), ("", 0), ("0.01", 1)],
)
def test_amounts_as_written(text: str, expected: int) -> None:
    assert fen(text) == expected


@pytest.mark.parametrize("text", ["abc", "1.005", "-3"])
def test_amounts_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        fen(text)


def test_a_pasted_table_is_read_and_each_wrong_line_named() -> None:
    lines = read_text("学生\t收费\t购买课时\t已上课时\t退费\t退费日期\n张三\t1200\t20\t5\t900\t2026/1/15\n")
    assert (lines[0].charged, lines[0].lessons_total, lines[0].refunded_on) == (
        120_000,
        20,
        date(2026, 1, 15),
    )
    assert mask("欧阳某") == "欧＊＊"
    with pytest.raises(Unlawful, match="第 2 行"):
        read_text("张三,100\n李四,100,5,9")
    with pytest.raises(Unlawful, match="没有读到"):
        read_text("学生,收费")
