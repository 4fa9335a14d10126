"""Rows of a case file, and the officers who handle it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7
from penalties.models import choices
from penalties.models.cases import Case

CHILD_SCOPE = ScopePaths(bureau="case__bureau", region="case__region_path", participants=("case__organ",))


class CaseRow(models.Model):
    """A row of a case file: belongs to one case, keeps who wrote it down and when."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="%(class)ss")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="登记人")

    scope_paths: ClassVar[ScopePaths] = CHILD_SCOPE

    class Meta:
        abstract = True

    @property
    def bureau(self) -> Any:
        """The tenant of the case."""
        return self.case.bureau

    @property
    def region_path(self) -> str:
        """Where the case lies, for the audit event's scope."""
        return self.case.region_path

    @property
    def file_uid(self) -> UUID | None:
        """The institution's file."""
        return self.case.file_uid


class CaseOfficer(CaseRow):
    """An officer who handles the case, with the certificate as it was on the day of appointment."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="办案人员")
    person_name = models.CharField("姓名", max_length=40)
    certificate_no = models.CharField("执法证号", max_length=60)
    removed_at = models.DateTimeField("退出时间", null=True, blank=True)
    removed_reason = models.CharField("退出原因", max_length=120, blank=True, default="")

    objects = ScopedQuerySet["CaseOfficer"].as_manager()

    class Meta:
        verbose_name = "办案人员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"],
                condition=Q(removed_at__isnull=True),
                name="penalties_caseofficer_once",
            ),
            models.CheckConstraint(condition=~Q(certificate_no=""), name="penalties_caseofficer_certified"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}（{self.certificate_no}）"


class CaseRecusal(CaseRow):
    """An application that an officer stand aside (行政处罚法 第四十三条); the inquiry goes on meanwhile."""

    officer = models.ForeignKey(CaseOfficer, models.PROTECT, related_name="recusals", verbose_name="办案人员")
    is_by_party = models.BooleanField("当事人申请", default=True)
    ground = models.CharField("回避事由", max_length=200)
    status = models.CharField(
        "状态", max_length=10, choices=choices.RecusalStatus.choices, default=choices.RecusalStatus.OPEN
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision_note = models.CharField("决定意见", max_length=200, blank=True, default="")

    objects = ScopedQuerySet["CaseRecusal"].as_manager()

    class Meta:
        verbose_name = "回避申请"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(decided_at__isnull=False), name="penalties_caserecusal_decided"
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="penalties_caserecusal_grounded"),
        ]

    def __str__(self) -> str:
        return f"{self.officer.person_name} 回避申请"
