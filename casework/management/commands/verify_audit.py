"""`verify_audit [--bureau SLUG]`: recompute the audit chains; exit 1 names the first broken event."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Bureau
from casework import audit

SYSTEM_CHAIN = 0


class Command(BaseCommand):
    """Reads only; people may go on working meanwhile."""

    help = "重新计算审计链，指出第一处被改动、缺失或截断的记录；有问题时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bureau", metavar="SLUG", help="只核验一个主管部门（网址标识）")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = []
        for key, name in self._chains(options["bureau"]):
            problem = audit.verify(key)
            self.stdout.write(f"{name}：{problem.sentence if problem else '完整'}")
            if problem:
                problems.append(f"{name}第 {problem.sequence} 条：{problem.sentence}")
        waiting = audit.unsealed_seconds(timezone.now())
        if waiting > 60:
            self.stderr.write(f"最早的未封存记录已等待 {waiting:.0f} 秒，请检查后台服务。")
        if problems:
            raise CommandError("审计链有问题。" + "；".join(problems), returncode=1)

    @staticmethod
    def _chains(slug: str | None) -> list[tuple[int, str]]:
        bureaus = Bureau.objects.order_by("pk")
        if slug is None:
            return [*((bureau.pk, bureau.name) for bureau in bureaus), (SYSTEM_CHAIN, "系统")]
        bureau = bureaus.filter(slug=slug).first()
        if bureau is None:
            raise CommandError(f"没有网址标识为 {slug} 的主管部门。", returncode=2)
        return [(bureau.pk, bureau.name)]
