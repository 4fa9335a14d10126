"""How far an institution has come on the national platform of off-campus training."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from institutions.models.institutions import Institution


class Milestone(models.TextChoices):
    """Steps on 全国校外教育培训监管与服务综合平台 that counties report; payment is the fund room's."""

    ONBOARDED = "ONBOARDED", "入驻平台"
    VERIFIED = "VERIFIED", "信息核验通过"
    COURSES = "COURSES", "课程上架"
    ORDERS = "ORDERS", "有订单"


class PlatformMilestone(RootModel):
    """An institution reached a milestone on a day, and may have left it on a later one."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="platform_milestones", verbose_name="机构"
    )
    milestone = models.CharField("事项", max_length=9, choices=Milestone.choices)
    reached_on = models.DateField("达到日期")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    left_on = models.DateField("退出日期", null=True, blank=True)
    left_note = models.CharField("退出原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="institution__organisation")
    objects = ScopedQuerySet["PlatformMilestone"].as_manager()

    class Meta:
        verbose_name = "国家平台进度"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "milestone"],
                condition=Q(left_on__isnull=True),
                name="institutions_platformmilestone_once",
                violation_error_message="这家机构的这一事项已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, left_note="")
                | Q(left_on__isnull=False, left_on__gte=F("reached_on")) & ~Q(left_note=""),
                name="institutions_platformmilestone_left",
                violation_error_message="退出日期不能早于达到日期，并须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_milestone_display()}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid
