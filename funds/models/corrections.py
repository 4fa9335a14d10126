"""Payments that were booked to the wrong contract, or twice: taken back by reversal, with four eyes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.money import in_yuan
from funds.models.contracts import Contract
from funds.models.ledger import PARTICIPANTS, EntryKind
from funds.models.suspense import SuspenseItem

VIA = [
    (kind.value, kind.label)
    for kind in (
        EntryKind.PAY_DIRECT,
        EntryKind.PAY_CHANNEL,
        EntryKind.IN_MATCHED,
        EntryKind.PAY_DEPOSIT_MODE,
    )
]


class CorrectionStatus(models.TextChoices):
    """Where a correction stands."""

    PROPOSED = "PROPOSED", "待复核"
    POSTED = "POSTED", "已冲正"
    REFUSED = "REFUSED", "不予更正"


class PaymentCorrection(RootModel):
    """One payment (fen) of a contract that is to be taken back: who proposed it and why, who decided.

    The payment's entry is never changed: `reversal_uid` names its mirror image, booked on `booked_on`. `item` is
    the line of the bank that waits in suspense again; a payment that no line had shown has none.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="corrections", verbose_name="合同")
    status = models.CharField(
        "状态",
        max_length=10,
        choices=CorrectionStatus.choices,
        default=CorrectionStatus.PROPOSED,
        editable=False,
    )
    entry_uid = models.UUIDField("缴费分录", editable=False)
    via = models.CharField("入账方式", max_length=20, choices=VIA)
    paid_on = models.DateField("原入账日期")
    fen = models.BigIntegerField("金额（分）")
    reason = models.CharField("理由", max_length=300)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.CharField("不予更正的理由", max_length=300, blank=True, default="")
    reversal_uid = models.UUIDField("冲正分录", null=True, blank=True, editable=False)
    booked_on = models.DateField("冲正日期", null=True, blank=True)
    item = models.ForeignKey(
        SuspenseItem, models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name="待查款"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"contract__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["PaymentCorrection"].as_manager()

    class Meta:
        verbose_name = "缴费更正"
        constraints = [
            models.UniqueConstraint(
                fields=["entry_uid"],
                condition=Q(status__in=["PROPOSED", "POSTED"]),
                name="funds_paymentcorrection_once",
                violation_error_message="这笔缴费已经提出过更正。",
            ),
            models.CheckConstraint(
                condition=Q(fen__gt=0) & ~Q(reason=""), name="funds_paymentcorrection_filled"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("created_by"))),
                name="funds_paymentcorrection_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="POSTED") | Q(reversal_uid__isnull=False, booked_on__isnull=False),
                name="funds_paymentcorrection_posted",
            ),
            models.CheckConstraint(
                condition=~Q(status="REFUSED") | ~Q(refusal=""), name="funds_paymentcorrection_refused"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status"], name="funds_correction_queue")]

    def __str__(self) -> str:
        return f"缴费更正 {in_yuan(self.fen)}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.contract.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "POSTED": "ok", "REFUSED": "mute"}[self.status]
