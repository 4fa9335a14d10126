"""Working days and deadlines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7


class CalendarYear(models.Model):
    """Whether the State Council's holiday notice of a year has been entered.

    A deadline that would need a missing year says so instead of guessing.
    """

    year = models.PositiveSmallIntegerField("年份", unique=True)
    is_confirmed = models.BooleanField("已公布", default=False)
    source = models.CharField("依据", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "工作日历年度"

    def __str__(self) -> str:
        return f"{self.year}"


class CalendarDay(models.Model):
    """A day that differs from Monday-to-Friday: a holiday, or a make-up workday (调休)."""

    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("是工作日")
    name = models.CharField("名称", max_length=30)

    class Meta:
        verbose_name = "工作日历例外"

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class DeadlineState(models.TextChoices):
    """What became of a deadline."""

    OPEN = "OPEN", "计时中"
    PAUSED = "PAUSED", "中止"
    MET = "MET", "按期完成"
    LATE = "LATE", "逾期完成"
    CANCELLED = "CANCELLED", "撤销"


class Deadline(models.Model):
    """One running term of one object, with how it was computed.

    The object copies `due_on`; the row lets a changed calendar recompute every open term.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    kind = models.CharField("事项", max_length=40)
    label = models.CharField("名称", max_length=60)
    starts_on = models.DateField("起算日")
    amount = models.PositiveSmallIntegerField("期限")
    unit = models.CharField("单位", max_length=20)
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    due_on = models.DateField("到期日")
    explanation = models.JSONField("计算过程", default=list)
    state = models.CharField(max_length=10, choices=DeadlineState.choices, default=DeadlineState.OPEN)
    paused_on = models.DateField(null=True, blank=True)
    finished_on = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="bureau__region__path")
    objects = ScopedQuerySet["Deadline"].as_manager()

    class Meta:
        verbose_name = "期限"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_uid", "kind"],
                condition=Q(state__in=["OPEN", "PAUSED"]),
                name="casework_deadline_one_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["OPEN", "PAUSED"]) | Q(finished_on__isnull=False),
                name="casework_deadline_finished",
            ),
            models.CheckConstraint(
                condition=~Q(state="PAUSED") | Q(paused_on__isnull=False), name="casework_deadline_paused"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "state", "due_on"], name="casework_deadline_due")]

    def __str__(self) -> str:
        return f"{self.label} {self.due_on}"
