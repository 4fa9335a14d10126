"""Runs in the libraries' environment: `python -m bench.ledger_libraries.worker NAME`, told by lines of standard input.

`post N` posts N entries and answers with the seconds; `lines` answers how many lines stand, after asking whether
they balance. Nothing of the product is imported.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from importlib.metadata import version
from time import perf_counter
from typing import Any, Protocol

APPS = {
    "django-hordak": ["mptt", "djmoney", "hordak"],
    "django-ledger": ["django_ledger"],
}
ROOMS = {"django-hordak": "with_hordak", "django-ledger": "with_django_ledger"}


class Books(Protocol):
    """What each library is asked for."""

    def post(self, number: int) -> None:
        """One entry of two lines, committed."""

    def lines(self) -> int:
        """How many lines stand; raises AssertionError when debits are not credits."""


def configure(name: str) -> None:
    """Settings of a project that uses the library and nothing else; DEBUG off, one lasting connection."""
    import django
    from django.conf import settings

    given: dict[str, Any] = json.loads(os.environ["BENCH_LEDGER_DATABASE"])
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given["dbname"],
        "USER": given.get("user", ""),
        "PASSWORD": given.get("password", ""),
        "HOST": given.get("host", ""),
        "PORT": given.get("port", ""),
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DEBUG=False,
        SECRET_KEY="bench",
        USE_TZ=True,
        LOGIN_URL="/",
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        CURRENCIES=["CNY"],
        DEFAULT_CURRENCY="CNY",
        HORDAK_INTERNAL_CURRENCY="CNY",
        DJANGO_LEDGER_USE_DEPRECATED_BEHAVIOR=False,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *APPS[name]],
    )
    django.setup()


def serve(books: Books) -> None:
    """Answer until the input ends."""
    done = 0
    for line in sys.stdin:
        word, _, count = line.strip().partition(" ")
        if word == "lines":
            answer(str(books.lines()))
            continue
        begun = perf_counter()
        for number in range(done, done + int(count)):
            books.post(number)
        answer(f"{perf_counter() - begun:.6f}")
        done += int(count)


def answer(text: str) -> None:
    """One line to the measuring process."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Migrate, open two accounts, say which version is there, then serve."""
    name = sys.argv[1]
    configure(name)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    books = importlib.import_module(f"bench.ledger_libraries.{ROOMS[name]}").Books()
    answer(version(name))
    serve(books)


if __name__ == "__main__":
    main()
