"""Lends a test run its own throw-away PostgreSQL and Valkey when the environment names none.

Loaded by `-p` in pyproject.toml, since settings read the addresses before any conftest.py is imported.
In a run of several processes (`-n 2`) each has servers of its own, so that no test meets another's database,
cache or queue; the process that only hands out the tests starts none.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import devstack, migrated

PREFIX = "supervision-test-"
# Name of a migrated database beside the test database, which is copied from it.
TEMPLATE_KEY = "TEST_DATABASE_TEMPLATE"
ROOM_NEEDED_BYTES = 2 * 1024**3
_stack = contextlib.ExitStack()


def _parent() -> Path:
    """Memory-backed storage where there is enough of it, else the temporary folder."""
    memory = Path("/dev/shm")  # noqa: S108 - only a folder made by mkdtemp is used inside it
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM_NEEDED_BYTES:
        return memory
    return Path(tempfile.gettempdir())


def _owner_is_alive(folder: Path) -> bool:
    return Path(f"/proc/{folder.name.removeprefix(PREFIX).split('-')[0]}").exists()


def _clear_leftovers(parent: Path) -> None:
    """Stop and delete what an interrupted test run of this user left behind."""
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.stat().st_uid == os.geteuid() and not _owner_is_alive(folder):
            _discard(folder)


def _discard(folder: Path) -> None:
    with contextlib.suppress(devstack.DevstackError, OSError):
        devstack.reset(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _start() -> None:
    parent = _parent()
    _clear_leftovers(parent)
    base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    base.chmod(0o711)
    _stack.callback(_discard, base)
    atexit.register(_stack.close)
    if not os.environ.get("DATABASE_URL"):
        migrated.lay_in(base)
        os.environ[TEMPLATE_KEY] = devstack.DATABASE
    os.environ.update(_stack.enter_context(devstack.running(base, durable=False)))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers before pytest-django reads the settings."""
    os.environ.setdefault("APP_ENV", "test")
    options = early_config.known_args_namespace
    only_hands_out = bool(getattr(options, "numprocesses", None)) and "PYTEST_XDIST_WORKER" not in os.environ
    missing = [key for key in devstack.URL_KEYS if not os.environ.get(key)]
    if missing and not only_hands_out and not options.help:
        _start()
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and delete their data."""
    _stack.close()
