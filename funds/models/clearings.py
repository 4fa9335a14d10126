"""What families' names and numbers were taken out of ended contracts: when, how much, by which rule."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel


class FamilyClearing(RootModel):
    """One batch of ended contracts whose families' data went, with the rule as it stood that day.

    `rows_sha256` is over the uids of the contracts in the order in which they were cleared. Nothing in it names
    anybody; it never changes (个人信息保护法 第四十七条).
    """

    rule = models.CharField("规则", max_length=60, editable=False)
    term = models.JSONField("保存期限", default=dict, editable=False)
    basis = models.CharField("依据", max_length=300, editable=False)
    ended_before = models.DateField("清除此日以前结束的合同", editable=False)
    contracts_n = models.PositiveIntegerField("合同（份）", editable=False)
    families_n = models.PositiveIntegerField("家长（人）", editable=False)
    payments_n = models.PositiveIntegerField("支付指令（笔）", editable=False)
    files_n = models.PositiveIntegerField("材料（份）", editable=False)
    rows_sha256 = models.CharField("合同清单摘要值", max_length=64, editable=False)
    cleared_at = models.DateTimeField("清除时间", editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["FamilyClearing"].as_manager()

    class Meta:
        verbose_name = "到期信息清除"
        verbose_name_plural = "到期信息清除"
        constraints = [
            models.CheckConstraint(
                condition=Q(contracts_n__gt=0) & ~Q(rule="") & ~Q(basis="") & ~Q(rows_sha256=""),
                name="funds_familyclearing_told",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"清除 {self.contracts_n} 份合同的家长和学员信息"
