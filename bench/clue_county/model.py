"""A clue as it arrives, the site that it is really about, and the names of what makes it hard to read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Channel(StrEnum):
    """How a clue came in."""

    SNAPSHOT = "SNAPSHOT"  # 随手拍
    HOTLINE_12345 = "HOTLINE_12345"
    PHONE = "PHONE"
    MAILBOX = "MAILBOX"
    MONITOR = "MONITOR"
    GRID = "GRID"
    SCHOOL = "SCHOOL"
    DEPARTMENT = "DEPARTMENT"
    MEDIA = "MEDIA"
    AD = "AD"  # an advertisement that somebody found


class ClueKind(StrEnum):
    """The categories of 随手拍, and disputes about refunds."""

    UNLICENSED = "UNLICENSED"
    HOLIDAY_SUBJECT = "HOLIDAY_SUBJECT"
    BEYOND_SYLLABUS = "BEYOND_SYLLABUS"
    LATE_HOURS = "LATE_HOURS"
    DISGUISED = "DISGUISED"
    NON_SUBJECT_TEACHES_SUBJECT = "NON_SUBJECT_TEACHES_SUBJECT"
    PRESCHOOL_SUBJECT = "PRESCHOOL_SUBJECT"
    OVERCHARGE = "OVERCHARGE"
    REFUND = "REFUND"


class Noise(StrEnum):
    """What is untidy or wrong about one clue. Hidden from the clustering."""

    PREFIX = "PREFIX"  # county, city or township before the name
    CHINESE_DIGITS = "CHINESE_DIGITS"
    FULL_WIDTH_DIGITS = "FULL_WIDTH_DIGITS"
    BUILDING_DASHED = "BUILDING_DASHED"  # 3-2-501
    BUILDING_HASH = "BUILDING_HASH"  # 3#
    ROAD_ADDRESS = "ROAD_ADDRESS"  # by road and number instead of the estate's name
    OLD_NUMBER = "OLD_NUMBER"  # the number, or road and number, before the re-numbering
    UPSTAIRS = "UPSTAIRS"  # above a shop
    OPPOSITE = "OPPOSITE"  # opposite a landmark
    HOMOPHONE = "HOMOPHONE"
    DROPPED_CHARACTER = "DROPPED_CHARACTER"
    WRONG_DOOR = "WRONG_DOOR"  # a neighbouring building or room is named
    NEAREST_LANDMARK = "NEAREST_LANDMARK"  # only a landmark near the reporter
    PLACE_IN_TEXT = "PLACE_IN_TEXT"  # the address field is empty, the prose has it
    GPS_NOISE = "GPS_NOISE"  # 10 to 300 m off
    GPS_HOME = "GPS_HOME"  # sent from home, 1 to 5 km off, with a confident accuracy
    ONLY_NAME = "ONLY_NAME"
    ONLY_PHONE = "ONLY_PHONE"
    ONLY_POSITION = "ONLY_POSITION"
    NAME_ALIAS = "NAME_ALIAS"
    NAME_HOMOPHONE = "NAME_HOMOPHONE"
    PHONE_FORMAT = "PHONE_FORMAT"  # spaces, dashes, full width, +86
    PHONE_TYPO = "PHONE_TYPO"
    PHONE_MASKED = "PHONE_MASKED"  # 154****1234
    PHONE_IN_TEXT = "PHONE_IN_TEXT"
    LANDLORD_PHONE = "LANDLORD_PHONE"  # the number on the "to let" board, shared by sites
    REPORTER_IN_TEXT = "REPORTER_IN_TEXT"  # the reporter's own number or estate stands in the prose
    SPAM_COPY = "SPAM_COPY"  # one text sent about different places
    RESENT = "RESENT"  # one text sent again about the same place


class Trait(StrEnum):
    """Why a site is easily taken for another, or for two."""

    SAME_BUILDING = "SAME_BUILDING"
    SAME_FLOOR = "SAME_FLOOR"
    TWO_SITES_ONE_OPERATOR = "TWO_SITES_ONE_OPERATOR"
    FRANCHISE = "FRANCHISE"
    SHARED_LANDLORD = "SHARED_LANDLORD"
    MOVED_NEXT_DOOR = "MOVED_NEXT_DOOR"
    SUCCESSOR = "SUCCESSOR"  # another operator in the same room, later
    TWIN_ESTATE = "TWIN_ESTATE"  # same door number in an estate of nearly the same name


@dataclass(frozen=True)
class Pattern:
    """When lessons are held: days of the week (0 is Monday) and hours of the day, `hour_to` not included."""

    weekdays: tuple[int, ...]
    hour_from: int
    hour_to: int


@dataclass(frozen=True)
class Clue:
    """One clue. `site_id`, `noise` and `facts` are the hidden truth; `blind` removes them."""

    id: str
    channel: Channel
    received_at: datetime  # aware, Asia/Shanghai
    kind: ClueKind
    text: str
    place_text: str  # as typed; may be empty
    lng: float | None = None  # degrees, WGS-84; all three or none
    lat: float | None = None
    accuracy: float | None = None  # metres, as the device says
    phones: tuple[str, ...] = ()  # seen on the advertisement, as typed
    wechat: str | None = None
    operator: str | None = None  # institution, brand or person, as typed
    happened_at: datetime | None = None  # one occasion, aware
    pattern: Pattern | None = None
    site_id: str = ""
    noise: tuple[Noise, ...] = ()
    facts: tuple[str, ...] = field(default=(), repr=False)  # true facts that a reader could still make out

    def blind(self) -> Clue:
        """The clue as a clustering may see it."""
        return replace(self, site_id="", noise=(), facts=())

    def as_json(self) -> dict[str, Any]:
        """For one line of a file; the hidden part stands under `truth`."""
        return {
            "id": self.id,
            "channel": self.channel.value,
            "received_at": self.received_at.isoformat(),
            "kind": self.kind.value,
            "text": self.text,
            "place_text": self.place_text,
            "lng": self.lng,
            "lat": self.lat,
            "accuracy": self.accuracy,
            "phones": list(self.phones),
            "wechat": self.wechat,
            "operator": self.operator,
            "happened_at": self.happened_at.isoformat() if self.happened_at else None,
            "pattern": _pattern_json(self.pattern),
            "truth": {
                "site_id": self.site_id,
                "noise": [kind.value for kind in self.noise],
                "facts": list(self.facts),
            },
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Clue:
        """Read back what `as_json` wrote."""
        truth = row["truth"]
        pattern = row["pattern"]
        happened = row["happened_at"]
        return cls(
            id=row["id"],
            channel=Channel(row["channel"]),
            received_at=datetime.fromisoformat(row["received_at"]).astimezone(SHANGHAI),
            kind=ClueKind(row["kind"]),
            text=row["text"],
            place_text=row["place_text"],
            lng=row["lng"],
            lat=row["lat"],
            accuracy=row["accuracy"],
            phones=tuple(row["phones"]),
            wechat=row["wechat"],
            operator=row["operator"],
            happened_at=datetime.fromisoformat(happened).astimezone(SHANGHAI) if happened else None,
            pattern=Pattern(tuple(pattern["weekdays"]), pattern["hour_from"], pattern["hour_to"])
            if pattern
            else None,
            site_id=truth["site_id"],
            noise=tuple(Noise(kind) for kind in truth["noise"]),
            facts=tuple(truth["facts"]),
        )


def _pattern_json(pattern: Pattern | None) -> dict[str, Any] | None:
    if pattern is None:
        return None
    return {
        "weekdays": list(pattern.weekdays),
        "hour_from": pattern.hour_from,
        "hour_to": pattern.hour_to,
    }


class EstateKind(StrEnum):
    """What stands there, which decides how people write its address."""

    ESTATE = "ESTATE"  # 小区: building, unit, room
    TOWER = "TOWER"  # 写字楼: room
    STREET = "STREET"  # shop-houses along a road: number, floor
    VILLAGE = "VILLAGE"  # group and number


@dataclass(frozen=True)
class Estate:
    """A housing estate, an office tower, a row of shop-houses or a village."""

    key: str
    kind: EstateKind
    name: str
    town: str
    road: str
    number: int
    old_road: str
    old_number: int
    shop: str
    landmark: str
    lng: float
    lat: float


DETAILS = ("estate", "building", "floor", "room")
WAYS = ("name", "road", "old", "shop")


@dataclass(frozen=True)
class Spot:
    """One door. A tower has no units; a village counts groups as buildings and houses as rooms."""

    estate: Estate
    building: int
    unit: int
    floor: int
    door: int

    @property
    def room(self) -> str:
        """The number on the door."""
        return f"{self.floor}{self.door:02d}"

    def facts(self, way: str, *, detail: str) -> tuple[str, ...]:
        """What can be known of the place down to a detail (`DETAILS`).

        `way` says by which name: an estate's name, its road number, its old number and the shop below are
        different facts, since nothing in the words joins them. They are joined by a clue that gives two of them.
        """
        estate = self.estate
        base = f"shop:{estate.town}·{estate.road}·{estate.shop}" if way == "shop" else f"{way}:{estate.key}"
        building = f"{base}/{self.building}"
        marks = (base, building, f"{building}/{self.floor}F", f"{building}/{self.room}")
        return marks[: DETAILS.index(detail) + 1]


@dataclass(frozen=True)
class Site:
    """A hidden training site: one operation at one place. `spots` has a second entry when it moved next door."""

    site_id: str
    spots: tuple[Spot, ...]
    moved_on: date | None
    opened_on: date
    closed_on: date
    teacher: str  # an invented person
    brand: str  # as on the door sign; shared in a franchise
    aliases: tuple[str, ...]
    phone: str
    second_phone: str | None
    landlord_phone: str | None
    wechat: str
    subject: str
    cover: str
    pattern: Pattern
    traits: tuple[Trait, ...]

    def spot_on(self, day: date) -> Spot:
        """Where it was on a day."""
        return self.spots[-1] if self.moved_on and day >= self.moved_on else self.spots[0]

    def facts(self) -> frozenset[str]:
        """Everything that is true of it at some time."""
        estate = self.spots[0].estate
        found = {fact for spot in self.spots for way in WAYS for fact in spot.facts(way, detail=DETAILS[-1])}
        found.add(f"landmark:{estate.landmark}")
        found |= {f"wechat:{self.wechat}", f"brand:{self.brand}", f"stem:{self.aliases[1]}"}
        found |= {f"teacher:{self.teacher}", f"surname:{self.teacher[0]}"}
        for phone in (self.phone, self.second_phone, self.landlord_phone):
            if phone:
                found |= {f"phone:{phone}", f"tail:{phone[-4:]}"}
        return frozenset(found)


@dataclass(frozen=True)
class County:
    """The truth and what was told of it."""

    sites: tuple[Site, ...]
    clues: tuple[Clue, ...]
