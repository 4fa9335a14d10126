"""The draw itself: places by layer, then a team for every batch of places (docs/sampler.md §5–§6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from fieldwork.sampling.pool import Officer, Pool, Target
from fieldwork.sampling.stream import Stream, key_of, pick

SAMPLER = "sampler/1"
TOO_FEW, NO_SKILL = "TOO_FEW_OFFICERS", "SKILL_MISSING"


def sample(pool: Pool, frozen_hash: str, entropy: str) -> dict[str, Any]:
    """Everything drawn, as JSON values: sizes by layer, places in order, teams in order, who was left out and why."""
    key = key_of(frozen_hash, entropy)
    strata, drawn = _places(pool, key)
    result: dict[str, Any] = {
        "sampler": SAMPLER,
        "strata": strata,
        "targets": [
            {"order": order, "id": target.id, "stratum": target.stratum}
            for order, target in enumerate(drawn, 1)
        ],
        "uncertified": [],
        "teams": [],
    }
    if pool.team_size:
        certified = [row for row in pool.officers if row.is_certified_on(pool.planned_on)]
        known = {row.id for row in certified}
        result["uncertified"] = sorted(row.id for row in pool.officers if row.id not in known)
        result["teams"] = _Teams(pool, certified, Stream(key, "teams")).of(drawn)
    return result


def _places(pool: Pool, key: bytes) -> tuple[list[dict[str, Any]], list[Target]]:
    sizes, drawn = [], []
    for stratum in pool.strata:
        layer = sorted((row for row in pool.targets if row.stratum == stratum.code), key=lambda row: row.id)
        count = stratum.wanted(len(layer))
        drawn += pick(Stream(key, f"targets/{stratum.code}"), layer, count)
        sizes.append({"code": stratum.code, "size": len(layer), "drawn": count})
    return sizes, drawn


def first_team(row: Sequence[Officer], size: int, needs: frozenset[str]) -> list[Officer] | None:
    """The first `size` people in the order of `row` who together bring every needed skill; None when nobody does.

    First means: compared person by person, the earlier place in the row wins.
    """

    @cache
    def can(start: int, seats: int, missing: frozenset[str]) -> bool:
        if seats == 0:
            return not missing
        if len(row) - start < seats:
            return False
        return can(start + 1, seats - 1, missing - row[start].skills) or can(start + 1, seats, missing)

    if not needs:
        return list(row[:size]) if len(row) >= size else None
    team: list[Officer] = []
    missing = needs
    for place, person in enumerate(row):
        if len(team) < size and can(place + 1, size - len(team) - 1, missing - person.skills):
            team.append(person)
            missing -= person.skills
    return team if len(team) == size else None


class _Teams:
    """The second draw. Who has been sent to the fewest places comes first, equals in drawn order."""

    def __init__(self, pool: Pool, certified: list[Officer], stream: Stream) -> None:
        self.size, self.batch = pool.team_size, pool.places_per_team
        self.stream = stream
        self.organs: dict[str, list[Officer]] = {}
        for officer in sorted(certified, key=lambda row: row.id):
            self.organs.setdefault(officer.organ, []).append(officer)
        self.load: dict[str, int] = {officer.id: 0 for officer in certified}

    def of(self, drawn: list[Target]) -> list[dict[str, Any]]:
        """A team for every batch of places; a batch that no team can take is cut into single places."""
        teams: list[dict[str, Any]] = []
        for start in range(0, len(drawn), self.batch):
            places = drawn[start : start + self.batch]
            if self._able(places) or len(places) == 1:
                teams.append(self._team(places))
            else:
                teams += [self._team([place]) for place in places]
        return [{"number": number, **team} for number, team in enumerate(teams, 1)]

    def _free(self, organ: str, places: Sequence[Target]) -> list[Officer]:
        ids = {place.id for place in places}
        return [row for row in self.organs[organ] if not row.recused & ids]

    def _able(self, places: Sequence[Target]) -> list[str]:
        needs = _needs(places)
        return [
            organ
            for organ in sorted(self.organs)
            if first_team(self._free(organ, places), self.size, needs) is not None
        ]

    def _team(self, places: Sequence[Target]) -> dict[str, Any]:
        able = self._able(places)
        ids = {place.id for place in places}
        everyone = [row for rows in self.organs.values() for row in rows]
        team: dict[str, Any] = {
            "targets": [place.id for place in places],
            "organ": "",
            "officers": [],
            "recused": sorted(row.id for row in everyone if row.recused & ids),
            "problem": "",
        }
        if not able:
            enough = any(len(self._free(organ, places)) >= self.size for organ in self.organs)
            return {**team, "problem": NO_SKILL if enough else TOO_FEW}
        organ = able[self.stream.below(len(able))]
        free = self._free(organ, places)
        shuffled = pick(self.stream, free, len(free))
        shuffled.sort(key=lambda row: self.load[row.id])
        chosen = first_team(shuffled, self.size, _needs(places)) or []
        for officer in chosen:
            self.load[officer.id] += len(places)
        return {**team, "organ": organ, "officers": [row.id for row in chosen]}


def _needs(places: Sequence[Target]) -> frozenset[str]:
    return frozenset().union(*(place.needs for place in places))
