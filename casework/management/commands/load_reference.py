"""`load_reference`: working days, policy values, violation types, document kinds, checklists, report regimes."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Region, User
from accounts.services import system_user
from casework import data
from casework.models import CalendarDay, CalendarYear, DocumentKind, PolicyValue, ViolationType


def load_calendar_years() -> int:
    """Working-day exceptions; a confirmed year of the bureau's own is left alone. Returns days written."""
    written = 0
    for year in data.calendar_years():
        row, _ = CalendarYear.objects.get_or_create(year=year.year)
        if row.is_confirmed or not year.is_confirmed:
            continue
        row.is_confirmed, row.source = True, year.source
        row.save()
        days = [
            CalendarDay(day=day.date, is_workday=day.is_workday, name=day.name) for day in year.exceptions
        ]
        written += len(CalendarDay.objects.bulk_create(days, ignore_conflicts=True))
    return written


def load_policies() -> int:
    """Policy values not entered yet; a value of the same rule, region and span is left alone. Returns rows added."""
    regions = {region.code: region for region in Region.objects.filter(valid_to__isnull=True)}
    added = 0
    for row in data.policies():
        region = regions.get(row["region"]) if row["region"] else None
        if row["region"] and region is None:
            continue
        span = DateRange(_day(row["valid_from"]) or date(1949, 10, 1), _day(row["valid_to"]))
        if PolicyValue.objects.filter(key=row["key"], region=region, validity__overlap=span).exists():
            continue
        PolicyValue.objects.create(
            key=row["key"],
            label=row["label"],
            region=region,
            value=row["value"],
            unit=row["unit"] or "",
            basis=row["basis"],
            confidence=row["confidence"],
            validity=span,
        )
        added += 1
    return added


def load_violations() -> int:
    """Violation types by code; returns how many there are."""
    groups = data.violation_groups()
    for row in data.violations():
        basis = "；".join(_citation(item) for item in row["legal_basis"])
        ViolationType.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "group": groups[row["group"]],
                "basis": basis[:300],
                "details": {key: row[key] for key in sorted(row) if key not in {"code", "name"}},
            },
        )
    return len(data.violations())


def load_document_kinds() -> int:
    """Document kinds by code; returns how many there are."""
    for row in data.document_kinds():
        DocumentKind.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "number_pattern": row["number_template"] or "",
                "basis": "；".join(row["basis"])[:200],
                "details": {
                    key: row[key] for key in sorted(row) if key not in {"code", "name", "number_template"}
                },
            },
        )
    return len(data.document_kinds())


def load_rooms(actor: User) -> dict[str, int]:
    """What higher rooms add: each may offer `reference_load(*, actor)` in its `services`."""
    loaded: dict[str, int] = {}
    for config in apps.get_app_configs():
        if find_spec(config.name) is None or find_spec(f"{config.name}.services") is None:
            continue
        loader = getattr(import_module(f"{config.name}.services"), "reference_load", None)
        if loader is not None:
            loaded[str(config.verbose_name)] = loader(actor=actor)
    return loaded


@transaction.atomic
def load_all() -> dict[str, int]:
    """Everything, in one transaction; repeating changes nothing."""
    actor = system_user()
    return {
        "工作日历": load_calendar_years(),
        "政策参数": load_policies(),
        "问题类型": load_violations(),
        "文书种类": load_document_kinds(),
        **load_rooms(actor),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _citation(item: dict[str, str | None]) -> str:
    article = item.get("article")
    return f"《{item['document']}》" + (f"第{article}条" if article else "")


class Command(BaseCommand):
    """Loads the reference data that the product starts from; repeating changes nothing."""

    help = "载入工作日历、政策参数、问题类型、文书种类、检查清单和报告制度，可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        for label, count in load_all().items():
            self.stdout.write(f"{label}：{count}")
