"""Sheets from outside and differences with the national platform, as an actor sees them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import OutsideSheet, PlatformDifference, PlatformRecord
from funds.outside_sheets import OutsideRow, labels_of, read_rows
from funds.outside_sheets.heads import heading_of
from funds.outside_sheets.platform import judge_platform
from funds.outside_sheets.signals import judge_signals
from funds.selectors.sheets import content_of
from institutions.sheets.reading import read_grids

TOLD_SHOWN = 24


def outside_visible(actor: User) -> ScopedQuerySet[OutsideSheet]:
    """Sheets, newest first."""
    rows: Any = OutsideSheet.objects.visible_to(actor)
    found: ScopedQuerySet[OutsideSheet] = rows.select_related("bureau", "region", "created_by").order_by(
        "-pk"
    )
    return found


def earlier_same_file(sheet: OutsideSheet) -> OutsideSheet | None:
    """The same file taken in before, under whatever name."""
    rows = OutsideSheet.objects.filter(bureau=sheet.bureau_id, kind=sheet.kind, sha256=sheet.sha256)
    return rows.filter(status="APPLIED").exclude(pk=sheet.pk).order_by("-applied_at").first()


def outside_labels(sheet: OutsideSheet) -> list[str]:
    """The words of the sheet's heading; empty once it was taken in."""
    if not sheet.stored_as:
        return []
    grid, head = heading_of(read_grids(content_of(sheet), sheet.format), sheet.kind)
    return labels_of(grid, head)


def outside_rows(sheet: OutsideSheet) -> list[OutsideRow]:
    """The rows as they stand now, judged. Raises Unlawful when a needed column is not named."""
    if not sheet.stored_as:
        return []
    rows = read_rows(content_of(sheet), sheet)
    (judge_signals if sheet.kind == "SIGNALS" else judge_platform)(rows, sheet)
    return rows


def differences_visible(actor: User) -> ScopedQuerySet[PlatformDifference]:
    """Differences, those to be worked first."""
    rows: Any = PlatformDifference.objects.visible_to(actor)
    found: ScopedQuerySet[PlatformDifference] = rows.select_related(
        "institution", "contract", "region", "sheet", "worked_by"
    ).order_by(F("worked_at").desc(nulls_first=True), "-pk")
    return found


def difference_counts(actor: User) -> dict[str, int]:
    """Open differences by kind."""
    rows = PlatformDifference.objects.visible_to(actor).filter(status="OPEN").order_by()
    return dict(rows.values_list("kind").annotate(count=Count("pk")))


def told_before(difference: PlatformDifference) -> list[PlatformRecord]:
    """What the platform told about the difference's order or contract in its sheets, the newest days first."""
    same = Q(order_no=difference.order_no)
    if difference.contract_id is not None:
        same |= Q(contract=difference.contract_id)
    rows = PlatformRecord.objects.filter(same, bureau=difference.bureau_id, kind=difference.subject)
    return list(rows.select_related("sheet").order_by("-covers_to", "-covers_from", "pk")[:TOLD_SHOWN])
