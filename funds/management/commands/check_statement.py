"""`check_statement FILE --profile PROFILE.json`: read a bank's file by a profile and say whether it is whole."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.canonical import sha256_hex
from casework.errors import Unlawful
from casework.money import fen
from funds import statements


class Command(BaseCommand):
    """Reads only; posts nothing."""

    help = "按模板读一份银行对账单，检查是否完整（余额链、合计、流水号）；有问题时退出码为 1。不入账。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="银行导出的文件")
        parser.add_argument("--profile", type=Path, required=True, metavar="JSON", help="对账单模板")
        parser.add_argument("--opening", metavar="元", help="上一份对账单的期末余额")
        parser.add_argument("--closing", metavar="元", help="银行告知的期末余额")
        parser.add_argument("--count", type=int, metavar="N", help="银行告知的笔数")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            profile = statements.profile_of(json.loads(options["profile"].read_text(encoding="utf-8")))
            data = options["file"].read_bytes()
            lines = statements.read(data, profile)
            told = {name: fen(options[name]) for name in ("opening", "closing") if options[name]}
            sums = statements.verify(lines, count=options["count"], **told)
        except (OSError, ValueError, TypeError) as error:
            raise CommandError(f"读不出文件或模板：{error}", returncode=2) from error
        except Unlawful as error:
            raise CommandError(error.message, returncode=1) from error
        self.stdout.write(f"SHA-256 {sha256_hex(data)}")
        self.stdout.write(
            f"{sums.count} 笔，收入 {sums.came / 100:,.2f} 元，支出 {sums.went / 100:,.2f} 元，"
            + (
                f"期初 {sums.opening / 100:,.2f} 元，期末 {sums.closing / 100:,.2f} 元。"
                if sums.opening is not None and sums.closing is not None
                else "文件不带逐笔余额，没有核对余额链。"
            )
        )
