"""`build_report REGIME --date D`: open and freeze the period due, ending or running on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Bureau
from accounts.services import system_user
from casework.errors import DomainError
from reports import selectors, services
from reports.exports.sheet import sheet_of
from reports.schedule import plan_for


class Command(BaseCommand):
    """Builds one report; building it again changes nothing and prints the same edition."""

    help = "统计并冻结一期报表：日期为报送日，或期内任意一天。重复执行不会重复统计。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The regime's code and a day."""
        parser.add_argument("regime", help="报送安排代码")
        parser.add_argument("--date", required=True, help="报送日或期内任一日，例如 2026-11-13")
        parser.add_argument("--bureau", default=settings.DEFAULT_BUREAU, help="教育主管部门的网址标识")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, freeze, print."""
        try:
            day = date.fromisoformat(options["date"])
        except ValueError as error:
            raise CommandError("日期无法识别，请按 2026-11-13 的格式填写。") from error
        bureau = Bureau.objects.filter(slug=options["bureau"]).select_related("region").first()
        if bureau is None:
            raise CommandError(f"没有网址标识为“{options['bureau']}”的教育主管部门。")
        try:
            edition = self._build(bureau, options["regime"], day)
        except DomainError as error:
            raise CommandError(error.message) from error
        self._print(edition)

    def _build(self, bureau: Bureau, code: str, day: date) -> Any:
        regime = selectors.regime_find(bureau=bureau, code=code, on=day)
        plan = plan_for(regime, day)
        if plan is None:
            raise CommandError(f"{day} 不在“{regime.name}”的任何一期内。")
        actor = system_user()
        period = services.period_open(actor=actor, regime=regime, plan=plan)
        return services.period_freeze(actor=actor, period=period, now=timezone.now())

    def _print(self, edition: Any) -> None:
        sheet = sheet_of(edition)
        self.stdout.write(f"{sheet.title}  {sheet.period}  第 {edition.number} 版")
        for entry in sheet.entries:
            cells = "  ".join(
                f"{name} {entry.texts[code] or '未填'}"
                for code, name in sheet.columns
                if code in entry.columns
            )
            self.stdout.write(
                f"{entry.row_no:>3} {entry.label}（{entry.unit}）  {cells}{'  [人工]' if entry.is_manual else ''}"
            )
        for ratio in sheet.ratios:
            self.stdout.write(f"    {ratio.name} {ratio.text}（{ratio.inputs}，{ratio.rounding_word}）")
        self.stdout.write(f"版次 {edition.pk}  校验值 {edition.figures_hash}")
