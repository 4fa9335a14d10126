"""The fair sampler, version 1: who is drawn follows from a frozen pool and a public value, and from nothing else.

Pure functions without database, clock or system randomness; `docs/sampler.md` is the specification from
which anybody can write the same sampler again. Serves inspection draws, expert panels and patrol audits.
"""

from fieldwork.sampling.pool import (
    POOL_FORMAT,
    Officer,
    Pool,
    PoolError,
    Stratum,
    Target,
    pool_bytes,
    pool_hash,
    pool_read,
)
from fieldwork.sampling.record import (
    RECORD_FORMAT,
    Difference,
    differences,
    record_bytes,
    record_make,
)
from fieldwork.sampling.sample import SAMPLER, sample
from fieldwork.sampling.stream import Stream, entropy_clean, key_of, pick

__all__ = [
    "POOL_FORMAT",
    "RECORD_FORMAT",
    "SAMPLER",
    "Difference",
    "Officer",
    "Pool",
    "PoolError",
    "Stratum",
    "Stream",
    "Target",
    "differences",
    "entropy_clean",
    "key_of",
    "pick",
    "pool_bytes",
    "pool_hash",
    "pool_read",
    "record_bytes",
    "record_make",
    "sample",
]
