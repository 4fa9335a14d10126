"""The published record of a draw, and what in it does not follow from the frozen pool and the public value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casework.canonical import canonical_bytes
from fieldwork.sampling.pool import PoolError, pool_bytes, pool_hash, pool_read
from fieldwork.sampling.sample import SAMPLER, sample
from fieldwork.sampling.stream import entropy_clean

RECORD_FORMAT = "draw-record/1"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be: where in the record, what stands there, what follows from the rules."""

    place: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.place}：文件中是“{self.found}”，应当是“{self.expected}”"


def record_make(pool: dict[str, Any], entropy: dict[str, Any]) -> dict[str, Any]:
    """Draw and put everything together that a stranger needs to draw again. Raises PoolError.

    `entropy` holds at least `value` as typed (cleaned here) and says where it was published.
    """
    value = entropy_clean(str(entropy["value"]))
    if not value:
        raise PoolError("公开值中没有数字或字母。")
    frozen = pool_hash(pool)
    return {
        "format": RECORD_FORMAT,
        "pool": pool,
        "pool_hash": frozen,
        "entropy": {**entropy, "value": value},
        "result": sample(pool_read(pool), frozen, value),
    }


def record_bytes(record: dict[str, Any]) -> bytes:
    """The record file: canonical JSON."""
    return canonical_bytes(record)


def differences(
    record: Any, *, announced_hash: str = "", saved_pool: bytes | None = None
) -> Iterator[Difference]:
    """What is wrong with a record, the first cause first; nothing when it is genuine.

    `announced_hash` is the hash published before the draw, `saved_pool` the pool file kept since then.
    Raises PoolError when the file is no record at all.
    """
    if not isinstance(record, dict) or record.get("format") != RECORD_FORMAT:
        raise PoolError(
            f"这不是抽取结果文件（格式应为 {RECORD_FORMAT}）。请选择公示页上下载的“抽取结果文件”。"
        )
    pool = pool_read(record.get("pool"))
    frozen = pool_hash(record["pool"])
    if record.get("pool_hash") != frozen:
        yield Difference("冻结名录的校验值", str(record.get("pool_hash")), frozen)
    if announced_hash and announced_hash.strip().lower() != frozen:
        yield Difference("与抽取前公布的校验值", frozen, announced_hash.strip().lower())
    if saved_pool is not None and saved_pool != pool_bytes(record["pool"]):
        yield Difference("与另存的冻结名录文件", "内容不同", "逐字节相同")
    value = _value(record)
    if record["pool"].get("sampler") != SAMPLER:
        yield Difference("抽取程序版本", str(record["pool"].get("sampler")), SAMPLER)
    if entropy_clean(value) != value:
        yield Difference("公开值的写法", value, entropy_clean(value))
        return
    yield from _unlike("抽取结果", record.get("result"), sample(pool, frozen, value))


def _value(record: dict[str, Any]) -> str:
    entropy = record.get("entropy")
    value = entropy.get("value") if isinstance(entropy, dict) else None
    if not isinstance(value, str) or not value:
        raise PoolError("文件中没有公开值，无法重新抽取。")
    return value


def _unlike(place: str, found: Any, expected: Any) -> Iterator[Difference]:
    if type(found) is type(expected) and isinstance(expected, dict):
        for name in [*expected, *sorted(set(found) - set(expected))]:
            yield from _unlike(f"{place}.{name}", found.get(name), expected.get(name))
    elif type(found) is type(expected) and isinstance(expected, list) and len(found) == len(expected):
        for number, (theirs, ours) in enumerate(zip(found, expected, strict=True), 1):
            yield from _unlike(f"{place}第{number}项", theirs, ours)
    elif isinstance(found, list) and isinstance(expected, list):
        yield Difference(place, f"{len(found)}项", f"{len(expected)}项")
    elif found != expected or type(found) is not type(expected):
        yield Difference(place, str(found), str(expected))
