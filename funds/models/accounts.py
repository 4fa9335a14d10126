"""Banks, supervised accounts with their agreements, and freezes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.ledger import PARTICIPANTS
from institutions.models import Institution


class Bank(RootModel):
    """A bank (branch) that keeps supervised accounts in the county; the bureau keeps the list."""

    name = models.CharField("银行名称", max_length=60)
    branch = models.CharField("开户网点", max_length=60, blank=True, default="")
    contact = models.CharField("联系人和电话", max_length=60, blank=True, default="")
    is_active = models.BooleanField("承接监管业务", default=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="银行办事账号"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="organisation")
    objects = ScopedQuerySet["Bank"].as_manager()

    class Meta:
        verbose_name = "监管银行"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="funds_bank_named"),
            models.UniqueConstraint(
                fields=["bureau", "name", "branch"],
                name="funds_bank_once",
                violation_error_message="这家银行网点已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}{self.branch}"


class FundKind(models.TextChoices):
    """What an account is supervised for."""

    CUSTODY = "CUSTODY", "预收费托管"
    DEPOSIT = "DEPOSIT", "风险保证金"


class ReleaseMode(models.TextChoices):
    """How custody money is released, by the agreement (docs: 各地做法不同，按协议登记)."""

    PER_LESSON = "PER_LESSON", "一课一消"
    PER_CYCLE = "PER_CYCLE", "按周期"
    STAGED = "STAGED", "按进度分段"
    MONTHLY = "MONTHLY", "按月拆分"
    NONE = "NONE", "不适用（保证金）"


class AccountStatus(models.TextChoices):
    """Where an account stands."""

    PLANNED = "PLANNED", "待开户"
    OPENED = "OPENED", "已开户"
    FILED = "FILED", "已备案"
    VERIFIED = "VERIFIED", "已核验"
    PAY_ENABLED = "PAY_ENABLED", "已开通支付"
    CLOSING = "CLOSING", "销户中"
    CLOSED = "CLOSED", "已销户"


FREEZABLE = ["OPENED", "FILED", "VERIFIED", "PAY_ENABLED"]
HAS_NUMBER = ["OPENED", "FILED", "VERIFIED", "PAY_ENABLED", "CLOSING"]
TAKES_FILES = HAS_NUMBER
IS_FILED = ["FILED", "VERIFIED", "PAY_ENABLED", "CLOSING"]


class EscrowAccount(RootModel):
    """A supervised account (监管账户) of one institution at one bank, with its tri-party agreement.

    One account of each kind is in use per institution. The number is sealed; screens show the last four
    digits, the digest finds equal numbers. Money on it is read from the ledger, never kept here. A freeze
    is a row of its own and does not change where the account stands.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="escrow_accounts", verbose_name="机构"
    )
    bank = models.ForeignKey(Bank, models.PROTECT, related_name="accounts", verbose_name="监管银行")
    kind = models.CharField("账户种类", max_length=10, choices=FundKind.choices)
    status = models.CharField(
        "状态", max_length=12, choices=AccountStatus.choices, default=AccountStatus.PLANNED, editable=False
    )
    account_name = models.CharField("户名", max_length=120)
    number_sealed = models.BinaryField(default=bytes, editable=False)
    number_digest = models.CharField("账号", max_length=32, blank=True, default="", editable=False)
    number_tail = models.CharField("账号末四位", max_length=4, blank=True, default="", editable=False)
    agreement_no = models.CharField("监管协议编号", max_length=60, blank=True, default="")
    agreement_from = models.DateField("协议生效日期", null=True, blank=True)
    agreement_to = models.DateField("协议到期日期", null=True, blank=True)
    release_mode = models.CharField(
        "拨付方式", max_length=12, choices=ReleaseMode.choices, default=ReleaseMode.NONE
    )
    floor_fen = models.BigIntegerField("协议约定最低余额（分）", default=0)
    data_scope = models.CharField("授权银行提供的信息", max_length=200, blank=True, default="")
    freeze_clause = models.CharField("约定冻结的条款", max_length=200, blank=True, default="")
    opened_on = models.DateField("开户日期", null=True, blank=True)
    filing_due_on = models.DateField("备案期限", null=True, blank=True, editable=False)
    due_explanation = models.JSONField(default=list, editable=False)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    filed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name="备案人"
    )
    verified_at = models.DateTimeField("核验时间", null=True, blank=True, editable=False)
    pay_enabled_on = models.DateField("开通支付日期", null=True, blank=True)
    close_not_before = models.DateField("最早销户日期", null=True, blank=True, editable=False)
    closed_on = models.DateField("销户日期", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["EscrowAccount"].as_manager()

    class Meta:
        verbose_name = "监管账户"
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind"],
                condition=~Q(status="CLOSED"),
                name="funds_escrowaccount_one_in_use",
                violation_error_message="这家机构已有同种类的监管账户。换银行的，先销原账户。",
            ),
            models.UniqueConstraint(
                fields=["number_digest"],
                condition=~Q(number_digest="") & ~Q(status="CLOSED"),
                name="funds_escrowaccount_number_once",
                violation_error_message="这个账号已登记为另一个监管账户，请核对账号。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=HAS_NUMBER)
                | (~Q(number_digest="") & ~Q(number_tail="") & Q(opened_on__isnull=False)),
                name="funds_escrowaccount_opened",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=IS_FILED)
                | (Q(filed_on__isnull=False, filed_by__isnull=False) & ~Q(agreement_no="")),
                name="funds_escrowaccount_filed",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["VERIFIED", "PAY_ENABLED", "CLOSING"])
                | Q(verified_at__isnull=False),
                name="funds_escrowaccount_verified",
            ),
            models.CheckConstraint(
                condition=~Q(status="PAY_ENABLED") | Q(pay_enabled_on__isnull=False, kind="CUSTODY"),
                name="funds_escrowaccount_enabled",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSING") | Q(close_not_before__isnull=False),
                name="funds_escrowaccount_closing",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_on__isnull=False), name="funds_escrowaccount_closed"
            ),
            models.CheckConstraint(
                condition=Q(agreement_to__isnull=True) | Q(agreement_to__gte=F("agreement_from")),
                name="funds_escrowaccount_agreement_days",
                violation_error_message="协议到期日期不能早于生效日期。",
            ),
            models.CheckConstraint(
                condition=Q(floor_fen__gte=0, floor_fen__lte=10**12), name="funds_escrowaccount_floor"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "filing_due_on"], name="funds_escrow_queue")]

    def __str__(self) -> str:
        return f"{self.account_name}（{self.number_tail or '未开户'}）"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def number_masked(self) -> str:
        """The number as screens show it."""
        return f"**** **** {self.number_tail}" if self.number_tail else ""

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {"PAY_ENABLED": "ok", "VERIFIED": "ok", "OPENED": "warn", "CLOSING": "warn", "CLOSED": "mute"}
        return tones.get(self.status, "info")


class FreezeStatus(models.TextChoices):
    """Where a freeze stands."""

    PROPOSED = "PROPOSED", "待批准"
    APPROVED = "APPROVED", "已批准，待银行执行"
    ACTIVE = "ACTIVE", "冻结中"
    LIFTED = "LIFTED", "已解除"
    REFUSED = "REFUSED", "不予冻结"


HOLDING = ["APPROVED", "ACTIVE"]
UNDER_WAY = ["PROPOSED", *HOLDING]


class AccountFreeze(RootModel):
    """Stopping the outgoing money of a supervised account under a clause of its agreement.

    One person proposes, a section head approves; the bank's receipt makes it active. It holds in the ledger
    from approval. Refunds to families stay open under every freeze.
    """

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="freezes", verbose_name="监管账户"
    )
    status = models.CharField(
        "状态", max_length=10, choices=FreezeStatus.choices, default=FreezeStatus.PROPOSED, editable=False
    )
    reason = models.CharField("冻结理由", max_length=300)
    clause = models.CharField("协议条款", max_length=200)
    source_no = models.CharField("关联文号", max_length=60, blank=True, default="")
    proposed_at = models.DateTimeField("提出时间")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    active_on = models.DateField("银行执行日期", null=True, blank=True)
    bank_receipt = models.CharField("银行回执编号", max_length=60, blank=True, default="")
    lifted_on = models.DateField("解除日期", null=True, blank=True)
    end_reason = models.CharField("解除或不予冻结的理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="account__institution__organisation",
        participants=tuple(f"account__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["AccountFreeze"].as_manager()

    class Meta:
        verbose_name = "账户冻结"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status__in=UNDER_WAY),
                name="funds_accountfreeze_one",
                violation_error_message="这个账户已有冻结在办，请先办结。",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(clause=""),
                name="funds_accountfreeze_grounded",
                violation_error_message="冻结须写明理由和依据的协议条款。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=HOLDING)
                | (
                    Q(approved_at__isnull=False)
                    & Q(approved_by__isnull=False)
                    & ~Q(approved_by=F("created_by"))
                ),
                name="funds_accountfreeze_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status="ACTIVE") | (Q(active_on__isnull=False) & ~Q(bank_receipt="")),
                name="funds_accountfreeze_active",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["LIFTED", "REFUSED"]) | ~Q(end_reason=""),
                name="funds_accountfreeze_ended",
            ),
            models.CheckConstraint(
                condition=~Q(status="LIFTED") | Q(lifted_on__isnull=False), name="funds_accountfreeze_lifted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.account_name} 冻结"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "APPROVED": "bad", "ACTIVE": "bad", "LIFTED": "ok"}.get(
            self.status, "mute"
        )
