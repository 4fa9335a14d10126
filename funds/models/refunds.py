"""Refunds of families: applied for, answered, decided, paid to the original payer."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.contracts import Contract
from funds.models.instructions import Instruction
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS


class RefundGround(models.TextChoices):
    """Why the contract ends early; it decides at which price used lessons count."""

    FAMILY = "FAMILY", "家长原因"
    INSTITUTION = "INSTITUTION", "机构原因"


class RefundStatus(models.TextChoices):
    """Where a refund stands."""

    APPLIED = "APPLIED", "待机构答复"
    INST_AGREED = "INST_AGREED", "机构同意"
    AUTO_AGREED = "AUTO_AGREED", "逾期视为同意"
    INST_REFUSED = "INST_REFUSED", "机构不同意"
    MEDIATION = "MEDIATION", "教育局调解中"
    APPROVED = "APPROVED", "已审定待支付"
    PAYING = "PAYING", "支付中"
    PAID = "PAID", "已退费"
    FAILED = "FAILED", "支付未成"
    REJECTED = "REJECTED", "不予退费"
    WITHDRAWN = "WITHDRAWN", "家长撤回"


UNDECIDED_REFUND = ["APPLIED", "INST_AGREED", "AUTO_AGREED", "INST_REFUSED", "MEDIATION"]
OPEN_REFUND = [*UNDECIDED_REFUND, "APPROVED", "PAYING", "FAILED"]


class Refund(RootModel):
    """The rest of a contract that goes back to the family.

    The institution answers by `answer_due_on`; its silence counts as consent. `working` are the lines of the
    calculation as shown to both sides; `amount_fen` goes to the original payer, `kept_fen` (agreed deductions
    and used lessons at the price of the contract) over to the institution.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="refunds", verbose_name="合同")
    number = models.CharField("退费编号", max_length=20, unique=True)
    status = models.CharField(
        "状态", max_length=12, choices=RefundStatus.choices, default=RefundStatus.APPLIED, editable=False
    )
    ground = models.CharField("退费原因", max_length=12, choices=RefundGround.choices)
    statement = models.CharField("情况说明", max_length=300, blank=True, default="")
    is_by_family = models.BooleanField("家长本人申请", default=False)
    applied_at = models.DateTimeField("申请时间")
    answer_due_on = models.DateField("机构答复期限", null=True, blank=True)
    due_explanation = models.JSONField(default=list, editable=False)
    answer = models.CharField("机构答复", max_length=300, blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    working = models.JSONField("计算过程", default=list, editable=False)
    amount_fen = models.BigIntegerField("退费金额（分）", default=0)
    kept_fen = models.BigIntegerField("归机构金额（分）", default=0)
    decision = models.CharField("审定意见", max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    pay_due_on = models.DateField("支付期限", null=True, blank=True)
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name="支付指令"
    )
    paid_on = models.DateField("支付日期", null=True, blank=True)
    failure = models.CharField("支付未成的原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="contract__institution__organisation",
        participants=tuple(f"contract__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["Refund"].as_manager()

    class Meta:
        verbose_name = "退费申请"
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(status__in=OPEN_REFUND),
                name="funds_refund_one_open",
                violation_error_message="这份合同已有退费申请在办。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, kept_fen__gte=0, amount_fen__lte=LINE_MAX_FEN),
                name="funds_refund_amount",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "PAYING", "PAID", "FAILED"])
                | Q(decided_by__isnull=False, amount_fen__gt=0),
                name="funds_refund_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="INST_REFUSED") | ~Q(answer=""), name="funds_refund_refused"
            ),
            models.CheckConstraint(
                condition=~Q(status="REJECTED") | ~Q(decision=""), name="funds_refund_rejected"
            ),
            models.CheckConstraint(
                condition=~Q(status="PAID") | Q(paid_on__isnull=False), name="funds_refund_paid"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "answer_due_on"], name="funds_refund_queue")]

    def __str__(self) -> str:
        return f"退费 {self.number}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.contract.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {
            "PAID": "ok",
            "INST_REFUSED": "bad",
            "MEDIATION": "bad",
            "FAILED": "bad",
            "REJECTED": "mute",
            "WITHDRAWN": "mute",
        }
        return tones.get(self.status, "warn")
