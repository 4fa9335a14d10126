"""Night and weekend duty, and mystery visits."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from fieldwork.models import Campaign
from institutions.models import Institution
from measures.querysets import SharedQuerySet


class ShiftKind(models.TextChoices):
    """When a shift lies (班内＋班外)."""

    NIGHT = "NIGHT", "工作日夜间"
    WEEKEND = "WEEKEND", "周末"
    HOLIDAY = "HOLIDAY", "节假日"
    DAY = "DAY", "工作日白天"


class Shift(RootModel):
    """One shift of the patrol roster 值班: when, where, how many people, and what came of it.

    A shift only says who is on duty. Entering a place to inspect needs an approved and notified
    inspection as on any other day.
    """

    kind = models.CharField("班次", max_length=10, choices=ShiftKind.choices)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    area = models.CharField("巡查区域", max_length=200)
    needed = models.PositiveSmallIntegerField("应到人数")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="shifts", verbose_name="专项行动"
    )
    note = models.CharField("说明", max_length=200, blank=True, default="")
    places_passed = models.PositiveIntegerField("巡查点位（处）", null=True, blank=True)
    report = models.CharField("值班情况", max_length=500, blank=True, default="")
    reported_at = models.DateTimeField("登记时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("duties__user__organisation",))
    objects = SharedQuerySet["Shift"].as_manager()

    class Meta:
        verbose_name = "值班"
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="measures_shift_forward"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="measures_shift_needed"),
            models.UniqueConstraint(fields=["bureau", "starts_at", "area"], name="measures_shift_once"),
            models.CheckConstraint(
                condition=Q(report="", reported_at__isnull=True)
                | (~Q(report="") & Q(reported_at__isnull=False)),
                name="measures_shift_reported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.area}"


class Duty(models.Model):
    """One person's turn in one shift. Nobody is on duty in two places at once."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="duties")
    user = models.ForeignKey(User, models.PROTECT, related_name="duties", verbose_name="值班人员")
    span = DateTimeRangeField("值班时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="shift__bureau", region="shift__region_path", participants=("user__organisation",)
    )
    objects = ScopedQuerySet["Duty"].as_manager()

    class Meta:
        verbose_name = "值班人员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["shift", "user"], name="measures_duty_once"),
            ExclusionConstraint(
                name="measures_duty_one_place",
                expressions=[("user", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.shift}"


class SwapStatus(models.TextChoices):
    """What became of an asked swap."""

    ASKED = "ASKED", "待对方确认"
    AGREED = "AGREED", "已换班"
    REFUSED = "REFUSED", "未同意"


class Swap(models.Model):
    """A person on duty asks a colleague to take the turn; the colleague or the head agrees."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey("accounts.Bureau", models.PROTECT, related_name="+")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="swaps", verbose_name="值班")
    from_user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="原值班人")
    to_user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="接班人")
    reason = models.CharField("换班原因", max_length=200)
    status = models.CharField("状态", max_length=8, choices=SwapStatus.choices, default=SwapStatus.ASKED)
    asked_at = models.DateTimeField("提出时间")
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="duty__shift__region_path", participants=("from_user__organisation", "to_user__organisation")
    )
    objects = ScopedQuerySet["Swap"].as_manager()

    class Meta:
        verbose_name = "换班"
        constraints = [
            models.UniqueConstraint(
                fields=["duty"], condition=Q(status="ASKED"), name="measures_swap_one_open"
            ),
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="measures_swap_two_people"),
            models.CheckConstraint(
                condition=Q(status="ASKED") | Q(decided_at__isnull=False), name="measures_swap_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user}"


class MysteryStatus(models.TextChoices):
    """What became of what was seen."""

    DRAFT = "DRAFT", "登记中"
    REPORTED = "REPORTED", "已报告，待处置"
    HANDED = "HANDED", "已转检查核实"
    FILED = "FILED", "未发现问题，存档"


class MysteryWay(models.TextChoices):
    """Openly or as anybody."""

    COVERT = "COVERT", "暗访"
    OPEN = "OPEN", "明察"


class MysteryVisit(RootModel):
    """明察暗访: what observers saw at a place without inspecting it. It yields a clue, never evidence.

    Nothing of it may be joined to a finding, notice or case (国办发〔2024〕54号: 观摩、督导、考察不得
    代替检查; 行政处罚法 第四十六条: facts are gathered by lawful means); a database trigger refuses its files there.
    """

    way = models.CharField("方式", max_length=8, choices=MysteryWay.choices)
    visited_at = models.DateTimeField("走访时间")
    place = models.CharField("地点", max_length=200)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mystery_visits",
        verbose_name="涉及机构",
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mystery_visits",
        verbose_name="专项行动",
    )
    observers = models.CharField("走访人员", max_length=100)
    seen = models.TextField("所见情况")
    status = models.CharField(
        "状态", max_length=10, choices=MysteryStatus.choices, default=MysteryStatus.DRAFT
    )
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    brief = models.TextField("转办摘要", blank=True, default="")
    handed_at = models.DateTimeField("处置时间", null=True, blank=True)
    request_uid = models.UUIDField("检查任务", null=True, blank=True)
    organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="mystery_visits", verbose_name="组织单位"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("organ",))
    objects = ScopedQuerySet["MysteryVisit"].as_manager()

    class Meta:
        verbose_name = "明察暗访"
        ordering = ["-visited_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(reported_at__isnull=False), name="measures_mystery_reported"
            ),
            models.CheckConstraint(
                condition=~Q(status="HANDED")
                | (
                    Q(handed_at__isnull=False, request_uid__isnull=False, institution__isnull=False)
                    & ~Q(brief="")
                ),
                name="measures_mystery_handed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.place}"

    @property
    def file_uid(self) -> UUID | None:
        """No timeline entry before it is handed on: a covert visit is not announced on the file."""
        return None

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"REPORTED": "warn", "HANDED": "ok"}.get(self.status, "mute")
