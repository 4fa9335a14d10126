"""Normal forms, explained scores, and clusters that do not depend on the order of arrival."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.matching import Link, Signals, contradicts, partition, reach, score, signals_of, thresholds
from complaints.matching.address import address_of, folded
from complaints.matching.contacts import contacts_of
from complaints.matching.names import name_of
from complaints.matching.numerals import value_of
from complaints.matching.times import times_of

PLACES = ("重庆市", "巫山县", "高唐街道", "龙门街道")
ADDRESSES = {
    "高唐街道示例小区3栋2单元": "示例3栋2单元",
    "重庆市巫山县高唐街道广东中路１２号附３号二楼": "广东中路12-3号2楼",
    "阳光花园三号楼二单元501室": "阳光花园3栋2单元501室",
    "阳光花园3-2-501": "阳光花园3栋2单元501室",
    "阳光花园3#2-5-1": "阳光花园3栋2单元501室",
    "翠屏小区 十二幢 1单元 5楼1号": "翠屏12栋1单元501室",
    "平湖西路128号楼上": "平湖西路128号",
    "巫山县实验小学斜对面二楼": "实验小学对面2楼",
    "锦绣家园Ｂ座1203": "锦绣家园B栋1203室",
    "幸福里小区5栋负一楼": "幸福里5栋-1楼",
    "净坛一路56号锦绣大厦8楼": "净坛一路56号锦绣大厦8楼",
    "人民二路9号": "人民二路9号",
    "超市对面": "超市对面",
    "县城阳光花园3栋附近": "阳光花园3栋",
}


@pytest.mark.parametrize(("written", "normal"), ADDRESSES.items())
def test_an_address_has_one_normal_form(written: str, normal: str) -> None:
    assert address_of(written, PLACES).text == normal


@given(
    st.text(
        alphabet="阳光花园小区示例路街一二三十百负0123456789栋幢号楼单元层室附-#Ａ１ ,，楼上对面县市区镇",
        max_size=40,
    )
)
def test_any_text_is_read_and_folding_is_idempotent(text: str) -> None:
    address_of(text, PLACES)
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("written", "value"),
    [("二十一", 21), ("十", 10), ("一二〇一", 1201), ("一百零三", 103), ("3", None), ("", None)],
)
def test_numerals(written: str, value: int | None) -> None:
    assert value_of(written) == value


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("招生电话：139 0000-1234（王老师）", {"p:13900001234"}),
        ("幺三九零零零零一二三四", {"p:13900001234"}),
        ("１３９００００１２３４ 微信 abc_123", {"p:13900001234", "w:abc_123"}),
        ("023-57680000", {"t:57680000"}),
        ("QQ：12345678", {"q:12345678"}),
        ("sunny_class", {"w:sunny_class"}),
        ("12345", set()),
    ],
)
def test_contacts(written: str, found: set[str]) -> None:
    assert contacts_of(written) == found


@pytest.mark.parametrize("hidden", ["154****5503", "154 **** 5503", "154xxxx5503"])
def test_a_number_with_its_middle_hidden_finds_the_whole_one(hidden: str) -> None:
    ticket, seen = signals_of(party_contact=hidden), signals_of(party_contact="154 5640 5503")
    assert set(ticket.probes) & set(seen.keys)
    assert set(seen.probes) & set(ticket.keys)
    assert score(ticket, seen) == score(seen, ticket)
    assert [line.points for line in score(ticket, seen).lines] == [thresholds.SAME_MASKED]
    other = signals_of(party_contact="154 5640 5504")
    assert [line.points for line in score(ticket, other).lines] == [thresholds.OTHER_CONTACT]


def test_a_persons_whole_name_alone_finds_the_others() -> None:
    one, other = signals_of(subject_name="郑宏图"), signals_of(subject_name="郑宏图老师")
    assert set(one.probes) & set(other.keys)
    assert score(one, other).is_link


def test_names_are_compared_by_what_distinguishes_them() -> None:
    assert name_of("巫山县青柚子艺术培训有限公司", PLACES).core == "青柚子"
    assert name_of("青柚子托管班").core == "青柚子"
    assert name_of("清柚子托管").sound == name_of("青柚子培训中心").sound
    assert (name_of("王丽华老师").surname, name_of("王丽华老师").given) == ("王", "丽华")
    assert name_of("某机构") == name_of("") == name_of("无名")


def test_times() -> None:
    evening = times_of("周一到周五晚上7点")
    assert (evening.days, evening.parts) == ({"WEEKDAY"}, {"EVENING"})
    assert times_of("每周六19:00").parts == {"EVENING"}


ROOM = {"place_text": "阳光花园3栋2单元501", "party_contact": "13900001234", "happened_note": "工作日晚上"}
A = signals_of(**ROOM, longitude=109.88, latitude=31.08)
B = signals_of(
    place_text="高唐街道阳光花园小区三号楼二单元5楼1号", happened_note="周二晚上", longitude=109.8803, latitude=31.0803,
    places=PLACES,
)  # fmt: skip


def test_every_reason_is_a_sentence_with_points() -> None:
    verdict = score(A, B)
    sentences = [line.sentence for line in verdict.lines]
    assert "同一栋楼（3 栋）" in sentences
    assert "同一户（501 室）" in sentences
    assert "定位相距 44 米" in sentences
    assert "上课时间规律一致（工作日晚上）" in sentences
    assert verdict.total == sum(line.points for line in verdict.lines) >= thresholds.LINK


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("阳光花园5栋2单元501", "不是同一栋楼（3、5 栋）"),
        ("阳光花园3栋1单元501", "单元不同（1、2 单元）"),
        ("阳光花园3栋2单元801", "门牌不同（501、801 室）"),
        ("阳光花园3栋2单元8楼", "楼层不同（5、8 楼）"),
    ],
)
def test_another_door_speaks_against(other: str, sentence: str) -> None:
    signals = signals_of(place_text=other)
    verdict = score(A, signals)
    assert sentence in [line.sentence for line in verdict.lines]
    assert verdict.total < thresholds.LINK
    assert contradicts(A, signals)


def test_the_telephone_on_the_advertisement_joins_without_address() -> None:
    other = signals_of(place_text="", party_contact="电话 139-0000-1234")
    assert score(A, other).is_link
    assert not contradicts(A, other)


PARTS = st.sampled_from(["", "阳光花园", "阳光小区", "锦绣家园", "实验小学对面", "平湖西路12号"])
signals = st.builds(
    lambda place, building, unit, room, contact, name, spot: signals_of(
        place_text=place + building + unit + room,
        party_contact=contact,
        subject_name=name,
        longitude=spot and 109.88 + spot / 2000,
        latitude=spot and 31.08,
    ),
    PARTS,
    st.sampled_from(["", "3栋", "三号楼", "5栋"]),
    st.sampled_from(["", "1单元", "二单元"]),
    st.sampled_from(["", "501", "5楼", "8楼"]),
    st.sampled_from(["", "", "13900001234", "13900005678"]),
    st.sampled_from(["", "青柚子托管", "王老师", "李老师"]),
    st.sampled_from([None, 1, 2, 3]),
)


@given(signals, signals)
def test_scores_are_symmetric_and_links_are_found_from_either_side(one: Signals, other: Signals) -> None:
    assert score(one, other) == score(other, one)
    assert contradicts(one, other) == contradicts(other, one)
    from_one = not set(one.probes).isdisjoint(other.keys)
    assert from_one == (not set(other.probes).isdisjoint(one.keys))
    assert Signals.from_dict(one.to_dict()) == one


class Book:
    """Clusters kept up to date as clues arrive, the way the rows are: only what a new clue touches is regrouped."""

    def __init__(self, apart: set[tuple[int, int]], musts: set[tuple[int, int]]) -> None:
        self.signals: dict[int, Signals] = {}
        self.links: dict[tuple[int, int], int] = {}
        self.apart, self.musts = apart, musts
        self.home: dict[int, frozenset[int]] = {}

    def key(self, number: int) -> str:
        return f"{self.signals[number].digest}:{number:04d}"

    def arrive(self, batch: list[tuple[int, Signals]]) -> None:
        for number, signal in batch:
            self.signals[number] = signal
            for other, known in self.signals.items():
                if other != number and not set(signal.probes).isdisjoint(known.keys):
                    pair = (min(number, other), max(number, other))
                    self.links[pair] = score(signal, known).total
        self.regroup({number for number, _ in batch})

    def accepted(self) -> dict[tuple[int, int], int]:
        found = {
            pair: points
            for pair, points in self.links.items()
            if points >= thresholds.LINK and pair not in self.apart
        }
        known = {pair for pair in self.musts if set(pair) <= set(self.signals)}
        return found | {pair: self.links.get(pair, 0) for pair in known}

    def regroup(self, seeds: set[int]) -> None:
        accepted = self.accepted()

        def neighbours(frontier: object) -> set[int]:
            near = {end for pair in accepted for end in pair if set(pair) & set(frontier)}  # type: ignore[call-overload]
            return near | {mate for number in frontier for mate in self.home.get(number, ())}  # type: ignore[attr-defined]

        touched = reach(seeds, neighbours)
        by_key = {self.key(number): number for number in touched}
        links = [
            Link(self.key(a), self.key(b), points, must=(a, b) in self.musts)
            for (a, b), points in accepted.items()
            if a in touched and b in touched
        ]
        apart = [(self.key(a), self.key(b)) for a, b in self.apart if {a, b} <= touched]
        parts = partition(
            by_key,
            links,
            apart=apart,
            contradicts=lambda a, b: contradicts(self.signals[by_key[a]], self.signals[by_key[b]]),
        )
        for part in parts:
            numbers = frozenset(by_key[name] for name in part)
            self.home.update(dict.fromkeys(numbers, numbers))

    def partition(self) -> set[frozenset[int]]:
        return set(self.home.values())


@given(st.data(), st.lists(signals, min_size=2, max_size=12))
def test_any_order_and_any_split_of_arrivals_gives_the_same_partition(
    data: st.DataObject, clues: list[Signals]
) -> None:
    pairs = list(combinations(range(len(clues)), 2))
    apart = set(data.draw(st.lists(st.sampled_from(pairs), max_size=3)))
    musts = set(data.draw(st.lists(st.sampled_from(pairs), max_size=3))) - apart
    whole = Book(apart, musts)
    whole.arrive(list(enumerate(clues)))
    order = data.draw(st.permutations(range(len(clues))))
    pieces = Book(apart, musts)
    while order:
        size = data.draw(st.integers(1, len(order)))
        pieces.arrive([(number, clues[number]) for number in order[:size]])
        order = order[size:]
    assert pieces.partition() == whole.partition()
    for a, b in apart:
        assert whole.home[a] != whole.home[b]


@given(st.data())
def test_partition_is_a_function_of_the_set(data: st.DataObject) -> None:
    nodes = [f"n{number}" for number in range(data.draw(st.integers(1, 9)))]
    pairs = list(combinations(nodes, 2)) or [("n0", "n0")]
    links = data.draw(
        st.lists(
            st.builds(
                lambda pair, points, must: Link(pair[0], pair[1], points, must), st.sampled_from(pairs),
                st.integers(50, 54), st.booleans(),
            ),
            max_size=14,
        )
    )  # fmt: skip
    apart = data.draw(st.lists(st.sampled_from(pairs), max_size=4))
    against = set(data.draw(st.lists(st.sampled_from(pairs), max_size=6)))

    def contradicting(one: str, other: str) -> bool:
        return (one, other) in against or (other, one) in against

    found = partition(nodes, links, apart=apart, contradicts=contradicting)
    shuffled = [
        Link(link.second, link.first, link.points, link.must) for link in data.draw(st.permutations(links))
    ]
    again = partition(
        reversed(nodes), shuffled, apart=[(b, a) for a, b in reversed(apart)], contradicts=contradicting
    )
    assert found == again
    assert sorted(node for part in found for node in part) == sorted(nodes)
    assert not [pair for pair in apart for part in found if pair[0] != pair[1] and set(pair) <= part]
