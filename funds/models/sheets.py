"""Sheets of contracts and lessons on their way in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import PARTICIPANTS
from institutions.models import Institution


class SheetKind(models.TextChoices):
    """What the rows are."""

    CONTRACTS = "CONTRACTS", "培训合同"
    LESSONS = "LESSONS", "课时"
    OPENING = "OPENING", "期初余额"


class SheetStatus(models.TextChoices):
    """Where a sheet stands."""

    CHECKED = "CHECKED", "待确认"
    APPLIED = "APPLIED", "已导入"


class FundSheet(RootModel):
    """One uploaded sheet of an institution. The file is kept sealed until it is applied and then removed: it
    names families in clear, which no table does. An opening sheet posts money: another person applies it.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    kind = models.CharField("内容", max_length=10, choices=SheetKind.choices)
    status = models.CharField(
        "状态", max_length=10, choices=SheetStatus.choices, default=SheetStatus.CHECKED, editable=False
    )
    file_name = models.CharField("文件名", max_length=200)
    format = models.CharField(max_length=8)
    stored_as = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField("文件指纹", max_length=64)
    counts = models.JSONField("结果", default=dict, editable=False)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["FundSheet"].as_manager()

    class Meta:
        verbose_name = "预收费表格"
        constraints = [
            models.CheckConstraint(
                condition=(Q(status="CHECKED") & ~Q(stored_as=""))
                | Q(status="APPLIED", applied_at__isnull=False, stored_as=""),
                name="funds_fundsheet_applied",
            ),
            models.CheckConstraint(
                condition=~Q(kind="OPENING", status="APPLIED")
                | (Q(applied_by__isnull=False) & ~Q(applied_by=F("created_by"))),
                name="funds_fundsheet_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}表格"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "ok" if self.status == "APPLIED" else "warn"
