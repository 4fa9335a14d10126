"""Frozen editions: figures with their rows, notes, and the files made from them."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument
from casework.models.base import uuid7

EDITION_SCOPE = ScopePaths(bureau="edition__period__bureau", region="edition__period__region_path")
SEALED_PARENT = (
    "IF EXISTS (SELECT 1 FROM reports_reportedition WHERE id = {row}.edition_id AND sealed_at IS NOT NULL) "
    "THEN RAISE EXCEPTION 'the edition is sealed'; END IF; RETURN {row};"
)


class ReportEdition(models.Model):
    """One frozen state of a period: number 1, and a further one for every correction.

    `figures_hash` covers the counted figures as frozen; `content_hash` covers everything the edition
    says and is set when the edition is approved, after which nothing about it may change.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    period = models.ForeignKey("reports.ReportPeriod", models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    reason = models.TextField("更正原因", blank=True, default="")
    frozen_at = models.DateTimeField("冻结时间")
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    data_as_of = models.DateTimeField("数据截至")
    form = models.JSONField("表式（冻结）")
    figures_hash = models.CharField("计数校验值", max_length=64)
    filled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    filled_at = models.DateTimeField("填报时间", null=True, blank=True)
    sealed_at = models.DateTimeField("定稿时间", null=True, blank=True)
    content_hash = models.CharField("内容校验值", max_length=64, blank=True, default="")
    foot = models.JSONField("表尾", default=dict)
    reviewed_name = models.CharField("审核人", max_length=40, blank=True, default="")
    approved_name = models.CharField("签发人", max_length=40, blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="period__bureau", region="period__region_path")
    objects = ScopedQuerySet["ReportEdition"].as_manager()

    class Meta:
        verbose_name = "报送版次"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["period", "number"], name="reports_reportedition_number"),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(reason=""), name="reports_reportedition_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | ~Q(content_hash=""), name="reports_reportedition_sealed"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="frozen",
                fields=[
                    "uid",
                    "period",
                    "number",
                    "reason",
                    "frozen_at",
                    "frozen_by",
                    "data_as_of",
                    "form",
                    "figures_hash",
                ],
            ),
            pgtrigger.Protect(
                name="sealed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.sealed_at IS NOT NULL AND"
                    " (OLD.sealed_at, OLD.content_hash, OLD.foot, OLD.filled_by_id, OLD.filled_at, OLD.reviewed_name, OLD.approved_name)"
                    " IS DISTINCT FROM"
                    " (NEW.sealed_at, NEW.content_hash, NEW.foot, NEW.filled_by_id, NEW.filled_at, NEW.reviewed_name, NEW.approved_name)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} 第 {self.number} 版"

    @property
    def bureau(self) -> Bureau:
        """The bureau that reports."""
        return self.period.bureau

    @property
    def is_sealed(self) -> bool:
        """Whether nothing may change any more."""
        return self.sealed_at is not None


class FigureColumn(models.TextChoices):
    """The columns of a form."""

    PERIOD = "period", "本期"
    CUMULATIVE = "cumulative", "累计"


class FigureSource(models.TextChoices):
    """Where a figure comes from."""

    COUNTED = "COUNTED", "自动统计"
    MANUAL = "MANUAL", "人工填报"


class ReportFigure(models.Model):
    """One cell of an edition, with the definition it was counted by and the rows it was counted from.

    `value` is an integer in the stored unit (money in fen). `rows` holds `[primary key, measured value, uid]`
    per row of `row_model`: 1 for a count, the distinct thing, or the summed amount.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    edition = models.ForeignKey(ReportEdition, models.PROTECT, related_name="figures")
    position = models.PositiveSmallIntegerField("次序")
    key = models.CharField("指标", max_length=60)
    column = models.CharField("栏", max_length=12, choices=FigureColumn.choices)
    source = models.CharField("来源", max_length=8, choices=FigureSource.choices)
    value = models.BigIntegerField("数值", null=True, blank=True)
    unit = models.CharField("单位", max_length=20)
    label = models.CharField("名称", max_length=100)
    indicator = models.CharField("统计指标", max_length=60, blank=True, default="")
    dims = models.JSONField("统计条件", default=dict)
    rule = models.TextField("口径", blank=True, default="")
    measure = models.CharField("计量", max_length=10, blank=True, default="")
    row_model = models.CharField(max_length=80, blank=True, default="")
    rows = models.JSONField("明细", default=list)
    remark = models.CharField("数据来源说明", max_length=200, blank=True, default="")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField("填报时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = EDITION_SCOPE
    objects = ScopedQuerySet["ReportFigure"].as_manager()

    class Meta:
        verbose_name = "报表数"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key", "column"], name="reports_reportfigure_cell"),
            models.CheckConstraint(
                condition=Q(source="MANUAL") | Q(value__isnull=False, indicator__gt=""),
                name="reports_reportfigure_counted",
            ),
            models.CheckConstraint(
                condition=Q(source="COUNTED") | Q(value__isnull=True) | Q(entered_by__isnull=False),
                name="reports_reportfigure_entered",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="counted",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__source="COUNTED"),
            ),
            pgtrigger.ReadOnly(
                name="defined",
                fields=[
                    "uid",
                    "edition",
                    "position",
                    "key",
                    "column",
                    "source",
                    "unit",
                    "label",
                    "row_model",
                ],
            ),
            pgtrigger.Trigger(
                name="sealed",
                operation=pgtrigger.Update | pgtrigger.Insert,
                when=pgtrigger.Before,
                func=SEALED_PARENT.format(row="NEW"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_column_display()}）"

    @property
    def is_manual(self) -> bool:
        """Whether a person entered the value."""
        return self.source == FigureSource.MANUAL

    @property
    def row_ids(self) -> list[Any]:
        """Primary keys of the counted rows."""
        return [row[0] for row in self.rows]

    def content(self) -> dict[str, Any]:
        """What the figure says, for hashing and for the package."""
        names = (
            "key", "column", "source", "value", "unit", "label", "indicator", "dims", "rule", "measure", "row_model",
            "rows", "remark",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


class NoteKind(models.TextChoices):
    """What a text of an edition is."""

    NARRATIVE = "NARRATIVE", "文字说明"
    EXPLANATION = "EXPLANATION", "校验说明"


class ReportNote(models.Model):
    """A text of an edition: a section of the narrative, or the explanation of a quality check."""

    edition = models.ForeignKey(ReportEdition, models.PROTECT, related_name="notes")
    kind = models.CharField("种类", max_length=12, choices=NoteKind.choices)
    key = models.CharField("位置", max_length=100)
    text = models.TextField("内容")
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField("填写时间")

    scope_paths: ClassVar[ScopePaths] = EDITION_SCOPE
    objects = ScopedQuerySet["ReportNote"].as_manager()

    class Meta:
        verbose_name = "报表文字"
        ordering = ["kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "kind", "key"], name="reports_reportnote_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="sealed",
                operation=pgtrigger.Update | pgtrigger.Insert,
                when=pgtrigger.Before,
                func=SEALED_PARENT.format(row="NEW"),
            ),
            pgtrigger.Trigger(
                name="sealed_delete",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=SEALED_PARENT.format(row="OLD"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class ExportKind(models.TextChoices):
    """Files made from an edition."""

    XLSX = "XLSX", "Excel 报表"
    DOCX = "DOCX", "Word 文件"
    PDF = "PDF", "PDF 文件"
    PACKAGE = "PACKAGE", "上级平台数据包"


class ReportExport(models.Model):
    """One file of an approved edition; made once, and made again it has the same bytes."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    edition = models.ForeignKey(ReportEdition, models.PROTECT, related_name="exports")
    kind = models.CharField("种类", max_length=8, choices=ExportKind.choices)
    file_name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField(max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    created_at = models.DateTimeField("生成时间")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = EDITION_SCOPE
    objects = ScopedQuerySet["ReportExport"].as_manager()

    class Meta:
        verbose_name = "报表文件"
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "kind"], name="reports_reportexport_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="reports_reportexport_not_empty"),
        ]
        triggers = [pgtrigger.Protect(name="keep", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.file_name

    @property
    def bureau(self) -> Bureau:
        """The bureau that reports."""
        return self.edition.period.bureau
