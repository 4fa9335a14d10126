"""What is asked of every page: accessible, no sideways scrolling, no raw codes, nothing on the console."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.house import SLUG
from tests.browser.visitor import PHONE, Visitors
from tests.test_persona_sweep import Links, strip

AXE = Axe()
SEVERE = {"serious", "critical"}
RAW = re.compile(
    r"\b(?:[A-Z]{2,}_[A-Z_]{2,}|None|True|False|undefined|NaN|Traceback)\b|<[A-Za-z]+: |\{\{|\{%"
)
SKIPPED_TEXT = "code, pre, .mono, [data-raw]"
NOT_A_PAGE = re.compile(r"^/(static|api|accounts/logout|sw\.js)")
VISIBLE_TEXT = """
(skipped) => {
  const copy = document.body.cloneNode(true);
  copy.querySelectorAll(skipped + ', script, style, template, [hidden]').forEach(node => node.remove());
  return copy.textContent.replace(/\\s+/g, ' ');
}
"""
WIDEST = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return '';
  const guilty = [...document.body.querySelectorAll('*')].filter(node => {
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.right > wide + 1;
  }).slice(-3).map(node => node.tagName + '.' + node.className);
  return document.documentElement.scrollWidth + ' px: ' + guilty.join(' ');
}
"""


def faults_of(page: Page, *, with_axe: bool = True) -> list[str]:
    """What is wrong with the page on the screen, in sentences for the developer."""
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} first headings")
    if not page.title().strip():
        found.append("no title")
    if sideways := page.evaluate(WIDEST):
        found.append(f"scrolls sideways, {sideways}")
    text = page.evaluate(VISIBLE_TEXT, SKIPPED_TEXT)
    found += [f"raw text {text[max(hit.start() - 25, 0) : hit.end() + 15]!r}" for hit in RAW.finditer(text)]
    if with_axe:
        found += axe_faults(page)
    return found


def axe_faults(page: Page) -> list[str]:
    """Serious and critical findings of axe, with the first places."""
    answer = AXE.run(page).response
    return [
        f"axe {item['impact']} {item['id']}: "
        + " | ".join(str(node["target"][0]) + " " + node["html"][:120] for node in item["nodes"][:3])
        for item in answer["violations"]
        if item["impact"] in SEVERE
    ]


def pattern_of(path: str) -> str:
    """Name of the URL pattern."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


def page_kinds(visitors: Visitors, suffix: str, per_pattern: int = 1) -> Iterator[tuple[str, str]]:
    """(pattern, path) of one HTML page of each kind that this person reaches by links."""
    page = visitors.enter(suffix)
    own = ["/portal/", "/"]
    starts = {"": ["/", "/accounts/login/"], "institution": own, "monitor": own, "school": own, "bank": own}
    queue = starts.get(suffix, ["/desk/", "/"])
    seen: set[str] = set()
    taken: dict[str, int] = defaultdict(int)
    while queue:
        path = queue.pop(0)
        name = pattern_of(path)
        if path in seen or taken[name] >= per_pattern or NOT_A_PAGE.match(path):
            continue
        seen.add(path)
        taken[name] += 1
        answer = page.request.get(visitors.house.address(path))
        assert answer.status < 400, f"{suffix or 'nobody'} meets {answer.status} at {path}"
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        links = Links()
        links.feed(answer.text())
        queue += sorted(found for link in links.found if (found := strip(link, SLUG)))
        if "<html" in answer.text()[:500]:
            yield name, path
    page.context.close()


def look_at(
    visitors: Visitors, suffix: str, paths: list[str], size: dict[str, int], *, with_axe: bool = True
) -> list[str]:
    """Open each path as one person at one size; returns what is wrong, with the address."""
    from tests.browser.visitor import Complaints

    heard = Complaints()
    page = visitors.enter(suffix, size=size, complaints=heard)
    wrong = []
    for path in paths:
        heard.found.clear()
        page.goto(visitors.house.address(path))
        width = "390" if size == PHONE else "1366"
        here = faults_of(page, with_axe=with_axe) + heard.found
        wrong += [f"{suffix or 'nobody'} {width} {path}: {item}" for item in here]
    page.context.close()
    return wrong
