"""What is left of opening stock once the contracts are in, closed to the account it belongs to, with four eyes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.money import in_yuan
from funds.models.accounts import EscrowAccount
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS


class RestSide(models.TextChoices):
    """Which way bank and contracts differ, and so where the rest goes."""

    OVER = "OVER", "存款多于合同，转入待拨付款"
    SHORT = "SHORT", "存款少于合同，转为应由机构补足"


class RestStatus(models.TextChoices):
    """Where a closing stands."""

    PROPOSED = "PROPOSED", "待复核"
    POSTED = "POSTED", "已结清"
    REFUSED = "REFUSED", "不予结清"
    REVERSED = "REVERSED", "已冲正"


class OpeningRest(RootModel):
    """The rest (fen) of one institution's opening stock and why it is whose: proposed, decided by another person.

    Money over what families have is the institution's own from lessons before; what is missing it must make good.
    A wrong closing is reversed, not changed.
    """

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="opening_rests", verbose_name="托管账户"
    )
    side = models.CharField("去向", max_length=8, choices=RestSide.choices)
    fen = models.BigIntegerField("金额（分）")
    reason = models.CharField("理由", max_length=300)
    status = models.CharField(
        "状态", max_length=10, choices=RestStatus.choices, default=RestStatus.PROPOSED, editable=False
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.CharField("不予结清或冲正的理由", max_length=300, blank=True, default="")
    booked_on = models.DateField("记账日期", null=True, blank=True)
    entry_uid = models.UUIDField("分录", null=True, blank=True, editable=False)
    reversal_uid = models.UUIDField("冲正分录", null=True, blank=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"account__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["OpeningRest"].as_manager()

    class Meta:
        verbose_name = "期初存量结清"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status="PROPOSED"),
                name="funds_openingrest_one_waits",
                violation_error_message="这家机构已有一笔期初存量结清等待复核。",
            ),
            models.CheckConstraint(
                condition=Q(fen__gt=0, fen__lte=LINE_MAX_FEN) & ~Q(reason=""), name="funds_openingrest_filled"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("created_by"))),
                name="funds_openingrest_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["POSTED", "REVERSED"])
                | Q(entry_uid__isnull=False, booked_on__isnull=False),
                name="funds_openingrest_posted",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REFUSED", "REVERSED"]) | ~Q(refusal=""),
                name="funds_openingrest_refused",
            ),
            models.CheckConstraint(
                condition=~Q(status="REVERSED") | Q(reversal_uid__isnull=False),
                name="funds_openingrest_reversed",
            ),
        ]

    def __str__(self) -> str:
        return f"期初存量结清 {in_yuan(self.fen)}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "POSTED": "ok"}.get(self.status, "mute")
