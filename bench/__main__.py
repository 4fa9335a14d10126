"""`python -m bench`: builds a province's size of data, measures, prints one table, removes everything.

Nothing here is a timed test: figures are printed beside what they are compared with in the same run.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import stack
from bench.table import Results, machine, say

PARTS = (
    "portal",
    "figures",
    "import",
    "office",
    "draws",
    "cases",
    "phones",
    "beats",
    "clues",
    "ledger",
    "bank",
    "lessons",
    "claims",
    "patrols",
    "runaway",
)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", default=list(PARTS), help=f"any of {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument("--institutions", type=int, default=100_000)
    parser.add_argument("--visits", type=int, default=500_000)
    parser.add_argument(
        "--clues", type=int, default=50_000, help="clues among which a new one finds its site"
    )
    parser.add_argument("--lessons", type=int, default=150_000, help="lessons that one night confirms")
    parser.add_argument(
        "--balances", type=int, default=300_000, help="supervised accounts compared with the bank"
    )
    parser.add_argument("--patrols", type=int, default=60_000, help="patrols of a county")
    parser.add_argument("--lines", type=int, default=5_000_000, help="lines of the ledger account")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the imported sheet")
    parser.add_argument("--events", type=int, default=20_000, help="audit events to seal and verify")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one run of the loader")
    parser.add_argument("--rounds", type=int, default=3, help="how often the pages are visited in turn")
    parser.add_argument("--keep", action="store_true", help="keep the data under var/bench for the next run")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    return given


def _prepare(options: argparse.Namespace) -> None:
    """Migrate and fill the database, unless an earlier run left it there."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from bench import world
    from bench.rows import settle, without_triggers
    from casework.management.commands.load_reference import load_all
    from institutions.models import Institution

    if Institution.objects.exists():
        say("data of an earlier run is used")
        return
    ground = world.ground_make()
    load_all()
    with without_triggers():
        _step("institutions", lambda: world.institutions_make(ground, options.institutions))
        _step("listings", lambda: world.listings_make(ground))
        _step("statistics", settle)
        if {"portal", "figures"} & set(options.parts):
            world.campaigns_make(ground, 4)
            _step("visits", lambda: world.visits_make(ground, options.visits))
    _step("vacuum and analyse", settle)


def _step(label: str, work: Callable[[], object]) -> None:
    begun = time.perf_counter()
    work()
    say(f"  {label}: {time.perf_counter() - begun:.1f} s")


def measure(options: argparse.Namespace, base: Path) -> Results:
    """Run the wanted parts in order."""
    import django

    django.setup()
    say(f"building: {options.institutions:,} institutions, {options.visits:,} visits")
    _prepare(options)
    from bench import (
        bank,
        beats,
        cases,
        claims,
        clues,
        draws,
        figures,
        ledger,
        lessons,
        office,
        patrols,
        phones,
        portal,
        runaway,
        sheets,
    )

    say(machine())
    results = Results()
    measures: dict[str, Callable[[], object]] = {
        "portal": lambda: portal.measure(results, seconds=options.seconds, rounds=options.rounds),
        "figures": lambda: figures.measure(results, rounds=options.rounds),
        "import": lambda: sheets.measure(results, rows=options.rows, folder=base),
        "office": lambda: office.measure(results, events=options.events),
        "draws": lambda: draws.measure(results),
        "cases": lambda: cases.measure(results),
        "phones": lambda: phones.measure(results),
        "beats": lambda: beats.measure(results),
        "clues": lambda: clues.measure(results, standing=options.clues, listed=2 * options.clues),
        "ledger": lambda: ledger.measure(results, lines=options.lines),
        "lessons": lambda: lessons.measure(results, lessons=options.lessons),
        "claims": lambda: claims.measure(results),
        "bank": lambda: bank.measure(results, balances=options.balances),
        "patrols": lambda: patrols.measure(results, patrols=options.patrols),
        "runaway": lambda: runaway.measure(results),
    }
    for part in PARTS:
        if part in options.parts:
            say(f"\n{part}")
            measures[part]()
    return results


def main() -> None:
    """Measure and print."""
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with stack.database(keep=options.keep) as base:
        results = measure(options, base)
        text = f"{machine()}\n\n{results.markdown()}\n"
    say(f"\n{text}")
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
