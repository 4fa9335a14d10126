"""What a fair sample says about all patrol visits: exact binomial interval, and how large a sample must be.

C. J. Clopper and E. S. Pearson, “The use of confidence or fiducial limits illustrated in the case of the
binomial”, Biometrika 26 (1934) 404–413: the interval covers the true share in at least 95 % of samples whatever
the share is. Drawing without replacement from a finite pool makes it wider than needed, never too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
Z95 = 1.959963984540054
STEPS = 60


@dataclass(frozen=True)
class Estimate:
    """Share of false visits among `size` re-checked ones, with its interval; shares from 0 to 1."""

    false: int
    size: int
    share: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """The estimate as a sentence."""
        return (
            f"核实 {self.size} 家次，不实 {self.false} 家次，估计不实率 {self.share:.1%}，"
            f"95% 置信区间 {self.low:.1%} 至 {self.high:.1%}"
        )


def _tail(count: int, size: int, share: float) -> float:
    """P(X ≤ count) for X binomial(size, share)."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if count >= size else 0.0
    logs = math.log(share), math.log1p(-share)
    total = 0.0
    for hits in range(count + 1):
        ways = math.lgamma(size + 1) - math.lgamma(hits + 1) - math.lgamma(size - hits + 1)
        total += math.exp(ways + hits * logs[0] + (size - hits) * logs[1])
    return min(total, 1.0)


def _solve(count: int, size: int, level: float) -> float:
    """The share at which P(X ≤ count) falls to `level`."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _tail(count, size, middle) > level:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def estimate(false: int, size: int) -> Estimate | None:
    """The exact 95 % interval for `false` of `size`; None without a sample."""
    if size <= 0:
        return None
    if not 0 <= false <= size:
        raise ValueError(f"{false} of {size}")
    edge = (1 - CONFIDENCE) / 2
    low = 0.0 if false == 0 else _solve(false - 1, size, 1 - edge)
    high = 1.0 if false == size else _solve(false, size, edge)
    return Estimate(false, size, false / size, low, high)


def size_needed(pool: int, *, margin: float, share: float = 0.5) -> int:
    """How many of `pool` must be drawn so that the share is known to ± `margin` with 95 % confidence.

    Normal approximation with the finite-population correction (W. G. Cochran, Sampling Techniques, 3rd ed.,
    1977, §4.2); `share` is the share expected, 0.5 when nothing is known.
    """
    if pool <= 0:
        return 0
    first = Z95**2 * share * (1 - share) / margin**2
    return min(pool, math.ceil(first / (1 + (first - 1) / pool)))
