"""What belongs to officers: grounds to stand aside, recordings of their cameras, exchanges with other bodies."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.models import EvidenceFile, RootModel
from inspections.models import Visit
from institutions.models import Institution
from measures.querysets import SharedQuerySet


class StandingRecusal(RootModel):
    """A lasting ground of one officer to stand aside from one institution (行政处罚法 第四十三条).

    Declared once, it stops every outing that would bring the two together, until it ends.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="standing_recusals", verbose_name="执法人员")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="standing_recusals", verbose_name="机构"
    )
    ground = models.CharField("回避事由", max_length=200)
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("user__organisation",))
    objects = SharedQuerySet["StandingRecusal"].as_manager()

    class Meta:
        verbose_name = "长期回避"
        ordering = ["user", "-since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution"],
                condition=Q(until__isnull=True),
                name="measures_standingrecusal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | (Q(until__gte=F("since")) & ~Q(end_reason="")),
                name="measures_standingrecusal_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} 回避 {self.institution}"


class CameraFile(RootModel):
    """One recording of a body camera (执法全过程记录) with its hash, registered to the visit that it shows.

    Short recordings are kept here as evidence; long ones stay on the collecting station (`kept_at`)
    and only their hash is registered, so that a later copy can be checked.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="camera_files", verbose_name="检查")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="佩戴人")
    device_no = models.CharField("记录仪编号", max_length=40)
    file_name = models.CharField("文件名", max_length=120)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField(
        "文件摘要（SHA-256）",
        max_length=64,
        validators=[RegexValidator(r"^[0-9a-f]{64}$", "文件摘要须为 64 位小写十六进制。")],
    )
    kept_at = models.CharField("存放位置", max_length=200, blank=True, default="")
    evidence = models.ForeignKey(
        EvidenceFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原文件"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("visit__deployment__members__organisation", "visit__deployment__lead_organ")
    )
    objects = SharedQuerySet["CameraFile"].as_manager()

    class Meta:
        verbose_name = "执法记录仪文件"
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="measures_camerafile_forward"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="measures_camerafile_not_empty"),
            models.CheckConstraint(
                condition=Q(evidence__isnull=False) | ~Q(kept_at=""), name="measures_camerafile_somewhere"
            ),
            models.UniqueConstraint(fields=["visit", "sha256"], name="measures_camerafile_once"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.visit.file_uid


class ExchangeDirection(models.TextChoices):
    """Which way it went."""

    OUT = "OUT", "送出"
    IN = "IN", "收到"


class ExchangeMatter(models.TextChoices):
    """What was exchanged."""

    DATA = "DATA", "数据"
    LIST = "LIST", "名单"
    CLUE = "CLUE", "线索"
    PAPER = "PAPER", "文件材料"
    RESULT = "RESULT", "处理结果"


class Exchange(RootModel):
    """One exchange of data or papers with another department or level (N4): what, when, how, with what receipt."""

    direction = models.CharField("方向", max_length=4, choices=ExchangeDirection.choices)
    matter = models.CharField("类别", max_length=8, choices=ExchangeMatter.choices)
    partner = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name="对方单位",
    )
    partner_name = models.CharField(
        "名录外单位", max_length=100, blank=True, default="", help_text="上级或者外县单位。"
    )
    exchanged_on = models.DateField("日期")
    content = models.CharField("内容", max_length=300)
    count = models.PositiveIntegerField("条数", null=True, blank=True)
    channel = models.CharField("渠道", max_length=80)
    receipt_no = models.CharField("回执", max_length=80, blank=True, default="")
    basis = models.CharField("依据", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("partner", "created_by__organisation"))
    objects = SharedQuerySet["Exchange"].as_manager()

    class Meta:
        verbose_name = "部门交换"
        ordering = ["-exchanged_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, partner_name="")
                | (Q(partner__isnull=True) & ~Q(partner_name="")),
                name="measures_exchange_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.content[:40]}"

    @property
    def partner_words(self) -> str:
        """The other body, in words."""
        return self.partner.name if self.partner else self.partner_name
