"""Builds the SVG sprite of the interface's icons from the Tabler icon set.

    python tools/sprite.py [--icons DIR] [--output FILE]

Reads the names in tools/icons.txt; every symbol keeps the icon's name as its id. Fails on an unknown name.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BACKGROUND = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
BODY = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)


def names(listing: Path) -> list[str]:
    """The icon names of the listing, in order, comments and blanks left out."""
    lines = (line.strip() for line in listing.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def symbol(name: str, source: str) -> str:
    """One icon file as a sprite symbol."""
    found = BODY.search(source)
    if found is None:
        raise ValueError(f"{name}: not an SVG")
    body = " ".join(BACKGROUND.sub("", found.group(1)).split())
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
    )


def build(listing: Path, icons: Path) -> str:
    """The whole sprite as text."""
    missing = [name for name in names(listing) if not (icons / f"{name}.svg").is_file()]
    if missing:
        raise FileNotFoundError("unknown icons: " + ", ".join(missing))
    symbols = [symbol(name, (icons / f"{name}.svg").read_text(encoding="utf-8")) for name in names(listing)]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main(argv: list[str] | None = None) -> int:
    """Writes the sprite; 1 when an icon is unknown."""
    node_modules = Path(os.environ.get("NODE_MODULES") or ROOT / "node_modules")
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--icons", type=Path, default=node_modules / "@tabler" / "icons" / "icons" / "outline")
    parser.add_argument("--output", type=Path, default=var / "icons" / "sprite.svg")
    options = parser.parse_args(argv)
    try:
        text = build(ROOT / "tools" / "icons.txt", options.icons)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    print(f"{options.output}: {text.count('<symbol')} icons, {len(text.encode()) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
