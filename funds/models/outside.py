"""Sheets from outside: signals of other offices, and the national platform's orders, lessons and refunds."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.contracts import Contract
from funds.models.ledger import LINE_MAX_FEN
from institutions.models import Institution


class OutsideKind(models.TextChoices):
    """What the rows are."""

    SIGNALS = "SIGNALS", "外部风险信号"
    ORDERS = "ORDERS", "国家平台订单"
    LESSONS = "LESSONS", "国家平台课消"
    REFUNDS = "REFUNDS", "国家平台退费"


PLATFORM = ["ORDERS", "LESSONS", "REFUNDS"]


class OutsideState(models.TextChoices):
    """Where a sheet stands."""

    CHECKED = "CHECKED", "待确认"
    APPLIED = "APPLIED", "已导入"


class OutsideSheet(RootModel):
    """One sheet that another office or the national platform gave. `columns` says which column holds what.

    The file is kept sealed until it is taken in or thrown away: platform sheets name pupils, which no table
    does. A platform sheet speaks of the days `covers_from` to `covers_to`, both included.
    """

    kind = models.CharField("内容", max_length=8, choices=OutsideKind.choices)
    status = models.CharField(
        "状态", max_length=8, choices=OutsideState.choices, default=OutsideState.CHECKED, editable=False
    )
    file_name = models.CharField("文件名", max_length=200)
    format = models.CharField(max_length=8)
    stored_as = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField("文件指纹", max_length=64)
    columns = models.JSONField("列对应", default=dict, blank=True)
    defaults = models.JSONField("表里没有时取", default=dict, blank=True)
    covers_from = models.DateField("数据起日", null=True, blank=True)
    covers_to = models.DateField("数据止日", null=True, blank=True)
    counts = models.JSONField("结果", default=dict, editable=False)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["OutsideSheet"].as_manager()

    class Meta:
        verbose_name = "外部表格"
        constraints = [
            models.CheckConstraint(
                condition=(Q(status="CHECKED") & ~Q(stored_as=""))
                | Q(status="APPLIED", applied_at__isnull=False, stored_as=""),
                name="funds_outsidesheet_applied",
            ),
            models.CheckConstraint(
                condition=Q(kind="SIGNALS")
                | Q(covers_from__isnull=False, covers_to__isnull=False, covers_to__gte=F("covers_from")),
                name="funds_outsidesheet_days",
                violation_error_message="请填写数据的起止日期，止日不能早于起日。",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "kind", "sha256"], name="funds_outsidesheet_file")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}表格"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "ok" if self.status == "APPLIED" else "warn"


class PlatformRecord(models.Model):
    """What the platform last told about one order in certain days: paid (orders), lessons taken, or refunded.

    For comparison only; people who work a difference see what was told for other days.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    sheet = models.ForeignKey(OutsideSheet, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=OutsideKind.choices)
    order_no = models.CharField("订单号", max_length=40)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="+")
    covers_from = models.DateField("数据起日")
    covers_to = models.DateField("数据止日")
    fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    lessons = models.PositiveIntegerField("课时", null=True, blank=True)

    objects = ScopedQuerySet["PlatformRecord"].as_manager()

    class Meta:
        verbose_name = "国家平台记录"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "kind", "order_no", "covers_from", "covers_to"],
                name="funds_platformrecord_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="SIGNALS") & ~Q(order_no="")
                & (Q(fen__isnull=True) | Q(fen__gte=0, fen__lte=LINE_MAX_FEN)),
                name="funds_platformrecord_told",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order_no}"


class DifferenceKind(models.TextChoices):
    """How the platform and this ledger differ."""

    MISSING_HERE = "HERE", "本局没有"
    MISSING_THERE = "THERE", "平台没有"
    AMOUNT = "AMOUNT", "金额不同"
    LESSONS = "LESSONS", "课时不同"


class DifferenceState(models.TextChoices):
    """Where a difference stands."""

    OPEN = "OPEN", "待核对"
    WORKED = "WORKED", "已处理"
    GONE = "GONE", "已一致"


class DifferenceCause(models.TextChoices):
    """What people found."""

    OURS = "OURS", "本局登记有误，已更正"
    THEIRS = "THEIRS", "平台数据有误，已反馈"
    PLACE = "PLACE", "机构未按规定上平台，已责令改正"
    OFF_BOOK = "OFF_BOOK", "疑似账外收费，已转核查"
    TIMING = "TIMING", "时间差"
    OTHER = "OTHER", "其他"


class PlatformDifference(RootModel):
    """One order on which the platform and this house differ in the days `covers_from` to `covers_to`, both included.

    Worked by people; nothing is posted from it. A sheet of other days neither ends nor changes it.
    """

    sheet = models.ForeignKey(OutsideSheet, models.PROTECT, related_name="differences", verbose_name="表格")
    subject = models.CharField("内容", max_length=8, choices=OutsideKind.choices)
    kind = models.CharField("差异", max_length=8, choices=DifferenceKind.choices)
    order_no = models.CharField("订单号", max_length=40)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="platform_differences",
        verbose_name="机构",
    )  # fmt: skip
    place_name = models.CharField("表里的机构名称", max_length=100, blank=True, default="")
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="合同"
    )
    covers_from = models.DateField("数据起日")
    covers_to = models.DateField("数据止日")
    theirs = models.BigIntegerField("平台", null=True, blank=True)
    ours = models.BigIntegerField("本局", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=8, choices=DifferenceState.choices, default=DifferenceState.OPEN, editable=False
    )
    cause = models.CharField("原因", max_length=8, choices=DifferenceCause.choices, blank=True, default="")
    note = models.CharField("核对情况", max_length=300, blank=True, default="")
    worked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    worked_at = models.DateTimeField("核对时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["PlatformDifference"].as_manager()

    class Meta:
        verbose_name = "国家平台差异"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "subject", "kind", "order_no", "covers_from", "covers_to"],
                condition=Q(status="OPEN"),
                name="funds_platformdifference_one_open",
            ),
            models.CheckConstraint(
                condition=Q(covers_to__gte=F("covers_from")), name="funds_platformdifference_days"
            ),
            models.CheckConstraint(
                condition=~Q(status="WORKED")
                | (Q(worked_by__isnull=False, worked_at__isnull=False) & ~Q(cause="") & ~Q(note="")),
                name="funds_platformdifference_worked",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "subject"], name="funds_platformdiff_queue")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.order_no} {self.get_kind_display()}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid if self.institution else self.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "warn", "WORKED": "ok"}.get(self.status, "mute")
