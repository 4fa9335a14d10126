"""What speaks for and against two clues being about one place: sentences with points, and their sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from complaints.matching import thresholds as T  # noqa: N812
from complaints.matching.address import RELATION_WORDS, Address
from complaints.matching.contacts import masked
from complaints.matching.names import Name, sound_of
from complaints.matching.signals import Signals
from complaints.matching.times import DAY_WORDS, PART_WORDS

METRES_PER_DEGREE = 111_320.0
CONTACT_WORDS = {"p": "电话", "m": "电话首尾", "t": "固定电话", "w": "微信号", "q": "QQ 号"}
DICE_ALIKE = 0.6


@dataclass(frozen=True)
class Contribution:
    """One reason with its points; negative ones speak against."""

    sentence: str
    points: int


@dataclass(frozen=True)
class Verdict:
    """All reasons and their sum."""

    lines: tuple[Contribution, ...]

    @property
    def total(self) -> int:
        """Sum of the points."""
        return sum(line.points for line in self.lines)

    @property
    def is_link(self) -> bool:
        """Whether the sum reaches the frozen threshold."""
        return self.total >= T.LINK


def score(a: Signals, b: Signals) -> Verdict:
    """Compare two clues. Symmetric: the order of the arguments changes neither sentences nor points."""
    lines = [*_contacts(a, b), *_institution(a, b), *_address(a, b), *_distance(a, b)]
    lines += [*_names(a.name, b.name), *_times(a, b), *_gap(a, b), *_subjects(a, b)]
    return Verdict(tuple(lines))


def contradicts(a: Signals, b: Signals) -> bool:
    """Whether the two name different doors or businesses; such clues are never put into one site by the machine.

    A number on the advertisement or a name that both have outweighs a door number that one of them got wrong.
    """
    if a.institution and b.institution:
        return a.institution != b.institution
    if _premises(a, b) == "OTHER" or (_ground(a, b) or 0.0) > T.APART_METRES:
        return True
    shares = bool(a.contacts & b.contacts) or bool(a.name.core and a.name.sound == b.name.sound)
    x, y = a.address, b.address
    if _premises(a, b) in {"SAME", "ALIKE", "DOOR"}:
        if _differ(x.building, y.building):
            return True
        if not shares and _other_door(x, y):
            return True
    if (
        _premises(a, b) in {"", "ELSEWHERE"}
        and x.depth > 1
        and y.depth > 1
        and (_differ(x.building, y.building) or _other_door(x, y))
    ):
        return True
    return not shares and (_other_business(a.name, b.name) or _other_phone(a, b))


def names_operator(a: Signals) -> bool:
    """Whether the clue says who teaches there."""
    return bool(a.contacts or a.name.core or a.name.surname)


def same_operator(a: Signals, b: Signals) -> bool | None:
    """Whether two clues name one operator by number, business or person; None when nothing can be compared."""
    if a.contacts & b.contacts or masked(a.contacts) & masked(b.contacts):
        return True
    x, y = a.name, b.name
    if x.core and y.core:
        return _same_or_alike(x, y)
    if x.surname and y.surname:
        return x.surname == y.surname and not _differ(x.given, y.given)
    return False if _other_phone(a, b) else None


def _other_door(x: Address, y: Address) -> bool:
    """Another unit, floor, room or side."""
    return any(_differ(getattr(x, name), getattr(y, name)) for name in ("unit", "floor", "room", "side"))


def _other_phone(a: Signals, b: Signals) -> bool:
    """Both give mobile numbers, and none is the other's, not even with one digit wrong."""
    mine = {number for number in a.contacts if number.startswith("p:")}
    theirs = {number for number in b.contacts if number.startswith("p:")}
    return bool(mine and theirs) and not any(
        _one_off(one, other) or one == other for one in mine for other in theirs
    )


def _other_business(x: Name, y: Name) -> bool:
    return bool(x.core and y.core) and not _same_or_alike(x, y)


def metres_between(a: Signals, b: Signals) -> float | None:
    """Distance on the ground, None when a position is missing."""
    if a.longitude is None or a.latitude is None or b.longitude is None or b.latitude is None:
        return None
    middle = math.radians((a.latitude + b.latitude) / 2)
    east = (a.longitude - b.longitude) * math.cos(middle)
    return math.hypot(east, a.latitude - b.latitude) * METRES_PER_DEGREE


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _contacts(a: Signals, b: Signals) -> Iterator[Contribution]:
    both = sorted(a.contacts & b.contacts)
    alike = sorted(masked(a.contacts) & masked(b.contacts))
    for contact in (both or alike)[:1]:
        kind, _, number = contact.partition(":")
        points = T.SAME_CONTACT if kind != "m" else T.SAME_MASKED
        yield Contribution(f"广告或材料上的{CONTACT_WORDS[kind]}相同（{number}）", points)
    if a.contacts and b.contacts and not (both or alike):
        yield Contribution("留下的联系方式不同", T.OTHER_CONTACT)


def _institution(a: Signals, b: Signals) -> Iterator[Contribution]:
    if not (a.institution and b.institution):
        return
    if a.institution == b.institution:
        yield Contribution("都指向同一家登记在册的机构", T.SAME_INSTITUTION)
    else:
        yield Contribution("指向两家不同的登记机构", T.OTHER_INSTITUTION)


def _premises(a: Signals, b: Signals) -> str:
    """How the two places compare before any building number.

    SAME or ALIKE estate, DOOR for one door on one road, OTHER for doors of one road or phases of one estate that
    differ, ELSEWHERE for estates of different names, "" when nothing can be compared.
    """
    estate, door = _estates(a, b), _doors(a.address, b.address)
    if "SAME" in (estate, door) or "ALIKE" in (estate, door):
        if estate in {"SAME", "ALIKE"}:
            return "OTHER" if _differ(a.address.phase, b.address.phase) else estate
        return "DOOR"
    if door == "OTHER" and not (a.address.compound or b.address.compound):
        return "OTHER"
    return "ELSEWHERE" if estate == "OTHER" or door == "OTHER" else ""


def _estates(a: Signals, b: Signals) -> str:
    x, y = a.address, b.address
    if not (x.compound and y.compound):
        return ""
    if x.compound == y.compound or a.sounds[0] == b.sounds[0]:
        return "SAME"
    if a.sounds[1] == b.sounds[1]:
        return "SAME" if x.core == x.compound or y.core == y.compound else "ALIKE"
    return "ALIKE" if _one_off(x.compound, y.compound) else "OTHER"


def _doors(x: Address, y: Address) -> str:
    if not (x.road and y.road and x.door and y.door):
        return ""
    is_one = _same_door(x.door, y.door)
    if x.road == y.road or sound_of(x.road) == sound_of(y.road):
        return "SAME" if is_one else "OTHER"
    return "ALIKE" if is_one and _one_off(x.road, y.road) else ""


def _one_off(one: str, other: str) -> bool:
    """One sign left out, or one of at least three different."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 2:
        return False
    if len(one) == len(other):
        return len(one) >= 3 and sum(p != q for p, q in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))


def _address(a: Signals, b: Signals) -> Iterator[Contribution]:
    x, y = a.address, b.address
    kind = _premises(a, b)
    names = "、".join(sorted({x.compound, y.compound} - {""}))
    if kind == "SAME":
        yield Contribution(f"同一小区（楼宇）（{names}）", T.SAME_COMPOUND)
    elif kind == "ALIKE":
        yield Contribution(f"小区（楼宇）名称相近（{names}）", T.ALIKE_COMPOUND)
    elif kind == "DOOR":
        has_building = bool(x.building or y.building)
        points = T.SAME_COMPOUND if has_building else T.SAME_DOOR
        yield Contribution(
            f"同一门牌（{'、'.join(sorted({x.road, y.road}))}{x.door.partition('-')[0]} 号）", points
        )
    elif kind == "OTHER":
        yield Contribution("同一条路的不同门牌号，或同一小区的不同期", T.OTHER_DOOR)
    elif kind == "ELSEWHERE":
        yield Contribution("小区（楼宇）或门牌不同", T.OTHER_COMPOUND)
    if kind in {"SAME", "ALIKE", "DOOR"}:
        yield from _in_building(x, y)
    yield from _landmark(a, b)


def _in_building(x: Address, y: Address) -> Iterator[Contribution]:
    """Building, unit, floor, room and side inside one estate or behind one door."""
    if _differ(x.building, y.building):
        yield Contribution(
            f"不是同一栋楼（{_two(x.building.upper(), y.building.upper())} 栋）", T.OTHER_BUILDING
        )
        return
    if x.building and y.building:
        yield Contribution(f"同一栋楼（{x.building.upper()} 栋）", T.SAME_BUILDING - T.SAME_COMPOUND)
    yield from _in_unit(x, y)
    if _differ(x.side, y.side):
        yield Contribution("一处在左侧，一处在右侧", T.OTHER_FLOOR)


def _in_unit(x: Address, y: Address) -> Iterator[Contribution]:
    if _differ(x.unit, y.unit):
        yield Contribution(f"单元不同（{_two(x.unit, y.unit)} 单元）", T.OTHER_UNIT)
    elif x.unit and y.unit:
        yield Contribution(f"同一单元（{x.unit} 单元）", T.SAME_UNIT - T.SAME_BUILDING)
    if _differ(x.room, y.room):
        yield Contribution(f"门牌不同（{_two(x.room, y.room)} 室）", T.OTHER_ROOM)
    elif x.room and y.room:
        yield Contribution(f"同一户（{x.room} 室）", T.SAME_ROOM - T.SAME_UNIT)
    elif _differ(x.floor, y.floor):
        yield Contribution(f"楼层不同（{_two(x.floor, y.floor)} 楼）", T.OTHER_FLOOR)
    elif x.floor and y.floor:
        yield Contribution(f"同一楼层（{x.floor} 楼）", T.SAME_FLOOR)


def _two(one: str, other: str) -> str:
    return "、".join(sorted((one, other)))


def _same_door(one: str, other: str) -> bool:
    """12 and 12-3 may be one door; 12-2 and 12-3 are not."""
    if one == other:
        return True
    first, _, annex = one.partition("-")
    second, _, other_annex = other.partition("-")
    return first == second and not (annex and other_annex)


def _landmark(a: Signals, b: Signals) -> Iterator[Contribution]:
    x, y = a.address, b.address
    if not (x.landmark and y.landmark) or a.sounds[2] != b.sounds[2]:
        return
    yield Contribution(f"同一参照物（{x.landmark}）", T.SAME_LANDMARK)
    if x.relation and x.relation == y.relation:
        yield Contribution(f"都在其{RELATION_WORDS[x.relation]}", T.SAME_RELATION)


def _distance(a: Signals, b: Signals) -> Iterator[Contribution]:
    measured, metres = metres_between(a, b), _ground(a, b)
    if measured is None or metres is None:
        return
    for limit, points in T.DISTANCES:
        if metres <= limit:
            if points:
                yield Contribution(f"定位相距 {measured:.0f} 米", points)
            return
    yield Contribution(f"定位相距 {measured:.0f} 米", T.FAR)


def _ground(a: Signals, b: Signals) -> float | None:
    """Distance less what the accuracy of the positions leaves open."""
    measured = metres_between(a, b)
    if measured is None:
        return None
    slack = sum(max(0.0, min(side.accuracy_m, T.ACCURACY_CAP) - T.ACCURACY_FREE) for side in (a, b))
    return max(0.0, measured - slack)


def _names(x: Name, y: Name) -> Iterator[Contribution]:
    if x.core and y.core:
        yield from _businesses(x, y)
    elif x.surname and y.surname:
        yield from _persons(x, y)


def _businesses(x: Name, y: Name) -> Iterator[Contribution]:
    shown = "、".join(sorted({x.core, y.core}))
    if x.core == y.core:
        yield Contribution(f"名称相同（{shown}）", T.SAME_NAME)
    elif x.sound == y.sound:
        yield Contribution(f"名称读音相同（{shown}）", T.SAME_SOUND)
    elif _same_or_alike(x, y):
        yield Contribution(f"名称相近（{shown}）", T.ALIKE_NAME)
    else:
        yield Contribution(f"名称不同（{shown}）", T.OTHER_NAME)


def _same_or_alike(x: Name, y: Name) -> bool:
    if x.sound == y.sound or x.core in y.core or y.core in x.core:
        return True
    return _dice(x.core, y.core) >= DICE_ALIKE or _one_off(x.core, y.core)


def _dice(one: str, other: str) -> float:
    first = {one[i : i + 2] for i in range(len(one) - 1)}
    second = {other[i : i + 2] for i in range(len(other) - 1)}
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 0.0


def _persons(x: Name, y: Name) -> Iterator[Contribution]:
    if x.surname != y.surname:
        yield Contribution(f"经办人姓氏不同（{'、'.join(sorted((x.surname, y.surname)))}）", T.OTHER_SURNAME)
    elif x.given and x.given == y.given:
        yield Contribution(f"经办人姓名相同（{x.surname}{x.given}）", T.SAME_PERSON)
    elif not (x.given and y.given):
        yield Contribution(f"经办人姓氏相同（{x.surname}）", T.SAME_SURNAME)


def _times(a: Signals, b: Signals) -> Iterator[Contribution]:
    x, y = a.times, b.times
    if not (x.days and y.days and x.parts and y.parts):
        return
    days, parts = x.days & y.days, x.parts & y.parts
    if days and parts:
        said = "、".join(DAY_WORDS[day] for day in sorted(days)) + "、".join(
            PART_WORDS[p] for p in sorted(parts)
        )
        yield Contribution(f"上课时间规律一致（{said}）", T.SAME_EVENING)
    elif not days or not parts:
        yield Contribution("上课时间规律不同", T.OTHER_TIMES)


def _gap(a: Signals, b: Signals) -> Iterator[Contribution]:
    """A place is let again: what was reported long apart speaks less of one operator."""
    if a.received is None or b.received is None:
        return
    days = abs((a.received - b.received).days)
    points = next((points for limit, points in T.GAPS if days <= limit), T.LONG_GAP)
    if points:
        yield Contribution(f"收到日期相隔 {days} 天", points)


def _subjects(a: Signals, b: Signals) -> Iterator[Contribution]:
    if not (a.subjects and b.subjects):
        return
    if both := a.subjects & b.subjects:
        yield Contribution(f"培训内容相同（{'、'.join(sorted(both))}）", T.SAME_SUBJECT)
    else:
        yield Contribution("培训内容不同", T.OTHER_SUBJECT)
