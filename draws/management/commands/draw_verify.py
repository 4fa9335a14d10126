"""`draw_verify FILE`: draws again from the published files alone; no database is opened."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fieldwork.sampling import PoolError, differences

SHOWN = 10


class Command(BaseCommand):
    """Ends with 0 when the record is genuine, with 1 when it is not or cannot be read."""

    help = "核验一次随机抽取：按公布的冻结名录和公开值重新抽取，与结果文件比较。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="公示页下载的抽取结果文件")
        parser.add_argument("--pool", type=Path, default=None, help="另存的冻结名录文件（可选）")
        parser.add_argument("--hash", default="", metavar="HEX", help="抽取前公布的校验值（可选，建议填写）")

    def handle(self, *args: Any, **options: Any) -> None:
        record = _json(options["file"])
        saved = _bytes(options["pool"]) if options["pool"] else None
        try:
            found = list(differences(record, announced_hash=options["hash"], saved_pool=saved))
        except PoolError as error:
            raise CommandError(str(error)) from error
        if found:
            more = f"\n另有 {len(found) - SHOWN} 处不同。" if len(found) > SHOWN else ""
            lines = "\n".join(f"  {row}" for row in found[:SHOWN])
            raise CommandError(f"不一致。最先不同的是：{found[0]}\n全部不同之处：\n{lines}{more}")
        self.stdout.write(self._told(record))

    def _told(self, record: dict[str, Any]) -> str:
        pool, result = record["pool"], record["result"]
        return "\n".join(
            [
                "一致：重新抽取得到完全相同的结果。",
                f"  {pool.get('number', '')} {pool.get('title', '')}",
                f"  名录 {len(pool['targets'])} 家，抽中 {len(result['targets'])} 家，编成 {len(result['teams'])} 组",
                f"  公开值 {record['entropy']['value']}",
                f"  冻结名录校验值 {record['pool_hash']}（请与抽取前公布的校验值核对）",
            ]
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"打不开文件 {path}：{error.strerror}。请检查文件名。") from error


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path))
    except ValueError as error:
        raise CommandError(f"{path} 不是完整的 JSON 文件，请重新下载。") from error
