"""Imports of institution sheets."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import JobRun, RootModel
from institutions.models.institutions import Institution


class ImportState(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "UPLOADED", "待匹配列"
    CHECKING = "CHECKING", "正在核对"
    CHECKED = "CHECKED", "待确认"
    APPLYING = "APPLYING", "正在写入"
    APPLIED = "APPLIED", "已导入"
    FAILED = "FAILED", "未完成"


class RowKind(models.TextChoices):
    """What an import would do with a row."""

    NEW = "NEW", "新增"
    CHANGED = "CHANGED", "变更"
    UNCHANGED = "UNCHANGED", "无变化"
    SUSPECT = "SUSPECT", "疑似重复"
    REJECTED = "REJECTED", "不予导入"
    IGNORED = "IGNORED", "已略过"


class Decision(models.TextChoices):
    """What a person decided about a suspected duplicate."""

    SKIP = "SKIP", "暂不导入"
    CREATE = "CREATE", "确认是另一家，新增"
    MERGE = "MERGE", "确认是同一家，更新"


class ImportBatch(RootModel):
    """One uploaded sheet of institutions on its way into the register.

    `baseline` is a fingerprint of the bureau's register at the check; if the register has changed
    before the rows are applied, the check is repeated, so nothing is written on stale grounds.
    """

    file_name = models.CharField("文件名", max_length=200)
    stored_as = models.CharField(max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    sheet = models.CharField("工作表", max_length=100, blank=True, default="")
    header_row = models.PositiveIntegerField("表头首行", default=0)
    header_rows = models.PositiveSmallIntegerField("表头行数", default=1)
    mapping = models.JSONField("列对应", default=dict)
    state = models.CharField("状态", max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    counts = models.JSONField("核对结果", default=dict)
    baseline = models.CharField(max_length=64, blank=True, default="")
    rows_hash = models.CharField("写入行指纹", max_length=64, blank=True, default="")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    message = models.CharField("说明", max_length=300, blank=True, default="")
    job = models.ForeignKey(JobRun, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["ImportBatch"].as_manager()

    class Meta:
        verbose_name = "机构导入"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="APPLIED") | (Q(applied_at__isnull=False) & ~Q(rows_hash="")),
                name="institutions_importbatch_applied",
            ),
            models.CheckConstraint(
                condition=~Q(state="FAILED") | ~Q(message=""), name="institutions_importbatch_failed"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of an uploaded sheet with what would happen to it and why."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    kind = models.CharField("结果", max_length=10, choices=RowKind.choices)
    name = models.CharField("机构名称", max_length=200, blank=True, default="")
    raw = models.JSONField("原始内容", default=list)
    values = models.JSONField("整理后内容", default=dict)
    changes = models.JSONField("变化", default=dict)
    reasons = models.JSONField("说明", default=list)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField("处理", max_length=10, choices=Decision.choices, default=Decision.SKIP)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="batch__bureau", region="batch__region_path")
    objects = ScopedQuerySet["ImportRow"].as_manager()

    class Meta:
        verbose_name = "导入行"
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="institutions_importrow_number"),
            models.CheckConstraint(
                condition=~Q(kind__in=["REJECTED", "SUSPECT", "IGNORED"]) | ~Q(reasons=[]),
                name="institutions_importrow_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["CHANGED", "UNCHANGED"]) | Q(institution__isnull=False),
                name="institutions_importrow_matched",
            ),
        ]
        indexes = [models.Index(fields=["batch", "kind", "number"], name="institutions_importrow_kind")]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
