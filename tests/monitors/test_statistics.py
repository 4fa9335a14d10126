"""The interval covers the truth; known values of the literature come out."""

from __future__ import annotations

import random

import pytest

from monitors.statistics import estimate, size_needed


@pytest.mark.parametrize(
    ("false", "size", "low", "high"),
    [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)],
)
def test_known_intervals(false: int, size: int, low: float, high: float) -> None:
    found = estimate(false, size)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)


def test_no_sample_no_estimate() -> None:
    assert estimate(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        estimate(3, 2)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.1, 0.2, 0.3])
def test_simulated_fraud_is_covered(share: float) -> None:
    """Drawing 96 of 916 visits of which `share` are false: the interval covers in at least 93 % of 400 draws."""
    dice = random.Random(f"fraud {share}")
    pool = [number < round(916 * share) for number in range(916)]
    truth, covered = sum(pool) / 916, 0
    cache = {count: estimate(count, 96) for count in range(97)}
    for _ in range(400):
        found = cache[sum(dice.sample(pool, 96))]
        assert found is not None
        covered += found.low <= truth <= found.high
    assert covered >= 372


def test_needed_sizes() -> None:
    assert size_needed(916, margin=0.05) == 271
    assert size_needed(916, margin=0.05, share=0.1) < size_needed(916, margin=0.05)
    assert size_needed(10, margin=0.05) == 10
    assert size_needed(0, margin=0.05) == 0
