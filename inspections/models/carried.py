"""Problems of earlier visits that a later visit to the same place looks at again."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7
from inspections.models.visits import Finding, Visit


class CarriedResult(models.TextChoices):
    """What the officers saw of an earlier problem."""

    DONE = "DONE", "已整改"
    PARTLY = "PARTLY", "部分整改"
    NOT_DONE = "NOT_DONE", "未整改"
    UNSEEN = "UNSEEN", "无法核实"


class CarriedFinding(models.Model):
    """One unresolved problem brought along to a later visit, and what was seen of it there.

    It closes nothing: closing goes through the re-check by two officers of the responsible organ. Its
    photos are evidence of this row.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="carried", verbose_name="检查")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="carried", verbose_name="以前的问题")
    brought_at = models.DateTimeField("带入时间")
    result = models.CharField(
        "核实结果", max_length=10, choices=CarriedResult.choices, blank=True, default=""
    )
    note = models.CharField("说明", max_length=300, blank=True, default="")
    answered_at = models.DateTimeField("核实时间", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="visit__bureau",
        region="visit__region_path",
        participants=("visit__deployment__members__organisation", "visit__deployment__lead_organ"),
    )
    objects = ScopedQuerySet["CarriedFinding"].as_manager()

    class Meta:
        verbose_name = "以前问题的核实"
        ordering = ["visit", "finding"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "finding"], name="inspections_carriedfinding_once"),
            models.CheckConstraint(
                condition=Q(result="") | (Q(answered_at__isnull=False) & Q(answered_by__isnull=False)),
                name="inspections_carriedfinding_answered",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["", "DONE"]) | ~Q(note=""),
                name="inspections_carriedfinding_shortfall_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} {self.get_result_display()}"

    @property
    def bureau(self) -> object:
        """The tenant, for evidence and audit."""
        return self.visit.bureau

    @property
    def region_path(self) -> str:
        """The place, for the audit event."""
        return self.visit.region_path

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.visit.file_uid
