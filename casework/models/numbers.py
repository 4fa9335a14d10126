"""Document numbers (发文字号)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Bureau, Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths


class NumberCounter(models.Model):
    """The last number used by one organ for one kind of document in one year."""

    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last_value = models.PositiveIntegerField()

    class Meta:
        verbose_name = "文号计数"
        constraints = [
            models.UniqueConstraint(fields=["organ", "kind", "year"], name="casework_numbercounter_series"),
        ]

    def __str__(self) -> str:
        return f"{self.organ} {self.kind} {self.year}: {self.last_value}"


class NumberTemplate(models.Model):
    """How a bureau, or one of its organs, writes the numbers of one kind: `{organ}整改〔{year}〕{n}号`."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organ = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    pattern = models.CharField("文号格式", max_length=60)

    class Meta:
        verbose_name = "文号格式"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "organ", "kind"], nulls_distinct=False, name="casework_numbertemplate_kind"
            ),
            models.CheckConstraint(
                condition=Q(pattern__contains="{n}") & Q(pattern__contains="{year}"),
                name="casework_numbertemplate_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.pattern


class IssuedNumber(models.Model):
    """The register of numbers: each stays listed for ever, also when its document is voided."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()
    text = models.CharField("文号", max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    issued_at = models.DateTimeField()
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="organ__region_path", participants=("organ",))
    objects = ScopedQuerySet["IssuedNumber"].as_manager()

    class Meta:
        verbose_name = "文号登记"
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "kind", "year", "value"], name="casework_issuednumber_value"
            ),
            models.UniqueConstraint(fields=["bureau", "text"], name="casework_issuednumber_text"),
        ]

    def __str__(self) -> str:
        return self.text
