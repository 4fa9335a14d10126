"""Pads of numbers that officers carry: a slip left on the spot has a number before any network is there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel


class PadStatus(models.TextChoices):
    """Who has the pad."""

    HANDED = "HANDED", "已领用"
    RETURNED = "RETURNED", "已交回"


class NumberPad(RootModel):
    """A registered pad of slip numbers handed to one officer, as a receipt book is.

    Slip numbers are no document numbers: the formal notice takes its own when it is issued. What the
    pad makes sure of is that a slip found later can be traced to officer, visit and day.
    """

    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="机关")
    code = models.CharField("号码簿编号", max_length=40)
    size = models.PositiveSmallIntegerField("页数")
    holder = models.ForeignKey(User, models.PROTECT, related_name="number_pads", verbose_name="领用人")
    handed_on = models.DateField("领用日期")
    status = models.CharField("状态", max_length=10, choices=PadStatus.choices, default=PadStatus.HANDED)
    returned_at = models.DateTimeField("交回时间", null=True, blank=True)
    returned_note = models.CharField("交回说明", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("organ",))
    objects = ScopedQuerySet["NumberPad"].as_manager()

    class Meta:
        verbose_name = "现场号码簿"
        ordering = ["-handed_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="fieldwork_numberpad_code"),
            models.CheckConstraint(condition=Q(size__range=(1, 100)), name="fieldwork_numberpad_size"),
            models.CheckConstraint(
                condition=~Q(status="RETURNED") | Q(returned_at__isnull=False),
                name="fieldwork_numberpad_returned",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PadNumberState(models.TextChoices):
    """What became of one page."""

    FREE = "FREE", "未用"
    USED = "USED", "已用"
    VOID = "VOID", "作废"
    RETURNED = "RETURNED", "交回未用"


class PadNumber(models.Model):
    """One page of a pad. Used once for one subject, or void with a reason, or handed back unused."""

    pad = models.ForeignKey(NumberPad, models.PROTECT, related_name="numbers")
    serial = models.PositiveSmallIntegerField("页码")
    text = models.CharField("编号", max_length=50, unique=True)
    state = models.CharField(
        "状态", max_length=10, choices=PadNumberState.choices, default=PadNumberState.FREE
    )
    subject_uid = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField("用于", max_length=200, blank=True, default="")
    operation_uid = models.UUIDField(null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="pad__bureau", region="pad__region_path", participants=("pad__organ",)
    )
    objects = ScopedQuerySet["PadNumber"].as_manager()

    class Meta:
        verbose_name = "现场编号"
        ordering = ["pad", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["pad", "serial"], name="fieldwork_padnumber_page"),
            models.CheckConstraint(
                condition=~Q(state="USED") | (Q(subject_uid__isnull=False) & Q(used_at__isnull=False)),
                name="fieldwork_padnumber_used",
            ),
            models.CheckConstraint(
                condition=Q(state="USED") | Q(subject_uid__isnull=True) | Q(state="VOID"),
                name="fieldwork_padnumber_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state="VOID")
                | (~Q(void_reason="") & Q(voided_at__isnull=False) & Q(voided_by__isnull=False)),
                name="fieldwork_padnumber_void",
            ),
            models.CheckConstraint(condition=Q(serial__gte=1), name="fieldwork_padnumber_serial"),
        ]

    def __str__(self) -> str:
        return self.text
