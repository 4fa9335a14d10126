"""Work on many of which one failure must not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")


class OneByOne:
    """Tries each, logs and collects what fails; `finish` raises at the end, so that the job shows as failed."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.failed: list[str] = []

    def each(self, rows: Iterable[T], work: Callable[[T], int], *, enough: int | None = None) -> int:
        """The sum of what `work` gives; stops once `enough` went well."""
        total = went = 0
        for row in rows:
            if enough is not None and went >= enough:
                break
            try:
                total += work(row)
                went += 1
            except Exception:
                logger.exception("%s: %s failed", self.what, row)
                self.failed.append(str(row))
        return total

    def finish(self) -> None:
        """Raises RuntimeError when something failed."""
        if self.failed:
            raise RuntimeError(f"{self.what}: {len(self.failed)} failed: {self.failed[:20]}")
