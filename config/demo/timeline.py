"""Things happen in the order of time, whoever wrote them down first."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime

from config.demo.clock import at


class Timeline:
    """A queue of happenings. A happening may add later ones; the same moment keeps the order of adding."""

    def __init__(self) -> None:
        self.queue: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.added = 0

    def add(self, day: date, hour: int, work: Callable[[datetime], object], minute: int = 0) -> None:
        """Let `work(moment)` happen."""
        self.added += 1
        heapq.heappush(self.queue, (at(day, hour, minute), self.added, work))

    def run(self, until: datetime) -> int:
        """Let everything happen up to a moment; what lies later never happens. Returns how many did."""
        count = 0
        while self.queue and self.queue[0][0] <= until:
            moment, _, work = heapq.heappop(self.queue)
            work(moment)
            count += 1
        return count
