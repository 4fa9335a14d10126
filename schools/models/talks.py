"""Three-level talks 三级约谈 of schools, in counts. No column of these tables can hold a name."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from schools.models.registry import School
from schools.models.tips import WorkTip


class TalkLevel(models.TextChoices):
    """Who of the school talks."""

    PRINCIPAL = "PRINCIPAL", "校长"
    DEPUTY = "DEPUTY", "分管领导"
    CLASS_TEACHER = "CLASS_TEACHER", "班主任"


class SchoolTalk(RootModel):
    """Talks of one level at one school on one day, as counts: pupils, parents, and how many were linked to conduct.

    There is no text at all: who was talked to stands on the school's own list, under the school's own codes;
    the school only confirms that it keeps one. Rows are deleted when their retention ends; before that they have
    gone into the county's monthly totals (`TalkTally`).
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="talks", verbose_name="学校")
    tip = models.ForeignKey(
        WorkTip, models.PROTECT, null=True, blank=True, related_name="talks", verbose_name="对应的工作提示"
    )
    level = models.CharField("级别", max_length=14, choices=TalkLevel.choices)
    held_on = models.DateField("约谈日期")
    pupil_count = models.PositiveIntegerField("约谈学生（人次）")
    parent_count = models.PositiveIntegerField("约谈家长（人次）")
    linked_count = models.PositiveIntegerField("其中记入操行评定（人次）", default=0)
    has_code_list = models.BooleanField("学校已建立代码表并自行留存", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="school__organisation")
    objects = ScopedQuerySet["SchoolTalk"].as_manager()

    class Meta:
        verbose_name = "三级约谈"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pupil_count__gt=0) | Q(parent_count__gt=0), name="schools_schooltalk_somebody"
            ),
            models.CheckConstraint(
                condition=Q(linked_count__lte=F("pupil_count")), name="schools_schooltalk_linked"
            ),
            models.CheckConstraint(condition=Q(has_code_list=True), name="schools_schooltalk_code_list"),
            models.UniqueConstraint(
                fields=["school", "level", "held_on"], name="schools_schooltalk_once_a_day"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "held_on"], name="schools_schooltalk_day")]

    def __str__(self) -> str:
        return f"{self.school} {self.get_level_display()} {self.held_on:%Y-%m-%d}"

    @property
    def month(self) -> date:
        """First day of its month."""
        return self.held_on.replace(day=1)


class TalkTally(models.Model):
    """Talks of one level in one month over the whole county; stays when the schools' rows are deleted.

    `school_count` are schools with such talks in the month. Rows of a month whose retention ended are final.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=200, editable=False)
    month = models.DateField("月份")
    level = models.CharField("级别", max_length=14, choices=TalkLevel.choices)
    school_count = models.PositiveIntegerField("学校（所）")
    pupil_count = models.PositiveIntegerField("约谈学生（人次）")
    parent_count = models.PositiveIntegerField("约谈家长（人次）")
    linked_count = models.PositiveIntegerField("其中记入操行评定（人次）")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["TalkTally"].as_manager()

    class Meta:
        verbose_name = "约谈月度合计"
        ordering = ["month", "level"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "month", "level"], name="schools_talktally_month"),
            models.CheckConstraint(condition=Q(school_count__gte=1), name="schools_talktally_schools"),
            models.CheckConstraint(condition=Q(month__day=1), name="schools_talktally_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_level_display()}"


class TalkTable(RootModel):
    """A published table of talks by township and level, as it was shown: small numbers and their complements hidden.

    Spans of one bureau never overlap, so that no two tables can be subtracted from each other. `cells` holds what
    everybody may see, hidden numbers as null; the numbers themselves are not kept here.
    """

    span = DateRangeField("统计期间")
    threshold = models.PositiveIntegerField("最小人数")
    heads = models.JSONField("列")
    rows = models.JSONField("行")
    cells = models.JSONField("数据")
    published_at = models.DateTimeField("发布时间")
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发布人")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["TalkTable"].as_manager()

    class Meta:
        verbose_name = "约谈公开统计表"
        ordering = ["-span"]
        constraints = [
            ExclusionConstraint(
                name="schools_talktable_apart",
                expressions=[("bureau", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(threshold__gte=2), name="schools_talktable_threshold"),
        ]

    def __str__(self) -> str:
        return f"约谈统计 {self.span.lower:%Y-%m-%d} 至 {self.last_day:%Y-%m-%d}"

    @property
    def last_day(self) -> date:
        """Last day of the span."""
        return date.fromordinal(self.span.upper.toordinal() - 1)
