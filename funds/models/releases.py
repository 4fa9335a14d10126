"""Where an institution is paid, and the batches that pay it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from funds.models.accounts import EscrowAccount, ReleaseMode
from funds.models.instructions import Instruction
from funds.models.ledger import LINE_MAX_FEN, PARTICIPANTS
from institutions.models import Institution


class SettlementStatus(models.TextChoices):
    """Where a settlement account stands."""

    PROPOSED = "PROPOSED", "待核验"
    VERIFIED = "VERIFIED", "已核验"
    RETIRED = "RETIRED", "已停用"


class SettlementAccount(RootModel):
    """The institution's own account to which released money goes; filed, and verified by a second person.

    The number is sealed. One verified account is in use per institution.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="settlement_accounts", verbose_name="机构"
    )
    status = models.CharField(
        "状态", max_length=10, choices=SettlementStatus.choices, default=SettlementStatus.PROPOSED,
        editable=False,
    )  # fmt: skip
    account_name = models.CharField("户名", max_length=120)
    bank_name = models.CharField("开户银行", max_length=80)
    number_sealed = models.BinaryField(default=bytes, editable=False)
    number_digest = models.CharField("账号", max_length=32, editable=False)
    number_tail = models.CharField("账号末四位", max_length=4, editable=False)
    verified_at = models.DateTimeField("核验时间", null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False, verbose_name="核验人"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["SettlementAccount"].as_manager()

    class Meta:
        verbose_name = "结算账户"
        constraints = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=Q(status="VERIFIED"),
                name="funds_settlementaccount_one",
                violation_error_message="这家机构已有在用的结算账户。请先停用。",
            ),
            models.CheckConstraint(
                condition=~Q(account_name="") & ~Q(number_digest=""), name="funds_settlementaccount_filled"
            ),
            models.CheckConstraint(
                condition=~Q(status="VERIFIED")
                | (Q(verified_by__isnull=False, verified_at__isnull=False) & ~Q(verified_by=F("created_by"))),
                name="funds_settlementaccount_verified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_name}（{self.bank_name} 末四位 {self.number_tail}）"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"PROPOSED": "warn", "VERIFIED": "ok"}.get(self.status, "mute")


class ReleaseStatus(models.TextChoices):
    """Where a batch stands; what the bank does with it stands on its instruction."""

    BUILT = "BUILT", "待批准"
    HELD = "HELD", "暂缓"
    APPROVED = "APPROVED", "已批准待支付"
    PAID = "PAID", "已拨付"
    FAILED = "FAILED", "未支付"
    RETURNED = "RETURNED", "已退汇"
    REFUSED = "REFUSED", "不予拨付"


OPEN_RELEASE = ["BUILT", "HELD", "APPROVED"]


class ReleaseBatch(RootModel):
    """Money for confirmed lessons that is to be paid out of one custody account to its institution.

    Built by a cycle's turn or on the institution's application, let go by a second person. `findings` are the
    warnings of the risk check at building; what stops a release is asked again at approval. A manual release
    names the decision that ordered it.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="releases", verbose_name="机构")
    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="releases", verbose_name="监管账户"
    )
    status = models.CharField(
        "状态", max_length=10, choices=ReleaseStatus.choices, default=ReleaseStatus.BUILT, editable=False
    )
    mode = models.CharField("拨付方式", max_length=12, choices=ReleaseMode.choices, editable=False)
    until = models.DateField("截至日期")
    amount_fen = models.BigIntegerField("金额（分）")
    lesson_count = models.PositiveIntegerField("上次拨付以来确认的课时", default=0)
    findings = models.JSONField("核对提示", default=list, editable=False)
    is_applied = models.BooleanField("机构申请", default=False)
    is_manual = models.BooleanField("人工拨付", default=False)
    decision_no = models.CharField("决定文号", max_length=60, blank=True, default="")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    reason = models.CharField("暂缓、不予拨付或未支付的原因", max_length=200, blank=True, default="")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    paid_on = models.DateField("支付日期", null=True, blank=True)
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, null=True, blank=True, related_name="releases", verbose_name="支付指令"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=PARTICIPANTS
    )
    objects = ScopedQuerySet["ReleaseBatch"].as_manager()

    class Meta:
        verbose_name = "拨付批次"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(status__in=OPEN_RELEASE),
                name="funds_releasebatch_one_open",
                violation_error_message="这个账户已有拨付批次在办，请先办结。",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LINE_MAX_FEN), name="funds_releasebatch_amount"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "PAID"])
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("created_by"))),
                name="funds_releasebatch_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(is_manual=False) | ~Q(decision_no=""),
                name="funds_releasebatch_manual",
                violation_error_message="人工拨付须写明决定文号。",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["HELD", "REFUSED", "FAILED", "RETURNED"]) | ~Q(reason=""),
                name="funds_releasebatch_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(status="PAID") | Q(paid_on__isnull=False), name="funds_releasebatch_paid"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status"], name="funds_release_queue")]

    def __str__(self) -> str:
        return f"{'人工' if self.is_manual else ''}拨付（截至 {self.until:%Y-%m-%d}）"

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.institution.uid

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        tones = {
            "BUILT": "warn",
            "HELD": "bad",
            "APPROVED": "info",
            "PAID": "ok",
            "FAILED": "bad",
            "RETURNED": "bad",
        }
        return tones.get(self.status, "mute")
