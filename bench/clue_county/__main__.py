"""`python -m bench.clue_county --seed 1 --sites 300 --clues 2000 --out FILE.jsonl`, or `--stats`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from bench.clue_county.ceiling import ceiling
from bench.clue_county.county import county
from bench.clue_county.model import Clue, County


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.clue_county", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--clues", type=int, default=2000)
    parser.add_argument("--out", type=Path, help="write one clue a line; the truth stands under `truth`")
    parser.add_argument("--blind", action="store_true", help="leave the truth out of the file")
    parser.add_argument(
        "--stats", action="store_true", help="print sizes, noise, traits and what is reachable"
    )
    given = parser.parse_args()
    if not (given.out or given.stats):
        parser.error("give --out, --stats or both")
    return given


def write(clues: tuple[Clue, ...], path: Path, *, is_blind: bool) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for clue in clues:
            row = clue.as_json()
            if is_blind:
                del row["truth"]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def stats(made: County) -> list[str]:
    """Lines to print."""
    from bench.cluster_quality import BASELINES, quality

    sizes = sorted(Counter(clue.site_id for clue in made.clues).values())
    ones = sum(size == 1 for size in sizes)
    lines = [
        f"sites reported {len(sizes):,} of {len(made.sites):,}; clues {len(made.clues):,}",
        f"clues a site: one {ones:,} sites, median {sizes[len(sizes) // 2]}, largest {sizes[-1]}, "
        f"30 and more {sum(size >= 30 for size in sizes)}",
    ]
    sections = {
        "channel": Counter(clue.channel.value for clue in made.clues),
        "noise": Counter(kind.value for clue in made.clues for kind in clue.noise),
        "sites by trait": Counter(trait.value for site in made.sites for trait in site.traits),
        "given": Counter(part for clue in made.clues for part in _parts(clue)),
    }
    for title, counts in sections.items():
        lines.append(f"{title}: " + ", ".join(f"{key} {count:,}" for key, count in counts.most_common()))
    lines.append("reachable with the words alone: " + quality(ceiling(made), made.clues).line())
    for name, cluster in BASELINES.items():
        lines.append(f"baseline {name}: " + quality(cluster(made.clues), made.clues).line())
    return lines


def _parts(clue: Clue) -> list[str]:
    parts = {
        "place_text": clue.place_text,
        "position": clue.lng,
        "phones": clue.phones,
        "wechat": clue.wechat,
        "operator": clue.operator,
        "happened_at": clue.happened_at,
        "pattern": clue.pattern,
    }
    return [name for name, value in parts.items() if value]


def main() -> None:
    """Write, print, or both."""
    options = arguments()
    made = county(options.seed, options.sites, options.clues)
    if options.out:
        write(made.clues, options.out, is_blind=options.blind)
    if options.stats:
        sys.stdout.write("\n".join(stats(made)) + "\n")


if __name__ == "__main__":
    main()
