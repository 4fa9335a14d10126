"""What speaks for and against two clues being about one place: sentences with points, and their sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from complaints.matching import thresholds as T
from complaints.matching.address import RELATION_WORDS, Address
from complaints.matching.names import Name, sound_of
from complaints.matching.signals import Signals
from complaints.matching.times import DAY_WORDS, PART_WORDS

METRES_PER_DEGREE = 111_320.0
CONTACT_WORDS = {"p": "电话", "t": "固定电话", "w": "微信号", "q": "QQ 号"}
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
    lines += [*_names(a.name, b.name), *_times(a, b), *_subjects(a, b)]
    return Verdict(tuple(lines))


def contradicts(a: Signals, b: Signals) -> bool:
    """Whether the two name different doors for certain; such clues are never put into one site by the machine."""
    if a.institution and b.institution and a.institution != b.institution:
        return True
    x, y = a.address, b.address
    if _alike(a, b) == "SAME" and (_differ(x.building, y.building) or _other_door(x, y)):
        return True
    return bool(x.road and x.road == y.road and not (x.compound or y.compound) and _differ(x.door, y.door))


def _other_door(x: Address, y: Address) -> bool:
    """Same building, another unit, floor or room."""
    if x.building != y.building or not x.building:
        return False
    return _differ(x.unit, y.unit) or _differ(x.floor, y.floor) or _differ(x.room, y.room)


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
    for contact in sorted(a.contacts & b.contacts)[:1]:
        kind, _, number = contact.partition(":")
        yield Contribution(f"广告或材料上的{CONTACT_WORDS[kind]}相同（{number}）", T.SAME_CONTACT)


def _institution(a: Signals, b: Signals) -> Iterator[Contribution]:
    if not (a.institution and b.institution):
        return
    if a.institution == b.institution:
        yield Contribution("都指向同一家登记在册的机构", T.SAME_INSTITUTION)
    else:
        yield Contribution("指向两家不同的登记机构", T.OTHER_INSTITUTION)


def _alike(a: Signals, b: Signals) -> str:
    """SAME, ALIKE (kind left out, one sign off), OTHER or "" when one has no compound."""
    x, y = a.address, b.address
    if not (x.compound and y.compound):
        return ""
    if x.compound == y.compound or a.sounds[0] == b.sounds[0]:
        return "SAME"
    if a.sounds[1] == b.sounds[1]:
        is_shorter = x.core in (x.compound,) or y.core in (y.compound,)
        return "SAME" if is_shorter else "ALIKE"
    if len(x.core) >= 2 and len(y.core) >= 2 and (x.core in y.compound or y.core in x.compound):
        return "ALIKE"
    return "ALIKE" if _one_off(x.compound, y.compound) else "OTHER"


def _one_off(one: str, other: str) -> bool:
    """Same length of at least three signs, one of them different."""
    return len(one) == len(other) >= 3 and sum(p != q for p, q in zip(one, other, strict=True)) == 1


def _address(a: Signals, b: Signals) -> Iterator[Contribution]:
    x, y = a.address, b.address
    alike = _alike(a, b)
    if alike in {"SAME", "ALIKE"}:
        yield from _in_compound(x, y, alike)
    elif alike == "OTHER" and not (x.road and x.road == y.road and x.door and x.door == y.door):
        yield Contribution(f"小区（楼宇）名称不同（{'、'.join(sorted((x.compound, y.compound)))}）", T.OTHER_COMPOUND)
    yield from _on_road(x, y, alike)
    yield from _landmark(a, b)


def _in_compound(x: Address, y: Address, alike: str) -> Iterator[Contribution]:
    names = "、".join(sorted({x.compound, y.compound}))
    if alike == "SAME":
        yield Contribution(f"同一小区（楼宇）（{names}）", T.SAME_COMPOUND)
    else:
        yield Contribution(f"小区（楼宇）名称相近（{names}）", T.ALIKE_COMPOUND)
    if _differ(x.building, y.building):
        shown = "、".join(sorted((x.building.upper(), y.building.upper())))
        yield Contribution(f"不是同一栋楼（{shown} 栋）", T.OTHER_BUILDING)
        return
    if x.building and y.building:
        yield Contribution(f"同一栋楼（{x.building.upper()} 栋）", T.SAME_BUILDING - T.SAME_COMPOUND)
    yield from _inside(x, y)


def _inside(x: Address, y: Address) -> Iterator[Contribution]:
    """Unit, floor and room of one building."""
    if _differ(x.unit, y.unit):
        yield Contribution(f"单元不同（{'、'.join(sorted((x.unit, y.unit)))} 单元）", T.OTHER_UNIT)
    elif x.unit and y.unit:
        yield Contribution(f"同一单元（{x.unit} 单元）", T.SAME_UNIT - T.SAME_BUILDING)
    if _differ(x.room, y.room):
        yield Contribution(f"门牌不同（{'、'.join(sorted((x.room, y.room)))} 室）", T.OTHER_ROOM)
    elif x.room and y.room:
        yield Contribution(f"同一户（{x.room} 室）", T.SAME_ROOM - T.SAME_UNIT)
    elif _differ(x.floor, y.floor):
        yield Contribution(f"楼层不同（{'、'.join(sorted((x.floor, y.floor)))} 楼）", T.OTHER_FLOOR)
    elif x.floor and y.floor:
        yield Contribution(f"同一楼层（{x.floor} 楼）", T.SAME_FLOOR)


def _on_road(x: Address, y: Address, alike: str) -> Iterator[Contribution]:
    if not (x.road and y.road):
        return
    if sound_of(x.road) != sound_of(y.road):
        if alike != "SAME":
            yield Contribution(f"道路不同（{'、'.join(sorted((x.road, y.road)))}）", T.OTHER_ROAD)
        return
    if not (x.door and y.door):
        return
    if _same_door(x.door, y.door):
        yield Contribution(f"同一门牌（{x.road}{x.door} 号）", T.SAME_DOOR)
        if not alike:
            yield from _inside(x, y)
    elif alike != "SAME":
        yield Contribution(f"门牌号不同（{'、'.join(sorted((x.door, y.door)))} 号）", T.OTHER_DOOR)


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
    measured = metres_between(a, b)
    if measured is None:
        return
    slack = sum(max(0.0, min(side.accuracy_m, T.ACCURACY_CAP) - T.ACCURACY_FREE) for side in (a, b))
    metres = max(0.0, measured - slack)
    for limit, points in T.DISTANCES:
        if metres <= limit:
            if points:
                yield Contribution(f"定位相距 {measured:.0f} 米", points)
            return
    yield Contribution(f"定位相距 {measured:.0f} 米", T.FAR)


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
    elif x.core in y.core or y.core in x.core or _dice(x.core, y.core) >= DICE_ALIKE or _one_off(x.core, y.core):
        yield Contribution(f"名称相近（{shown}）", T.ALIKE_NAME)
    else:
        yield Contribution(f"名称不同（{shown}）", T.OTHER_NAME)


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
        said = "、".join(DAY_WORDS[day] for day in sorted(days)) + "、".join(PART_WORDS[p] for p in sorted(parts))
        yield Contribution(f"上课时间规律一致（{said}）", T.SAME_EVENING)
    elif not days or not parts:
        yield Contribution("上课时间规律不同", T.OTHER_TIMES)


def _subjects(a: Signals, b: Signals) -> Iterator[Contribution]:
    if not (a.subjects and b.subjects):
        return
    if both := a.subjects & b.subjects:
        yield Contribution(f"培训内容相同（{'、'.join(sorted(both))}）", T.SAME_SUBJECT)
    else:
        yield Contribution("培训内容不同", T.OTHER_SUBJECT)
