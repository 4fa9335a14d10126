"""`export_report ID`: the files of an approved edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import system_user
from casework.errors import DomainError
from casework.exchange import file_put
from reports import services
from reports.models import ExportKind, ReportEdition


class Command(BaseCommand):
    """Writes the files of an edition; doing it again gives the same bytes."""

    help = "导出已签发的报表版次：Excel、Word、PDF 或上级平台数据包。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The edition's id, the kind and the folder."""
        parser.add_argument("id", type=int, help="版次编号（build_report 打印的编号）")
        parser.add_argument(
            "--kind", choices=[kind.lower() for kind in ExportKind.values], help="只导出一种；缺省为全部"
        )
        parser.add_argument("--out", default=".", help="输出目录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and write."""
        edition = ReportEdition.objects.select_related("period__regime").filter(pk=options["id"]).first()
        if edition is None:
            raise CommandError(f"没有编号为 {options['id']} 的报表版次。")
        kinds = [options["kind"].upper()] if options["kind"] else ExportKind.values
        for kind in kinds:
            try:
                export = services.edition_export(actor=system_user(), edition=edition, kind=kind)
            except DomainError as error:
                raise CommandError(error.message) from error
            with default_storage.open(export.stored_name) as stored:
                file_put(Path(options["out"]) / export.file_name, stored.read())
            self.stdout.write(f"{export.sha256}  {export.file_name}  {export.size} 字节")
