"""`verify_ledger [--bureau SLUG]`: prove the ledger whole; exit 1 names the first wrong row."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts.models import Bureau
from funds import ledger


class Command(BaseCommand):
    """Reads only, in one snapshot; people may go on working meanwhile."""

    help = "逐笔核验监管资金账簿（借贷、余额、序号、编号、冲正），指出第一处不符；有问题时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bureau", metavar="SLUG", help="只核验一个主管部门（网址标识）")

    def handle(self, *args: Any, **options: Any) -> None:
        bureau = None
        if options["bureau"]:
            bureau = Bureau.objects.filter(slug=options["bureau"]).first()
            if bureau is None:
                raise CommandError(f"没有网址标识为 {options['bureau']} 的主管部门。", returncode=2)
        is_outermost = not connection.in_atomic_block
        with transaction.atomic():
            if is_outermost:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            flaw = ledger.verify(bureau)
        name = bureau.name if bureau else "全部账簿"
        if flaw is not None:
            raise CommandError(f"{name}有问题。{flaw}", returncode=1)
        self.stdout.write(f"{name}：完整")
