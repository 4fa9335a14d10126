"""Builds var/icons/sprite.svg from the Tabler icons that templates and code name, and from no others.

Names are found where they are written: `{% icon "flag" %}`, `icon="flag"`, `"icon": "flag"`; names that code puts
together stand in tools/icons.txt, one a line. A name that Tabler does not have is reported with the nearest ones.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = Path(os.environ.get("NODE_MODULES") or ROOT / "node_modules")
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
OUTLINE = NODE_MODULES / "@tabler" / "icons" / "icons" / "outline"
FILLED = OUTLINE.with_name("filled")
SKIPPED = {".venv", "node_modules", "var", ".git", "staticfiles", "tests", "tools"}
MENTIONS = (
    re.compile(r"""\{%\s*icon\s+["']([a-z0-9-]+)["']"""),
    re.compile(r"""\bicon["']?\s*[:=]\s*["']([a-z0-9-]+)["']"""),
    re.compile(r"""sprite\.svg#([a-z0-9-]+)"""),
)
BACKGROUND = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
HEADER = '<svg xmlns="http://www.w3.org/2000/svg">\n'
OUTLINE_LOOK = (
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
)


def _sources() -> Iterator[Path]:
    for top in sorted(ROOT.iterdir()):
        if top.is_dir() and top.name not in SKIPPED and not top.name.startswith("."):
            for suffix in ("html", "py", "js"):
                yield from top.rglob(f"*.{suffix}")


def names_used() -> dict[str, Path]:
    """Icon names and one file that mentions each."""
    extra = ROOT / "tools" / "icons.txt"
    lines = extra.read_text(encoding="utf-8").splitlines() if extra.exists() else []
    found = {line.strip(): extra for line in lines if line.strip() and not line.startswith("#")}
    for path in _sources():
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in MENTIONS:
            found |= {name: path for name in pattern.findall(text) if name not in found}
    return found


def _symbol(name: str) -> str:
    is_filled = name.endswith("-filled") and not (OUTLINE / f"{name}.svg").exists()
    source = FILLED / f"{name.removesuffix('-filled')}.svg" if is_filled else OUTLINE / f"{name}.svg"
    match = BODY.search(source.read_text(encoding="utf-8"))
    body = " ".join(BACKGROUND.sub("", match.group(1)).split()) if match else ""
    look = 'fill="currentColor"' if is_filled else OUTLINE_LOOK
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look}>{body}</symbol>\n'


def build(target: Path) -> list[str]:
    """Write the sprite; returns one complaint per unknown name."""
    known = {path.stem for path in OUTLINE.glob("*.svg")} | {
        f"{path.stem}-filled" for path in FILLED.glob("*.svg")
    }
    used = names_used()
    unknown = sorted(set(used) - known)
    text = HEADER + "".join(_symbol(name) for name in sorted(set(used) & known)) + "</svg>\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
    return [
        f"{used[name].relative_to(ROOT)}：没有图标 {name}，相近的有 {'、'.join(difflib.get_close_matches(name, known)) or '无'}"
        for name in unknown
    ]


def main(arguments: list[str]) -> int:
    """`python -m tools.icons [--check]`: build; with --check an unknown name is an error, else a notice."""
    complaints = build(VAR / "icons" / "sprite.svg")
    for line in complaints:
        sys.stdout.write(f"{line}\n")
    return 1 if complaints and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
