"""What other offices tell about institutions that hold families' money."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import PARTICIPANTS
from funds.warnings.outside import FLAGS
from institutions.models import Institution


class SignalKind(models.TextChoices):
    """What an outside office tells about an institution."""

    WAGE = "WAGE", FLAGS["WAGE"]
    RENT = "RENT", FLAGS["RENT"]
    SOCIAL_INSURANCE = "SOCIAL_INSURANCE", FLAGS["SOCIAL_INSURANCE"]
    LAWSUIT = "LAWSUIT", FLAGS["LAWSUIT"]
    EXECUTION = "EXECUTION", FLAGS["EXECUTION"]
    REGISTRY = "REGISTRY", FLAGS["REGISTRY"]
    TAX = "TAX", FLAGS["TAX"]
    BANK = "BANK", FLAGS["BANK"]
    OTHER = "OTHER", FLAGS["OTHER"]


class SignalSource(models.TextChoices):
    """Who told it (功能 X3: banks, courts, company registers)."""

    BANK = "BANK", "银行"
    COURT = "COURT", "法院"
    REGISTRY = "REGISTRY", "市场监管"
    LABOUR = "LABOUR", "人社"
    TAX = "TAX", "税务"
    LANDLORD = "LANDLORD", "出租方"
    OTHER = "OTHER", "其他"


class FundSignal(RootModel):
    """One fact that another office told about an institution. It counts for W15 until `cleared_on`."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="fund_signals", verbose_name="机构"
    )
    kind = models.CharField("信号", max_length=16, choices=SignalKind.choices)
    source = models.CharField("来源", max_length=8, choices=SignalSource.choices)
    reference = models.CharField("来源编号", max_length=80, help_text="案号、文号、流水号")
    happened_on = models.DateField("发生日期")
    summary = models.CharField("情况", max_length=300)
    key = models.ForeignKey(
        "funds.MachineKey", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接口密钥",
        help_text="由接口推送的，是哪个密钥；人工登记和表格导入的为空",
    )  # fmt: skip
    sender_code = models.CharField("推送单位", max_length=60, blank=True, default="", editable=False)
    cleared_on = models.DateField("消除日期", null=True, blank=True)
    cleared_note = models.CharField("消除依据", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=PARTICIPANTS)
    objects = ScopedQuerySet["FundSignal"].as_manager()

    class Meta:
        verbose_name = "外部风险信号"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "source", "sender_code", "reference", "kind"],
                name="funds_fundsignal_once",
                violation_error_message="这个来源编号的同一种信号已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(cleared_on__isnull=True)
                | (Q(cleared_on__gte=F("happened_on")) & ~Q(cleared_note="")),
                name="funds_fundsignal_cleared",
                violation_error_message="消除日期不能早于发生日期，并须写明依据。",
            ),
            models.CheckConstraint(condition=~Q(reference="") & ~Q(summary=""), name="funds_fundsignal_told"),
        ]
        indexes = [models.Index(fields=["institution", "happened_on"], name="funds_signal_of")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of whether it still counts."""
        return "mute" if self.cleared_on else "warn"
