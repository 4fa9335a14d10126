"""The public notice of candidates, and what the public objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel

if TYPE_CHECKING:
    from datetime import date


class CandidateNotice(RootModel):
    """One public notice 公示 of candidates with its window for objections.

    Who stands on it are the monitors that point at it; the window is counted in the bureau's calendar.
    """

    title = models.CharField("标题", max_length=120)
    text = models.TextField("公示内容", max_length=2000, blank=True, default="")
    contact = models.CharField("异议受理电话、地址", max_length=200)
    starts_on = models.DateField("公示日期")
    ends_on = models.DateField("公示截止日期")
    explanation = models.JSONField("期限计算", default=list)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["CandidateNotice"].as_manager()

    class Meta:
        verbose_name = "拟聘公示"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(contact=""), name="monitors_candidatenotice_told"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="monitors_candidatenotice_window"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open_on(self, day: date) -> bool:
        """Whether objections are still taken."""
        return self.starts_on <= day <= self.ends_on


class Objection(RootModel):
    """One objection to a candidate during the notice, and what the bureau found.

    Who objected stays in the paper file; the row keeps the way it came, the matter and the finding.
    """

    monitor = models.ForeignKey(
        "monitors.Monitor", models.PROTECT, related_name="objections", verbose_name="拟聘人员"
    )
    received_on = models.DateField("收到日期")
    way = models.CharField("提出方式", max_length=60)
    content = models.TextField("异议内容", max_length=1000)
    finding = models.TextField("调查结论", max_length=1000, blank=True, default="")
    is_upheld = models.BooleanField("异议成立", null=True, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Objection"].as_manager()

    class Meta:
        verbose_name = "公示异议"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(content="") & ~Q(way=""), name="monitors_objection_told"),
            models.CheckConstraint(
                condition=Q(is_upheld__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | (
                    Q(is_upheld__isnull=False, decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(finding="")
                ),
                name="monitors_objection_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.monitor} {self.received_on:%Y-%m-%d}"
