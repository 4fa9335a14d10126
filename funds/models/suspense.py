"""Lines that nothing explained: worked by two persons until each is explained, returned or claimed."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount
from funds.models.ledger import PARTICIPANTS


class SuspenseStatus(models.TextChoices):
    """Where a line in suspense stands."""

    OPEN = "OPEN", "待查"
    PROPOSED = "PROPOSED", "待复核"
    RETURNING = "RETURNING", "待银行退回"
    RESOLVED = "RESOLVED", "已办结"


class Way(models.TextChoices):
    """How a line in suspense is settled."""

    CONTRACT = "CONTRACT", "认领为某份合同的缴费"
    DEPOSIT = "DEPOSIT", "认定为存入保证金"
    PAID_BACK = "PAID_BACK", "认定为机构补足款"
    SETTLED = "SETTLED", "认定为渠道结算到账"
    INTEREST = "INTEREST", "认定为利息，归机构"
    RETURN = "RETURN", "原路退回付款人"
    CLAIM = "CLAIM", "认定为应由机构补足"
    BOOKED = "BOOKED", "就是账簿已记或已发指令的这一笔"


WAYS_IN_CUSTODY = (Way.CONTRACT, Way.BOOKED, Way.SETTLED, Way.PAID_BACK, Way.INTEREST, Way.RETURN)
WAYS_IN_DEPOSIT = (Way.DEPOSIT, Way.BOOKED, Way.RETURN)
WAYS_OUT = (Way.BOOKED, Way.CLAIM)


class SuspenseItem(RootModel):
    """One line of a statement that stands in suspense. `fen` is signed, positive for money in.

    One person proposes how to settle it, another confirms; the entry is posted then. `turn` counts the
    settlings, so that one undone by reversal can be settled anew under its own key.
    """

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="suspense", verbose_name="监管账户"
    )
    status = models.CharField(
        "状态", max_length=10, choices=SuspenseStatus.choices, default=SuspenseStatus.OPEN, editable=False
    )
    line_uid = models.UUIDField("银行流水", editable=False, unique=True)
    booked_on = models.DateField("银行入账日期")
    fen = models.BigIntegerField("金额（分）")
    payer = models.CharField("对方户名", max_length=120, blank=True, default="")
    words = models.CharField("摘要和附言", max_length=400, blank=True, default="")
    way = models.CharField("处理方式", max_length=10, choices=Way.choices, blank=True, default="")
    target_uid = models.UUIDField("对应的合同", null=True, blank=True)
    target_label = models.CharField("对应的合同编号", max_length=120, blank=True, default="")
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    turn = models.PositiveSmallIntegerField("第几次处理", default=0)
    entry_uid = models.UUIDField("分录", null=True, blank=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"account__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["SuspenseItem"].as_manager()

    class Meta:
        verbose_name = "待查款"
        constraints = [
            models.CheckConstraint(condition=~Q(fen=0), name="funds_suspenseitem_moves"),
            models.CheckConstraint(
                condition=Q(status="OPEN")
                | (~Q(way="") & ~Q(reason="") & Q(proposed_by__isnull=False, proposed_at__isnull=False)),
                name="funds_suspenseitem_proposed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["RETURNING", "RESOLVED"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="funds_suspenseitem_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="RESOLVED") | Q(entry_uid__isnull=False),
                name="funds_suspenseitem_posted",
            ),
            models.CheckConstraint(
                condition=~Q(way__in=["CONTRACT", "BOOKED"]) | Q(target_uid__isnull=False),
                name="funds_suspenseitem_target",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", "BOOKED"])
                | Q(way="CLAIM", fen__lt=0)
                | (~Q(way__in=["", "BOOKED", "CLAIM"]) & Q(fen__gt=0)),
                name="funds_suspenseitem_way",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "-booked_on"], name="funds_suspense_queue")]

    def __str__(self) -> str:
        return f"{'收款' if self.fen > 0 else '支出'} {abs(self.fen) / 100:,.2f} 元"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state; money that went out unasked is the worst."""
        if self.status == SuspenseStatus.OPEN:
            return "bad" if self.fen < 0 else "warn"
        return {"PROPOSED": "warn", "RETURNING": "info", "RESOLVED": "ok"}[self.status]
