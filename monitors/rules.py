"""Keys of the policy values that this room reads, and what kind of clue a red-line item becomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from complaints.models import ClueKind

if TYPE_CHECKING:
    from monitors.models import Stop

NOTICE = "monitor.notice"
TERM = "monitor.term"
AGE = "monitor.age"
QUOTA = "monitor.quota"
LEAST = "monitor.squad.minimum"
AREA_QUOTA = "monitor.area.quota"
CALL_REMIND = "whistle.remind"

BY_ITEM = {
    "A4": ClueKind.OUT_OF_SCOPE,
    "E5": ClueKind.BEYOND_SYLLABUS,
    "F1": ClueKind.HOLIDAY,
    "F2": ClueKind.LATE_HOURS,
    "F4": ClueKind.DISGUISED,
}
BY_ASPECT = {
    "A": ClueKind.UNLICENSED,
    "B": ClueKind.SAFETY,
    "C": ClueKind.SAFETY,
    "D": ClueKind.STAFF,
    "E": ClueKind.BEYOND_SYLLABUS,
    "F": ClueKind.DISGUISED,
    "G": ClueKind.OVERCHARGE,
    "H": ClueKind.AD,
}


def clue_kind(stop: Stop, codes: Iterable[str]) -> str:
    """The matter of a clue: disguised teaching first, then the first red-line item in the list's order."""
    found = list(codes)
    if "F4" in found:
        return ClueKind.DISGUISED
    first = found[0]
    return BY_ITEM.get(first) or BY_ASPECT.get(first[:1], ClueKind.OTHER)
