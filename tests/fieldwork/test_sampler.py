"""The sampler: vectors, fairness, and the rules of the second draw."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.sampling import (
    PoolError,
    Stream,
    differences,
    entropy_clean,
    key_of,
    pick,
    pool_hash,
    pool_read,
    record_make,
    sample,
)
from fieldwork.sampling.pool import Officer
from fieldwork.sampling.sample import first_team
from tests.fieldwork.drawing import SKILLS, layered, officer, pool, random_pool, target

VECTORS = json.loads(Path(__file__).with_name("sampler_vectors.json").read_text(encoding="utf-8"))
CHI_999 = {4: 18.47, 9: 27.88, 11: 31.26, 19: 43.82}
seeds = st.integers(0, 2**32)


def draw(data: dict[str, Any], entropy: str = "1 2 3") -> dict[str, Any]:
    return sample(pool_read(data), pool_hash(data), entropy)


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize(("typed", "clean"), VECTORS["entropy_clean"])
def test_entropy_vectors(typed: str, clean: str) -> None:
    assert entropy_clean(typed) == clean


def test_stream_vectors() -> None:
    wanted = VECTORS["stream"]
    key = key_of(wanted["frozen_hash"], wanted["entropy"])
    assert key.hex() == wanted["key"]
    stream = Stream(key, wanted["label"])
    assert [stream.word() for _ in wanted["words"]] == wanted["words"]
    for bound in (6, 10_000_000):
        stream = Stream(key, wanted["label"])
        assert [stream.below(bound) for _ in wanted[f"below_{bound}"]] == wanted[f"below_{bound}"]
    assert "".join(pick(Stream(key, "t"), "ABCDEFGHIJ", 4)) == wanted["pick_4_of_ABCDEFGHIJ"]


def test_record_vector() -> None:
    record = VECTORS["record"]
    assert record_make(record["pool"], record["entropy"]) == record
    assert list(differences(record)) == []


@given(seeds)
@settings(max_examples=150, deadline=None)
def test_order_of_input_never_matters(seed: int) -> None:
    dice = random.Random(seed)
    data = random_pool(dice)
    frozen = pool_hash(data)
    shuffled = copy.deepcopy(data)
    for name in ("targets", "officers"):
        dice.shuffle(shuffled[name])
    for row in [*shuffled["targets"], *shuffled["officers"]]:
        dice.shuffle(row.get("needs", row.get("skills")))
    assert sample(pool_read(shuffled), frozen, "7") == sample(pool_read(data), frozen, "7")


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_every_draw_keeps_the_rules(seed: int) -> None:
    data = random_pool(random.Random(seed))
    result = draw(data)
    people = {row["id"]: row for row in data["officers"]}
    places = {row["id"]: row for row in data["targets"]}
    drawn = [row["id"] for row in result["targets"]]
    assert len(set(drawn)) == len(drawn)
    for row, stratum in zip(result["strata"], data["strata"], strict=True):
        layer = [item for item in data["targets"] if item["stratum"] == stratum["code"]]
        share = -(-len(layer) * stratum.get("per_10000", 0) // 10000)
        assert row["drawn"] == min(stratum.get("number", share), len(layer))
        assert row["drawn"] == sum(item["stratum"] == stratum["code"] for item in result["targets"])
    if data["team"]["size"]:
        assert [place for team in result["teams"] for place in team["targets"]] == drawn
    for team in result["teams"]:
        check_team(team, people, places, data)


def check_team(
    team: dict[str, Any], people: dict[str, Any], places: dict[str, Any], data: dict[str, Any]
) -> None:
    size, ids = data["team"]["size"], set(team["targets"])
    needs = {need for place in ids for need in places[place]["needs"]}
    usable = [
        row
        for row in people.values()
        if (not row["certificate"]["until"] or row["certificate"]["until"] > "2026-12-01")
        and not ids & set(row["recused"])
    ]
    possible = {
        organ
        for organ in {row["organ"] for row in usable}
        for group in combinations([row for row in usable if row["organ"] == organ], size)
        if needs <= {skill for row in group for skill in row["skills"]}
    }
    if not possible:
        assert team["officers"] == []
        assert len(ids) == 1
        assert team["problem"] in {"TOO_FEW_OFFICERS", "SKILL_MISSING"}
        return
    chosen = [people[one] for one in team["officers"]]
    assert len({row["id"] for row in chosen}) == size
    assert {row["organ"] for row in chosen} == {team["organ"]} <= possible
    assert all(row in usable for row in chosen)
    assert needs <= {skill for row in chosen for skill in row["skills"]}


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_the_first_team_is_the_first_combination(seed: int) -> None:
    dice = random.Random(seed)
    row = [
        Officer(f"P{n}", "A", "", "", frozenset(dice.sample(SKILLS, dice.randint(0, 2))), frozenset())
        for n in range(dice.randint(0, 9))
    ]
    size, needs = dice.randint(2, 4), frozenset(dice.sample(SKILLS, dice.randint(0, 3)))
    fitting = (
        list(group)
        for group in combinations(row, size)
        if needs <= frozenset().union(*(person.skills for person in group))
    )
    assert first_team(row, size, needs) == next(fitting, None)


def test_places_are_drawn_evenly() -> None:
    frozen = pool_hash(pool([target(1)]))
    parts = pool_read(pool([target(n) for n in range(20)], strata=[{"code": "ALL", "number": 5}]))
    counts: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for trial in range(4000):
        ids = [row["id"] for row in sample(parts, frozen, f"trial {trial}")["targets"]]
        counts.update(ids)
        firsts[ids[0]] += 1
    assert len(counts) == 20
    assert chi_square(list(counts.values())) < CHI_999[19]
    assert chi_square(list(firsts.values())) < CHI_999[19]


@pytest.mark.parametrize("bound", [5, 10, 12])
def test_numbers_below_a_bound_are_even(bound: int) -> None:
    stream = Stream(key_of("0" * 64, "frozen seed"), "even")
    counts = Counter(stream.below(bound) for _ in range(60_000))
    assert set(counts) == set(range(bound))
    assert chi_square(list(counts.values())) < CHI_999[bound - 1]


def test_words_above_the_last_multiple_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(key_of("0" * 64, "1"), "t")
    limit = 2**32 - 2**32 % 10
    words = iter([2**32 - 1, limit, limit - 1])
    monkeypatch.setattr(stream, "word", lambda: next(words))
    assert stream.below(10) == 9


def test_officers_are_sent_evenly_and_the_recused_never() -> None:
    people = [officer(n, recused=("T00001",) if n == 3 else ()) for n in range(10)]
    data = pool([target(1)], people, strata=[{"code": "ALL", "number": 1}])
    parts, frozen = pool_read(data), pool_hash(data)
    counts = Counter(
        one for trial in range(4000) for one in sample(parts, frozen, f"t {trial}")["teams"][0]["officers"]
    )
    assert "P003" not in counts
    assert len(counts) == 9
    assert chi_square(list(counts.values())) < 26.12


def test_burden_is_shared() -> None:
    data = pool(
        [target(n) for n in range(60)],
        [officer(n) for n in range(10)],
        strata=[{"code": "ALL", "number": 60}],
    )
    load = Counter(one for team in draw(data)["teams"] for one in team["officers"])
    assert set(load.values()) == {12}


def test_an_expired_certificate_and_a_missing_skill_are_told() -> None:
    people = [officer(1), officer(2), officer(3, until="2026-12-01", skills=("FIRE",))]
    result = draw(pool([target(1, needs=("FIRE",))], people))
    assert result["uncertified"] == ["P003"]
    assert [(team["problem"], team["officers"]) for team in result["teams"]] == [("SKILL_MISSING", [])]
    alone = draw(pool([target(1)], [officer(1), officer(2, organ="B")]))
    assert alone["teams"][0]["problem"] == "TOO_FEW_OFFICERS"


def test_a_batch_nobody_can_take_is_cut() -> None:
    people = [officer(n, recused=("T00001",) if n < 2 else ("T00002",)) for n in range(4)]
    data = pool([target(1), target(2)], people, strata=[{"code": "ALL", "number": 2}], places=2)
    teams = draw(data)["teams"]
    assert [len(team["targets"]) for team in teams] == [1, 1]
    assert all(team["problem"] == "" for team in teams)


def tampered(name: str) -> dict[str, Any]:
    record = copy.deepcopy(VECTORS["record"])
    changes: dict[str, Any] = {
        "a place left out of the pool": lambda: record["pool"]["targets"].pop(0),
        "a recusal removed": lambda: record["pool"]["officers"][1]["recused"].clear(),
        "another entropy": lambda: record["entropy"].update(value="03 11 17 22 25 30 10"),
        "another place drawn": lambda: record["result"]["targets"][0].update(id="T03"),
        "another officer": lambda: record["result"]["teams"][0]["officers"].__setitem__(0, "P2"),
        "one place more": lambda: record["result"]["targets"].append(
            {"order": 6, "id": "T03", "stratum": "LOW"}
        ),
        "another version": lambda: record["pool"].update(sampler="sampler/9"),
    }
    changes[name]()
    return record


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("a place left out of the pool", "冻结名录的校验值"),
        ("a recusal removed", "冻结名录的校验值"),
        ("another entropy", "抽取结果.targets第1项.id"),
        ("another place drawn", "抽取结果.targets第1项.id"),
        ("another officer", "抽取结果.teams第1项.officers第1项"),
        ("one place more", "抽取结果.targets"),
        ("another version", "冻结名录的校验值"),
    ],
)
def test_tampering_is_named(name: str, first: str) -> None:
    assert next(iter(differences(tampered(name)))).place == first


def test_a_pool_swapped_with_its_hash_is_found_by_the_announced_hash() -> None:
    record = tampered("a place left out of the pool")
    again = record_make(record["pool"], record["entropy"])
    assert list(differences(again)) == []
    found = list(differences(again, announced_hash=VECTORS["record"]["pool_hash"]))
    assert [row.place for row in found] == ["与抽取前公布的校验值"]
    kept = json.dumps(VECTORS["record"]["pool"]).encode()
    assert [row.place for row in differences(again, saved_pool=kept)] == ["与另存的冻结名录文件"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("strata"),
        lambda data: data.update(format="draw-pool/9"),
        lambda data: data["targets"].append(data["targets"][0]),
        lambda data: data["targets"][0].update(id="机构一"),
        lambda data: data["targets"][0].update(stratum="NOWHERE"),
        lambda data: data["strata"][0].update(per_10000=10_001),
        lambda data: data["strata"][0].update(number=3),
        lambda data: data["team"].update(size=True),
        lambda data: data.update(planned_on="2026/12/01"),
    ],
)
def test_a_bad_pool_is_refused_in_words(spoil: Any) -> None:
    data = pool([target(1)], [officer(1), officer(2)])
    spoil(data)
    with pytest.raises(PoolError, match=r"[\u4e00-\u9fff]"):
        pool_read(data)


def test_a_file_of_format_1_verifies_as_it_did() -> None:
    """The stored record was written before layers could be declared: same hash, same result, nothing to remark."""
    record = VECTORS["record"]
    assert record["pool"]["format"] == "draw-pool/1"
    assert "strata_by" not in record["pool"]
    assert pool_hash(record["pool"]) == record["pool_hash"]
    assert list(differences(record)) == []
    assert record_make(record["pool"], record["entropy"]) == record


def test_declared_layers_draw_and_are_checked() -> None:
    dice = random.Random(7)
    for number in range(30):
        data = layered(random_pool(dice), dice)
        record = record_make(data, {"value": f"{number} 1"})
        assert list(differences(record)) == []
        assert {row["code"] for row in record["result"]["strata"]} == {row["code"] for row in data["strata"]}
    data = layered(pool([target(1), target(2)]), dice)
    for spoil in (
        lambda file: file["targets"][0].update(stratum=file["targets"][1]["stratum"] + "X"),
        lambda file: file["targets"][0]["attributes"].update(KIND="OTHER"),
        lambda file: file["targets"][0].pop("attributes"),
        lambda file: file.pop("strata_by"),
        lambda file: file.update(strata_by=[]),
        lambda file: file.update(strata_by=[*file["strata_by"], file["strata_by"][0]]),
    ):
        spoiled = copy.deepcopy(data)
        spoil(spoiled)
        with pytest.raises(PoolError, match=r"[\u4e00-\u9fff]"):
            pool_read(spoiled)
