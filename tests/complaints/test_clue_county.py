"""The county of clues with known truth, and the measure that a clustering is judged by."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from bench import cluster_quality as judge
from bench.clue_county import Clue, County, Noise, Trait, county, generate
from bench.clue_county.ceiling import ceiling
from bench.clue_county.ground import distance
from bench.clue_county.model import SHANGHAI
from bench.clue_county.telling import building_position

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made() -> County:
    """A county of the judged size, with a seed that is neither for tuning nor held out."""
    return county(42, 300, 2000)


# -- the same for the same seed --------------------------------------------------------------------------------


def test_a_seed_gives_the_same_clues_and_another_gives_others():
    first, second = generate(9, 40, 150), generate(9, 40, 150)
    assert first == second
    assert generate(10, 40, 150) != first


@pytest.mark.parametrize("seed", judge.DEV_SEEDS + judge.HELD_OUT_SEEDS)
def test_the_judged_counties_are_those_fixed_beforehand(seed):
    assert judge.digest(generate(seed, judge.SITES, judge.CLUES)) == judge.DIGESTS[seed]


def test_seeds_for_tuning_and_held_out_are_apart():
    assert not set(judge.DEV_SEEDS) & set(judge.HELD_OUT_SEEDS)
    assert set(judge.DIGESTS) == {*judge.DEV_SEEDS, *judge.HELD_OUT_SEEDS}


def test_a_new_process_gives_the_same_file(tmp_path: Path):
    """Nothing depends on the order of sets, which differs from process to process."""
    path = tmp_path / "clues.jsonl"
    command = [sys.executable, "-m", "bench.clue_county"]
    command += ["--seed", "9", "--sites", "40", "--clues", "150", "--out", str(path)]
    subprocess.run(command, cwd=ROOT, env={"PYTHONHASHSEED": "77"}, check=True)
    read = [Clue.from_json(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    assert read == generate(9, 40, 150)


def test_the_package_needs_no_framework():
    code = "import sys, bench.clue_county.__main__, bench.cluster_quality; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("sites", "clues"), [(0, 5), (5, 0)])
def test_nothing_is_made_of_nothing(sites: int, clues: int):
    with pytest.raises(ValueError, match="at least 1"):
        generate(1, sites, clues)


@pytest.mark.parametrize(("sites", "clues"), [(1, 1), (1, 30), (20, 7), (7, 7)])
def test_small_counties_have_as_many_clues_as_asked(sites: int, clues: int):
    found = generate(3, sites, clues)
    assert len({clue.id for clue in found}) == clues
    assert len({clue.site_id for clue in found}) == min(sites, clues)


# -- what a clue holds -----------------------------------------------------------------------------------------


def test_every_clue_has_one_known_site_and_something_to_go_by(made: County):
    known = {site.site_id for site in made.sites}
    assert len(made.clues) == 2000
    assert {clue.site_id for clue in made.clues} == known
    assert all(clue.text for clue in made.clues)
    assert all((clue.lng is None) == (clue.lat is None) == (clue.accuracy is None) for clue in made.clues)


def test_times_are_aware_and_lie_in_the_life_of_the_site(made: County):
    sites = {site.site_id: site for site in made.sites}
    for clue in made.clues:
        site = sites[clue.site_id]
        assert clue.received_at.tzinfo is SHANGHAI
        assert clue.received_at.date() >= site.opened_on
        if Noise.RESENT not in clue.noise:
            assert clue.received_at.date() <= site.closed_on
        if clue.happened_at and Noise.RESENT not in clue.noise:
            assert clue.happened_at < clue.received_at
            assert clue.happened_at.weekday() in site.pattern.weekdays
        if clue.pattern:
            assert clue.pattern.hour_from < clue.pattern.hour_to
            assert set(clue.pattern.weekdays) <= set(site.pattern.weekdays)


def test_the_order_says_nothing_of_the_site_or_of_time(made: County):
    sites = [clue.site_id for clue in made.clues]
    neighbours = sum(first == second for first, second in pairwise(sites))
    sizes = Counter(sites)
    by_chance = sum(size * (size - 1) for size in sizes.values()) / len(sites)
    assert neighbours < 2 * by_chance
    times = [clue.received_at for clue in made.clues]
    rising = sum(first <= second for first, second in pairwise(times))
    assert 0.45 < rising / len(times) < 0.55


def test_a_blind_clue_keeps_what_was_sent_and_nothing_of_the_truth(made: County):
    for clue in made.clues[:200]:
        blind = clue.blind()
        assert (blind.site_id, blind.noise, blind.facts) == ("", (), ())
        sent = {key: value for key, value in clue.as_json().items() if key != "truth"}
        assert sent == {key: value for key, value in blind.as_json().items() if key != "truth"}
        assert clue.site_id not in json.dumps(sent, ensure_ascii=False)


def test_sizes_are_skewed(made: County):
    sizes = sorted(Counter(clue.site_id for clue in made.clues).values())
    assert sizes.count(1) >= 0.35 * len(sizes)
    assert 3 <= sum(size >= 30 for size in sizes) <= 30


def test_chains_run_over_months(made: County):
    days = defaultdict(list)
    for clue in made.clues:
        days[clue.site_id].append(clue.received_at)
    assert sum((max(times) - min(times)).days > 90 for times in days.values()) > 50


def test_numbers_belong_to_nobody(made: County):
    """Every mobile number in any field lies in the block that is not given out."""
    for clue in made.clues:
        text = json.dumps(clue.as_json(), ensure_ascii=False)
        assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", re.sub(r"(?<!\d)154\d{8}(?!\d)", "", text))


# -- noise -----------------------------------------------------------------------------------------------------


def _with(made: County, noise: Noise) -> list[Clue]:
    return [clue for clue in made.clues if noise in clue.noise]


@pytest.mark.parametrize("noise", list(Noise))
def test_every_kind_of_noise_occurs(made: County, noise: Noise):
    assert len(_with(made, noise)) >= 5


def _errors(made: County, noise: Noise) -> list[float]:
    """Metres between the sent and the true position. A copy sent after a move keeps the old one, so is left out."""
    sites = {site.site_id: site for site in made.sites}
    return [
        distance(
            (clue.lng, clue.lat), building_position(sites[clue.site_id].spot_on(clue.received_at.date()))
        )
        for clue in _with(made, noise)
        if Noise.RESENT not in clue.noise
    ]


def test_positions_are_off_by_as_much_as_they_say(made: County):
    near, home = _errors(made, Noise.GPS_NOISE), _errors(made, Noise.GPS_HOME)
    assert min(near) >= 9
    assert max(near) <= 301
    assert max(near) > 150
    assert min(home) >= 990
    assert max(home) <= 5_010


def test_clues_with_one_thing_only_hold_no_other(made: County):
    for clue in _with(made, Noise.ONLY_NAME):
        assert clue.operator
        assert not any((clue.place_text, clue.phones, clue.wechat, clue.lng))
    for clue in _with(made, Noise.ONLY_PHONE):
        assert clue.phones or "电话" in clue.text or "短信" in clue.text
        assert not any((clue.place_text, clue.operator, clue.wechat, clue.lng))
    for clue in _with(made, Noise.ONLY_POSITION):
        assert clue.lng
        assert not any((clue.place_text, clue.operator, clue.phones, clue.wechat))


def test_one_door_is_written_in_many_ways(made: County):
    spellings = defaultdict(set)
    for clue in made.clues:
        spellings[clue.site_id].add(clue.place_text)
    sizes = Counter(clue.site_id for clue in made.clues)
    loud = [site for site, size in sizes.items() if size >= 20]
    assert loud
    assert all(len(spellings[site]) > sizes[site] / 2 for site in loud)


def test_writings_of_a_building_all_occur(made: County):
    places = "\n".join(clue.place_text for clue in made.clues)
    for word in (
        "栋",
        "幢",
        "号楼",
        "#",
        "单元",
        "三栋",
        "楼上",
        "对面",
        "老门牌",
        "岚溪县",
        "云澜市岚溪县",
        "组",
    ):
        assert word in places, word
    assert re.search(r"[０-９]", places)
    assert re.search(r"\d+-\d-\d+", places)


def test_what_the_reporter_says_of_himself_is_in_the_text(made: County):
    for clue in _with(made, Noise.REPORTER_IN_TEXT):
        assert re.search(r"我家住|我是|本人住|我的电话154\d{8}", clue.text)


def test_a_wrong_door_is_not_among_the_true_facts(made: County):
    for clue in _with(made, Noise.WRONG_DOOR):
        assert not [fact for fact in clue.facts if "/" in fact]


def test_spam_is_one_text_about_different_places(made: County):
    batches = defaultdict(set)
    for clue in _with(made, Noise.SPAM_COPY):
        batches[clue.text].add(clue.site_id)
    assert max(len(sites) for sites in batches.values()) >= 4


def test_what_is_sent_again_is_the_same_text_about_the_same_place(made: County):
    texts = Counter((clue.site_id, clue.text) for clue in made.clues)
    assert all(texts[clue.site_id, clue.text] >= 2 for clue in _with(made, Noise.RESENT))


# -- look-alikes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trait", list(Trait))
def test_every_kind_of_look_alike_exists_and_is_reported(made: County, trait: Trait):
    sites = {site.site_id for site in made.sites if trait in site.traits}
    assert sites & {clue.site_id for clue in made.clues}


def _groups(made: County, trait: Trait, key) -> Counter:
    return Counter(key(site) for site in made.sites if trait in site.traits)


def test_different_sites_share_a_building_a_floor_a_room_a_brand_and_a_landlord(made: County):
    def building(site):
        return site.spots[0].estate.key, site.spots[0].building

    def floor(site):
        return *building(site), site.spots[0].floor

    def door(site):
        return site.spots[0]

    def brand(site):
        return site.brand

    def landlord(site):
        return site.landlord_phone

    for trait, key in (
        (Trait.SAME_BUILDING, building),
        (Trait.SAME_FLOOR, floor),
        (Trait.SUCCESSOR, door),
        (Trait.FRANCHISE, brand),
        (Trait.SHARED_LANDLORD, landlord),
    ):
        assert _groups(made, trait, key).most_common(1)[0][1] >= 2, trait


def test_twin_estates_have_the_same_door_number(made: County):
    twins = [site.spots[0] for site in made.sites if Trait.TWIN_ESTATE in site.traits]
    doors = defaultdict(set)
    for spot in twins:
        doors[spot.building, spot.unit, spot.room, spot.estate.town].add(spot.estate.name)
    assert any(len(names) == 2 for names in doors.values())


def test_one_operator_at_two_addresses_is_two_sites(made: County):
    estates = defaultdict(list)
    for site in made.sites:
        if Trait.TWO_SITES_ONE_OPERATOR in site.traits:
            estates[site.phone].append(site.spots[0].estate.key)
    assert any(len(keys) == 2 for keys in estates.values())
    assert all(len(set(keys)) == len(keys) for keys in estates.values())


def test_a_move_next_door_stays_one_site_and_is_told_of_both_doors(made: County):
    moved = [site for site in made.sites if Trait.MOVED_NEXT_DOOR in site.traits]
    assert all(
        first.estate == second.estate and first.building == second.building and first != second
        for first, second in (site.spots for site in moved)
    )
    sides = defaultdict(set)
    for clue in made.clues:
        for site in moved:
            if site.site_id == clue.site_id:
                sides[clue.site_id].add(clue.received_at.date() >= site.moved_on)
    assert any(len(both) == 2 for both in sides.values())


def test_a_successor_opens_after_the_other_has_left(made: County):
    by_door = defaultdict(list)
    for site in made.sites:
        if Trait.SUCCESSOR in site.traits:
            by_door[site.spots[0]].append(site)
    pairs = [sites for sites in by_door.values() if len(sites) == 2]
    assert pairs
    assert all(first.closed_on < second.opened_on and first.phone != second.phone for first, second in pairs)


def test_names_and_numbers_are_unique_within_a_township(made: County):
    """So that an address with its township says one place, and one without it may not."""
    estates = {site.spots[0].estate for site in made.sites}
    for part in (
        lambda estate: (estate.town, estate.name),
        lambda estate: (estate.town, estate.road, estate.number),
    ):
        named = [part(estate) for estate in estates if estate.name]
        assert len(set(named)) == len(named)
    everywhere = [estate.name for estate in estates if estate.name]
    assert len(set(everywhere)) < len(everywhere)


# -- reachable, and not for nothing ----------------------------------------------------------------------------


def test_the_aims_can_be_reached_but_not_by_comparing_strings(made: County):
    best = judge.quality(ceiling(made), made.clues)
    assert best.precision == 1
    assert 0.85 < best.recall < 0.97
    for cluster in judge.BASELINES.values():
        found, _ = judge.judge(cluster, made.clues)
        assert not found.is_met
        assert found.recall < 0.3


# -- the measure -----------------------------------------------------------------------------------------------


def _clues(*sites: str) -> list[Clue]:
    sample = generate(5, 1, 1)[0]
    return [
        Clue(f"C{index}", sample.channel, sample.received_at, sample.kind, f"文{index}", "", site_id=site)
        for index, site in enumerate(sites)
    ]


def _predicted(*clusters: object) -> dict[str, object]:
    return {f"C{index}": cluster for index, cluster in enumerate(clusters)}


def test_a_partition_worked_out_by_hand():
    """True {0,1,2}{3,4}{5}; predicted {0,1}{2,3,4}{5}: 4 pairs predicted, 4 true, 2 both."""
    found = judge.quality(_predicted("x", "x", "y", "y", "y", "z"), _clues("a", "a", "a", "b", "b", "c"))
    assert (found.together_predicted, found.together_true, found.together_both) == (4, 4, 2)
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert found.bcubed_precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert found.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert (found.clues, found.sites, found.clusters) == (6, 3, 3)
    assert not found.is_met


@pytest.mark.parametrize(
    ("clusters", "sites", "precision", "recall", "bcubed"),
    [
        pytest.param((1, 1, 2), "aab", 1, 1, (1, 1), id="perfect"),
        pytest.param((1, 2, 3), "aaa", 1, 0, (1, 1 / 3), id="all apart"),
        pytest.param((1, 1, 1), "abc", 0, 1, (1 / 3, 1), id="all together"),
        pytest.param((1, 1, 1), "aab", 1 / 3, 1, (5 / 9, 1), id="one cluster of two sites"),
        pytest.param((1, 2, 3), "abc", 1, 1, (1, 1), id="no pair in either"),
        pytest.param((1,), "a", 1, 1, (1, 1), id="one clue"),
        pytest.param((), "", 1, 1, (1, 1), id="no clue"),
    ],
)
def test_degenerate_partitions(clusters, sites, precision, recall, bcubed):
    found = judge.quality(_predicted(*clusters), _clues(*sites))
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    assert (found.bcubed_precision, found.bcubed_recall) == pytest.approx(bcubed)


def test_names_of_clusters_do_not_matter(made: County):
    best = ceiling(made)
    numbers = {cluster: number for number, cluster in enumerate(sorted(set(best.values())))}
    renamed = {key: numbers[cluster] for key, cluster in best.items()}
    assert judge.quality(renamed, made.clues) == judge.quality(best, made.clues)


def test_counting_by_sizes_agrees_with_counting_pair_by_pair():
    clues = generate(8, 20, 120)
    predicted = judge.by_name(clues)
    pairs = [(a, b) for index, a in enumerate(clues) for b in clues[index + 1 :]]
    together = [(a, b) for a, b in pairs if predicted[a.id] == predicted[b.id]]
    right = sum(a.site_id == b.site_id for a, b in together)
    found = judge.quality(predicted, clues)
    assert together
    assert found.precision == pytest.approx(right / len(together))
    assert found.recall == pytest.approx(right / sum(a.site_id == b.site_id for a, b in pairs))


def test_a_partition_must_name_every_clue_and_no_other():
    clues = _clues("a", "b")
    with pytest.raises(ValueError, match="no cluster"):
        judge.quality({"C0": 1}, clues)
    with pytest.raises(ValueError, match="unknown clues"):
        judge.quality({"C0": 1, "C1": 1, "C9": 1}, clues)
    with pytest.raises(ValueError, match="occurs twice"):
        judge.quality({"C0": 1}, [clues[0], clues[0]])


def test_the_worst_misses_come_first_with_their_words():
    clues = _clues("a", "a", "a", "b", "b", "c")
    merges, missed = judge.misses(_predicted("x", "x", "y", "y", "y", "y"), clues)
    assert [(miss.pairs, miss.first.site_id, miss.second.site_id) for miss in merges] == [
        (2, "a", "b"),
        (2, "b", "c"),
        (1, "a", "c"),
    ]
    assert [(miss.pairs, miss.first.id, miss.second.id) for miss in missed] == [(2, "C0", "C2")]
    assert "文2" in "\n".join(missed[0].lines())
    assert len(judge.misses(_predicted("x", "x", "y", "y", "y", "y"), clues, worst=1)[0]) == 1


def test_misses_add_up_to_the_wrong_pairs(made: County):
    predicted = judge.by_name(made.clues)
    found = judge.quality(predicted, made.clues)
    merges, missed = judge.misses(predicted, made.clues, worst=10**9)
    assert sum(miss.pairs for miss in merges) == found.together_predicted - found.together_both
    assert sum(miss.pairs for miss in missed) == found.together_true - found.together_both


def test_a_clustering_does_not_see_the_truth():
    def by_truth(clues):
        return {clue.id: (clue.site_id, clue.noise, clue.facts) for clue in clues}

    found, predicted = judge.judge(by_truth, _clues("a", "b", "b"))
    assert len(set(predicted.values())) == 1
    assert found.precision == pytest.approx(1 / 3)


def test_a_clustering_that_depends_on_order_is_noticed():
    clues = generate(5, 10, 40)

    def by_turn(given):
        return {clue.id: index // 2 for index, clue in enumerate(given)}

    assert judge.is_order_free(judge.by_name, clues)
    assert not judge.is_order_free(by_turn, clues)


def test_the_command_prints_figures_and_hides_held_out_misses():
    command = [sys.executable, "-m", "bench.cluster_quality", "--cluster", "bench.cluster_quality:by_phone"]
    tuning = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    held_out = subprocess.run(
        [*command, "--held-out"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert all(f"seed {seed}: precision" in tuning for seed in judge.DEV_SEEDS)
    assert "MISSED" in tuning
    assert "aim NOT met" in held_out
    assert "MISSED" not in held_out
    assert "FALSE MERGE" not in held_out
