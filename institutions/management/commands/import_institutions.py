"""Import a sheet of institutions from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Bureau, User
from accounts.services import system_user
from casework.errors import DomainError
from institutions import services
from institutions.models import ImportBatch, ImportState, RowKind
from institutions.services.imports import counts_words

SHOWN = 20


class _Undo(Exception):
    """Rolls the dry run back."""


class Command(BaseCommand):
    """Reads, checks and applies in one go; with --dry-run nothing is kept."""

    help = "导入机构表格（.xlsx 或 .csv）；--dry-run 只核对、不写入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="表格文件")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--bureau", default=settings.DEFAULT_BUREAU, help="主管部门网址标识")
        parser.add_argument("--user", default="", help="经办人账号，默认系统账号")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"没有找到文件：{path}")
        if path.stat().st_size > settings.SHEET_MAX_BYTES:
            raise CommandError(f"文件超过 {settings.SHEET_MAX_BYTES // 1024 // 1024} MB，请分成几个文件。")
        bureau = Bureau.objects.filter(slug=options["bureau"]).first()
        if bureau is None:
            raise CommandError(f"没有网址标识为“{options['bureau']}”的主管部门。")
        try:
            self._run(path, bureau, self._actor(options["user"]), dry_run=options["dry_run"])
        except DomainError as error:
            raise CommandError(error.message) from error

    @staticmethod
    def _actor(username: str) -> User:
        if not username:
            return system_user()
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"没有账号“{username}”。")
        return user

    def _run(self, path: Path, bureau: Bureau, actor: User, *, dry_run: bool) -> None:
        try:
            with transaction.atomic():
                batch = self._check(path, bureau, actor)
                if dry_run:
                    raise _Undo
        except _Undo:
            self.stdout.write("试运行：没有写入任何内容。")
            return
        services.import_confirm(actor=actor, batch=batch)
        done = services.import_apply(batch_id=batch.pk, actor_id=actor.pk)
        if done.state != ImportState.APPLIED:
            raise CommandError(done.message or "导入没有完成，请重试。")
        created, updated = done.counts["created"], done.counts["updated"]
        self.stdout.write(self.style.SUCCESS(f"已导入：新增 {created} 家，变更 {updated} 家。"))

    def _check(self, path: Path, bureau: Bureau, actor: User) -> ImportBatch:
        upload = ContentFile(path.read_bytes(), name=path.name)
        batch = services.import_receive(actor=actor, upload=upload, name=path.name, bureau=bureau)
        targets = {index: target for index, _, target in batch.mapping["columns"] if target}
        services.import_match(actor=actor, batch=batch, targets=targets)
        batch = services.import_check(batch_id=batch.pk)
        if batch.state != ImportState.CHECKED:
            raise CommandError(batch.message)
        self.stdout.write(counts_words(batch.counts) or "表格里没有机构。")
        for kind in (RowKind.REJECTED, RowKind.SUSPECT):
            for row in batch.rows.filter(kind=kind).order_by("number")[:SHOWN]:
                self.stdout.write(f"  {kind.label} 第 {row.number} 行 {row.name}：{'；'.join(row.reasons)}")
        return batch
