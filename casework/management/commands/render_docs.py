"""`render_docs [--check]`: write the documentation pages that follow from the code."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casework.generated_docs import pages


class Command(BaseCommand):
    """Workflows as diagrams, permissions as a table."""

    help = "生成 docs/workflows.md 和 docs/permissions.md；--check 只比较，不一致时退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只比较，不写文件")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [path for path, text in pages().items() if self._differs(path, text, show=options["check"])]
        if options["check"]:
            if stale:
                raise CommandError("文档与程序不一致，请执行 manage.py render_docs 后提交。", returncode=1)
            return
        for path in stale:
            path.parent.mkdir(exist_ok=True)
            path.write_text(pages()[path], encoding="utf-8")
            self.stdout.write(f"已更新 {path.relative_to(settings.BASE_DIR)}")

    def _differs(self, path: Path, text: str, *, show: bool) -> bool:
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == text:
            return False
        if show:
            lines = difflib.unified_diff(
                present.splitlines(), text.splitlines(), "committed", "generated", lineterm=""
            )
            self.stdout.write("\n".join(list(lines)[:60]))
        return True
