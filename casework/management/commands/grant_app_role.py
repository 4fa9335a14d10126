"""`grant_app_role [ROLE]`: give the application's database role what it needs and no more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.grants import GrantRefused, role_grant

DEFAULT_ROLE = "supervision_app"


class Command(BaseCommand):
    """Run as the owner (DATABASE_OWNER_URL) after each migration; repeating changes nothing."""

    help = "给应用的数据库角色授权：普通表可读写，审计、封条、锚点等只增表只能查看和追加。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", default=DEFAULT_ROLE, metavar="ROLE", help="数据库角色")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tables = role_grant(options["role"])
        except GrantRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已给 {options['role']} 授权；只能查看和追加的表：{'、'.join(tables)}")
