"""Values that law leaves open, and the violation taxonomy."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from accounts.models import Region, User

UNVERIFIED = "待核实"
VERIFIED = frozenset({"seen", "local"})


class PolicyValue(models.Model):
    """A dated value of one rule for one region (none = everywhere): caps, days, amounts, thresholds.

    Values keep their legal basis and how sure we are of them; a bureau replaces a value by a new row.
    """

    key = models.CharField("键", max_length=60)
    label = models.CharField("名称", max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    value = models.JSONField("取值")
    unit = models.CharField("单位", max_length=20, blank=True, default="")
    basis = models.CharField("依据", max_length=200)
    confidence = models.CharField("核实情况", max_length=20, default="seen")
    validity = DateRangeField("有效期间")
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "政策参数"
        constraints = [
            ExclusionConstraint(
                name="casework_policyvalue_one_in_force",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (
                        Coalesce("region_id", Value(0, output_field=models.BigIntegerField())),
                        RangeOperators.EQUAL,
                    ),
                    ("validity", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="casework_policyvalue_based"),
        ]

    def __str__(self) -> str:
        return f"{self.label} = {self.value}{self.unit}"

    @property
    def is_verified(self) -> bool:
        """Whether somebody read the value in its document, or the bureau set it."""
        return self.confidence in VERIFIED

    @property
    def cited(self) -> str:
        """Its basis for screens; values nobody has checked yet carry the mark 待核实. Papers cite `basis`."""
        return self.basis if self.is_verified else f"{self.basis}；{UNVERIFIED}"


class ViolationType(models.Model):
    """One kind of violation or problem, used by clues, findings, cases, list grounds and indicators."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    group = models.CharField("类别", max_length=40)
    basis = models.CharField("依据", max_length=300, blank=True, default="")
    details = models.JSONField(default=dict)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "问题类型"

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether somebody read the type and every article that it names in their texts."""
        articles = self.details.get("legal_basis") or []
        given = [self.details.get("confidence", "seen"), *(row.get("confidence", "seen") for row in articles)]
        return VERIFIED.issuperset(given)

    @property
    def cited(self) -> str:
        """Its basis for screens without tags, with the mark 待核实 where an article was not read."""
        parts = [*([self.basis] if self.basis else []), *([] if self.is_verified else [UNVERIFIED])]
        return "；".join(parts)
