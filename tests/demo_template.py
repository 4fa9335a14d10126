"""The demonstration, seeded once per server: a template database and the files that belong to it.

Seeding runs the real services for a minute; copies of a template take a moment.
"""

from __future__ import annotations

import atexit
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

from tools.pytest_devstack import TEMPLATE_KEY

ROOT = Path(__file__).resolve().parents[1]
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


@cache
def demo_template() -> DemoTemplate:
    """Migrate and seed the template on first use."""
    base = os.environ["DATABASE_URL"]
    migrated = os.environ.get(TEMPLATE_KEY)
    run_sql(
        with_path(base, "postgres"),
        f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
        f"CREATE DATABASE {DATABASE}" + (f" TEMPLATE {migrated}" if migrated else ""),
    )
    folder = Path(tempfile.mkdtemp(prefix="supervision-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {
        **os.environ,
        "APP_ENV": "development",
        "DATABASE_URL": with_path(base, DATABASE),
        "VAR_DIR": str(folder),
        "DOCUMENT_FONT_DIR": str(ROOT / "var" / "fonts"),
    }
    today = timezone.localdate()
    for command in (["migrate"], ["seed_demo", "--today", today.isoformat()]):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=sys.__stderr__,
        )
    return DemoTemplate(DATABASE, folder, today)
