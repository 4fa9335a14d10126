"""Payments let go together: what was ticked, and what became of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import JobRun, RootModel
from funds.models.instructions import Instruction
from funds.models.ledger import LINE_MAX_FEN


class PaymentStage(models.TextChoices):
    """What a waiting payment needs next."""

    RELEASE = "RELEASE", "拨付待批准"
    REFUND = "REFUND", "退费待发起"
    INSTRUCTION = "INSTRUCTION", "指令待发送"


class RunStatus(models.TextChoices):
    """Where a run stands."""

    DRAFT = "DRAFT", "待确认"
    RUNNING = "RUNNING", "正在办理"
    DONE = "DONE", "已办理"


class ItemState(models.TextChoices):
    """What became of one payment of a run."""

    WAITING = "WAITING", "待办理"
    STARTED = "STARTED", "已办理"
    REFUSED = "REFUSED", "没有办理"


class PaymentRun(RootModel):
    """Payments that one person ticked and lets go with one confirmation, each by itself.

    Number and sum are those that were shown for confirmation. It gives no right that its author does not have:
    whoever may not let a payment go alone is refused it here too.
    """

    status = models.CharField(
        "状态", max_length=8, choices=RunStatus.choices, default=RunStatus.DRAFT, editable=False
    )
    count = models.PositiveIntegerField("笔数")
    fen = models.BigIntegerField("金额（分）")
    job = models.ForeignKey(
        JobRun,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name="后台任务",
    )
    started_at = models.DateTimeField("确认时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["PaymentRun"].as_manager()

    class Meta:
        verbose_name = "成批办理付款"
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0, fen__gt=0), name="funds_paymentrun_something"),
            models.CheckConstraint(
                condition=Q(status="DRAFT", started_at__isnull=True, ended_at__isnull=True)
                | Q(status="RUNNING", started_at__isnull=False, ended_at__isnull=True)
                | Q(status="DONE", started_at__isnull=False, ended_at__isnull=False),
                name="funds_paymentrun_status",
            ),
        ]

    def __str__(self) -> str:
        return f"成批办理付款 {self.count} 笔"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"DONE": "ok", "DRAFT": "warn"}.get(self.status, "info")


class PaymentRunItem(models.Model):
    """One payment of a run: the release, refund or instruction as it was ticked, and the word on it."""

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="items", verbose_name="成批办理")
    seq = models.PositiveIntegerField("序号")
    stage = models.CharField("事项", max_length=12, choices=PaymentStage.choices)
    subject_uid = models.UUIDField("拨付、退费或指令")
    label = models.CharField("机构", max_length=200)
    number = models.CharField("编号", max_length=60, blank=True, default="")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField(
        "结果", max_length=8, choices=ItemState.choices, default=ItemState.WAITING, editable=False
    )
    reason = models.CharField("没有办理的原因", max_length=500, blank=True, default="")
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="支付指令"
    )

    class Meta:
        verbose_name = "成批办理的付款"
        constraints = [
            models.UniqueConstraint(fields=["run", "subject_uid"], name="funds_paymentrunitem_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LINE_MAX_FEN),
                name="funds_paymentrunitem_amount",
            ),
            models.CheckConstraint(
                condition=Q(state="WAITING", reason="", instruction__isnull=True)
                | Q(state="STARTED", reason="", instruction__isnull=False)
                | (Q(state="REFUSED", instruction__isnull=True) & ~Q(reason="")),
                name="funds_paymentrunitem_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.label}"

    @property
    def state_tone(self) -> str:
        """Colour of the outcome."""
        return {"STARTED": "ok", "REFUSED": "bad"}.get(self.state, "mute")
