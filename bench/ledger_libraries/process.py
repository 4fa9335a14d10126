"""A library's process: started over a database of its own, posts when told, tells how long it took."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2

from bench.ledger_libraries.environment import Unavailable, interpreter
from tools.demo import ROOT

LIBRARIES = ("django-hordak", "django-ledger")
STOP_SECONDS = 20


@dataclass
class Library:
    """A library that waits to be told."""

    name: str
    version: str
    process: subprocess.Popen[str]

    def post(self, count: int) -> float:
        """Let it post so many entries of two lines, each its own transaction; gives the seconds it took."""
        return float(self._asked(f"post {count}"))

    def lines(self) -> int:
        """How many lines stand in its ledger; it ends the run when they do not balance."""
        return int(self._asked("lines"))

    def _asked(self, word: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return _answer(self.process)


@contextlib.contextmanager
def opened(name: str, address: dict[str, Any]) -> Iterator[Library]:
    """The library, ready to post into a new database of the cluster at `address`. Raises Unavailable."""
    python = interpreter()
    database = f"bench_{name.replace('-', '_')}"
    _recreate(address, database)
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")
    }
    environment["BENCH_LEDGER_DATABASE"] = json.dumps({**address, "dbname": database})
    process = subprocess.Popen(
        [str(python), "-m", "bench.ledger_libraries.worker", name],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Library(name, _answer(process), process)
    finally:
        _stop(process)
        _drop(address, database)


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise Unavailable("its process ended; what it said stands above")
    return line


def _stop(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.communicate(timeout=STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()


def _recreate(address: dict[str, Any], database: str) -> None:
    _drop(address, database)
    _run(address, f'CREATE DATABASE "{database}"')


def _drop(address: dict[str, Any], database: str) -> None:
    _run(address, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def _run(address: dict[str, Any], statement: str) -> None:
    raw = psycopg2.connect(**address)
    try:
        raw.autocommit = True
        with raw.cursor() as cursor:
            cursor.execute(statement)
    finally:
        raw.close()
