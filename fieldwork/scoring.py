"""Points of a filled checklist.

Each judged item is worth its weight; facts (numbers, dates, texts) earn nothing. “In order” earns it, a
problem earns nothing, “does not apply” and “not seen” take the item out of the sum. A problem at a star
item (否决项) fails the whole check, whatever the points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fieldwork.models import ChecklistItem, ChecklistVersion, Verdict


@dataclass(frozen=True)
class Score:
    """Points earned of points possible, with the items that failed and those nobody answered."""

    earned: int
    possible: int
    failed: tuple[str, ...]
    star_failed: tuple[str, ...]
    unanswered: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """FAILED when a star item failed, PROBLEMS when another did, else PASSED."""
        if self.star_failed:
            return Verdict.FAILED
        return Verdict.PROBLEMS if self.failed else Verdict.PASSED


def score(version: ChecklistVersion, items: Iterable[ChecklistItem], values: Mapping[str, str]) -> Score:
    """Score `values` (item code to answer code) against the items of one version."""
    earned = possible = 0
    failed: list[str] = []
    stars: list[str] = []
    unanswered: list[str] = []
    for item in items:
        value = values.get(item.code)
        if value is None:
            unanswered.extend([] if item.is_optional else [item.code])
        elif not item.is_judged:
            continue
        elif value == version.passing_answer:
            earned, possible = earned + item.weight, possible + item.weight
        elif value == version.failing_answer:
            possible += item.weight
            failed.append(item.code)
            if item.is_star:
                stars.append(item.code)
    return Score(earned, possible, tuple(failed), tuple(stars), tuple(unanswered))
