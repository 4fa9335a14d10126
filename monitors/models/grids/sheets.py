"""Sheets of grid staff that townships send."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel


class SheetState(models.TextChoices):
    """Where a sheet stands."""

    CHECKED = "CHECKED", "待确认"
    APPLIED = "APPLIED", "已导入"
    DROPPED = "DROPPED", "已放弃"


class GridSheet(RootModel):
    """One uploaded sheet of grid staff: its rows as read, what each would do and why not.

    `rows` is a list of {number, kind, reasons, values}; nothing is written to the grids before somebody confirms.
    """

    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    rows = models.JSONField("逐行结果", default=list)
    counts = models.JSONField("核对结果", default=dict)
    state = models.CharField("状态", max_length=8, choices=SheetState.choices, default=SheetState.CHECKED)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["GridSheet"].as_manager()

    class Meta:
        verbose_name = "网格人员表"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="APPLIED") | Q(applied_at__isnull=False), name="monitors_gridsheet_applied"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state_tone(self) -> str:
        """Colour of the state word."""
        return {"CHECKED": "warn", "APPLIED": "ok"}.get(self.state, "mute")
