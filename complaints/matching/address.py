"""Chinese addresses as people write them, in parts that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from complaints.matching.numerals import arabic
from institutions.search import normalise

HAN = r"\u4e00-\u9fff"
_KEPT = re.compile(rf"[^{HAN}a-z0-9#\-]+")
_ADMIN = (
    re.compile(rf"^[{HAN}]{{2,7}}?(?:省|自治区)"),
    re.compile(rf"^[{HAN}]{{2,5}}?(?<!超)(?<!门)市(?!场|政|民|医|第|实)"),
    re.compile(rf"^[{HAN}]{{2,5}}?(?:(?<![小社园片校景厂库街])区|县(?!城|医|实|第|政|一|二|委))"),
    re.compile(rf"^[{HAN}]{{2,5}}?(?:街道(?:办事处|办)?|镇(?!政|中|小|卫|上)|乡(?!政|中|小|卫|村))"),
)
_VAGUE_TOWN = re.compile(r"^(?:本县|我县|县城|城区|城里|镇上|县里|街上|老城区?|新城区?)(?=.)")
_RELATIONS = (
    ("ABOVE", "楼上", re.compile(r"(?:的)?(?:楼上|上面)")),
    ("BELOW", "楼下", re.compile(r"(?:的)?(?:楼下|下面|底下)")),
    ("OPPOSITE", "对面", re.compile(r"(?:的)?(?:斜|正)?(?:对面|对过|对门|对街)")),
    ("BEHIND", "后面", re.compile(r"(?:的)?(?:后面|背后|后头|后门|后侧)")),
    ("BESIDE", "旁边", re.compile(r"(?:的)?(?:旁边|隔壁|边上|旁|侧面|侧边|紧邻|紧挨)")),
    ("NEAR", "附近", re.compile(r"(?:的)?(?:附近|周边|一带|那边|那里|这边|门口|大门口?|出口|里面|内)")),
)
RELATION_WORDS = {code: word for code, word, _ in _RELATIONS}
_ROAD = re.compile(
    rf"(?P<road>[{HAN}]{{1,8}}?(?:大道|大街|环路|支路|路|街|巷|弄|胡同))"
    r"(?:(?P<door>\d{1,5})(?:号(?!楼(?![上下]))|(?=附|之|-\d|$))"
    r"(?:(?:附|之|-)(?P<annex>\d{1,3})号?)?)?"
)
_HYPHENS = (
    re.compile(r"(?P<building>\d{1,3})-(?P<unit>\d{1,2})-(?P<floor>\d{1,2})-(?P<number>\d{1,2})(?!\d)"),
    re.compile(r"(?P<building>\d{1,3})-(?P<unit>\d{1,2})-(?P<room>\d{3,4})(?!\d)"),
    re.compile(r"(?P<building>\d{1,3})-(?P<room>\d{3,4})(?!\d)"),
)
_BUILDING = re.compile(r"(?P<building>[a-z]?\d{1,3}[a-z]?|[a-z])(?:号楼|栋|幢|座|#楼?|号(?=\d{1,2}单元))")
_AFTER_BUILDING = (
    re.compile(r"(?<=[楼栋幢座#])(?P<unit>\d{1,2})-(?P<floor>\d{1,2})-(?P<number>\d{1,2})(?!\d)"),
    re.compile(r"(?<=[楼栋幢座#])(?P<unit>\d{1,2})-(?P<room>\d{3,4})(?!\d)"),
)
_GROUP = re.compile(r"(?P<building>\d{1,2}组)(?:(?P<house>\d{1,3})号)?")
_SIDE = re.compile(r"(?:楼|层|室|号)?(?:的)?(?P<side>[左右])(?:侧|边|手边|手|户|首|面)")
_PHASE = re.compile(r"(?P<phase>\d{1,2})期")
_OLD = re.compile(r"老门牌|旧门牌|原门牌|新门牌|曾用门牌")
_UNIT = re.compile(r"(?P<unit>\d{1,2}|[a-z])(?:单元|门(?=\d))")
_FLOOR_NUMBER = re.compile(r"(?P<floor>\d{1,2})(?:楼|层|-)(?P<number>\d{1,2})(?:号|室|户|$)(?!楼|栋)")
_FLOOR = re.compile(r"第?(?P<floor>-?\d{1,2})(?:楼|层|f(?![a-z]))(?!栋)")
_ROOM = re.compile(r"(?P<room>\d{3,4})(?:室|号房|房间?|户|号|$)?(?!\d)")
_SUFFIX = re.compile(
    r"(?:住宅小区|居民小区|商住楼|居民楼|安置小区|小区|社区|住宅区|生活区|大院|自建房|民房|门面房?|门市|商铺|院子)+$"
)
_KIND = re.compile(
    r"(?:花园城?|花苑|家园|嘉园|佳苑|嘉苑|雅苑|名苑|公寓|大厦|广场|商城|新村|新城|国际|名城|名都|华庭|豪庭|华府|"
    r"豪园|雅居|名邸|华苑|公馆|丽舍|财富中心|中心|写字楼|家属院|安置房|综合楼|商业城|府|苑|城|园|庭|居|院|楼)$"
)


@dataclass(frozen=True)
class Address:
    """What an address says, in normal form; empty where it says nothing.

    `compound` is the name of a housing estate, building or market without the word 小区; `core` without its
    kind (花园, 苑) as well; `phase` is its 期. `room` carries its floor (5楼1号 is 501), `side` is 左 or 右 of the
    stairs. A group of a village (组) stands as `building`. `landmark` with `relation` is what the place
    is said to be above, beside or opposite of.
    """

    road: str = ""
    door: str = ""
    compound: str = ""
    core: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    side: str = ""
    phase: str = ""
    landmark: str = ""
    relation: str = ""

    @property
    def is_given(self) -> bool:
        """Whether anything is known."""
        return any((self.road, self.compound, self.building, self.landmark))

    @property
    def depth(self) -> int:
        """How many parts are given: the fuller of two addresses names a site."""
        return sum(
            map(bool, (self.road, self.door, self.compound, self.building, self.unit, self.floor, self.room))
        )

    @property
    def text(self) -> str:
        """The normal form for people to read."""
        parts = (
            self.road,
            f"{self.door}号" if self.door else "",
            f"{self.compound}{self.phase}期" if self.phase else self.compound,
            _building_words(self.building),
            f"{self.unit}单元" if self.unit else "",
            f"{self.room}{'号' if self.building.endswith('组') else '室'}"
            if self.room
            else f"{self.floor}楼"
            if self.floor
            else "",
        )
        near = f"{self.landmark}{RELATION_WORDS[self.relation]}" if self.landmark and self.relation else ""
        side = f"{self.side}侧" if self.side else ""
        return near + "".join(parts) + side


def _building_words(building: str) -> str:
    return building if building.endswith("组") or not building else f"{building.upper()}栋"


def folded(text: str) -> str:
    """Width, case, script and numerals made one; only signs that mean something in an address are left."""
    if not text:
        return ""
    plain = arabic(text)
    pieces = (
        normalise(piece) if piece[0] not in "#-" else piece for piece in re.findall(r"[#\-]|[^#\-]+", plain)
    )
    return _KEPT.sub("", arabic("".join(pieces)))


def without_places(text: str, places: Iterable[str] = ()) -> str:
    """`text` without the province, city, county and township before it."""
    rest = text
    known = _places(tuple(places))
    for _ in range(6):
        before = rest
        for place in known:
            if rest.startswith(place) and len(rest) > len(place):
                rest = rest[len(place) :]
        for pattern in (*_ADMIN, _VAGUE_TOWN):
            shorter = pattern.sub("", rest, count=1)
            rest = shorter or rest
        if rest == before:
            break
    return rest


@lru_cache(maxsize=64)
def _places(places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({normalise(place) for place in places if place}, key=lambda name: (-len(name), name)))


def core_of(compound: str) -> str:
    """阳光 of 阳光花园小区; at least two characters stay."""
    shorter = _KIND.sub("", compound)
    return shorter if len(shorter) >= 2 else compound


def address_of(text: str, places: Iterable[str] = ()) -> Address:
    """The parts of an address as written. Never raises; what is not understood is left out."""
    rest = re.sub(
        r"^(?:原|老)(?=.{2,}?(?:路|街|巷|道)\d)", "", _OLD.sub("", without_places(folded(text), places))
    )
    if not rest:
        return Address()
    found: dict[str, str] = {}
    for pattern in (_SIDE, _PHASE):
        if match := pattern.search(rest):
            found |= match.groupdict()
            rest = (
                rest[: match.start()]
                + (match.group()[0] if match.group()[0] in "楼层室号" else "")
                + rest[match.end() :]
            )
    head, tail = _numbers(rest, found)
    head = _road(head, found)
    head, landmark, relation = _relation(head, tail)
    if landmark:
        before, nearer, _ = _relation(landmark, "")
        if nearer and before:
            landmark, head = before, head or nearer
    compound = _compound(head)
    return Address(
        compound=compound,
        core=core_of(compound) if compound else "",
        landmark=_compound(landmark),
        relation=relation,
        **found,
    )


def _road(head: str, found: dict[str, str]) -> str:
    """Take road and door out of `head`; a road without door before a landmark's word is the landmark itself."""
    road = _ROAD.search(head)
    if road is None:
        return head
    rest = head[: road.start()] + head[road.end() :]
    if not road.group("door") and any(pattern.match(rest) for _, _, pattern in _RELATIONS):
        return head
    found["road"] = road.group("road")
    if road.group("door"):
        annex = road.group("annex")
        found["door"] = road.group("door") + (f"-{int(annex)}" if annex else "")
    return rest


def _numbers(rest: str, found: dict[str, str]) -> tuple[str, str]:
    """Take building, unit, floor and room out of `rest`; returns what stands before them and what stays after."""
    first = len(rest)
    spans: list[tuple[int, int]] = []
    road = _ROAD.search(rest)
    start = road.end() if road and road.group("door") else 0

    def take(pattern: re.Pattern[str]) -> bool:
        nonlocal first
        match = pattern.search(rest, start)
        if match is None or any(match.start() < end and begin < match.end() for begin, end in spans):
            return False
        fresh = {name: value for name, value in match.groupdict().items() if value and name not in found}
        if not fresh:
            return False
        found.update(fresh)
        spans.append(match.span())
        first = min(first, match.start())
        return True

    if not any(take(pattern) for pattern in _HYPHENS):
        take(_BUILDING) or take(_GROUP)
        if not any(take(pattern) for pattern in _AFTER_BUILDING):
            take(_UNIT)
        if "room" not in found and not take(_FLOOR_NUMBER):
            take(_FLOOR)
            take(_ROOM)
    elif "unit" not in found:
        take(_UNIT)
    _settle(found)
    tail = rest[max((end for _, end in spans), default=len(rest)) :]
    return rest[:first], tail


def _settle(found: dict[str, str]) -> None:
    """One form for rooms: the floor is part of the number; leading zeros go."""
    number = found.pop("number", "")
    if house := found.pop("house", ""):
        found["room"], found["floor"] = house, ""
    if number and "floor" in found:
        found["room"] = f"{int(found['floor'])}{int(number):02d}"
    if (room := found.get("room")) and "floor" not in found:
        found["floor"] = room[:-2]
    for name in ("building", "unit", "floor"):
        if found.get(name, "").lstrip("-").isdigit():
            found[name] = str(int(found[name]))


def _relation(head: str, tail: str) -> tuple[str, str, str]:
    """Split a landmark with its word (楼上, 对面) from the address; the tail may carry it after numbers."""
    for code, _, pattern in _RELATIONS:
        match = pattern.search(head)
        if match and match.start() != 1:
            landmark, after = head[: match.start()], head[match.end() :]
            return after, landmark, code
    for code, _, pattern in _RELATIONS:
        if pattern.search(tail):
            return head, "", code
    return head, "", ""


_LOOSE = re.compile(r"^(?:的|在|是|位于|靠近|靠|从|住|去)+|(?:的|在|里|内|中|处|第|号|有|那|这|个|栋|楼)+$")


def _compound(text: str) -> str:
    name = _KEPT.sub("", text).replace("#", "").replace("-", "")
    name = re.sub(r"\d+$", "", _LOOSE.sub("", name))
    name = _SUFFIX.sub("", name)
    return name if len(name) >= 2 else ""


_SAID = re.compile(
    r"(?:地点|地址|位置)(?:在|是|为)?[:：]?\s*(?P<a>[^，。；！,;!]{3,40})"
    r"|(?<![家住])(?:就在|位于|坐落于|在)(?P<b>[^，。；！,;!]{3,40}?)(?:这里|里面|这儿|那里|的自建房|办的|开的|门面|[，。；！,;!]|$)"
    r"|(?:^|[，。；：！,;:!])(?P<c>[^，。；：！,;:!]{3,40}?)\s*(?:这里|这儿)"
)
_HOME = re.compile(
    r"(?:我家|本人|家|我们?)(?:就)?住(?:在)?[^，。；！,;!]*|我是[^，。；！,;!]*?(?:业主|居民|住户|租户)"
)
_PLACE_SIGN = re.compile(
    r"\d|小区|花园|花苑|家园|嘉园|苑|公寓|大厦|广场|商城|新村|村|府|雅居|里|庭|城|路|街|巷|对面|楼上|旁"
)


def address_in(text: str, places: Iterable[str] = ()) -> Address:
    """The place that running words name after 地点, 位于 or 在; the reporter's own home is passed over."""
    words = _HOME.sub("", text)
    known = tuple(places)
    best = Address()
    for match in _SAID.finditer(words):
        said = match.group("a") or match.group("b") or match.group("c") or ""
        if said.startswith(("里面", "里", "那里", "外")) or not _PLACE_SIGN.search(said):
            continue
        found = address_of(said, known)
        if found.depth > best.depth or (not best.is_given and found.is_given):
            best = found
    return best


def joined(written: Address, said: Address) -> Address:
    """The written address, completed from the words where these do not say something else."""
    if not said.is_given:
        return written
    if not written.is_given and not (written.floor or written.room):
        return said
    values = dict(vars(written))
    for name in ("building", "unit", "floor", "room"):
        if values[name] and getattr(said, name) and values[name] != getattr(said, name):
            return written
    if values["compound"] and said.compound and values["compound"] != said.compound:
        return written
    if values["road"] and said.road and values["road"] != said.road:
        return written
    return Address(**{name: value or getattr(said, name) for name, value in values.items()})
