"""Lessons that an institution says it gave, and what families said to them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7
from funds.models.contracts import Contract
from funds.models.ledger import PARTICIPANTS
from institutions.models import Institution


class LessonStatus(models.TextChoices):
    """Where a lesson stands; money moves with the two confirmed states only."""

    TAUGHT = "TAUGHT", "待确认"
    CONFIRMED = "CONFIRMED", "已确认"
    AUTO_CONFIRMED = "AUTO_CONFIRMED", "到期自动确认"
    DISPUTED = "DISPUTED", "家长有异议"
    CANCELLED = "CANCELLED", "不计费"


CONFIRMED = ["CONFIRMED", "AUTO_CONFIRMED"]
UNSETTLED = ["TAUGHT", "DISPUTED"]


class Lesson(models.Model):
    """One lesson of one contract, declared by the institution, confirmed once at most.

    `slot` counts the lessons of a day. `due_on` is the last day on which the family may object; `term` is the
    policy value that gave it. `fen` and `entry_uid` are filled with the posting that let the lesson's value
    go over to the institution; a bonus lesson is worth nothing and has no entry.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="taught", verbose_name="合同")
    taught_on = models.DateField("上课日期")
    slot = models.PositiveSmallIntegerField("当日第几课时", default=1)
    is_absent = models.BooleanField("缺课", default=False)
    status = models.CharField(
        "状态", max_length=14, choices=LessonStatus.choices, default=LessonStatus.TAUGHT, editable=False
    )
    declared_at = models.DateTimeField("申报时间")
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申报人")
    due_on = models.DateField("自动确认日期", null=True, blank=True)
    term = models.CharField("确认期限", max_length=40, blank=True, default="")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    fen = models.BigIntegerField("消课金额（分）", default=0)
    entry_uid = models.UUIDField("分录", null=True, blank=True)
    disputed_at = models.DateTimeField("提出异议时间", null=True, blank=True)
    dispute = models.CharField("家长异议", max_length=200, blank=True, default="")
    decision = models.CharField("处理意见", max_length=200, blank=True, default="")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=PARTICIPANTS,
    )
    objects = ScopedQuerySet["Lesson"].as_manager()

    class Meta:
        verbose_name = "课时"
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "taught_on", "slot"],
                condition=~Q(status="CANCELLED") | Q(is_absent=True),
                name="funds_lesson_once",
                violation_error_message="这份合同当天的这一课时已经申报过。",
            ),
            models.CheckConstraint(
                condition=Q(fen__gte=0) & (Q(fen=0) | Q(entry_uid__isnull=False)), name="funds_lesson_value"
            ),
            models.CheckConstraint(
                condition=(Q(status__in=CONFIRMED) & Q(confirmed_at__isnull=False))
                | (~Q(status__in=CONFIRMED) & Q(fen=0, entry_uid__isnull=True)),
                name="funds_lesson_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(status="DISPUTED") | (Q(disputed_at__isnull=False) & ~Q(dispute="")),
                name="funds_lesson_disputed",
            ),
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=8), name="funds_lesson_slot"),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "institution"], condition=Q(status="TAUGHT"), name="funds_lesson_due"
            ),
            models.Index(fields=["institution", "-taught_on"], name="funds_lesson_of"),
        ]

    def __str__(self) -> str:
        return f"{self.taught_on:%Y-%m-%d} 第 {self.slot} 课时"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"TAUGHT": "warn", "CONFIRMED": "ok", "AUTO_CONFIRMED": "ok", "DISPUTED": "bad"}.get(
            self.status, "mute"
        )

    @property
    def days_left(self) -> int | None:
        """Days in which the family may still object, today included; None when no clock runs."""
        if self.status != "TAUGHT" or self.due_on is None:
            return None
        return max(0, (self.due_on - timezone.localdate()).days + 1)
