"""Covers under which subject training hides, and what proves each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import ViolationType
from complaints.models.clues import Clue


class CoverPattern(models.Model):
    """One cover of hidden training 隐形变异形态 (N19): what it looks like and which evidence proves it. Reference data."""

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40)
    description = models.CharField("表现", max_length=300)
    signs = models.JSONField("识别要点", default=list)
    evidence = models.JSONField("须取得的证据", default=list)
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    violation = models.ForeignKey(
        ViolationType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="问题类型"
    )
    is_active = models.BooleanField("启用", default=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(public=True)
    objects = ScopedQuerySet["CoverPattern"].as_manager()

    class Meta:
        verbose_name = "隐形变异形态"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=[]), name="complaints_pattern_provable"),
        ]

    def __str__(self) -> str:
        return self.name


class CluePattern(models.Model):
    """A handler's finding that a clue shows a cover, and which of the needed evidence is at hand."""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="patterns")
    pattern = models.ForeignKey(CoverPattern, models.PROTECT, related_name="uses")
    held = models.JSONField("已取得的证据", default=list, blank=True)
    noted_at = models.DateTimeField("认定时间")
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="clue__bureau", region="clue__region_path", participants=("clue__assigned_organ",)
    )
    objects = ScopedQuerySet["CluePattern"].as_manager()

    class Meta:
        verbose_name = "线索的隐形变异形态"
        constraints = [
            models.UniqueConstraint(fields=["clue", "pattern"], name="complaints_cluepattern_once")
        ]

    def __str__(self) -> str:
        return f"{self.clue}：{self.pattern}"

    @property
    def missing(self) -> list[str]:
        """Needed evidence that is not at hand yet."""
        return [item for item in self.pattern.evidence if item not in self.held]
