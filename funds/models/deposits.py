"""Risk deposits: how much is required, and money in and out with four eyes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from institutions.models import Institution


class Formula(models.TextChoices):
    """How a required deposit is found."""

    FIXED = "FIXED", "固定额"
    CYCLE = "CYCLE", "在读人数 × 一个收费周期的费用"
    DECISION = "DECISION", "按决定单独核定"


class DepositRequirement(RootModel):
    """What an institution has to keep as its risk deposit from a day on, with how it was found.

    The newest row that has begun is in force. The policy value used is stored, since values change.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="deposit_requirements", verbose_name="机构"
    )
    formula = models.CharField("核定方式", max_length=10, choices=Formula.choices)
    since = models.DateField("起算日期")
    required_fen = models.BigIntegerField("应缴保证金（分）")
    students = models.PositiveIntegerField("在读人数", null=True, blank=True)
    monthly_fen = models.BigIntegerField("每人每月费用（分）", null=True, blank=True)
    policy = models.JSONField("所用政策参数", default=dict, editable=False)
    basis = models.CharField("依据", max_length=200)
    due_on = models.DateField("缴足期限", null=True, blank=True, editable=False)
    due_explanation = models.JSONField(default=list, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["DepositRequirement"].as_manager()

    class Meta:
        verbose_name = "保证金核定"
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "since"],
                name="funds_depositrequirement_once",
                violation_error_message="这一天起已有核定。请换一个起算日期。",
            ),
            models.CheckConstraint(
                condition=Q(required_fen__gte=0, required_fen__lte=LINE_MAX_FEN),
                name="funds_depositrequirement_amount",
                violation_error_message="应缴保证金不能为负，也不能超过一百亿元。",
            ),
            models.CheckConstraint(
                condition=~Q(formula="CYCLE") | Q(students__isnull=False, monthly_fen__gt=0),
                name="funds_depositrequirement_inputs",
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="funds_depositrequirement_based"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.required_fen}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid


class Direction(models.TextChoices):
    """Which way the money went."""

    IN = "IN", "存入"
    RETURN = "RETURN", "退还"


class MovementStatus(models.TextChoices):
    """Where a movement stands."""

    PROPOSED = "PROPOSED", "待复核"
    POSTED = "POSTED", "已入账"
    REFUSED = "REFUSED", "退回"
    REVERSED = "REVERSED", "已冲正"


class DepositMovement(RootModel):
    """Money put into a deposit account or given back, as the bank's slip or a decision says.

    One person registers, another checks against the slip and lets it into the ledger. A wrong one is
    reversed, not changed. `reference` is the bank's serial of the day, for a return the decision's number.
    """

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="movements", verbose_name="保证金账户"
    )
    direction = models.CharField("收付", max_length=6, choices=Direction.choices)
    status = models.CharField(
        "状态", max_length=10, choices=MovementStatus.choices, default=MovementStatus.PROPOSED, editable=False
    )
    amount_fen = models.BigIntegerField("金额（分）")
    booked_on = models.DateField("银行入账日期")
    reference = models.CharField("银行流水号或决定文号", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.CharField("退回或冲正原因", max_length=200, blank=True, default="")
    entry_uid = models.UUIDField("入账分录", null=True, blank=True, editable=False)
    reversal_uid = models.UUIDField("冲正分录", null=True, blank=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="account__institution__organisation",
        participants=tuple(f"account__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["DepositMovement"].as_manager()

    class Meta:
        verbose_name = "保证金收付"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "direction", "booked_on", "reference"],
                condition=Q(status__in=["PROPOSED", "POSTED"]),
                name="funds_depositmovement_once",
                violation_error_message="这笔流水已经登记，请勿重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LINE_MAX_FEN),
                name="funds_depositmovement_amount",
                violation_error_message="金额须大于零，且不超过一百亿元。",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="funds_depositmovement_referenced"),
            models.CheckConstraint(
                condition=~Q(status__in=["POSTED", "REVERSED"])
                | (
                    Q(entry_uid__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("created_by"))
                ),
                name="funds_depositmovement_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="REVERSED") | Q(reversal_uid__isnull=False),
                name="funds_depositmovement_reversed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REFUSED", "REVERSED"]) | ~Q(refusal=""),
                name="funds_depositmovement_refused",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "-booked_on"], name="funds_movement_queue")]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.reference}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "POSTED": "ok", "REFUSED": "bad", "REVERSED": "mute"}[self.status]
