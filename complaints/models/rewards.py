"""Rewards for real-name reports, where a county pays them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from complaints.models.clues import Clue


class RewardStatus(models.TextChoices):
    """Where a reward stands."""

    PROPOSED = "PROPOSED", "待批准"
    APPROVED = "APPROVED", "已批准，待发放"
    REFUSED = "REFUSED", "不予奖励"
    PAID = "PAID", "已发放"


class Reward(RootModel):
    """The reward 举报奖励 of one confirmed real-name report. Off unless the bureau switches it on by policy.

    The row says how much and why, never to whom; who it is stays behind the wall (`RevealRequest`).
    """

    clue = models.OneToOneField(Clue, models.PROTECT, related_name="reward", verbose_name="线索")
    status = models.CharField(
        "状态", max_length=10, choices=RewardStatus.choices, default=RewardStatus.PROPOSED
    )
    amount_fen = models.BigIntegerField("奖励金额（分）")
    basis = models.CharField("依据", max_length=200)
    reason = models.CharField("奖励理由", max_length=300)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="提出人")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    paid_at = models.DateTimeField("发放登记时间", null=True, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)
    voucher_no = models.CharField("支付凭证号", max_length=80, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["Reward"].as_manager()

    class Meta:
        verbose_name = "举报奖励"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(reason="") & ~Q(basis=""),
                name="complaints_reward_reasoned",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="complaints_reward_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "REFUSED", "PAID"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="complaints_reward_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="PAID")
                | (Q(paid_on__isnull=False, paid_at__isnull=False) & ~Q(voucher_no="")),
                name="complaints_reward_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clue} 举报奖励"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "APPROVED": "info", "PAID": "ok"}.get(self.status, "mute")
