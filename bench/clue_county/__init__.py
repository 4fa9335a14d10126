"""A county's clues with known truth: what a clustering of clues into suspected sites is judged by.

`generate(seed, sites, clues)` gives clues as citizens, 12345, monitors and others would send them, together with
the site each is really about. It was written without sight of any code that normalises addresses or clusters
clues, needs the standard library only, and gives the same for the same seed. `sites.py` says what counts as one
site; `model.Noise` and `model.Trait` name what makes it hard. The shares of each kind of noise are the writer's
judgement and come from no survey: a figure measured here says how a clustering does on this county and on no
other. What is not in it: positions in other datums than WGS-84, photos, dialect, clues about no site at all.
"""

from __future__ import annotations

from bench.clue_county.county import county, generate
from bench.clue_county.model import Channel, Clue, ClueKind, County, Noise, Pattern, Site, Trait

__all__ = [
    "Channel",
    "Clue",
    "ClueKind",
    "County",
    "Noise",
    "Pattern",
    "Site",
    "Trait",
    "county",
    "generate",
]
