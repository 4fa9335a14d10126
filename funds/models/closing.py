"""Days of supervised accounts: shadow against bank, closed one after the other; and confirmed months."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount
from funds.models.ledger import PARTICIPANTS


class DayState(models.TextChoices):
    """What the comparison of a day says."""

    MISSING = "MISSING", "缺"
    UNEVEN = "UNEVEN", "不平"
    EVEN = "EVEN", "平"


class AccountDay(RootModel):
    """One day of one supervised account: balance by the bank, balance by the ledger, what explains the rest.

    Fen. `items` are the open items that explain the difference, as they stood. A closed day is never changed
    (trigger), and no entry is booked on its account on or before it (trigger on the ledger's lines).
    """

    account = models.ForeignKey(EscrowAccount, models.PROTECT, related_name="days", verbose_name="监管账户")
    account_uid = models.UUIDField(editable=False)
    day = models.DateField("日期")
    state = models.CharField("核对结果", max_length=8, choices=DayState.choices)
    bank_fen = models.BigIntegerField("银行余额（分）", null=True, blank=True)
    book_fen = models.BigIntegerField("账簿余额（分）")
    difference_fen = models.BigIntegerField("差额（分）", null=True, blank=True)
    items = models.JSONField("未达项", default=list)
    is_closed = models.BooleanField("已结账", default=False)
    is_excepted = models.BooleanField("例外结账", default=False)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结账人"
    )
    closed_at = models.DateTimeField("结账时间", null=True, blank=True)
    reason = models.CharField("例外理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"account__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["AccountDay"].as_manager()

    class Meta:
        verbose_name = "日终核对"
        constraints = [
            models.UniqueConstraint(fields=["account", "day"], name="funds_accountday_once"),
            models.CheckConstraint(
                condition=Q(state="MISSING", bank_fen__isnull=True, difference_fen__isnull=True)
                | (
                    ~Q(state="MISSING")
                    & Q(bank_fen__isnull=False, difference_fen=F("bank_fen") - F("book_fen"))
                ),
                name="funds_accountday_compared",
            ),
            models.CheckConstraint(
                condition=~Q(state="EVEN") | Q(difference_fen=0), name="funds_accountday_even"
            ),
            models.CheckConstraint(
                condition=Q(is_closed=False, is_excepted=False)
                | (
                    Q(is_closed=True, closed_by__isnull=False, closed_at__isnull=False)
                    & (Q(state="EVEN", is_excepted=False) | (Q(is_excepted=True) & ~Q(reason="")))
                ),
                name="funds_accountday_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_uid", "-day"], condition=Q(is_closed=True), name="funds_accountday_closed_to"
            ),
            models.Index(fields=["bureau", "day"], name="funds_accountday_of"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="closed_is_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_closed=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_state_display()}"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def state_tone(self) -> str:
        """Colour of the comparison."""
        return {"EVEN": "ok", "UNEVEN": "bad", "MISSING": "warn"}[self.state]


class MonthConfirmation(RootModel):
    """The bank's signed confirmation of a month's last balance (fen); the paper is its evidence."""

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="confirmations", verbose_name="监管账户"
    )
    month = models.DateField("月份")
    bank_fen = models.BigIntegerField("银行确认的月末余额（分）")
    book_fen = models.BigIntegerField("账簿月末余额（分）")
    note = models.CharField("说明", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=tuple(f"account__{path}" for path in PARTICIPANTS)
    )
    objects = ScopedQuerySet["MonthConfirmation"].as_manager()

    class Meta:
        verbose_name = "银行月度确认"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month"],
                name="funds_monthconfirmation_once",
                violation_error_message="这个账户这个月已经登记过银行确认。",
            ),
            models.CheckConstraint(
                condition=Q(bank_fen=F("book_fen")) | ~Q(note=""),
                name="funds_monthconfirmation_explained",
                violation_error_message="银行确认的余额与账簿不符的，须写明原因。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="funds_monthconfirmation_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} 银行确认"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid
