"""`python -m tests.browser.screenshots OUTDIR [WORD…]`: pictures of every kind of page at both widths, for people to look at.

Opens its own seeded house, or walks through a running one named by HOUSE_URL. WORDs keep only the pages whose
name contains one of them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tools import devstack

ROOT = Path(__file__).resolve().parents[2]
PERSONAS = (
    "",
    "officer",
    "leader",
    "head",
    "clerk",
    "admin",
    "legal",
    "partner",
    "township",
    "institution",
    "monitor",
)
FULL_PAGE_LIMIT = 6000


@contextmanager
def some_house() -> Iterator[object]:
    """The running house at HOUSE_URL, else a new one."""
    from tests.browser.house import House, opened

    url = os.environ.get("HOUSE_URL")
    if url:
        yield House(name="given", folder=ROOT / "var", url=url.rstrip("/"), environment={})
        return
    with opened("screenshots", 8) as house:
        yield house


def file_name(suffix: str, pattern: str, width: int) -> str:
    """Person, page and width."""
    return f"{suffix or 'nobody'}-{re.sub(r'[^a-z_]+', '-', pattern)}-{width}.png"


def take(out: Path, words: list[str]) -> int:
    """Write the pictures; returns how many."""
    from playwright.sync_api import sync_playwright

    from tests.browser.looking import page_kinds
    from tests.browser.visitor import DESK, PHONE, Visitors
    from tests.chromium import CHROMIUM_FLAGS, chromium_path

    count = 0
    seen: set[str] = set()
    with some_house() as house, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_path(),
            args=[*CHROMIUM_FLAGS, "--lang=zh-CN"],
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        visitors = Visitors(browser, house)  # type: ignore[arg-type]
        for suffix in PERSONAS:
            kinds = [(name, path) for name, path in page_kinds(visitors, suffix) if name not in seen]
            seen |= {name for name, _ in kinds if name not in {"casework:home", "casework_portal:home"}}
            wanted = [
                kind for kind in kinds if not words or any(word in f"{suffix} {kind[0]}" for word in words)
            ]
            for size in (DESK, PHONE):
                page = visitors.enter(suffix, size=size)
                for name, path in wanted:
                    page.goto(house.address(path))  # type: ignore[attr-defined]
                    height = min(page.evaluate("document.documentElement.scrollHeight"), FULL_PAGE_LIMIT)
                    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
                    page.screenshot(path=out / file_name(suffix, name, size["width"]))
                    page.set_viewport_size({"width": size["width"], "height": size["height"]})
                    count += 1
                page.context.close()
        browser.close()
    return count


def main(arguments: list[str]) -> int:
    """Folder first, then words."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    with devstack.running(ROOT / "var") as urls:
        os.environ.update(urls)
        django.setup()
        sys.stdout.write(f"{take(out, arguments[1:])} 张截图：{out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
