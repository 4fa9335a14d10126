"""What of a clue is compared, and the keys by which few candidates are found among many."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

from complaints.matching.address import Address, address_in, address_of, joined
from complaints.matching.contacts import contacts_of, masked
from complaints.matching.names import Name, name_of, sound_of
from complaints.matching.times import Times, times_of

SCHEME = 3  # rises when normal forms change; rows of an older scheme are placed anew by night
NAMES = {kind: frozenset(column.name for column in fields(kind)) for kind in (Address, Name)}
CELL_DEGREES = 0.001  # about 100 m
SUBJECTS = {
    "数学": re.compile("数学|奥数|珠心算"), "英语": re.compile("英语|英文|外教|口语"),
    "语文": re.compile("语文|作文|阅读|拼音"), "物理": re.compile("物理"), "化学": re.compile("化学"),
    "美术": re.compile("美术|画画|绘画|书法"), "舞蹈": re.compile("舞蹈|跳舞"),
    "音乐": re.compile("钢琴|声乐|古筝|吉他|音乐"), "体育": re.compile("篮球|足球|游泳|跆拳道|体能"),
}  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """One clue in normal form. `institution` is the identity of a registered place, as text; "" when unknown."""

    address: Address = field(default_factory=Address)
    name: Name = field(default_factory=Name)
    contacts: frozenset[str] = frozenset()
    times: Times = field(default_factory=Times)
    subjects: frozenset[str] = frozenset()
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float = 0.0
    institution: str = ""
    received: date | None = None

    @property
    def has_position(self) -> bool:
        """Whether the place is known as a point."""
        return self.longitude is not None and self.latitude is not None

    @cached_property
    def digest(self) -> str:
        """A hash of the content, which orders clues without regard to when they came."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @cached_property
    def sounds(self) -> tuple[str, str, str]:
        """Readings of compound, core and landmark: typing by pinyin picks the wrong character."""
        place = self.address
        return sound_of(place.compound), sound_of(place.core), sound_of(place.landmark)

    @property
    def keys(self) -> list[str]:
        """Under which keys others find this clue."""
        return sorted({*self._shared(), *self._miswritten(), *self._compound_keys(), *self._cells(0)})

    @property
    def probes(self) -> list[str]:
        """Under which keys this clue looks for others; a pair finds each other from either side.

        Clues that name a building look for the same building and for clues without one; those without look for
        the whole compound. Positions look into the neighbouring cells.
        """
        return sorted({*self._shared(), *self._miswritten(), *self._compound_probes(), *self._cells(1)})

    def _shared(self) -> Iterable[str]:
        place = self.address
        yield from self.contacts | masked(self.contacts)
        if self.institution:
            yield f"i:{self.institution}"
        if place.road and place.door:
            yield f"d:{sound_of(place.road)}:{place.door.partition('-')[0]}"
        if place.landmark:
            yield f"l:{self.sounds[2]}"
        if self.name.core:
            yield f"n:{self.name.sound}"
        elif self.name.given:
            yield f"h:{sound_of(self.name.surname + self.name.given)}"

    def _compound_keys(self) -> Iterable[str]:
        if not (core := self.sounds[1]):
            return
        yield f"c:{core}"
        yield f"b:{core}:{self.address.building}" if self.address.building else f"v:{core}"

    def _miswritten(self) -> Iterable[str]:
        """A sign left out or wrong in the name of the estate, the building as written."""
        place = self.address
        if not place.building:
            return
        if place.room:
            yield f"r:{place.building}:{place.room}"
        for name in {place.compound, place.road} - {""}:
            if len(name) >= 3:
                yield f"x:{name}:{place.building}"
                for index in range(len(name)):
                    yield f"x:{name[:index]}{name[index + 1 :]}:{place.building}"

    def _compound_probes(self) -> Iterable[str]:
        if not (core := self.sounds[1]):
            return
        if self.address.building:
            yield from (f"b:{core}:{self.address.building}", f"v:{core}")
        else:
            yield f"c:{core}"

    def _cells(self, around: int) -> Iterable[str]:
        if self.longitude is None or self.latitude is None:
            return
        column, row = math.floor(self.longitude / CELL_DEGREES), math.floor(self.latitude / CELL_DEGREES)
        for x in range(column - around, column + around + 1):
            for y in range(row - around, row + around + 1):
                yield f"g:{x}:{y}"

    def to_dict(self) -> dict[str, Any]:
        """A JSON form; `Signals.from_dict` reads it."""
        return {
            "address": {name: value for name, value in asdict(self.address).items() if value},
            "name": {name: value for name, value in asdict(self.name).items() if value},
            "contacts": sorted(self.contacts),
            "days": sorted(self.times.days),
            "parts": sorted(self.times.parts),
            "subjects": sorted(self.subjects),
            "position": [self.longitude, self.latitude, self.accuracy_m] if self.has_position else [],
            "institution": self.institution,
            "received": self.received.isoformat() if self.received else "",
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Signals:
        """Signals from their JSON form; parts of another scheme are left out."""
        position = given.get("position") or [None, None, 0.0]
        return cls(
            address=Address(**_known(Address, given.get("address", {}))),
            name=Name(**_known(Name, given.get("name", {}))),
            contacts=frozenset(given.get("contacts", ())),
            times=Times(frozenset(given.get("days", ())), frozenset(given.get("parts", ()))),
            subjects=frozenset(given.get("subjects", ())),
            longitude=position[0],
            latitude=position[1],
            accuracy_m=position[2],
            institution=given.get("institution", ""),
            received=date.fromisoformat(given["received"]) if given.get("received") else None,
        )


def _known(kind: type[Any], values: Mapping[str, str]) -> dict[str, str]:
    names = NAMES[kind]
    return {name: value for name, value in values.items() if name in names}


def signals_of(
    *,
    place_text: str = "",
    text: str = "",
    subject_name: str = "",
    party_contact: str = "",
    happened_note: str = "",
    happened_at: datetime | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    accuracy_m: float | None = None,
    institution: str = "",
    received_at: datetime | None = None,
    places: Iterable[str] = (),
) -> Signals:
    """The signals of one clue as handlers see it. `places` are names of the regions around, for prefixes.

    Days are those of the time zones of `happened_at` and `received_at`.
    """
    known = tuple(places)
    return Signals(
        address=joined(address_of(place_text, known), address_in(text, known)),
        name=name_of(subject_name, known),
        contacts=contacts_of(party_contact),
        times=times_of(happened_note or text, happened_at),
        subjects=frozenset(
            word for word, pattern in SUBJECTS.items() if pattern.search(f"{subject_name} {text}")
        ),
        longitude=longitude if latitude is not None else None,
        latitude=latitude if longitude is not None else None,
        accuracy_m=accuracy_m or 0.0,
        institution=institution,
        received=received_at.date() if received_at else None,
    )
