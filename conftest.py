"""What every test of the project may use: database resets, a browser, and a plain word on tests left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.chromium import CHROMIUM_FLAGS, chromium_path
from tools import devstack
from tools.pytest_devstack import TEMPLATE_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IS_FULL = os.environ.get("CI_FULL") == "1"
ON_REQUEST = {"prove": "make prove", "bench": "make bench"}
LEFT_OUT = pytest.StashKey[Counter[str]]()
# The longest files begin first, so that no process ends the run alone with one of them.
LONGEST = (
    "tests/test_persona_sweep.py",
    "tests/browser/",
    "tests/test_faults.py",
    "tests/test_query_counts.py",
)


def _obstacle(marker: str) -> str:
    """Why tests with this marker cannot run here, empty when they can."""
    if marker == "browser" and chromium_path() is None:
        return "没有 Chromium，请执行 apt-get install chromium"
    if marker == "redis" and not os.environ.get("REDIS_URL") and devstack.valkey_binary() is None:
        return "没有 Valkey/Redis，请执行 make setup"
    return ""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = Counter()


def _is_on_request(item: pytest.Item, config: pytest.Config) -> str:
    expression = str(config.option.markexpr)
    return next((m for m in ON_REQUEST if item.get_closest_marker(m) and m not in expression), "")


def _length_rank(item: pytest.Item) -> int:
    place = item.path.relative_to(item.config.rootpath).as_posix()
    return next((rank for rank, start in enumerate(LONGEST) if place.startswith(start)), len(LONGEST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the deep runs unless asked for (`-m prove`), and remember how many."""
    items.sort(key=_length_rank)
    held_back = [item for item in items if _is_on_request(item, config)]
    for item in held_back:
        marker = _is_on_request(item, config)
        config.stash[LEFT_OUT][f"{marker}：按需运行（{ON_REQUEST[marker]}）"] += 1
    if held_back:
        items[:] = [item for item in items if item not in set(held_back)]
        config.hook.pytest_deselected(items=held_back)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A missing browser or broker skips its tests on a desk, and fails them in CI."""
    for marker in ("browser", "redis"):
        reason = _obstacle(marker) if item.get_closest_marker(marker) else ""
        if reason and IS_FULL:
            pytest.fail(f"CI_FULL=1 要求运行 {marker} 测试：{reason}", pytrace=False)
        if reason:
            item.config.stash[LEFT_OUT][f"{marker}：{reason}"] += 1
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say plainly which tests were left out and why."""
    for reason, count in sorted(config.stash[LEFT_OUT].items()):
        terminalreporter.write_line(f"未运行 {count} 项 {reason}", yellow=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database begins as a copy of the migrated one that `tools.migrated` laid in."""
    from django.db import connection

    if template := os.environ.get(TEMPLATE_KEY):
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session", autouse=True)
def _flush_despite_append_only_triggers() -> Iterator[None]:
    """Let transactional tests empty append-only tables between tests; inside tests the triggers stay in force."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    original = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, sql_list: Iterable[str]) -> None:
        original(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the run."""
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desk-sized page in its own session, Chinese locale, Shanghai time."""
    yield from _new_page(browser, width=1280, height=900)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone-sized page with touch, in its own session."""
    yield from _new_page(browser, width=390, height=844, has_touch=True, is_mobile=True)


def _new_page(browser: Browser, *, width: int, height: int, **extra: Any) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **extra
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
