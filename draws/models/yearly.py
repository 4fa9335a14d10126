"""The year's plan of random inspections, and its rows."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from casework.yearly import PlanStatus, rows_stay
from fieldwork.models import Checklist

MOST_SHARE = 10_000


class DrawPlan(RootModel):
    """A bureau's plan of random inspections for one year 年度双随机抽查计划 (国发〔2019〕5号).

    Approved by a leader who did not compile it, published with its number and date. A changed plan is a new
    row that takes the place of the old one on the day it is published; both stay readable.
    """

    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="编制机关")
    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(2020), MaxValueValidator(2100)]
    )
    basis = models.CharField("编制依据", max_length=300)
    note = models.TextField("说明", blank=True, default="")
    status = models.CharField("状态", max_length=12, choices=PlanStatus.choices, default=PlanStatus.DRAFT)
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approval_note = models.CharField("审批意见", max_length=300, blank=True, default="")
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    superseded_at = models.DateTimeField("被代替时间", null=True, blank=True)
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公布文书"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ", "rows__lead_organ", "rows__partners")
    )
    objects = ScopedQuerySet["DrawPlan"].as_manager()

    class Meta:
        verbose_name = "年度双随机抽查计划"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "year"], condition=Q(status="PUBLISHED"), name="draws_drawplan_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["bureau", "year"],
                condition=Q(status__in=["DRAFT", "SUBMITTED", "APPROVED"]),
                name="draws_drawplan_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "SUBMITTED"])
                | (Q(approved_at__isnull=False) & Q(approved_by__isnull=False)),
                name="draws_drawplan_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "SUPERSEDED"])
                | (Q(published_at__isnull=False) & Q(document__isnull=False)),
                name="draws_drawplan_published",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="draws_drawplan_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度双随机抽查计划"

    @property
    def number(self) -> str:
        """The number under which it was published."""
        return self.document.number if self.document else ""

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"SUBMITTED": "warn", "APPROVED": "info", "PUBLISHED": "ok"}.get(self.status, "mute")


class DrawPlanRow(models.Model):
    """One line of a plan: what is checked, among which places, what share, when, who leads, who joins.

    `key` stays the same when a new plan takes a row over, so that earlier draws go on counting for it.
    `per_10000` is the share of the pool that is drawn, in ten-thousandths.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.UUIDField(default=uuid7, editable=False)
    plan = models.ForeignKey(DrawPlan, models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField("序号")
    item = models.CharField("抽查事项", max_length=200)
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查清单"
    )
    pool = models.CharField("抽查对象", max_length=200)
    filters = models.JSONField("名录条件", default=dict, blank=True)
    per_10000 = models.PositiveIntegerField("抽查比例")
    window_from = models.DateField("开始日期")
    window_until = models.DateField("结束日期")
    lead_organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="牵头部门")
    partners = models.ManyToManyField(Organisation, blank=True, related_name="+", verbose_name="联合部门")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="plan__bureau",
        region="plan__region_path",
        participants=("plan__organ", "lead_organ", "partners"),
    )
    objects = ScopedQuerySet["DrawPlanRow"].as_manager()

    class Meta:
        verbose_name = "抽查计划事项"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="draws_drawplanrow_position"),
            models.UniqueConstraint(fields=["plan", "key"], name="draws_drawplanrow_key"),
            models.CheckConstraint(
                condition=Q(per_10000__gte=1, per_10000__lte=MOST_SHARE),
                name="draws_drawplanrow_share",
                violation_error_message="抽查比例须大于零、不超过百分之百。",
            ),
            models.CheckConstraint(
                condition=Q(window_until__gte=F("window_from")),
                name="draws_drawplanrow_window",
                violation_error_message="抽查结束日期不能早于开始日期。",
            ),
        ]
        triggers = [rows_stay("draws_drawplan")]

    def __str__(self) -> str:
        return f"{self.position}. {self.item}"

    @property
    def percent(self) -> str:
        """The share in per cent, as written: 10, 7.5, 0.25."""
        return f"{self.per_10000 / 100:.2f}".rstrip("0").rstrip(".")

    @property
    def window(self) -> str:
        """Its window in words."""
        first, last = self.window_from, self.window_until
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.month} 月 {first.day}—{last.day} 日"
        return f"{first.month} 月 {first.day} 日—{last.month} 月 {last.day} 日"

    def state_on(self, day: date | None, drawn: int, in_hand: int) -> str:
        """`DONE`, `OVERDUE`, `DUE`, `IN_HAND` or `LATER`, from its draws that were drawn and those under way."""
        today = day or timezone.localdate()
        if drawn:
            return "DONE"
        if today > self.window_until:
            return "OVERDUE"
        if in_hand:
            return "IN_HAND"
        return "DUE" if today >= self.window_from else "LATER"
