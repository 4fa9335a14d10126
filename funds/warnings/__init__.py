"""Warnings over supervised money: rules as pure functions over an institution's stored days."""

from datetime import date

from .history import Contribution, DayFacts, History, Raised
from .parameters import Parameters

__all__ = ["Contribution", "DayFacts", "History", "Parameters", "Raised", "judge"]


def judge(history: History, on: date, parameters: Parameters | None = None) -> list[Raised]:
    """Judge one institution on one day: every rule that holds on ``on``, in the order W1 to W16.

    Only days up to and including ``on`` are looked at, so that a back-test over a longer history cannot see the
    future. ``parameters`` are the lines of that day; without them those shipped (:class:`Parameters`) are used.
    No database, clock or setting is read. A rule that has too few days to speak stays silent.
    """
    raise NotImplementedError
