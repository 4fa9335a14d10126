"""Sites, alone and in the families that are easily mixed up.

What is one site? One operation at one place, which is what an officer visits and a file is opened for:

* The same operator at two addresses in different estates is two sites.
* An operation that moves next door (the same building, the door or floor beside) with its people and its phone
  stays one site: the file goes on, with a new door number.
* A new operator in the room of one that left is a new site.
* Two operators on one floor are two sites, also where the same landlord let both rooms.
* A brand is not a site: each shop of a franchise is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from bench.clue_county import words
from bench.clue_county.ground import Ground
from bench.clue_county.model import Estate, EstateKind, Pattern, Site, Spot, Trait

FIRST_DAY = date(2025, 5, 1)
LAST_DAY = date(2026, 11, 20)
# Shares of families (not of sites). Chosen so that about half of all sites have a look-alike; from no survey.
FAMILY_SHARES: dict[Trait | None, int] = {
    None: 66,
    Trait.SAME_BUILDING: 6,
    Trait.SAME_FLOOR: 5,
    Trait.TWO_SITES_ONE_OPERATOR: 4,
    Trait.FRANCHISE: 3,
    Trait.SHARED_LANDLORD: 3,
    Trait.MOVED_NEXT_DOOR: 7,
    Trait.SUCCESSOR: 3,
    Trait.TWIN_ESTATE: 4,
}
COMMON_STEM = 0.35  # of brands begin with a word that others use as well


class Sites:
    """Makes sites of one county."""

    def __init__(self, random: Random, ground: Ground) -> None:
        self.random = random
        self.ground = ground
        self._phones: set[str] = set()
        self._brands: set[str] = set()

    def make(self, count: int) -> tuple[Site, ...]:
        """So many sites, numbered in the order of making. Every family occurs once the county has room for it."""
        made: list[Site] = []
        for family in self._families():
            for site in self._family(family):
                made.append(replace(site, site_id=f"S{len(made) + 1:05d}"))
                if len(made) == count:
                    return tuple(made)
        raise AssertionError("families never end")

    def _families(self) -> Iterator[Trait | None]:
        yield from FAMILY_SHARES
        while True:
            yield self.random.choices(list(FAMILY_SHARES), list(FAMILY_SHARES.values()))[0]

    def _family(self, trait: Trait | None) -> list[Site]:
        if trait is None:
            return [self._plain()]
        makers: dict[Trait, Callable[[], list[Site]]] = {
            Trait.SAME_BUILDING: self._same_building,
            Trait.SAME_FLOOR: self._same_floor,
            Trait.TWO_SITES_ONE_OPERATOR: self._two_sites,
            Trait.FRANCHISE: self._franchise,
            Trait.SHARED_LANDLORD: self._shared_landlord,
            Trait.MOVED_NEXT_DOOR: self._moved,
            Trait.SUCCESSOR: self._successor,
            Trait.TWIN_ESTATE: self._twins,
        }
        return [replace(site, traits=(trait,)) for site in makers[trait]()]

    # -- families ----------------------------------------------------------------------------------------------

    def _same_building(self) -> list[Site]:
        spot = self.ground.spot(self._any(EstateKind.ESTATE, EstateKind.TOWER))
        return [self._plain(spot), self._plain(self.ground.above(spot))]

    def _same_floor(self) -> list[Site]:
        spot = self.ground.spot(self._any(EstateKind.ESTATE, EstateKind.TOWER))
        return [self._plain(spot), self._plain(self.ground.beside(spot))]

    def _two_sites(self) -> list[Site]:
        first = self._plain()
        elsewhere = self.ground.spot(self.ground.estate_make())
        return [first, replace(first, spots=(elsewhere,), pattern=self._pattern())]

    def _franchise(self) -> list[Site]:
        brand = self._brand()
        return [self._plain(brand=brand) for _ in range(self.random.randint(3, 6))]

    def _shared_landlord(self) -> list[Site]:
        phone = self.phone()
        return [replace(self._plain(), landlord_phone=phone) for _ in range(self.random.randint(2, 4))]

    def _moved(self) -> list[Site]:
        site = self._plain()
        step = self.ground.beside if self.random.random() < 0.7 else self.ground.above
        span = (site.closed_on - site.opened_on).days
        day = site.opened_on + timedelta(days=round(span * self.random.uniform(0.3, 0.7)))
        return [replace(site, spots=(site.spots[0], step(site.spots[0])), moved_on=day)]

    def _successor(self) -> list[Site]:
        first = self._plain()
        middle = FIRST_DAY + (LAST_DAY - FIRST_DAY) * self.random.uniform(0.35, 0.65)
        second = self._plain(first.spots[0])
        gap = timedelta(days=self.random.randint(20, 60))
        return [
            replace(first, opened_on=FIRST_DAY, closed_on=middle),
            replace(second, opened_on=middle + gap, closed_on=LAST_DAY),
        ]

    def _twins(self) -> list[Site]:
        one, two = self.ground.twins()
        spot = self.ground.spot(one)
        return [self._plain(spot), self._plain(replace(spot, estate=two))]

    # -- parts -------------------------------------------------------------------------------------------------

    def _plain(self, spot: Spot | None = None, *, brand: str | None = None) -> Site:
        random = self.random
        opened = FIRST_DAY + timedelta(days=random.randint(0, 300))
        closed = min(LAST_DAY, opened + timedelta(days=random.randint(90, 500)))
        brand = brand or self._brand()
        phone = self.phone()
        return Site(
            site_id="",
            spots=(spot or self.ground.spot(),),
            moved_on=None,
            opened_on=opened,
            closed_on=closed,
            teacher=random.choice(words.SURNAMES) + random.choice(words.GIVEN),
            brand=brand,
            aliases=_aliases(brand),
            phone=phone,
            second_phone=self.phone() if random.random() < 0.2 else None,
            landlord_phone=None,
            wechat=self._wechat(phone),
            subject=random.choice(words.SUBJECTS),
            cover=random.choice(words.COVERS),
            pattern=self._pattern(),
            traits=(),
        )

    def _any(self, *kinds: EstateKind) -> Estate:
        fitting = [estate for estate in self.ground.estates if estate.kind in kinds]
        return self.random.choice(fitting)

    def _brand(self) -> str:
        """A brand that no other operator has, as long as there are any left."""
        random = self.random
        for _ in range(50):
            stem = "".join(map(random.choice, words.BRAND_PAIRS))
            if random.random() < COMMON_STEM:
                stem = random.choice(words.BRAND_FIRST)
            brand = stem + random.choice(words.BRAND_LAST)
            if brand not in self._brands:
                break
        self._brands.add(brand)
        return brand

    def phone(self) -> str:
        """A number that nobody else in the county has."""
        while (number := f"154{self.random.randrange(10**8):08d}") in self._phones:
            pass
        self._phones.add(number)
        return number

    def _wechat(self, phone: str) -> str:
        if self.random.random() < 0.4:
            return phone
        letters = "".join(
            self.random.choice("abcdefghjkmnpqrstwxyz") for _ in range(self.random.randint(3, 6))
        )
        return f"{letters}{self.random.choice(('_', '', '-'))}{self.random.randrange(100, 99999)}"

    def _pattern(self) -> Pattern:
        random = self.random
        days, start, end = random.choice(
            (
                ((5, 6), 8, 12),
                ((5, 6), 14, 18),
                ((0, 1, 2, 3, 4), 17, 20),
                ((0, 1, 2, 3, 4), 18, 22),
                ((5,), 8, 17),
                ((6,), 9, 17),
                ((4, 5, 6), 19, 21),
            )
        )
        return Pattern(days, start, end)


def _aliases(brand: str) -> tuple[str, ...]:
    """What people call it; the first is the door sign."""
    last = next(last for last in sorted(words.BRAND_LAST, key=len, reverse=True) if brand.endswith(last))
    stem = brand.removesuffix(last)
    return brand, stem, f"{stem}班", f"{stem}教育", f"{stem}{last}（{words.COUNTY}店）"
