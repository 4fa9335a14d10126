"""A new operator in an old room is another site; a person's word, and an operator that stays, hold it together."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from complaints.matching import Link, Signals, by_operator, contradicts, score, signals_of, thresholds
from complaints.matching.turns import LEAST
from complaints.matching.whole import clusters_of

ROOM = "锦绣花园3栋2单元501"


def told(day: int, *, place: str = ROOM, name: str = "", contact: str = "") -> Signals:
    at = datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)
    return signals_of(place_text=place, subject_name=name, party_contact=contact, received_at=at)


def successor() -> dict[str, Signals]:
    """One room: 启智 until spring, 蓝鲸 from autumn, and in both times clues that name nobody."""
    before = [told(0, name="启智托管"), told(20), told(35, contact="13900001111"), told(50, name="启智")]
    after = [told(210, name="蓝鲸学堂"), told(230), told(241, contact="13700002222"), told(260, name="蓝鲸")]
    return {f"{word}{n}": one for word, run in (("a", before), ("b", after)) for n, one in enumerate(run)}


def halves(clues: dict[str, Signals], links: list[Link] | None = None) -> set[frozenset[str]]:
    return set(by_operator([frozenset(clues)], lambda name: clues[name], links or []))


def test_a_new_operator_in_an_old_room_is_another_site_in_whatever_order_the_clues_come() -> None:
    clues = successor()
    expected = {frozenset(name for name in clues if name[0] == run) for run in "ab"}
    names = list(clues)
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert set(clusters_of({name: clues[name] for name in names})) == expected


def test_what_names_nobody_goes_by_its_day() -> None:
    clues = successor() | {"late": told(85), "early": told(190)}
    first, second = sorted(halves(clues), key=lambda part: "a0" not in part)
    assert "late" in first
    assert "early" in second


def test_an_operator_named_before_and_after_is_no_change() -> None:
    clues = successor() | {"stays": told(245, contact="139 0000 1111"), "again": told(250, name="启智教育")}
    assert halves(clues) == {frozenset(clues)}


def test_people_who_tie_both_together_are_obeyed() -> None:
    clues = successor()
    assert halves(clues, [Link("a1", "b1", must=True)]) == {frozenset(clues)}
    assert len(halves(clues, [Link("a1", "b1", points=90)])) == 2


def test_few_clues_or_unknown_days_show_no_change() -> None:
    clues = successor()
    few = {name: clues[name] for name in ("a0", "b0", "b3")}
    assert len(few) < LEAST
    assert halves(few) == {frozenset(few)}
    undated = clues | {"undated": signals_of(place_text=ROOM)}
    assert halves(undated) == {frozenset(undated)}


def test_clues_long_apart_speak_less_of_one_place() -> None:
    near, later, last = (score(told(0), told(day)) for day in (60, 61, 181))
    assert [near.total - later.total, near.total - last.total] == [3, 8]
    assert near.total - last.total == -thresholds.LONG_GAP
    assert later.lines[-1].sentence == "收到日期相隔 61 天"


def test_two_estates_with_doors_of_their_own_contradict_each_other() -> None:
    one, other = told(0), told(0, place="丽景家园7栋1单元902")
    assert contradicts(one, other)
    assert not contradicts(one, told(0, place="丽景家园"))
