"""The public pages beside a bare view: same server, same middleware, same run, in turn."""

from __future__ import annotations

import random
from statistics import median
from urllib.parse import quote

from django.db import connection

from accounts.models import Bureau
from bench import load, stack
from bench.table import Results, Row
from institutions.models import Institution
from institutions.search import initials, is_latin

SAMPLE = 400
BARE = "bare view, one query"
LENGTHS = (2, 3, 4, 6, 8)


def measure(results: Results, *, seconds: float, rounds: int) -> None:
    """Throughput of the pages in turn with the bare view, then the time of single searches."""
    bureau = Bureau.objects.get(slug="wushan")
    draw = random.Random(20261122)
    places = _sample(bureau)
    pages = {
        BARE: [f"/bench/bare/{public_id}/" for public_id, _ in places],
        "search page /?q=": [f"/?q={quote(query)}" for query in queries(places, draw)],
        "search page, nothing found": [f"/?q={quote(query)}" for query in absent(draw, 200)],
        "front page /": ["/"],
        "institution page, kept 60 s": [f"/i/{public_id}/" for public_id, _ in places[:40]],
        "white list page": ["/lists/white/"],
    }
    with stack.web() as port:
        _throughput(results, port, pages, seconds, rounds)
        _each_once(results, port, bureau, seconds, rounds)
    _search_times(results, bureau, places, draw)


def _sample(bureau: Bureau, count: int = SAMPLE, seed: int = 1) -> list[tuple[str, str]]:
    """(public id, name) of institutions chosen at random, the same ones for the same data."""
    ids = list(Institution.objects.filter(bureau=bureau).order_by("pk").values_list("pk", flat=True))
    chosen = random.Random(seed).sample(ids, min(count, len(ids)))
    return list(Institution.objects.filter(pk__in=chosen).values_list("public_id", "name"))


def queries(places: list[tuple[str, str]], draw: random.Random) -> list[str]:
    """What people type: three to eight characters of a name, sometimes two, sometimes initials."""
    found = []
    for _, name in places:
        length = draw.choice((2, 3, 4, 4, 4, 6, 6, 8))
        start = draw.randrange(0, max(1, len(name) - length))
        text = name[start : start + length]
        found.append(initials(text)[0] if draw.random() < 0.1 and length >= 4 else text)
    return found


def absent(draw: random.Random, count: int) -> list[str]:
    """Names that no institution bears."""
    return ["".join(draw.choice("鑫鼎瀚鹏骏麒麟") for _ in range(4)) for _ in range(count)]


def _throughput(
    results: Results, port: int, pages: dict[str, list[str]], seconds: float, rounds: int
) -> None:
    for paths in pages.values():
        load.run(port, paths, seconds=1.5)
    runs: dict[str, list[load.Run]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, paths in pages.items():
            runs[name].append(load.run(port, paths, seconds=seconds))
    bare = median(run.rate for run in runs[BARE])
    for name, measured in runs.items():
        _page_row(results, name, measured, bare)


def _page_row(results: Results, name: str, measured: list[load.Run], bare: float) -> None:
    rate = median(run.rate for run in measured)
    times = (
        f"p50 {median(run.p50 for run in measured):.0f} ms, p95 {median(run.p95 for run in measured):.0f} ms"
    )
    kilobytes = measured[0].bytes_read / max(1, len(measured[0].times)) / 1024
    value = f"{rate:.0f}/s, {times}, {kilobytes:.1f} KB"
    if name == BARE:
        results.add(Row("portal", name, value))
        return
    ratio = rate / bare
    results.add(Row("portal", name, value, f"{bare:.0f}/s", f"{ratio:.2f}", "≥ 0.50", ratio >= 0.5))


def _each_once(results: Results, port: int, bureau: Bureau, seconds: float, rounds: int) -> None:
    """Institution pages that nobody opened and words that nobody typed before, in turn with the bare view."""
    runs: dict[str, list[load.Run]] = {
        "bare": [],
        "search page, each query once": [],
        "institution page, each once": [],
    }
    places = _sample(bureau, count=6000 * rounds, seed=2)
    share = len(places) // rounds
    for turn in range(rounds):
        some = places[turn * share : (turn + 1) * share]
        typed = list(dict.fromkeys(queries(some, random.Random(turn))))
        paths = {
            "bare": [f"/bench/bare/{public_id}/" for public_id, _ in some],
            "search page, each query once": [f"/?q={quote(query)}&turn={turn}" for query in typed],
            "institution page, each once": [f"/i/{public_id}/" for public_id, _ in some],
        }
        for name, asked in paths.items():
            runs[name].append(load.run(port, asked, seconds=seconds, limit=len(asked)))
    bare = median(run.rate for run in runs.pop("bare"))
    for name, measured in runs.items():
        _page_row(results, name, measured, bare)


def _timed(bureau: Bureau, texts: list[str]) -> list[float]:
    from time import perf_counter

    from institutions.selectors import institution_search

    institution_search(bureau, texts[0], 21)
    times = []
    for text in texts:
        begun = perf_counter()
        institution_search(bureau, text, 21)
        times.append((perf_counter() - begun) * 1000)
    return sorted(times)


def _search_times(
    results: Results, bureau: Bureau, places: list[tuple[str, str]], draw: random.Random
) -> None:
    """`institution_search` itself, ranked, with a warm connection."""

    def part(length: int) -> list[str]:
        long_enough = [name for _, name in places if len(name) >= length]
        starts = [(name, draw.randrange(0, len(name) - length + 1)) for name in long_enough]
        return [name[start : start + length] for name, start in starts]

    initials_of = [initials(name[:5])[0] for _, name in places]
    kinds = {f"{length} characters": part(length) for length in LENGTHS}
    kinds["pinyin initials"] = [text for text in initials_of if is_latin(text)]
    kinds["nothing found"] = absent(draw, 200)
    for label, texts in kinds.items():
        times = _timed(bureau, texts[:200])
        p95 = times[int(len(times) * 0.95) - 1]
        value = f"p50 {median(times):.1f} ms, p95 {p95:.1f} ms"
        results.add(Row("portal", f"search, {label}", value, aim="p95 ≤ 200 ms", is_met=p95 <= 200))
    connection.close()
