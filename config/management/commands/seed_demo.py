"""`seed_demo`: the demonstration counties with their year 2023 and a living present."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.build import build


class Command(BaseCommand):
    """Loads the demonstration; repeating changes nothing. Refused in production."""

    help = "载入演示县的数据，可重复执行；正式环境拒绝执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, metavar="DATE", help="演示的“今天”"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("正式环境不能载入演示数据。")
        started = time.monotonic()
        for line in build(options["today"] or timezone.localdate()):
            self.stdout.write(line)
        self.stdout.write(f"演示数据就绪（{time.monotonic() - started:.1f} 秒）。")
