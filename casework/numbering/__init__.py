"""Document numbers: taking them without gaps, voiding them, and how each kind of them looks."""

from casework.numbering.patterns import (
    DEFAULT_PATTERN,
    number_pattern_clear,
    number_pattern_set,
    number_word_set,
    pattern_from,
    pattern_of,
    pattern_problem,
)
from casework.numbering.taking import number_take, number_void

__all__ = [
    "DEFAULT_PATTERN",
    "number_pattern_clear",
    "number_pattern_set",
    "number_take",
    "number_void",
    "number_word_set",
    "pattern_from",
    "pattern_of",
    "pattern_problem",
]
