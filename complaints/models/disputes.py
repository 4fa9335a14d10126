"""Refund disputes: what parents claim back, what was agreed, what was really paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from complaints.models.clues import Clue
from complaints.querysets import DisputeQuerySet
from institutions.models import Institution


class DisputeStatus(models.TextChoices):
    """Where a dispute stands. AGREED is not PAID: only payment with proof ends it well."""

    CLAIMED = "CLAIMED", "待调解"
    MEDIATING = "MEDIATING", "调解中"
    AGREED = "AGREED", "已达成协议"
    PAID = "PAID", "已退款"
    FAILED = "FAILED", "调解不成"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class RefundDispute(RootModel):
    """One refund dispute 退费纠纷 of one or more families with one institution (C9).

    The claimants' names and telephones are sealed; rows show ordinals. Amounts are fen, in the claims.
    The bureau mediates (不裁决): the agreement is the parties', the way to court stays open.
    """

    number = models.CharField("编号", max_length=80)
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name="来源线索"
    )
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_disputes",
        verbose_name="机构",
    )
    party_name = models.CharField("对方名称", max_length=100)
    reason = models.CharField("退费理由", max_length=300)
    status = models.CharField(
        "状态", max_length=10, choices=DisputeStatus.choices, default=DisputeStatus.CLAIMED
    )
    claimed_on = models.DateField("提出日期")
    due_on = models.DateField("办理期限", null=True, blank=True)
    due_explanation = models.JSONField("期限计算", default=list, blank=True)
    mediator = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="调解人"
    )
    mediated_at = models.DateTimeField("开始调解时间", null=True, blank=True)
    mediation_note = models.TextField("调解情况", max_length=2000, blank=True, default="")
    agreement = models.TextField("协议内容", max_length=2000, blank=True, default="")
    agreed_at = models.DateTimeField("达成协议时间", null=True, blank=True)
    pay_by = models.DateField("约定退款日期", null=True, blank=True)
    paid_at = models.DateTimeField("退款确认时间", null=True, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = "退费纠纷"
        ordering = ["-claimed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(party_name="") & ~Q(reason=""), name="complaints_dispute_named"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["MEDIATING", "AGREED", "PAID", "FAILED"])
                | Q(mediator__isnull=False, mediated_at__isnull=False),
                name="complaints_dispute_mediated",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["AGREED", "PAID"])
                | (~Q(agreement="") & Q(agreed_at__isnull=False, pay_by__isnull=False)),
                name="complaints_dispute_agreed",
            ),
            models.CheckConstraint(
                condition=~Q(status="PAID") | Q(paid_at__isnull=False), name="complaints_dispute_paid"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FAILED", "WITHDRAWN"])
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="complaints_dispute_ended",
            ),
            models.UniqueConstraint(fields=["bureau", "number"], name="complaints_dispute_number"),
        ]
        indexes = [models.Index(fields=["bureau", "status", "due_on"], name="complaints_dispute_queue")]

    def __str__(self) -> str:
        return self.number

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {"CLAIMED": "warn", "MEDIATING": "info", "AGREED": "info", "PAID": "ok", "FAILED": "bad"}
        return tones.get(self.status, "mute")


class RefundClaim(models.Model):
    """One family's line in a dispute: how many persons, what they claim, what was agreed and paid, in fen."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    dispute = models.ForeignKey(RefundDispute, models.PROTECT, related_name="claims")
    ordinal = models.PositiveSmallIntegerField("序号")
    persons = models.PositiveSmallIntegerField("人数", default=1)
    claimed_fen = models.BigIntegerField("要求退款（分）")
    agreed_fen = models.BigIntegerField("协议退款（分）", null=True, blank=True)
    paid_fen = models.BigIntegerField("实际退款（分）", null=True, blank=True)
    paid_on = models.DateField("退款日期", null=True, blank=True)
    payment_no = models.CharField("退款凭证号", max_length=80, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="dispute__bureau", region="dispute__region_path")
    objects = ScopedQuerySet["RefundClaim"].as_manager()

    class Meta:
        verbose_name = "退费诉求"
        ordering = ["dispute_id", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "ordinal"], name="complaints_claim_ordinal"),
            models.CheckConstraint(
                condition=Q(persons__gte=1, claimed_fen__gt=0), name="complaints_claim_positive"
            ),
            models.CheckConstraint(
                condition=Q(agreed_fen__isnull=True) | Q(agreed_fen__gte=0, agreed_fen__lte=F("claimed_fen")),
                name="complaints_claim_agreed",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True, paid_on__isnull=True)
                | Q(paid_fen__gt=0, paid_on__isnull=False, agreed_fen__isnull=False),
                name="complaints_claim_paid",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True) | Q(paid_fen__lte=F("agreed_fen")),
                name="complaints_claim_not_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} 第 {self.ordinal} 项"
