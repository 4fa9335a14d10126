"""Counts that schools give about one question: taking part in training, or an opinion. Never names."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from schools.models.registry import School


class SurveyKind(models.TextChoices):
    """What is asked."""

    PARTICIPATION = "PARTICIPATION", "参加培训情况登记"
    OPINION = "OPINION", "意见调查"


class SurveyStatus(models.TextChoices):
    """Where a survey stands; what was published never changes."""

    OPEN = "OPEN", "填报中"
    CLOSED = "CLOSED", "已截止"
    PUBLISHED = "PUBLISHED", "已公布"


class Survey(RootModel):
    """One question with its options, answered by every school in counts of pupils or families.

    `cells` is the published table by stage of schooling, small numbers and their complements hidden (null).
    """

    kind = models.CharField("类别", max_length=14, choices=SurveyKind.choices)
    title = models.CharField("名称", max_length=80)
    question = models.CharField("问题", max_length=200)
    options = models.JSONField("选项")
    due_on = models.DateField("填报期限")
    status = models.CharField("状态", max_length=10, choices=SurveyStatus.choices, default=SurveyStatus.OPEN)
    closed_at = models.DateTimeField("截止时间", null=True, blank=True)
    threshold = models.PositiveIntegerField("最小人数", null=True, blank=True)
    rows = models.JSONField("行", default=list, blank=True)
    cells = models.JSONField("数据", default=list, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公布人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Survey"].as_manager()

    class Meta:
        verbose_name = "学校调查"
        ordering = ["-due_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(question=""), name="schools_survey_told"),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(closed_at__isnull=False), name="schools_survey_closed"
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED")
                | Q(published_at__isnull=False, published_by__isnull=False, threshold__gte=2),
                name="schools_survey_published",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "info", "PUBLISHED": "ok"}.get(self.status, "mute")

    @property
    def heads(self) -> list[str]:
        """Columns of the table."""
        return [*self.options, "合计"]


class SurveyAnswer(RootModel):
    """One school's counts, one for each option in their order; the school keeps whatever names it needs."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="answers", verbose_name="调查")
    school = models.ForeignKey(School, models.PROTECT, related_name="survey_answers", verbose_name="学校")
    counts = models.JSONField("各选项人数")
    total = models.PositiveIntegerField("答复人数")
    submitted_at = models.DateTimeField("填报时间")
    is_late = models.BooleanField("逾期", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="school__organisation")
    objects = ScopedQuerySet["SurveyAnswer"].as_manager()

    class Meta:
        verbose_name = "学校调查答复"
        ordering = ["region_path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "school"], name="schools_surveyanswer_once"),
            models.CheckConstraint(condition=Q(total__gte=1), name="schools_surveyanswer_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.school}"
