"""How well a clustering of clues finds the sites: pairwise and B-cubed precision and recall, and the worst misses.

`python -m bench.cluster_quality --cluster package.module:function` judges a function that takes clues (truth
removed) and gives a cluster for each clue's id. Tune with `DEV_SEEDS` only. `HELD_OUT_SEEDS` were chosen and the
counties of both were fixed by `DIGESTS` before any clustering was measured; look at the held-out figures when a
change is done, and do not tune after seeing them. If the generator ever has to change, new held-out seeds are due.

A pair is two clues. Precision: of the pairs put together, how many belong together; recall: of the pairs that
belong together, how many were put together. Where there is no such pair, nothing is wrong and the figure is 1.
Pairs weigh a site by the square of its clues; B-cubed (per clue, averaged) weighs every clue alike.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from bench.clue_county import Clue, generate

Cluster = Callable[[Sequence[Clue]], Mapping[str, object]]

PRECISION_AIM = 0.95
RECALL_AIM = 0.80
SITES, CLUES = 300, 2000  # size of the judged counties
DEV_SEEDS = (1, 2, 3, 4, 5)
HELD_OUT_SEEDS = (7301, 7302, 7303, 7304, 7305)
# SHA-256 over the lines of each judged county. A test holds them.
DIGESTS: dict[int, str] = {
    1: "86ab09b6b45e5fcd5b5b85e3c020d2abd62db4c924ef119713a080c61b47bc4d",
    2: "8007567607164a006250e3e89231b38399c43746f8609dd7e67548ee0f5caea2",
    3: "9462939b827a77f3e0687e531af39e0caba0e73fb0ac6f14acc639343d32127e",
    4: "4c2cf9ed59fd547c407525f50302791aeb498ffb4a0ba4a937a133252367bf7b",
    5: "0602a7d5609cb004a45a9c29563f5aff8ecf4d1eec132a094a8f1d7a21bf1ce1",
    7301: "ad8405a6dfcdfaa1a9ae4e8f50daa6b11bbf147fcf2f6f8134867daea8b66173",
    7302: "63819e01d6602430cdf1d3137dfc81a1830a5b8676f74513fd38648b01a9a7fa",
    7303: "248b341ae3c106c35e4b051ed2dce8b8ae1dc805593728a251c5974c7dc8a8a9",
    7304: "b6b8202e78b3687381e1bc6a0a575ca58d6190c3159f35d47b24cbeccf2d817e",
    7305: "c8835e3e145775baee6ef2acfb2082047eae9cd80d860623481f316c0d4f92a6",
}


@dataclass(frozen=True)
class Miss:
    """A wrong group of pairs: two sites in one cluster, or one site in two clusters."""

    is_false_merge: bool
    pairs: int
    first: Clue
    second: Clue

    def lines(self) -> list[str]:
        """For people: what was mixed up or torn apart, with one clue of either side."""
        word = "FALSE MERGE" if self.is_false_merge else "MISSED"
        return [f"{word} {self.pairs} pairs", *map(described, (self.first, self.second))]


@dataclass(frozen=True)
class Quality:
    """Figures of one partition against the truth. Counts are of pairs of clues."""

    clues: int
    sites: int
    clusters: int
    together_predicted: int
    together_true: int
    together_both: int
    bcubed_precision: float
    bcubed_recall: float

    @property
    def precision(self) -> float:
        """Of the pairs put together, the share that belongs together."""
        return self.together_both / self.together_predicted if self.together_predicted else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs that belong together, the share that was put together."""
        return self.together_both / self.together_true if self.together_true else 1.0

    @property
    def is_met(self) -> bool:
        """Both aims are reached."""
        return self.precision >= PRECISION_AIM and self.recall >= RECALL_AIM

    def line(self) -> str:
        """One line of figures."""
        return (
            f"precision {self.precision:.4f}, recall {self.recall:.4f}, B-cubed {self.bcubed_precision:.4f} / "
            f"{self.bcubed_recall:.4f}, {self.clusters:,} clusters of {self.clues:,} clues, {self.sites:,} sites"
        )


def quality(predicted: Mapping[str, object], clues: Sequence[Clue]) -> Quality:
    """Compare a partition with the truth. Raises ValueError unless it names every clue and no other."""
    cells = Counter((predicted[clue.id], clue.site_id) for clue in _checked(predicted, clues))
    by_cluster: Counter[object] = Counter()
    by_site: Counter[str] = Counter()
    for (cluster, site), count in cells.items():
        by_cluster[cluster] += count
        by_site[site] += count
    total = len(clues)
    squares = [(count * count, by_cluster[key[0]], by_site[key[1]]) for key, count in cells.items()]
    return Quality(
        clues=total,
        sites=len(by_site),
        clusters=len(by_cluster),
        together_predicted=_pairs(by_cluster.values()),
        together_true=_pairs(by_site.values()),
        together_both=_pairs(cells.values()),
        bcubed_precision=sum(square / cluster for square, cluster, _ in squares) / total if total else 1.0,
        bcubed_recall=sum(square / site for square, _, site in squares) / total if total else 1.0,
    )


def _checked(predicted: Mapping[str, object], clues: Sequence[Clue]) -> Sequence[Clue]:
    known = {clue.id for clue in clues}
    if len(known) != len(clues):
        raise ValueError("a clue's id occurs twice")
    if missing := known - predicted.keys():
        raise ValueError(f"{len(missing)} clues have no cluster, such as {min(missing)}")
    if unknown := predicted.keys() - known:
        raise ValueError(f"{len(unknown)} clusters are given for unknown clues, such as {min(unknown)}")
    return clues


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def misses(
    predicted: Mapping[str, object], clues: Sequence[Clue], worst: int = 10
) -> tuple[list[Miss], list[Miss]]:
    """The worst false merges and the worst missed pairs, those of most pairs first, `worst` of each.

    Each shows the first clue of either side in the order of ids.
    """
    cells: dict[tuple[object, str], list[Clue]] = defaultdict(list)
    for clue in sorted(_checked(predicted, clues), key=lambda clue: clue.id):
        cells[predicted[clue.id], clue.site_id].append(clue)
    in_cluster: dict[object, list[list[Clue]]] = defaultdict(list)
    of_site: dict[str, list[list[Clue]]] = defaultdict(list)
    for (cluster, site), members in cells.items():
        in_cluster[cluster].append(members)
        of_site[site].append(members)
    return (
        _worst(in_cluster.values(), worst, is_false_merge=True),
        _worst(of_site.values(), worst, is_false_merge=False),
    )


def _worst(groups: Iterable[list[list[Clue]]], worst: int, *, is_false_merge: bool) -> list[Miss]:
    found = [
        Miss(is_false_merge, len(first) * len(second), first[0], second[0])
        for parts in groups
        for index, first in enumerate(parts)
        for second in parts[index + 1 :]
    ]
    found.sort(key=lambda miss: (-miss.pairs, miss.first.id, miss.second.id))
    return found[:worst]


def described(clue: Clue) -> str:
    """A clue with its truth in one line."""
    position = f"{clue.lng},{clue.lat}±{clue.accuracy}m" if clue.lng is not None else "-"
    parts = (
        f"place={clue.place_text or '-'}",
        f"position={position}",
        f"phones={'/'.join(clue.phones) or '-'}",
        f"wechat={clue.wechat or '-'}",
        f"operator={clue.operator or '-'}",
        f"text={clue.text}",
    )
    noise = ",".join(clue.noise)
    return f"  {clue.site_id} {clue.id} {clue.received_at:%Y-%m-%d} {clue.channel} [{noise}] " + " | ".join(
        parts
    )


# -- judging a clustering --------------------------------------------------------------------------------------


def judge(cluster: Cluster, clues: Sequence[Clue]) -> tuple[Quality, dict[str, object]]:
    """Run a clustering on clues without their truth, and compare."""
    predicted = dict(cluster([clue.blind() for clue in clues]))
    return quality(predicted, clues), predicted


def is_order_free(cluster: Cluster, clues: Sequence[Clue], *, shuffles: int = 3) -> bool:
    """Whether the partition is the same in whatever order the clues come."""
    blind = [clue.blind() for clue in clues]
    first = partition(cluster(blind))
    for number in range(shuffles):
        shuffled = list(blind)
        random.Random(number).shuffle(shuffled)
        if partition(cluster(shuffled)) != first:
            return False
    return True


def partition(predicted: Mapping[str, object]) -> set[frozenset[str]]:
    """The groups, whatever their names."""
    groups: dict[object, set[str]] = defaultdict(set)
    for key, cluster in predicted.items():
        groups[cluster].add(key)
    return {frozenset(group) for group in groups.values()}


def digest(clues: Iterable[Clue]) -> str:
    """SHA-256 over the clues as lines of a file."""
    found = hashlib.sha256()
    for clue in clues:
        found.update(json.dumps(clue.as_json(), ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return found.hexdigest()


# -- what needs no thought, to compare with --------------------------------------------------------------------


def by_exact_address(clues: Sequence[Clue]) -> dict[str, object]:
    """The same characters in the address field."""
    return {clue.id: clue.place_text or clue.id for clue in clues}


def by_phone(clues: Sequence[Clue]) -> dict[str, object]:
    """The same digits in the first telephone number."""
    return {clue.id: re.sub(r"\D", "", clue.phones[0]) if clue.phones else clue.id for clue in clues}


def by_name(clues: Sequence[Clue]) -> dict[str, object]:
    """The same operator as typed."""
    return {clue.id: clue.operator or clue.id for clue in clues}


def all_apart(clues: Sequence[Clue]) -> dict[str, object]:
    """Every clue alone."""
    return {clue.id: clue.id for clue in clues}


BASELINES: dict[str, Cluster] = {
    "exact address": by_exact_address,
    "first phone": by_phone,
    "operator as typed": by_name,
    "all apart": all_apart,
}


def _loaded(path: str) -> Cluster:
    module, _, name = path.partition(":")
    cluster: Cluster = getattr(importlib.import_module(module), name)
    return cluster


def main() -> None:
    """Judge a clustering and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster_quality", description=__doc__)
    parser.add_argument("--cluster", required=True, help="package.module:function")
    parser.add_argument(
        "--held-out", action="store_true", help="the held-out seeds instead of those for tuning"
    )
    parser.add_argument("--worst", type=int, default=5, help="misses to show of either kind")
    options = parser.parse_args()
    cluster = _loaded(options.cluster)
    for seed in HELD_OUT_SEEDS if options.held_out else DEV_SEEDS:
        clues = generate(seed, SITES, CLUES)
        begun = perf_counter()
        found, predicted = judge(cluster, clues)
        verdict = "met" if found.is_met else "NOT met"
        sys.stdout.write(f"seed {seed}: {found.line()}; aim {verdict}; {perf_counter() - begun:.1f} s\n")
        if options.held_out:
            continue  # held-out misses are not shown: reading them is tuning
        for group in misses(predicted, clues, options.worst):
            for miss in group:
                sys.stdout.write("\n".join(miss.lines()) + "\n")


if __name__ == "__main__":
    main()
