"""Manuals and who read them, trainings and their tests, the yearly assessment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import Activity, RootModel
from casework.models.base import uuid7
from monitors.models.people import Monitor
from monitors.querysets import OwnQuerySet

OF_MONITOR = ScopePaths(bureau="monitor__bureau", region="monitor__region_path")


class Manual(RootModel):
    """One version of the monitors' working manual 《社会监督员工作手册》; published versions never change."""

    number = models.PositiveSmallIntegerField("版本")
    title = models.CharField("名称", max_length=100)
    text = models.TextField("内容", max_length=20000)
    effective_on = models.DateField("施行日期")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Manual"].as_manager()

    class Meta:
        verbose_name = "工作手册"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="monitors_manual_number"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="monitors_manual_told"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class ManualReceipt(models.Model):
    """A monitor read one version of the manual: signed on the phone, or on paper and entered at the desk."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    manual = models.ForeignKey(Manual, models.PROTECT, related_name="receipts")
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="manual_receipts")
    acknowledged_at = models.DateTimeField("确认时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")

    scope_paths: ClassVar[ScopePaths] = OF_MONITOR
    objects = OwnQuerySet["ManualReceipt"].as_manager()

    class Meta:
        verbose_name = "手册阅读确认"
        ordering = ["-acknowledged_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["manual", "monitor"], name="monitors_manualreceipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.manual} {self.monitor}"


class TrainingResult(models.Model):
    """A monitor at one training of the activity register, with the result of its test (points of 100)."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="monitor_results")
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="training_results")
    score = models.PositiveSmallIntegerField("测试成绩", null=True, blank=True)
    is_passed = models.BooleanField("合格")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")

    scope_paths: ClassVar[ScopePaths] = OF_MONITOR
    objects = OwnQuerySet["TrainingResult"].as_manager()

    class Meta:
        verbose_name = "培训成绩"
        ordering = ["-activity__held_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "monitor"], name="monitors_trainingresult_once"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="monitors_trainingresult_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.monitor}"


class Grade(models.TextChoices):
    """Result of a year."""

    EXCELLENT = "EXCELLENT", "优秀"
    COMPETENT = "COMPETENT", "称职"
    INCOMPETENT = "INCOMPETENT", "不称职"


class Assessment(RootModel):
    """The assessment of one monitor for one year; `inputs` keeps the counts that it was based on."""

    monitor = models.ForeignKey(
        Monitor, models.PROTECT, related_name="assessments", verbose_name="社会监督员"
    )
    year = models.PositiveSmallIntegerField("年度")
    grade = models.CharField("等次", max_length=12, choices=Grade.choices)
    inputs = models.JSONField("考核依据", default=dict)
    note = models.CharField("考核意见", max_length=300)
    reward = models.CharField("奖惩", max_length=100, blank=True, default="")
    assessed_at = models.DateTimeField("考核时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = OwnQuerySet["Assessment"].as_manager()

    class Meta:
        verbose_name = "年度考核"
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["monitor", "year"], name="monitors_assessment_once"),
            models.CheckConstraint(condition=~Q(note=""), name="monitors_assessment_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.monitor} {self.year} 年度{self.get_grade_display()}"

    @property
    def grade_tone(self) -> str:
        """Colour of the result."""
        return {"EXCELLENT": "ok", "COMPETENT": "info"}.get(self.grade, "bad")
