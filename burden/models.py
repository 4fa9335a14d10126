"""Yearly plans, merged visits, entry scans and anonymous ratings."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from casework.yearly import PlanStatus, rows_stay
from inspections.models import Deployment, InspectionKind, Visit


class YearlyPlan(RootModel):
    """One organ's plan of inspections of enterprises for one year (国办发〔2024〕54号).

    Approved by the head, published with its number. A changed plan is a new row that takes the place of the
    old one on the day it is published; both stay readable.
    """

    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="检查机关")
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

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("organ",))
    objects = ScopedQuerySet["YearlyPlan"].as_manager()

    class Meta:
        verbose_name = "年度检查计划"
        ordering = ["-year", "organ", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "year"],
                condition=Q(status="PUBLISHED"),
                name="burden_yearlyplan_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["organ", "year"],
                condition=Q(status__in=["DRAFT", "SUBMITTED", "APPROVED"]),
                name="burden_yearlyplan_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "SUBMITTED"])
                | (Q(approved_at__isnull=False) & Q(approved_by__isnull=False)),
                name="burden_yearlyplan_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["PUBLISHED", "SUPERSEDED"])
                | (Q(published_at__isnull=False) & Q(document__isnull=False)),
                name="burden_yearlyplan_published",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="burden_yearlyplan_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organ.short_name}{self.year}年度检查计划"

    @property
    def number(self) -> str:
        """The number under which it was published."""
        return self.document.number if self.document else ""


class PlanMethod(models.TextChoices):
    """Whether officers come, or papers and data do."""

    ON_SITE = "ON_SITE", "现场检查"
    OFF_SITE = "OFF_SITE", "非现场检查"


class PlanItem(models.Model):
    """One line of a yearly plan: what is checked, where, by whom, when, how many places (家次)."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    plan = models.ForeignKey(YearlyPlan, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField("序号")
    subject = models.CharField("检查事项", max_length=200)
    targets = models.CharField("检查对象", max_length=200)
    kind = models.CharField("检查类别", max_length=20, choices=InspectionKind.choices)
    method = models.CharField(
        "检查方式", max_length=10, choices=PlanMethod.choices, default=PlanMethod.ON_SITE
    )
    partners = models.ManyToManyField(Organisation, blank=True, related_name="+", verbose_name="配合部门")
    month_from = models.PositiveSmallIntegerField("开始月份")
    month_to = models.PositiveSmallIntegerField("结束月份")
    planned_n = models.PositiveIntegerField("计划家次")
    basis = models.CharField("检查依据", max_length=300)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="plan__bureau", region="plan__region_path", participants=("plan__organ", "partners")
    )
    objects = ScopedQuerySet["PlanItem"].as_manager()

    class Meta:
        verbose_name = "计划事项"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="burden_planitem_position"),
            models.CheckConstraint(
                condition=Q(month_from__gte=1) & Q(month_to__lte=12) & Q(month_to__gte=F("month_from")),
                name="burden_planitem_months",
            ),
            models.CheckConstraint(condition=Q(planned_n__gte=1), name="burden_planitem_some"),
        ]
        triggers = [rows_stay("burden_yearlyplan")]

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}"

    @property
    def months(self) -> str:
        """Its window in words."""
        if self.month_from == self.month_to:
            return f"{self.month_from} 月"
        return f"{self.month_from}—{self.month_to} 月"


class PlannedOuting(models.Model):
    """Under which item of the yearly plan an outing runs, or why it runs outside the plan."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    deployment = models.OneToOneField(Deployment, models.PROTECT, related_name="planned")
    item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="outings", verbose_name="计划事项"
    )
    outside_reason = models.CharField("计划外理由", max_length=300, blank=True, default="")
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField("登记时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="deployment__bureau",
        region="deployment__region_path",
        participants=("deployment__members__organisation", "deployment__lead_organ"),
    )
    objects = ScopedQuerySet["PlannedOuting"].as_manager()

    class Meta:
        verbose_name = "检查列入计划"
        constraints = [
            models.CheckConstraint(
                condition=(Q(item__isnull=False) & Q(outside_reason=""))
                | (Q(item__isnull=True) & ~Q(outside_reason="")),
                name="burden_plannedouting_item_or_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.item) if self.item else f"计划外：{self.outside_reason}"


class VisitMerge(models.Model):
    """Two planned visits to one place made into one (综合查一次): what was given up, and for which."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    given_up = models.OneToOneField(Visit, models.PROTECT, related_name="merged_into")
    kept = models.ForeignKey(Visit, models.PROTECT, related_name="merged_from")
    merged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField("合并时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="kept__bureau",
        region="kept__region_path",
        participants=("kept__deployment__members__organisation", "kept__deployment__lead_organ"),
    )
    objects = ScopedQuerySet["VisitMerge"].as_manager()

    class Meta:
        verbose_name = "合并的检查"
        constraints = [
            models.CheckConstraint(condition=~Q(given_up=F("kept")), name="burden_visitmerge_two"),
        ]

    def __str__(self) -> str:
        return f"{self.given_up} 并入 {self.kept.deployment.name}"


class EntryScan(models.Model):
    """An officer's scan of the place's own code at the door (扫码入企), at most one a visit."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="entry_scan")
    scanned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    scanned_at = models.DateTimeField("扫码时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="visit__bureau",
        region="visit__region_path",
        counterpart="visit__institution__organisation",
        participants=("visit__deployment__members__organisation", "visit__deployment__lead_organ"),
    )
    objects = ScopedQuerySet["EntryScan"].as_manager()

    class Meta:
        verbose_name = "扫码入企"
        ordering = ["-scanned_at", "-id"]

    def __str__(self) -> str:
        return f"{self.visit} 扫码"


class RatingTicket(models.Model):
    """The right of a place to rate the officers of one finished visit, once. Holds no rating and no time."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="rating_ticket")
    is_used = models.BooleanField("已领取评价券", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="visit__bureau",
        region="visit__region_path",
        counterpart="visit__institution__organisation",
    )
    objects = ScopedQuerySet["RatingTicket"].as_manager()

    class Meta:
        verbose_name = "评价资格"

    def __str__(self) -> str:
        return str(self.visit)


class SpentVoucher(models.Model):
    """The fingerprint of a rating voucher that was used; nothing leads from it to a ticket or a rating."""

    digest = models.CharField(max_length=64, primary_key=True)

    scope_paths: ClassVar[ScopePaths | None] = None
    objects = ScopedQuerySet["SpentVoucher"].as_manager()

    class Meta:
        verbose_name = "已用评价券"

    def __str__(self) -> str:
        return self.digest[:8]


SCORE = (MinValueValidator(1), MaxValueValidator(5))


class OfficerRating(models.Model):
    """One anonymous rating of one officer in one year. Keeps no visit, place, person or time.

    The key is random and `is_shown` turns true for whole groups of five at once, so neither an average
    after six ratings nor the order of rows gives away what one place wrote.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    officer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="检查人员")
    year = models.PositiveSmallIntegerField("年度")
    lawful = models.PositiveSmallIntegerField("依法规范", validators=SCORE)
    civil = models.PositiveSmallIntegerField("文明态度", validators=SCORE)
    light = models.PositiveSmallIntegerField("不扰经营", validators=SCORE)
    is_shown = models.BooleanField("已公开", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="bureau__region__path")
    objects = ScopedQuerySet["OfficerRating"].as_manager()

    class Meta:
        verbose_name = "无记名评价"
        constraints = [
            models.CheckConstraint(
                condition=Q(lawful__range=(1, 5)) & Q(civil__range=(1, 5)) & Q(light__range=(1, 5)),
                name="burden_officerrating_scores",
            )
        ]
        indexes = [models.Index(fields=["officer", "year", "is_shown"], name="burden_rating_officer")]

    def __str__(self) -> str:
        return f"{self.year}年评价"
