"""The published decisions of the law file, entered as cases: the decision paper names the amounts to the cent.

Where a publication gives no exact amount (定西, 广东), what it does say is held: no money in a warning; a price
per lesson whose fraction of a fen falls to the party.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from penalties import guards, money, papers, terms
from penalties import services as s
from tests.conftest import World
from tests.penalties import making
from tests.penalties.making import day


@dataclass(frozen=True)
class Published:
    """One decision: its party and act, pupils as (charged, refunded) in fen, and what it says."""

    name: str
    code: str
    fees: tuple[tuple[int, int], ...]
    income: int
    measures: tuple[s.MeasureInput, ...]
    words: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    needs_hearing: bool = False


DECISIONS = (
    Published(
        "潭县教罚字〔2025〕第2号", "UNLICENSED_OPERATION", ((4_658_000, 4_358_000),), 300_000,
        (s.MeasureInput("FINE", 300_000, times=100),), ("46,580.00 − 43,580.00 = 3,000.00 元",),
    ),
    Published(
        "济教罚字〔2022〕第1号", "UNLICENSED_OPERATION", ((8_378_900, 0),), 8_378_900,
        (s.MeasureInput("FINE", 8_378_900, times=100),), ("83,789.00 元",),
    ),
    Published(
        "天教罚字〔2022〕14号", "UNLICENSED_OPERATION", ((30_000, 0),) * 9, 270_000,
        (s.MeasureInput("FINE", 270_000, times=100),), ("2,700.00 元",),
        {"party_kind": "PERSON", "party_name": "李某", "party_born_on": date(1985, 5, 1)},
    ),
    Published(
        "珠海香洲 2024", "SCOPE_NON_SUBJECT_TEACHES_SUBJECT", ((242_300, 0),) * 16, 3_876_800,
        (s.MeasureInput("WARNING"), s.MeasureInput("CONFISCATION", 3_876_800)), ("38,768.00元", "38,768.00 元"),
    ),
    Published(
        "北京海淀 2025", "UNLICENSED_OPERATION", ((1_583_125_919, 237_456_640),), 1_345_669_279,
        (s.MeasureInput("FINE", 6_728_346_395, times=500),),
        ("15,831,259.19 − 2,374,566.40 = 13,456,692.79 元", "67,283,463.95元（违法所得5倍）"), needs_hearing=True,
    ),
    Published(
        "定西 2025 第四季度", "DISGUISED_SUBJECT", (), 0, (s.MeasureInput("WARNING"),), ("警告",),
    ),
)  # fmt: skip


@pytest.mark.parametrize("published", DECISIONS, ids=lambda row: row.name)
def test_a_published_decision_comes_out_to_the_cent(law: World, published: Published) -> None:
    case = making.ended(
        law,
        *published.measures,
        code=published.code,
        fee_rows=published.fees or ((0, 0),),
        **published.values,
    )
    assert terms.income_of(case, day(10).date()).amount == published.income
    assert list(guards.within_law(case, law.officer)) == []
    assert terms.needs_hearing_notice(case) is published.needs_hearing
    text = str(papers.decision(case, at=day(10)).content)
    for words in published.words:
        assert words in text, text
    if not any(row.amount_fen for row in published.measures):
        assert "无罚没款" in text


def test_one_fen_more_or_less_is_refused(law: World) -> None:
    """海淀: the fine is the exact multiple, or the gate of the law is shut."""
    wrong = s.MeasureInput("FINE", 6_728_346_394, times=500)
    case = making.ended(law, wrong, fee_rows=((1_583_125_919, 237_456_640),))
    assert [row.gate for row in guards.within_law(case, law.officer)] == ["G17"]


def test_guangdong_2025_a_price_per_lesson_with_a_broken_fen() -> None:
    """192 lessons for 21,000 yuan are 109.375 yuan each: lessons given are rounded down, money back is exact."""
    on = date(2025, 4, 30)
    given = {
        used: 2_100_000 - money.undelivered(money.Fee(2_100_000, 192, used)) for used in (1, 7, 191, 192)
    }
    assert given == {1: 10_937, 7: 76_562, 191: 2_089_062, 192: 2_100_000}
    bought = money.Fee(2_100_000, 192, 1, 2_100_000, on)
    assert money.illegal_income([bought], on).amount == 10_937
    assert money.wan(470_000_001) == "470.000001"
