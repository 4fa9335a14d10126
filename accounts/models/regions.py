"""The tree of administrative regions."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths


class RegionLevel(models.TextChoices):
    """Levels of GB/T 2260 and GB/T 10114 that supervision uses."""

    PROVINCE = "PROVINCE", "省级"
    CITY = "CITY", "市级"
    COUNTY = "COUNTY", "县级"
    TOWNSHIP = "TOWNSHIP", "乡镇（街道）"


class Region(models.Model):
    """One administrative region.

    `path` is the materialised path of own ids (`/1/14/203/`). Official codes are re-issued when
    borders move, so the code is an attribute with a validity span, never the key.
    """

    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField("路径", max_length=200, blank=True, default="")
    valid_from = models.DateField("启用日期", default="1949-10-01")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    successors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="predecessors")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="path", bureau="", public=True)
    objects = ScopedQuerySet["Region"].as_manager()

    class Meta:
        verbose_name = "行政区划"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="accounts_region_code_in_force"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="accounts_region_span_forward",
            ),
            models.CheckConstraint(
                condition=Q(level="PROVINCE") | Q(parent__isnull=False), name="accounts_region_has_parent"
            ),
        ]
        indexes = [models.Index(OpClass("path", "text_pattern_ops"), name="accounts_region_path_prefix")]

    def __str__(self) -> str:
        return self.name
