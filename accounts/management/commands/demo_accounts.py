"""`demo_accounts`: who may sign in to the demonstration, and with which password."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import demo
from accounts.models import User

HEAD = ("账号", "密码", "角色", "姓名", "单位")


def rows() -> Iterator[tuple[str, str, str, str, str]]:
    """One line per demonstration account that exists."""
    for slug in (demo.FULL_COUNTY, demo.CITY, demo.SMALL_COUNTY):
        for account in demo.accounts_of(slug):
            user = (
                User.objects.filter(username=demo.username(slug, account.suffix))
                .select_related("organisation")
                .first()
            )
            if user is None or user.organisation is None:
                continue
            roles = "、".join(str(role.label) for role in account.roles)
            yield user.username, demo.password(slug), roles, user.name, user.organisation.name


def width(text: str) -> int:
    """Columns that a text takes on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def table(lines: list[tuple[str, ...]]) -> str:
    """A Markdown table with aligned columns."""
    widths = [max(width(line[column]) for line in lines) for column in range(len(lines[0]))]

    def row(cells: tuple[str, ...]) -> str:
        padded = [cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widths, strict=True)]
        return f"| {' | '.join(padded)} |"

    ruler = "|" + "|".join("-" * (wide + 2) for wide in widths) + "|"
    return "\n".join([row(lines[0]), ruler, *map(row, lines[1:])])


class Command(BaseCommand):
    """Prints the demonstration accounts; refused in production."""

    help = "列出演示账号和密码。"

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("正式环境没有演示账号。")
        found = list(rows())
        if not found:
            raise CommandError("还没有演示数据，请先执行 seed_demo。")
        self.stdout.write(table([HEAD, *found]))
