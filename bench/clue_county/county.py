"""Puts a county together: sizes of sites, clues, copies, the order in which they lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

from bench.clue_county.ground import Ground
from bench.clue_county.model import SHANGHAI, Clue, County, Site
from bench.clue_county.sites import Sites
from bench.clue_county.telling import Teller

QUIET = 0.4  # of sites are reported once only
TAIL, TAIL_END = 1.1, 12  # of the distribution (Pareto) of how much the others are talked of
RESENT = 0.025
SPAM = 0.03
SPAM_BATCH = (4, 9)


def generate(seed: int, sites: int, clues: int) -> list[Clue]:
    """So many clues about at most so many sites, in no order; the same for the same three numbers.

    Raises ValueError when a number is not positive.
    """
    return list(county(seed, sites, clues).clues)


def county(seed: int, sites: int, clues: int) -> County:
    """The clues together with the sites they are about. Sites beyond the number of clues stay unreported."""
    if min(sites, clues) < 1:
        raise ValueError("sites and clues must be at least 1")
    random = Random(f"clue county/{seed}/{sites}/{clues}")
    ground = Ground(random, sites=sites)
    made = Sites(random, ground).make(sites)
    sizes = _sizes(random, sites, clues)
    teller = Teller(random, ground.estates)
    slots = [site for site, size in zip(made, sizes, strict=True) for _ in range(size)]
    random.shuffle(slots)
    told = _spam(random, teller, slots)
    spammed = len(told)
    last: dict[str, Clue] = {}
    for site in slots[spammed:]:
        earlier = last.get(site.site_id)
        clue = teller.resent(earlier) if earlier and random.random() < RESENT else teller.clue(site)
        last[site.site_id] = clue
        told.append(clue)
    random.shuffle(told)
    numbered = (replace(clue, id=f"C{index:06d}") for index, clue in enumerate(told, start=1))
    return County(sites=made, clues=tuple(numbered))


def _sizes(random: Random, sites: int, clues: int) -> list[int]:
    """Clues per site: many with one, a few with many times the mean (300 sites, 2,000 clues: some 30 to 50)."""
    sizes = [1 if index < clues else 0 for index in range(sites)]
    random.shuffle(sizes)
    loud = [index for index, size in enumerate(sizes) if size and random.random() >= QUIET] or [
        sizes.index(1)
    ]
    weights = [min(random.paretovariate(TAIL), TAIL_END) for _ in loud]
    for index in random.choices(loud, weights, k=clues - sum(sizes)):
        sizes[index] += 1
    return sizes


def _spam(random: Random, teller: Teller, slots: list[Site]) -> list[Clue]:
    """Turns the first slots into batches of one text about different places."""
    told: list[Clue] = []
    wanted = round(len(slots) * SPAM)
    while len(told) < wanted:
        size = min(random.randint(*SPAM_BATCH), wanted - len(told))
        batch = slots[len(told) : len(told) + size]
        reporter = f"154{random.randrange(10**8):08d}" if random.random() < 0.5 else ""
        text = teller.prose.spam(reporter)
        site = random.choice(batch)
        day = site.opened_on + timedelta(
            days=random.randrange(max(1, (site.closed_on - site.opened_on).days))
        )
        at = datetime.combine(day, time(random.randint(8, 21)), SHANGHAI)
        told += [teller.spam(site, text, at) for site in batch]
    return told
