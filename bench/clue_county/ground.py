"""The county's towns and estates, and distances on its small piece of the globe."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

from bench.clue_county import words
from bench.clue_county.model import Estate, EstateKind, Spot

METRES_PER_DEGREE = 111_320
ESTATES_PER_SITE = 1.5
TRIES = 50
KIND_SHARES = {EstateKind.ESTATE: 62, EstateKind.TOWER: 12, EstateKind.STREET: 16, EstateKind.VILLAGE: 10}


def moved(lng: float, lat: float, metres: float, bearing: float) -> tuple[float, float]:
    """The point that lies `metres` away; `bearing` in radians. Rounded to 6 decimals, about 0.1 m."""
    north = metres * math.cos(bearing) / METRES_PER_DEGREE
    east = metres * math.sin(bearing) / (METRES_PER_DEGREE * math.cos(math.radians(lat)))
    return round(lng + east, 6), round(lat + north, 6)


def distance(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Metres between two points (lng, lat) of the county, on a plane."""
    middle = math.radians((first[1] + second[1]) / 2)
    east = (first[0] - second[0]) * math.cos(middle)
    return math.hypot(east, first[1] - second[1]) * METRES_PER_DEGREE


@dataclass(frozen=True)
class Town:
    """A township with its roads and landmarks."""

    name: str
    lng: float
    lat: float
    roads: tuple[str, ...]
    landmarks: tuple[str, ...]


class Ground:
    """Makes estates and doors as sites need them."""

    def __init__(self, random: Random, *, sites: int) -> None:
        self.random = random
        names = [*words.TOWNS, *(first + last for last in words.MORE_TOWNS for first in words.ROAD_FIRST)]
        names = names[: max(4, sites // 40)]
        self.towns = [self._town(name, index) for index, name in enumerate(names)]
        self.estates: list[Estate] = []
        self._taken: set[tuple[str, str]] = set()
        for _ in range(max(12, round(sites * ESTATES_PER_SITE))):
            self.estate_make()

    def _town(self, name: str, index: int) -> Town:
        """The first three adjoin and share the county seat; the others lie 6 to 20 km out."""
        far = 900 * index if index < 3 else self.random.uniform(6_000, 20_000)
        lng, lat = moved(*words.CENTRE, far, self.random.uniform(0, 2 * math.pi))
        roads = self.random.sample(words.ROAD_FIRST, 8)
        lasts = [self.random.choice(words.ROAD_LAST) for _ in roads]
        landmarks = self.random.sample(words.LANDMARKS, 4)
        return Town(name, lng, lat, tuple(map("".join, zip(roads, lasts, strict=True))), tuple(landmarks))

    def estate_make(self, kind: EstateKind | None = None) -> Estate:
        """A new estate somewhere. Its name and number are its own within the township, not within the county."""
        random = self.random
        kind = kind or random.choices(list(KIND_SHARES), list(KIND_SHARES.values()))[0]
        in_seat = 1 if kind is EstateKind.VILLAGE else 4
        town = random.choices(self.towns, [in_seat if index < 3 else 1 for index in range(len(self.towns))])[
            0
        ]
        lng, lat = moved(town.lng, town.lat, random.uniform(50, 1_800), random.uniform(0, 2 * math.pi))
        road, number = self._numbered(town)
        old_road, old_number = self._numbered(town)
        estate = Estate(
            key=f"E{len(self.estates) + 1:05d}",
            kind=kind,
            name=self._name(kind, town),
            town=town.name,
            road=road,
            number=number,
            old_road=old_road if random.random() < 0.4 else road,
            old_number=old_number,
            shop=random.choice(words.SHOPS),
            landmark=random.choice(town.landmarks),
            lng=lng,
            lat=lat,
        )
        self.estates.append(estate)
        return estate

    def _numbered(self, town: Town, road: str = "") -> tuple[str, int]:
        """A road and a number that no other estate of the township has."""
        for _ in range(TRIES):
            chosen, number = road or self.random.choice(town.roads), self.random.randint(1, 320)
            if (town.name, f"{chosen}{number}") not in self._taken:
                break
        self._taken.add((town.name, f"{chosen}{number}"))
        return chosen, number

    def _name(self, kind: EstateKind, town: Town) -> str:
        """A name that no other estate of the township has, as long as there are any."""
        random = self.random
        if kind is EstateKind.STREET:
            return ""
        for _ in range(TRIES):
            if kind is EstateKind.TOWER:
                name = random.choice(words.TOWER_FIRST) + random.choice(words.TOWER_LAST)
            elif kind is EstateKind.VILLAGE:
                name = random.choice(words.VILLAGES)
            else:
                name = random.choice(words.ESTATE_FIRST) + random.choice(words.ESTATE_LAST)
            if (town.name, name) not in self._taken:
                break
        self._taken.add((town.name, name))
        return name

    def twins(self) -> tuple[Estate, Estate]:
        """Two estates that are told apart by one word: 一期 and 二期, or 花园 and 花苑."""
        first = self.estate_make(EstateKind.ESTATE)
        stem = first.name
        names = (f"{stem}一期", f"{stem}二期")
        if stem.endswith(("花园", "花苑")) and self.random.random() < 0.5:
            names = (f"{stem[:-2]}花园", f"{stem[:-2]}花苑")
        place = moved(
            first.lng, first.lat, self.random.uniform(250, 600), self.random.uniform(0, 2 * math.pi)
        )
        first = self.estates[-1] = replace(first, name=names[0])
        town = next(town for town in self.towns if town.name == first.town)
        _, number = self._numbered(town, first.road)
        old_road, old_number = self._numbered(town)
        second = replace(
            first,
            key=f"E{len(self.estates) + 1:05d}",
            name=names[1],
            number=number,
            old_road=old_road,
            old_number=old_number,
            shop=self.random.choice(words.SHOPS),
            lng=place[0],
            lat=place[1],
        )
        self.estates.append(second)
        return first, second

    def spot(self, estate: Estate | None = None) -> Spot:
        """A door, in any estate unless told."""
        random = self.random
        estate = estate or random.choice(self.estates)
        if estate.kind is EstateKind.TOWER:
            return Spot(estate, random.randint(1, 2), 0, random.randint(2, 18), random.randint(1, 12))
        if estate.kind is EstateKind.STREET:
            return Spot(estate, 1, 0, random.randint(1, 4), random.randint(1, 2))
        if estate.kind is EstateKind.VILLAGE:
            return Spot(estate, random.randint(1, 8), 0, 0, random.randint(1, 60))
        return Spot(
            estate, random.randint(1, 18), random.randint(1, 3), random.randint(1, 18), random.randint(1, 4)
        )

    def beside(self, spot: Spot) -> Spot:
        """Another door on the same floor (in a village: of the same group)."""
        step = self.random.choice((1, 2)) if spot.estate.kind is not EstateKind.STREET else 1
        return replace(spot, door=spot.door + step if spot.door < 3 else spot.door - step)

    def above(self, spot: Spot) -> Spot:
        """A door on another floor of the same building."""
        if spot.estate.kind is EstateKind.VILLAGE:
            return self.beside(spot)
        others = [floor for floor in range(1, 5) if floor != spot.floor]
        return replace(spot, floor=self.random.choice(others))
