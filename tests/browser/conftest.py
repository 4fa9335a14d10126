"""One running house for the whole session, and signed-in people to walk through it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.house import House, opened
from tests.browser.visitor import DESK, Complaints, Visitors
from tests.browser.watcher import FINISH, Watcher


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser and a broker."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.redis)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Web server, worker and database with the demonstration, started once; HOUSE_URL names one that runs."""
    url = os.environ.get("HOUSE_URL", "")
    if url:
        environment = {
            **os.environ,
            "APP_ENV": "development",
            "DATABASE_URL": os.environ["HOUSE_DATABASE_URL"],
        }
        yield House(name="given", folder=Path(), url=url, environment=environment)
        return
    with opened() as running:
        yield running


@pytest.fixture(scope="session")
def _visitors(browser: Browser, house: House) -> Visitors:
    return Visitors(browser, house)


@pytest.fixture
def visitors(_visitors: Visitors) -> Iterator[Visitors]:
    """People of the demonstration; their windows close after the test."""
    yield _visitors
    _visitors.leave()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains about; a test that uses it fails at its end when there is anything."""
    heard = Complaints()
    yield heard
    assert not heard.found, "\n".join(heard.found)


@pytest.fixture
def as_user(visitors: Visitors, complaints: Complaints) -> Callable[..., Page]:
    """`as_user("officer", size=PHONE)` gives a signed-in page; `as_user()` a passer-by."""

    def enter(suffix: str = "", size: dict[str, int] = DESK, slug: str = "wushan") -> Page:
        return visitors.enter(suffix, slug=slug, size=size, complaints=complaints)

    return enter


@pytest.fixture
def watcher(browser: Browser, house: House) -> Iterator[Watcher]:
    """A monitor's fresh phone; no patrol of an earlier test is under way."""
    house.run("shell", "-v", "0", "-c", FINISH)
    complaints = Complaints()
    phone = Watcher.arrive(browser, house, "monitor", complaints)
    yield phone
    phone.leave()
    serious = [line for line in complaints.found if "console: Failed to load" not in line]
    assert not serious, "\n".join(serious)
