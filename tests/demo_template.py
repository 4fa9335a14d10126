"""The demonstration, seeded once per server: a template database and the files that belong to it.

Seeding runs the real services for minutes, copies of a template take a moment. What one process seeded is kept under
`var/` as a backup of database and files, which the next one restores.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.utils import timezone

from tools import devstack
from tools.pytest_devstack import TEMPLATE_KEY

ROOT = Path(__file__).resolve().parents[1]
STORE = ROOT / "var" / "seeded"
DATABASE = "demo_template"


@dataclass(frozen=True)
class DemoTemplate:
    """Name of the seeded database, the folder of its files, and the day on which it was seeded."""

    database: str
    folder: Path
    today: date


def with_path(url: str, path: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def run_sql(url: str, *statements: str) -> None:
    """Run statements outside a transaction."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def _key(today: date) -> str:
    """Digest of everything that decides what is seeded: rooms, settings, locked dependencies and the day."""
    seen = hashlib.sha256(today.isoformat().encode() + Path(__file__).read_bytes())
    rooms = [path.parent for path in ROOT.glob("*/apps.py")]
    for folder in sorted([*rooms, ROOT / "config", ROOT / "requirements"]):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                seen.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:24]


def _seed(url: str, folder: Path, today: date) -> None:
    environment = {
        **os.environ,
        "APP_ENV": "development",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "DOCUMENT_FONT_DIR": str(ROOT / "var" / "fonts"),
    }
    for command in (["migrate"], ["seed_demo", "--today", today.isoformat()]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=sys.__stderr__,
        )


def _create(template: str = "") -> None:
    run_sql(
        with_path(os.environ["DATABASE_URL"], "postgres"),
        f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
        f"CREATE DATABASE {DATABASE}" + (f" TEMPLATE {template}" if template else ""),
    )


def _keep(kept: Path, tools: Path, url: str, folder: Path) -> None:
    """Save database and files for the next process; only the newest is kept."""
    for old in STORE.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    fresh = kept.with_suffix(".new")
    shutil.copytree(folder, fresh / "files")
    subprocess.run([tools / "pg_dump", "-Fd", "-Z1", "-f", str(fresh / "dump"), url], check=True)
    fresh.rename(kept)


def _restore(kept: Path, tools: Path, url: str, folder: Path) -> None:
    shutil.copytree(kept / "files", folder, dirs_exist_ok=True)
    subprocess.run(
        [tools / "pg_restore", "--no-owner", "--exit-on-error", "-d", url, str(kept / "dump")], check=True
    )


@cache
def demo_template() -> DemoTemplate:
    """The template on first use: seeded, or restored from what another process seeded today from the same sources.

    Where PostgreSQL came without its backup tools, each process seeds its own.
    """
    url = with_path(os.environ["DATABASE_URL"], DATABASE)
    folder = Path(tempfile.mkdtemp(prefix="supervision-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    today = timezone.localdate()
    tools = next((path for path in devstack.postgres_bindirs()[:1] if (path / "pg_restore").exists()), None)
    STORE.mkdir(parents=True, exist_ok=True)
    kept = STORE / _key(today)
    with (STORE / "lock").open("a") as lock:
        if tools:
            fcntl.flock(lock, fcntl.LOCK_EX)
        if tools and kept.exists():
            _create()
            _restore(kept, tools, url, folder)
        else:
            _create(os.environ.get(TEMPLATE_KEY, ""))
            _seed(url, folder, today)
            if tools:
                _keep(kept, tools, url, folder)
    return DemoTemplate(DATABASE, folder, today)
