"""Instructions to the bank: money that is to leave a supervised account, in two phases."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount
from funds.models.contracts import Contract
from funds.models.ledger import LINE_MAX_FEN, NOT_ABOUT_WAGES, PARTICIPANTS


class InstructionKind(models.TextChoices):
    """What the money leaves for."""

    RELEASE = "RELEASE", "拨付"
    MANUAL_RELEASE = "MANUAL_RELEASE", "人工拨付"
    REFUND_PAY = "REFUND_PAY", "退费"


class InstructionStatus(models.TextChoices):
    """Where an instruction stands. An unknown outcome stays unknown until the bank is asked."""

    PENDING = "PENDING", "待发送"
    SENT = "SENT", "已发送"
    ACCEPTED = "ACCEPTED", "银行已受理"
    UNKNOWN = "UNKNOWN", "结果不明待查询"
    POSTED = "POSTED", "已支付"
    VOIDED = "VOIDED", "未支付作废"
    RETURNED = "RETURNED", "已退汇"


RESERVING = ["PENDING", "SENT", "ACCEPTED", "UNKNOWN"]
AT_BANK = ["SENT", "ACCEPTED", "UNKNOWN"]


class Instruction(RootModel):
    """One payment out of a supervised account that the bureau let go, told to the bank by its number.

    While it is pending it reserves its amount; the bank's success posts it once, its failure voids it. The
    same number is never sent again under another one while the outcome is unknown. `subject_uid` names the
    release batch or refund behind it; the payee is the filed settlement account or the original payer.
    """

    number = models.CharField("指令编号", max_length=40, unique=True)
    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="instructions", verbose_name="监管账户"
    )
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="instructions", verbose_name="合同"
    )
    kind = models.CharField("种类", max_length=16, choices=InstructionKind.choices)
    amount_fen = models.BigIntegerField("金额（分）")
    payee_masked = models.CharField("收款人", max_length=120)
    payee_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    payee_account_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    payee_account_tail = models.CharField("收款账号末四位", max_length=4, blank=True, default="")
    status = models.CharField(
        "状态", max_length=10, choices=InstructionStatus.choices, default=InstructionStatus.PENDING,
        editable=False,
    )  # fmt: skip
    subject_uid = models.UUIDField("所属拨付批次或退费")
    entry_uid = models.UUIDField("分录", null=True, blank=True, editable=False)
    return_uid = models.UUIDField("退汇分录", null=True, blank=True, editable=False)
    booked_on = models.DateField("银行记账日期", null=True, blank=True)
    bank_serial = models.CharField("银行流水号", max_length=80, blank=True, default="")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    failure = models.CharField("原因", max_length=200, blank=True, default="")
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="批准人")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="account__institution__organisation",
        participants=tuple(f"account__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["Instruction"].as_manager()

    class Meta:
        verbose_name = "支付指令"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LINE_MAX_FEN), name="funds_instruction_amount"
            ),
            models.UniqueConstraint(
                fields=["subject_uid"],
                condition=Q(status__in=[*RESERVING, "POSTED"]),
                name="funds_instruction_one_of_subject",
                violation_error_message="这笔支出已有在办或已支付的指令。",
            ),
            models.UniqueConstraint(
                fields=["entry_uid"],
                condition=Q(entry_uid__isnull=False),
                name="funds_instruction_entry_once",
            ),
            models.UniqueConstraint(
                fields=["account", "booked_on", "bank_serial"],
                condition=~Q(bank_serial="") & Q(status="POSTED"),
                name="funds_instruction_serial_once",
                violation_error_message="这个银行流水号已经用于另一笔指令。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["POSTED", "RETURNED"])
                | Q(entry_uid__isnull=False, booked_on__isnull=False),
                name="funds_instruction_posted",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["VOIDED", "UNKNOWN", "RETURNED"]) | ~Q(failure=""),
                name="funds_instruction_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(kind="REFUND_PAY") | Q(contract__isnull=False),
                name="funds_instruction_refund_of",
            ),
            models.CheckConstraint(
                condition=Q(kind="REFUND_PAY") | ~Q(approved_by=F("created_by")),
                name="funds_instruction_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "status"], name="funds_instruction_open"),
            models.Index(fields=["subject_uid"], name="funds_instruction_subject"),
        ]
        triggers = [NOT_ABOUT_WAGES]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {"POSTED": "ok", "UNKNOWN": "bad", "RETURNED": "bad", "VOIDED": "mute"}
        return tones.get(self.status, "warn")
