"""Warnings over supervised money: rules as pure functions over an institution's stored days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from . import classroom, cover, families, outflows, outside, sales
from .history import Contribution, DayFacts, History, Raised
from .parameters import RULES, Parameters
from .spans import Seen

__all__ = ["RULES", "Contribution", "DayFacts", "History", "Parameters", "Raised", "judge"]

Rule = Callable[[Seen, Parameters], Raised | None]
IN_ORDER: tuple[Rule, ...] = (
    outflows.w1, outflows.w2, cover.w3, cover.w4, outflows.w5, classroom.w6, families.w7, families.w8,
    classroom.w9, sales.w10, sales.w11, classroom.w12, sales.w13, cover.w14, outside.w15, outside.w16,
)  # fmt: skip


def judge(history: History, on: date, parameters: Parameters | None = None, only: str = "") -> list[Raised]:
    """Judge one institution on one day: every rule that holds on ``on``, in the order W1 to W16.

    Only days up to and including ``on`` are looked at, so that a back-test over a longer history cannot see the
    future. ``parameters`` are the lines of that day; without them those shipped (:class:`Parameters`) are used.
    ``only`` names the one rule to ask. No database, clock or setting is read. A rule that has too few days to speak stays silent.
    """
    seen, lines = Seen(history, on), parameters or Parameters()
    asked = [rule for rule in IN_ORDER if only in {"", rule.__name__.upper()}]
    return [found for rule in asked if (found := rule(seen, lines)) is not None]
