"""`sync_schedule`: write all periodic tasks into the scheduler's table."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from casework.schedule import schedule_sync


class Command(BaseCommand):
    """Run after each upgrade; repeating changes nothing."""

    help = "把程序声明的定时任务写入调度表，保留最近运行时间，可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        done = schedule_sync()
        for label, names in (("新增", done.added), ("更新", done.changed), ("移除", done.removed)):
            for name in names:
                self.stdout.write(f"{label} {name}")
        for name in done.disabled:
            self.stderr.write(f"{name} 已被人工停用，保持停用。")
        self.stdout.write(f"新增 {len(done.added)}，更新 {len(done.changed)}，移除 {len(done.removed)}。")
