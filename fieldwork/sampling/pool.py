"""The frozen pool: what was fixed before the public value existed (docs/sampler.md §1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.canonical import canonical_bytes, sha256_hex

POOL_FORMAT = "draw-pool/2"
FORMATS = ("draw-pool/1", POOL_FORMAT)
WHOLE = 10_000
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")


class PoolError(ValueError):
    """The file does not describe a pool; the Chinese text says where."""


@dataclass(frozen=True)
class Stratum:
    """A layer of the pool and how many are drawn from it: a share in ten-thousandths, or a number."""

    code: str
    per_10000: int | None
    number: int | None

    def wanted(self, size: int) -> int:
        """How many of `size` are drawn: the share rounded up to whole places, never more than there are."""
        if self.number is not None:
            return min(self.number, size)
        return min(-(-size * (self.per_10000 or 0) // WHOLE), size)


@dataclass(frozen=True)
class Target:
    """What may be drawn: its id, its layer, and the skills that a team must bring along."""

    id: str
    stratum: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Officer:
    """Who may be sent: one certificate of one organ; `recused` are ids of targets to stand aside from."""

    id: str
    organ: str
    valid_from: str
    valid_until: str
    skills: frozenset[str]
    recused: frozenset[str]

    def is_certified_on(self, day: str) -> bool:
        """Whether the certificate is valid on a day (ISO text, the end excluded, empty means no end)."""
        return self.valid_from <= day and (not self.valid_until or day < self.valid_until)


@dataclass(frozen=True)
class Pool:
    """The parts of a frozen pool that the sampler reads."""

    planned_on: str
    strata: tuple[Stratum, ...]
    targets: tuple[Target, ...]
    officers: tuple[Officer, ...]
    team_size: int
    places_per_team: int


def pool_bytes(data: dict[str, Any]) -> bytes:
    """The pool file: canonical JSON, exactly the bytes that are hashed."""
    return canonical_bytes(data)


def pool_hash(data: dict[str, Any]) -> str:
    """SHA-256 of the pool file, lower-case hex."""
    return sha256_hex(pool_bytes(data))


def pool_read(data: Any) -> Pool:
    """What the sampler needs of a pool file, checked. Raises PoolError."""
    try:
        if data["format"] not in FORMATS:
            raise PoolError(f"名录文件的格式是“{data['format']}”，只认得 {'、'.join(FORMATS)}。")
        team = data["team"]
        pool = Pool(
            planned_on=_day(data["planned_on"]),
            strata=tuple(_stratum(row) for row in data["strata"]),
            targets=tuple(_target(row) for row in data["targets"]),
            officers=tuple(_officer(row) for row in data["officers"]),
            team_size=_whole(team["size"], "每组人数", 0, 9),
            places_per_team=_whole(team["places"], "每组家数", 1, 500),
        )
    except (KeyError, TypeError) as error:
        raise PoolError(f"名录文件缺少内容或写法不对：{error}。") from error
    _check(pool)
    if data["format"] == POOL_FORMAT:
        _check_layers(data)
    return pool


def _check_layers(data: dict[str, Any]) -> None:
    """From format 2 on: the layer of a target follows from the attributes that the file declares."""
    try:
        by = [_code(row["code"]) for row in data["strata_by"]]
        if not by or len(set(by)) != len(by):
            raise PoolError("名录文件的分层依据为空或有重复。")
        for row in data["targets"]:
            expected = ".".join(_code(row["attributes"][name]) for name in by)
            if row["stratum"] != expected or set(row["attributes"]) != set(by):
                raise PoolError(
                    f"检查对象 {row['id']} 列在“{row['stratum']}”层，按它的属性应在“{expected}”层。"
                )
    except (KeyError, TypeError) as error:
        raise PoolError(f"名录文件缺少内容或写法不对：{error}。") from error


def _check(pool: Pool) -> None:
    for label, ids in (
        ("分层", [row.code for row in pool.strata]),
        ("检查对象", [row.id for row in pool.targets]),
        ("执法人员", [row.id for row in pool.officers]),
    ):
        if len(set(ids)) != len(ids):
            raise PoolError(f"名录文件中{label}有重复的编号。")
    known = {row.code for row in pool.strata}
    if strange := next((row.id for row in pool.targets if row.stratum not in known), None):
        raise PoolError(f"检查对象 {strange} 的分层不在分层表中。")


def _whole(value: Any, label: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise PoolError(f"{label}须是 {low} 至 {high} 的整数，现在是“{value}”。")
    return value


def _code(value: Any) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise PoolError(f"编号“{value}”不合规则，只能用字母、数字、点、横线，不超过 40 位。")
    return value


def _day(value: Any) -> str:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return str(value)
    except (TypeError, ValueError):
        pass
    raise PoolError(f"日期“{value}”须写成 2026-11-22 的形式。")


def _stratum(row: Any) -> Stratum:
    number, share = row.get("number"), row.get("per_10000")
    if (number is None) == (share is None):
        raise PoolError(f"分层 {row['code']} 须写明比例或家数其中一项。")
    if number is not None:
        return Stratum(_code(row["code"]), None, _whole(number, "抽取家数", 0, 1_000_000))
    return Stratum(_code(row["code"]), _whole(share, "抽取比例", 0, WHOLE), None)


def _target(row: Any) -> Target:
    needs = frozenset(_code(need) for need in row["needs"])
    return Target(_code(row["id"]), _code(row["stratum"]), needs)


def _officer(row: Any) -> Officer:
    card = row["certificate"]
    return Officer(
        id=_code(row["id"]),
        organ=_code(row["organ"]),
        valid_from=_day(card["from"]) if card["from"] else "",
        valid_until=_day(card["until"]) if card["until"] else "",
        skills=frozenset(_code(skill) for skill in row["skills"]),
        recused=frozenset(_code(target) for target in row["recused"]),
    )
