"""`python -m bench.runaway`: judge the warning rules on institutions of which the end is known.

The seeds for development are judged, and the run-aways missed are printed; `--held-out` judges the others, figures
only, once after the rules are frozen. No database is needed.
"""

from __future__ import annotations

import argparse

from bench.runaway.county import DEV_SEEDS, HELD_OUT_SEEDS, digest, generate
from bench.runaway.judging import measure
from bench.table import Results, say


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.runaway", description=__doc__)
    parser.add_argument(
        "--held-out", action="store_true", help="the held-out seeds instead of those for tuning"
    )
    parser.add_argument(
        "--digests", action="store_true", help="print the fingerprints of all seeds; judge nothing"
    )
    given = parser.parse_args()
    if given.digests:
        for seed in (*DEV_SEEDS, *HELD_OUT_SEEDS):
            say(f'    {seed}: "{digest(generate(seed))}",')
        return
    seeds = HELD_OUT_SEEDS if given.held_out else DEV_SEEDS
    results = Results()
    found = measure(results, seeds)
    if not given.held_out:
        say("\nmissed")
        for line in found.misses():
            say(f"  {line}")
    say(f"\n{results.markdown()}")


if __name__ == "__main__":
    main()
