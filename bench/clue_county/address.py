"""One door written in the many ways people write it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from bench.clue_county import words
from bench.clue_county.model import EstateKind, Noise, Spot

BUILDING_STYLES = ("{}栋", "{}栋", "{}幢", "{}号楼", "{}号楼", "{}#", "{}#楼")
PREFIX_SHARES = {
    "": 46,
    "{county}": 14,
    "{city}{county}": 8,
    "{town}": 14,
    "{county}{town}": 10,
    "{city}{county}{town}": 5,
    "县城": 3,
}
WAY_SHARES = {"name": 66, "both": 10, "road": 9, "old": 4, "upstairs": 5, "opposite": 6}
TYPO, DROPPED, WIDE, CHINESE, SPACED, MISREAD = 0.07, 0.04, 0.07, 0.14, 0.12, 0.045


@dataclass(frozen=True)
class Written:
    """An address as typed, the true facts that it holds, and what is untidy in it."""

    text: str
    facts: tuple[str, ...]
    noise: tuple[Noise, ...]


class Writer:
    """Writes addresses."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._noise: list[Noise] = []

    def write(self, spot: Spot, *, detail: str, is_official: bool = False) -> Written:
        """An address down to `detail`. Offices write the prefix more often and make fewer mistakes."""
        self._noise = []
        random = self.random
        if spot.estate.kind is EstateKind.VILLAGE and detail == "floor":
            detail = "room"  # houses are numbered, floors are not told
        way = random.choices(list(WAY_SHARES), list(WAY_SHARES.values()))[0]
        if is_official and way in ("upstairs", "opposite"):
            way = "both"
        if spot.estate.kind in (EstateKind.STREET, EstateKind.VILLAGE) and way in ("both", "road"):
            way = "name"
        told = self._misread(spot, detail) if random.random() < (0.01 if is_official else MISREAD) else spot
        head, facts = self._head(spot, way, detail)
        if told is not spot:
            self._noise.append(Noise.WRONG_DOOR)
            facts = tuple(fact for fact in facts if "/" not in fact)
        head = self._mistyped(head, 0.3 if is_official else 1.0)
        tail = self._tail(told, detail) if detail != "estate" else self._inside(spot, way)
        gap = " " if random.random() < SPACED else ""
        text = self._prefix(spot, is_official) + head + gap + tail
        if random.random() < WIDE and any("!" <= char <= "~" for char in text):
            text = words.full_width(text)
            self._noise.append(Noise.FULL_WIDTH_DIGITS)
        return Written(text, facts, tuple(self._noise))

    def _misread(self, spot: Spot, detail: str) -> Spot:
        """The neighbour's building, floor or door; the same spot where the address does not go so far."""
        random = self.random
        kind = spot.estate.kind
        step = random.choice((-1, 1))
        if detail == "estate" or (kind is EstateKind.STREET and detail == "building"):
            return spot
        if detail == "building" or (detail == "room" and kind is EstateKind.ESTATE and random.random() < 0.5):
            return replace(spot, building=spot.building + step if spot.building > 2 else 3 - spot.building)
        if detail == "floor":
            return replace(spot, floor=spot.floor + step if spot.floor > 1 else 2)
        return replace(spot, door=spot.door + step if spot.door > 1 else 2)

    def _prefix(self, spot: Spot, is_official: bool) -> str:
        shares = dict(PREFIX_SHARES)
        if is_official:
            shares[""] = 12
        chosen = self.random.choices(list(shares), list(shares.values()))[0]
        if chosen:
            self._noise.append(Noise.PREFIX)
        return chosen.format(county=words.COUNTY, city=words.CITY, town=spot.estate.town)

    # -- the estate --------------------------------------------------------------------------------------------

    def _head(self, spot: Spot, way: str, detail: str) -> tuple[str, tuple[str, ...]]:
        estate = spot.estate
        road = f"{estate.road}{self._road_number(estate.number)}"
        name = estate.name or road
        by_name = spot.facts("name", detail=detail)
        if way == "road":
            self._noise.append(Noise.ROAD_ADDRESS)
            return road, spot.facts("road", detail=detail)
        if way == "both":
            self._noise.append(Noise.ROAD_ADDRESS)
            return road + name, by_name + spot.facts("road", detail=detail)
        if way == "old":
            self._noise.append(Noise.OLD_NUMBER)
            old = f"{estate.old_road}{self._road_number(estate.old_number)}"
            return self.random.choice(("原{}", "{}", "{}（老门牌）")).format(old), spot.facts(
                "old", detail=detail
            )
        if way == "upstairs":
            self._noise.append(Noise.UPSTAIRS)
            by_shop = spot.facts("shop", detail=detail)
            if self.random.random() < 0.5:
                return f"{estate.road}{estate.shop}楼上", by_shop
            return f"{name}{self.random.choice(('门口', '', '旁边'))}{estate.shop}楼上", by_name + by_shop
        if way == "opposite":
            self._noise.append(Noise.OPPOSITE)
            return f"{estate.landmark}对面{name}", (*by_name, f"landmark:{estate.landmark}")
        return name, by_name

    def _road_number(self, number: int) -> str:
        if self.random.random() < 0.06 and number < 100:
            self._noise.append(Noise.CHINESE_DIGITS)
            return f"{words.chinese_number(number)}号"
        return f"{number}号"

    def _mistyped(self, head: str, factor: float) -> str:
        """A wrong or missing character among the first two, which name the place."""
        random = self.random
        if random.random() < TYPO * factor:
            changed = homophone(random, head, until=2)
            if changed != head:
                self._noise.append(Noise.HOMOPHONE)
                return changed
        if len(head) >= 4 and not head[:2].isdigit() and random.random() < DROPPED * factor:
            self._noise.append(Noise.DROPPED_CHARACTER)
            at = random.choice((0, 1))
            return head[:at] + head[at + 1 :]
        return head

    # -- inside the estate -------------------------------------------------------------------------------------

    def _tail(self, spot: Spot, detail: str) -> str:
        if spot.estate.kind is EstateKind.TOWER:
            return self._tower(spot, detail)
        if spot.estate.kind is EstateKind.STREET:
            return self._street(spot, detail)
        if spot.estate.kind is EstateKind.VILLAGE:
            return self._village(spot, detail)
        return self._estate(spot, detail)

    def _inside(self, spot: Spot, way: str) -> str:
        if way == "upstairs" or spot.estate.kind is EstateKind.STREET:
            return ""
        return self.random.choice(("", "", "里面", "内", "里"))

    def _number(self, number: int, *, is_chinese: bool) -> str:
        if not is_chinese or number >= 100:
            return str(number)
        if Noise.CHINESE_DIGITS not in self._noise:
            self._noise.append(Noise.CHINESE_DIGITS)
        return words.chinese_number(number)

    def _estate(self, spot: Spot, detail: str) -> str:
        random = self.random
        if detail == "room" and random.random() < 0.2:
            self._noise.append(Noise.BUILDING_DASHED)
            return random.choice((f"{spot.building}-{spot.unit}-{spot.room}", f"{spot.building}-{spot.room}"))
        style = random.choice(BUILDING_STYLES)
        is_chinese = "#" not in style and random.random() < CHINESE
        if "#" in style:
            self._noise.append(Noise.BUILDING_HASH)
        text = style.format(self._number(spot.building, is_chinese=is_chinese))
        if detail != "building" or random.random() < 0.3:
            text += self._unit(spot, is_chinese)
        if detail == "building":
            return text
        if detail == "room":
            return text + spot.room + random.choice(("", "", "室", "室", "号", "房"))
        return text + self._floor(spot.floor, is_chinese) + random.choice(("", "", "左手边", "靠电梯那户"))

    def _unit(self, spot: Spot, is_chinese: bool) -> str:
        """Left out by one in five."""
        if self.random.random() < 0.2:
            return ""
        return f"{self._number(spot.unit, is_chinese=is_chinese)}单元"

    def _floor(self, floor: int, is_chinese: bool) -> str:
        word = self.random.choice(("楼", "楼", "层"))
        return f"{self._number(floor, is_chinese=is_chinese)}{word}"

    def _tower(self, spot: Spot, detail: str) -> str:
        random = self.random
        wing = random.choice(("{}座", "{}座", "{}栋")).format("AB"[spot.building - 1])
        if spot.building == 1 and random.random() < 0.5:
            wing = ""
        if detail == "building":
            return wing
        if detail == "room":
            return wing + random.choice((f"{spot.room}", f"{spot.room}室", f"{spot.floor}楼{spot.room}"))
        return wing + self._floor(spot.floor, random.random() < CHINESE)

    def _street(self, spot: Spot, detail: str) -> str:
        if detail == "building":
            return self.random.choice(("", "楼上", "的门面"))
        text = self._floor(spot.floor, self.random.random() < 0.4)
        return text + (self.random.choice(("左边", "左侧")) if spot.door == 1 else "右边") * (
            detail == "room"
        )

    def _village(self, spot: Spot, detail: str) -> str:
        group = f"{self._number(spot.building, is_chinese=self.random.random() < 0.4)}组"
        if detail == "building":
            return group + self.random.choice(("", "的自建房", "一户民房"))
        return group + f"{spot.door}号" + self.random.choice(("", "", "自建房"))


def homophone(random: Random, text: str, *, until: int) -> str:
    """One of the first `until` characters replaced by one that sounds alike; unchanged when none can be."""
    places = [index for index, char in enumerate(text[:until]) if char in words.HOMOPHONES]
    if not places:
        return text
    at = random.choice(places)
    return text[:at] + random.choice(words.HOMOPHONES[text[at]]) + text[at + 1 :]
