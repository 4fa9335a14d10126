"""Numbers from a key: SHA-256 in counter mode, rejection instead of remainder bias (docs/sampler.md §2–§4)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

WORD_BYTES = 4
WORDS = 2**32
MOST = 10_000_000

T = TypeVar("T")


def entropy_clean(text: str) -> str:
    """The public value as the sampler takes it: full-width signs made plain, lower case, parts joined by one space.

    Only 0–9 and a–z remain, so that two people who type the same numbers type the same value. Empty
    when nothing of that kind is in the text.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(re.findall(r"[0-9a-z]+", plain))


def key_of(frozen_hash: str, entropy: str) -> bytes:
    """32 bytes that everything drawn follows from: SHA-256 of version, frozen hash and cleaned public value."""
    return hashlib.sha256(f"sampler/1\n{frozen_hash}\n{entropy}".encode("ascii")).digest()


class Stream:
    """An endless stream of 32-bit words: SHA-256(key ‖ label ‖ 0x00 ‖ counter as 8 bytes), counter from 0."""

    def __init__(self, key: bytes, label: str) -> None:
        self._base = hashlib.sha256(key + label.encode("ascii") + b"\0")
        self._counter = 0
        self._block = b""

    def word(self) -> int:
        """The next 32-bit number, big-endian."""
        if not self._block:
            digest = self._base.copy()
            digest.update(self._counter.to_bytes(8, "big"))
            self._block = digest.digest()
            self._counter += 1
        head, self._block = self._block[:WORD_BYTES], self._block[WORD_BYTES:]
        return int.from_bytes(head, "big")

    def below(self, bound: int) -> int:
        """A number from 0 to bound − 1, each equally likely; words above the last whole multiple are passed over."""
        if not 1 <= bound <= MOST:
            raise ValueError(f"bound {bound} is outside 1 to {MOST}")
        limit = WORDS - WORDS % bound
        while (word := self.word()) >= limit:
            pass
        return word % bound


def pick(stream: Stream, items: Sequence[T], count: int) -> list[T]:
    """`count` of `items` in the order of drawing (the first steps of a Fisher–Yates shuffle).

    The caller sorts; the same order of items gives the same draw.
    """
    if not 0 <= count <= len(items):
        raise ValueError(f"cannot draw {count} of {len(items)}")
    row = list(items)
    for place in range(count):
        other = place + stream.below(len(row) - place)
        row[place], row[other] = row[other], row[place]
    return row[:count]
