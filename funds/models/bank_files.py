"""What banks deliver: files with their checks, their lines (append-only), and how each line was posted."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import JobRun, RootModel
from casework.models.audit import APPEND_ONLY
from casework.models.base import uuid7
from funds.models.accounts import Bank, EscrowAccount
from funds.models.ledger import PARTICIPANTS
from funds.models.profiles import BankProfile, MachineKey

OF_ACCOUNT = ScopePaths(
    bureau="account__bureau",
    region="account__region_path",
    participants=tuple(f"account__{path}" for path in PARTICIPANTS),
)


class Channel(models.TextChoices):
    """The door by which a file came; behind every door is the same path."""

    DESK = "DESK", "工作台上传"
    PORTAL = "PORTAL", "银行上传"
    COMMAND = "COMMAND", "命令导入"
    API = "API", "接口推送"


class FileState(models.TextChoices):
    """Where a file stands."""

    RECEIVED = "RECEIVED", "正在核对"
    REFUSED = "REFUSED", "不予接收"
    POSTING = "POSTING", "正在入账"
    DONE = "DONE", "已入账"


class StatementBundle(RootModel):
    """One file of a bank with the lines of many supervised accounts, as received.

    It is split by account into statements (`parts`), all of them or none: a refused one stays with the reasons.
    `found` keeps what stood in it for each account: tail, institution, count and sums, never a whole number.
    """

    bank = models.ForeignKey(
        Bank, models.PROTECT, null=True, blank=True, related_name="bundles", verbose_name="银行"
    )
    profile = models.ForeignKey(
        BankProfile, models.PROTECT, related_name="bundles", verbose_name="对账单模板"
    )
    channel = models.CharField("来源", max_length=8, choices=Channel.choices)
    key = models.ForeignKey(MachineKey, models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    stored_as = models.CharField(max_length=200, editable=False)
    sha256 = models.CharField("文件指纹", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    told = models.JSONField("银行告知", default=dict)
    state = models.CharField("状态", max_length=10, choices=FileState.choices, default=FileState.RECEIVED)
    refusal = models.CharField("不予接收的原因", max_length=2000, blank=True, default="")
    found = models.JSONField("各账户", default=list, editable=False)
    line_count = models.PositiveIntegerField("笔数", default=0)
    received_at = models.DateTimeField("收到时间")
    job = models.ForeignKey(JobRun, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="bank__organisation")
    objects = ScopedQuerySet["StatementBundle"].as_manager()

    class Meta:
        verbose_name = "多账户对账单"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "sha256"], condition=~Q(state="REFUSED"), name="funds_statementbundle_once"
            ),
            models.CheckConstraint(
                condition=Q(state="REFUSED") ^ Q(refusal=""), name="funds_statementbundle_refused"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="as_received",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(NEW.sha256, NEW.bank_id, NEW.profile_id, NEW.file_name, NEW.stored_as, NEW.size,
                           NEW.channel, NEW.told, NEW.received_at)
                       IS DISTINCT FROM
                       ROW(OLD.sha256, OLD.bank_id, OLD.profile_id, OLD.file_name, OLD.stored_as, OLD.size,
                           OLD.channel, OLD.told, OLD.received_at)
                       OR (OLD.state IN ('REFUSED', 'DONE') AND NEW.state <> OLD.state) THEN
                        RAISE EXCEPTION 'a statement stays as it was received';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state_tone(self) -> str:
        """Colour of the state."""
        return {"REFUSED": "bad", "DONE": "ok"}.get(self.state, "info")


class StatementFile(RootModel):
    """One statement of one supervised account, as received, with what the checks found.

    A refused file stays, with the reason. `covers_from` to `covers_to` are whole days for which it is the
    account's only file. `told` keeps what the bank said beside the file (opening, closing, count). A quiet
    file (`is_quiet`) says that nothing moved on these days. A part of a file of many accounts (`bundle`) has
    the account's lines alone, its fingerprint names file and account. Amounts in fen.
    """

    account = models.ForeignKey(
        EscrowAccount, models.PROTECT, related_name="statements", verbose_name="监管账户"
    )
    profile = models.ForeignKey(
        BankProfile, models.PROTECT, null=True, blank=True, related_name="files", verbose_name="对账单模板"
    )
    bundle = models.ForeignKey(
        StatementBundle,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name="多账户文件",
    )
    channel = models.CharField("来源", max_length=8, choices=Channel.choices)
    key = models.ForeignKey(MachineKey, models.PROTECT, null=True, blank=True, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    stored_as = models.CharField(max_length=200, editable=False, blank=True, default="")
    sha256 = models.CharField("文件指纹", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    is_quiet = models.BooleanField("无发生额", default=False)
    told = models.JSONField("银行告知", default=dict)
    state = models.CharField("状态", max_length=10, choices=FileState.choices, default=FileState.RECEIVED)
    refusal = models.CharField("不予接收的原因", max_length=400, blank=True, default="")
    covers_from = models.DateField("起始日期", null=True, blank=True)
    covers_to = models.DateField("截止日期", null=True, blank=True)
    line_count = models.PositiveIntegerField("笔数", default=0)
    came_fen = models.BigIntegerField("收入（分）", default=0)
    went_fen = models.BigIntegerField("支出（分）", default=0)
    opening_fen = models.BigIntegerField("期初余额（分）", null=True, blank=True)
    closing_fen = models.BigIntegerField("期末余额（分）", null=True, blank=True)
    received_at = models.DateTimeField("收到时间")
    posted_at = models.DateTimeField("入账时间", null=True, blank=True)
    job = models.ForeignKey(JobRun, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="account__bank__organisation", participants=OF_ACCOUNT.participants
    )
    objects = ScopedQuerySet["StatementFile"].as_manager()

    class Meta:
        verbose_name = "银行对账单"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "sha256"], condition=~Q(state="REFUSED"), name="funds_statementfile_once"
            ),
            models.CheckConstraint(
                condition=Q(state="REFUSED") ^ Q(refusal=""), name="funds_statementfile_refused"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["POSTING", "DONE"])
                | Q(
                    covers_from__isnull=False,
                    covers_to__gte=F("covers_from"),
                    opening_fen__isnull=False,
                    closing_fen=F("opening_fen") + F("came_fen") - F("went_fen"),
                ),
                name="funds_statementfile_whole",
            ),
            models.CheckConstraint(
                condition=~Q(is_quiet=True) | Q(line_count=0, came_fen=0, went_fen=0),
                name="funds_statementfile_quiet",
            ),
            models.CheckConstraint(
                condition=Q(is_quiet=True) | Q(profile__isnull=False), name="funds_statementfile_profiled"
            ),
            ExclusionConstraint(
                name="funds_statementfile_days_once",
                expressions=[
                    (F("account"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("covers_from"), F("covers_to"), Value("[]"),
                            function="daterange", output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=["POSTING", "DONE"]),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["bureau", "state", "-received_at"], name="funds_statement_queue")]
        triggers = [
            pgtrigger.Trigger(
                name="as_received",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(NEW.sha256, NEW.account_id, NEW.profile_id, NEW.file_name, NEW.stored_as, NEW.size,
                           NEW.channel, NEW.told, NEW.is_quiet, NEW.received_at, NEW.bundle_id)
                       IS DISTINCT FROM
                       ROW(OLD.sha256, OLD.account_id, OLD.profile_id, OLD.file_name, OLD.stored_as, OLD.size,
                           OLD.channel, OLD.told, OLD.is_quiet, OLD.received_at, OLD.bundle_id)
                       OR (OLD.state <> 'RECEIVED' AND ROW(NEW.line_count, NEW.came_fen, NEW.went_fen,
                           NEW.opening_fen, NEW.closing_fen, NEW.covers_from, NEW.covers_to)
                       IS DISTINCT FROM ROW(OLD.line_count, OLD.came_fen, OLD.went_fen, OLD.opening_fen,
                           OLD.closing_fen, OLD.covers_from, OLD.covers_to))
                       OR (OLD.state IN ('REFUSED', 'DONE') AND NEW.state <> OLD.state) THEN
                        RAISE EXCEPTION 'a statement stays as it was received';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_uid(self) -> UUID:
        """The file on whose timeline events about this row belong."""
        return self.account.institution.uid

    @property
    def state_tone(self) -> str:
        """Colour of the state."""
        return {"REFUSED": "bad", "DONE": "ok"}.get(self.state, "info")


class StatementLine(models.Model):
    """One movement as the bank wrote it. `fen` is positive for money in; `ordinal` numbers the day's lines.

    Append-only; no foreign key points here and its unique keys carry the day, ready for partitions. It
    names its file by uid.
    """

    uid = models.UUIDField(default=uuid7, editable=False)
    account = models.ForeignKey(EscrowAccount, models.PROTECT, related_name="+", verbose_name="监管账户")
    file_uid = models.UUIDField("对账单", editable=False)
    booked_on = models.DateField("银行入账日期")
    ordinal = models.PositiveIntegerField("当日序号")
    row = models.PositiveIntegerField("文件行号")
    fen = models.BigIntegerField("金额（分）")
    balance_fen = models.BigIntegerField("余额（分）")
    serial = models.CharField("银行流水号", max_length=80, blank=True, default="")
    reference = models.CharField("附言", max_length=200, blank=True, default="")
    payer = models.CharField("对方户名", max_length=120, blank=True, default="")
    payer_account = models.CharField("对方账号", max_length=60, blank=True, default="")
    summary = models.CharField("摘要", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = replace(OF_ACCOUNT, counterpart="account__bank__organisation")
    objects = ScopedQuerySet["StatementLine"].as_manager()

    class Meta:
        verbose_name = "银行流水"
        constraints = [
            models.UniqueConstraint(fields=["uid", "booked_on"], name="funds_statementline_uid"),
            models.UniqueConstraint(
                fields=["account", "booked_on", "ordinal"], name="funds_statementline_ordinal"
            ),
            models.UniqueConstraint(
                fields=["account", "booked_on", "serial"],
                condition=~Q(serial=""),
                name="funds_statementline_serial",
            ),
            models.CheckConstraint(condition=~Q(fen=0), name="funds_statementline_moves"),
        ]
        indexes = [models.Index(fields=["file_uid", "ordinal"], name="funds_statementline_file")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.booked_on:%Y-%m-%d} {self.fen / 100:,.2f}"

    @property
    def went_fen(self) -> int:
        """What went out, zero for money in."""
        return max(-self.fen, 0)

    @property
    def key(self) -> str:
        """What names the line in the ledger for ever."""
        return f"{self.account.uid}/{self.booked_on:%Y-%m-%d}/{self.serial or f'#{self.ordinal}'}"


class MatchedBy(models.TextChoices):
    """What told which entry a line belongs to, in the order in which it is tried."""

    INSTRUCTION = "INSTRUCTION", "指令编号"
    SERIAL = "SERIAL", "银行流水号"
    PARTY = "PARTY", "金额、日期和对方"
    UNIQUE = "UNIQUE", "金额和日期唯一"
    MANUAL = "MANUAL", "人工"
    NONE = "NONE", "未认出，挂待查"


class LinePosting(models.Model):
    """The one entry of the ledger in which a line of a statement stands.

    One per line and one per entry while it holds; `undone_at` ends it when the entry was reversed.
    """

    line_uid = models.UUIDField("银行流水", editable=False)
    account = models.ForeignKey(EscrowAccount, models.PROTECT, related_name="+", verbose_name="监管账户")
    booked_on = models.DateField("银行入账日期")
    fen = models.BigIntegerField("金额（分）")
    matched_by = models.CharField("认定方式", max_length=12, choices=MatchedBy.choices)
    entry_uid = models.UUIDField("分录", editable=False)
    entry_on = models.DateField("记账日期")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记账人")
    posted_at = models.DateTimeField("记账时间")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = OF_ACCOUNT
    objects = ScopedQuerySet["LinePosting"].as_manager()

    class Meta:
        verbose_name = "流水入账"
        constraints = [
            models.UniqueConstraint(
                fields=["line_uid", "booked_on"],
                condition=Q(undone_at__isnull=True),
                name="funds_lineposting_once",
            ),
            models.UniqueConstraint(
                fields=["entry_uid", "entry_on"],
                condition=Q(undone_at__isnull=True),
                name="funds_lineposting_entry_once",
            ),
        ]
        indexes = [models.Index(fields=["account", "booked_on"], name="funds_lineposting_day")]
        triggers = [
            pgtrigger.Trigger(
                name="only_ends",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(NEW.line_uid, NEW.entry_uid, NEW.fen, NEW.booked_on, NEW.account_id, NEW.entry_on)
                       IS DISTINCT FROM
                       ROW(OLD.line_uid, OLD.entry_uid, OLD.fen, OLD.booked_on, OLD.account_id, OLD.entry_on)
                       OR OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL THEN
                        RAISE EXCEPTION 'the posting of a line only ends';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on:%Y-%m-%d} {self.fen / 100:,.2f}"
