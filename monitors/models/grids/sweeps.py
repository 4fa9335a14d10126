"""Sweeps 拉网排查: which grids look at everything known in their area within a window of days."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from institutions.models import Institution
from monitors.models.grids.units import GridUnit
from monitors.querysets import SweepQuerySet


class SweepStatus(models.TextChoices):
    """Where a sweep stands."""

    OPEN = "OPEN", "排查中"
    CLOSED = "CLOSED", "已结束"


class GridSweep(RootModel):
    """One sweep of some grids. Coverage is places swept over places known; `targets` freezes the places known."""

    title = models.CharField("名称", max_length=100)
    basis = models.CharField("依据和要求", max_length=500, blank=True, default="")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("截止日期")
    units = models.ManyToManyField(GridUnit, related_name="sweeps", verbose_name="排查的网格")
    status = models.CharField("状态", max_length=8, choices=SweepStatus.choices, default=SweepStatus.OPEN)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    summary = models.CharField("结果说明", max_length=500, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = SweepQuerySet.as_manager()

    class Meta:
        verbose_name = "拉网排查"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="monitors_gridsweep_named"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="monitors_gridsweep_window"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(closed_at__isnull=False), name="monitors_gridsweep_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return "info" if self.status == SweepStatus.OPEN else "ok"


class SweepTarget(models.Model):
    """One place known when the sweep began, and the grid that has to look at it."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    sweep = models.ForeignKey(GridSweep, models.PROTECT, related_name="targets")
    unit = models.ForeignKey(GridUnit, models.PROTECT, related_name="+", verbose_name="网格")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="unit__bureau",
        region="unit__region_path",
        participants=("unit__organisation",),
        counterpart="unit__organisation",
    )
    objects = ScopedQuerySet["SweepTarget"].as_manager()

    class Meta:
        verbose_name = "排查对象"
        ordering = ["unit_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sweep", "institution"], name="monitors_sweeptarget_once")
        ]

    def __str__(self) -> str:
        return str(self.institution)
