"""Numbers of this room. Periods are half-open days in Asia/Shanghai; 家 counts places once, 家次 each time."""

from measures.indicators.rows import (
    ads_found,
    ads_removed,
    calls,
    closure_checks,
    closures,
    decisions,
    directives,
    duties,
    materials,
    mysteries,
    talk_parties,
    whistles,
)
from measures.indicators.table import AD, AD_DONE, CALL, PAPER, TALK, register_all

__all__ = [
    "AD",
    "AD_DONE",
    "CALL",
    "PAPER",
    "TALK",
    "ads_found",
    "ads_removed",
    "calls",
    "closure_checks",
    "closures",
    "decisions",
    "directives",
    "duties",
    "materials",
    "mysteries",
    "register_all",
    "talk_parties",
    "whistles",
]
