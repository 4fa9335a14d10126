"""Institutions of which the end is known: healthy ones and run-aways, to judge the warning rules by.

The generator models how institutions earn and how they were emptied, and was written without sight of the rules
(`funds.warnings`) beyond the form of a history. Shares and paces are a judgement, from no survey.
"""

from bench.runaway.county import DEV_SEEDS, DIGESTS, HELD_OUT_SEEDS, digest, generate
from bench.runaway.judging import measure
from bench.runaway.model import Case, Kind

__all__ = ["DEV_SEEDS", "DIGESTS", "HELD_OUT_SEEDS", "Case", "Kind", "digest", "generate", "measure"]
