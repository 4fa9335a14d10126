"""Ranges of penalties: what the law allows, and the discretion ladder inside it. All of it is data."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from accounts.models import Region, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from penalties.models.choices import MeasureKind, RuleLayer, RuleUnit, Seriousness


class PenaltyRule(models.Model):
    """One range: for a group of violations (V1, V2 …) of some seriousness, what may be imposed.

    Rows of layer LAW are the bounds of the law; rows of layer LADDER are steps of a published
    discretion benchmark (行政处罚法 第三十四条), each with its 阶次 and the circumstances that lead to it.
    `minimum` and `maximum` count in `unit` and bound the fine, or the bar in months.
    """

    layer = models.CharField("层次", max_length=8, choices=RuleLayer.choices)
    law_ref = models.CharField("违法行为", max_length=8)
    seriousness = models.CharField("情节", max_length=10, choices=Seriousness.choices)
    step = models.CharField("裁量阶次", max_length=40, blank=True, default="")
    circumstances = models.CharField("适用情形", max_length=300, blank=True, default="")
    kinds = ArrayField(
        models.CharField(max_length=20, choices=MeasureKind.choices), verbose_name="可以给予的处罚"
    )
    unit = models.CharField("数额单位", max_length=8, choices=RuleUnit.choices, default=RuleUnit.NONE)
    minimum = models.BigIntegerField("下限", null=True, blank=True)
    maximum = models.BigIntegerField("上限", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    source = models.CharField("来源文件", max_length=200, blank=True, default="")
    confidence = models.CharField("核实情况", max_length=20, default="seen")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    validity = DateRangeField("有效期间")
    set_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(public=True)
    objects = ScopedQuerySet["PenaltyRule"].as_manager()

    class Meta:
        verbose_name = "处罚幅度和裁量基准"
        ordering = ["law_ref", "layer", "seriousness", "minimum", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(basis=""), name="penalties_penaltyrule_based"),
            models.CheckConstraint(
                condition=Q(unit="NONE", minimum__isnull=True, maximum__isnull=True)
                | (~Q(unit="NONE") & Q(minimum__isnull=False) & Q(minimum__gte=0)),
                name="penalties_penaltyrule_counted",
            ),
            models.CheckConstraint(
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")),
                name="penalties_penaltyrule_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law_ref} {self.step or self.get_seriousness_display()}：{self.range_words}"

    @property
    def range_words(self) -> str:
        """The range as people say it."""
        if self.unit == RuleUnit.NONE or self.minimum is None:
            return "、".join(MeasureKind(kind).label for kind in self.kinds)
        low = self._counted(self.minimum)
        if self.maximum is None:
            return f"{low}{self.get_unit_display()}以上"
        return f"{low}至{self._counted(self.maximum)}{self.get_unit_display()}"

    def _counted(self, amount: int) -> str:
        if self.unit == RuleUnit.MONTHS:
            return str(amount)
        text = f"{amount / 100:,.2f}"
        return text.rstrip("0").rstrip(".")
