"""Whether two clues speak of one place: normal forms, explained scores, keys for finding candidates, clusters.

Nothing here reads a database. What a clue says is turned into `Signals` once, pairs of signals are scored with
a list of reasons, and clusters are a function of the set of clues, links and decisions alone.
"""

from complaints.matching.clusters import Link, partition, reach
from complaints.matching.followers import attach
from complaints.matching.local import regrown
from complaints.matching.scoring import Contribution, Verdict, contradicts, score
from complaints.matching.signals import SCHEME, Signals, signals_of
from complaints.matching.turns import by_operator, cut_marks

__all__ = [
    "SCHEME",
    "Contribution",
    "Link",
    "Signals",
    "Verdict",
    "attach",
    "by_operator",
    "contradicts",
    "cut_marks",
    "partition",
    "reach",
    "regrown",
    "score",
    "signals_of",
]
