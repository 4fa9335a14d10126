"""The verifier of the public page draws the same as the sampler of the house."""

from __future__ import annotations

import copy
import json
import random
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from fieldwork.sampling import Stream, differences, entropy_clean, key_of, pool_hash, record_make
from tests.fieldwork.drawing import layered, random_pool

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2] / "static"
VECTORS = json.loads(Path(__file__).with_name("sampler_vectors.json").read_text(encoding="utf-8"))
RUN = "async ([name, ...args]) => { const kit = await import('/js/draw-verify.js'); return kit[name](...args); }"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    window = browser.new_page()
    window.goto(f"http://127.0.0.1:{server.server_port}/img/favicon.svg")
    yield window
    window.close()
    server.shutdown()
    server.server_close()


def test_vectors(page: Page) -> None:
    record = VECTORS["record"]
    for typed, clean in VECTORS["entropy_clean"]:
        assert page.evaluate(RUN, ["entropyClean", typed]) == clean
    assert page.evaluate(RUN, ["differences", record]) == []
    stream = VECTORS["stream"]
    script = """async ([hash, entropy, label, count]) => { const kit = await import('/js/draw-verify.js');
        const stream = new kit.Stream(await kit.keyOf(hash, entropy), label); const words = [];
        while (words.length < count) words.push(await stream.word()); return words; }"""
    given = [stream["frozen_hash"], stream["entropy"], stream["label"], 300]
    ours = Stream(key_of(stream["frozen_hash"], stream["entropy"]), stream["label"])
    assert page.evaluate(script, given) == [ours.word() for _ in range(300)]


def test_forty_random_pools_draw_alike(page: Page) -> None:
    dice = random.Random(20261122)
    for number in range(40):
        data = random_pool(dice)
        value = entropy_clean(f"{number} {dice.random()}")
        record = record_make(data, {"value": value})
        assert page.evaluate(RUN, ["sample", data, pool_hash(data), value]) == record["result"]
        assert page.evaluate(RUN, ["differences", record]) == []


def test_tampering_is_named_alike(page: Page) -> None:
    for path, value in (
        (("result", "targets", 0, "id"), "T03"),
        (("entropy", "value"), "1 2 3"),
        (("pool", "targets", 3, "name"), "改名"),
        (("pool_hash",), "0" * 64),
    ):
        record = copy.deepcopy(VECTORS["record"])
        spot: Any = record
        for step in path[:-1]:
            spot = spot[step]
        spot[path[-1]] = value
        ours = [
            {"place": row.place, "found": row.found, "expected": row.expected} for row in differences(record)
        ]
        assert ours
        assert page.evaluate(RUN, ["differences", record]) == ours


def test_declared_layers_draw_alike_and_are_checked(page: Page) -> None:
    dice = random.Random(20261128)
    record: dict[str, Any] = {}
    for number in range(15):
        data = layered(random_pool(dice), dice)
        record = record_make(data, {"value": f"{number} 9"})
        assert page.evaluate(RUN, ["differences", record]) == []
    while not record["pool"]["targets"]:
        record = record_make(layered(random_pool(dice), dice), {"value": "3"})
    moved = copy.deepcopy(record["pool"])
    moved["targets"][0]["attributes"]["KIND"] = "OTHER"
    script = """async (pool) => { const kit = await import('/js/draw-verify.js');
        try { kit.checkLayers(pool); return ''; } catch (error) { return error.message; } }"""
    assert "按它的属性应在" in page.evaluate(script, moved)
    assert page.evaluate(script, record["pool"]) == ""
