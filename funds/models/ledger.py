"""The ledger: accounts, entries and their lines, append-only and balanced by the database itself.

The bureau holds no money. This is a shadow of each supervised account; the bank's statement is the outside
truth. Amounts are whole fen, every line has one side, and the lines of an entry sum to zero at COMMIT. What
is wrong is put right by a reversing entry; nothing is changed or removed.

The entry is its own audit: who, when, why stand on it, no role may change it, and `verify_ledger` proves it.
No foreign key points at entries or lines, so that both can be partitioned by day: a line names its entry by
uid and repeats its day, and its unique keys carry the day. The key of an entry is free of the day on
purpose: a retry after midnight must find the first entry.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.audit import APPEND_ONLY
from casework.models.base import uuid7
from institutions.models import Institution

LINE_MAX_FEN = 10**12
PARTICIPANTS = ("institution__competent_department", "institution__participations__organisation")


NOT_ABOUT_WAGES = pgtrigger.Trigger(
    name="not_about_wages",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("subject_uid"),
    when=pgtrigger.Before,
    func="""
        IF EXISTS (SELECT 1 FROM funds_labourclaim c WHERE c.uid = NEW.subject_uid) THEN
            RAISE EXCEPTION 'money of families is not used for wages';
        END IF;
        RETURN NEW;
    """,
)


class Side(models.TextChoices):
    """The two sides of an account."""

    DEBIT = "DEBIT", "借"
    CREDIT = "CREDIT", "贷"


class AccountKind(models.TextChoices):
    """What an account of the ledger stands for; what its subject is stands behind the name."""

    ESCROW_BANK = "ESCROW_BANK", "托管存款"  # supervised account
    CHANNEL_TRANSIT = "CHANNEL_TRANSIT", "在途款"  # institution
    CONTRACT_UNEARNED = "CONTRACT_UNEARNED", "未消课款"  # contract: the family's claim
    INST_RELEASABLE = "INST_RELEASABLE", "待拨付款"  # institution
    REFUND_PAYABLE = "REFUND_PAYABLE", "应退学费"  # contract
    SUSPENSE_IN = "SUSPENSE_IN", "来源不明收款"  # supervised account
    SUSPENSE_OUT = "SUSPENSE_OUT", "无指令支出"  # supervised account
    CLAIM_ON_INST = "CLAIM_ON_INST", "应由机构补足"  # institution
    OPENING = "OPENING", "期初存量"  # institution; ends at zero
    DEPOSIT_BANK = "DEPOSIT_BANK", "保证金存款"  # supervised account
    DEPOSIT_OBLIG = "DEPOSIT_OBLIG", "应退保证金"  # supervised account


ACCOUNT_SIDES = {
    AccountKind.ESCROW_BANK: Side.DEBIT,
    AccountKind.CHANNEL_TRANSIT: Side.DEBIT,
    AccountKind.CONTRACT_UNEARNED: Side.CREDIT,
    AccountKind.INST_RELEASABLE: Side.CREDIT,
    AccountKind.REFUND_PAYABLE: Side.CREDIT,
    AccountKind.SUSPENSE_IN: Side.CREDIT,
    AccountKind.SUSPENSE_OUT: Side.DEBIT,
    AccountKind.CLAIM_ON_INST: Side.DEBIT,
    AccountKind.OPENING: Side.CREDIT,
    AccountKind.DEPOSIT_BANK: Side.DEBIT,
    AccountKind.DEPOSIT_OBLIG: Side.CREDIT,
}
# Contracts taken over may be entered before the cash that stands for them.
MAY_GO_NEGATIVE: frozenset[str] = frozenset({AccountKind.OPENING})


class EntryKind(models.TextChoices):
    """What an entry says happened; with the key it is posted once."""

    PAY_CHANNEL = "PAY_CHANNEL", "扫码缴费"
    SETTLE_IN = "SETTLE_IN", "渠道结算到账"
    PAY_DIRECT = "PAY_DIRECT", "转账缴费"
    IN_UNMATCHED = "IN_UNMATCHED", "来源不明收款"
    IN_MATCHED = "IN_MATCHED", "收款认领"
    IN_RETURNED = "IN_RETURNED", "来源不明款退回"
    CONSUME = "CONSUME", "消课"
    STAGE_EARN = "STAGE_EARN", "分段确认"
    RELEASE = "RELEASE", "拨付"
    RELEASE_RETURNED = "RELEASE_RETURNED", "拨付退汇"
    REFUND_APPROVE = "REFUND_APPROVE", "退费审定"
    REFUND_PAY = "REFUND_PAY", "退费支付"
    REFUND_RETURNED = "REFUND_RETURNED", "退费退汇"
    OUT_UNMATCHED = "OUT_UNMATCHED", "无指令支出"
    OUT_JUDGED = "OUT_JUDGED", "无指令支出认定"
    MANUAL_RELEASE = "MANUAL_RELEASE", "人工拨付"
    OPENING_CASH = "OPENING_CASH", "期初存款"
    OPENING_STOCK = "OPENING_STOCK", "期初合同"
    OPENING_REST = "OPENING_REST", "期初存量结清"
    PAY_DEPOSIT_MODE = "PAY_DEPOSIT_MODE", "机构自收学费"
    CONSUME_DEPOSIT_MODE = "CONSUME_DEPOSIT_MODE", "自收学费消课"
    CLAIM_PAID = "CLAIM_PAID", "机构补足到账"
    DEPOSIT_IN = "DEPOSIT_IN", "存入保证金"
    DEPOSIT_RETURN = "DEPOSIT_RETURN", "退还保证金"
    DEPOSIT_USE = "DEPOSIT_USE", "动用保证金"
    REVERSE = "REVERSE", "冲正"


FIXED = ("id", "uid", "bureau_id", "institution_id", "kind", "side", "subject_uid", "may_go_negative")


def _columns(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in FIXED)


class LedgerAccount(models.Model):
    """One account of the ledger: what kind, of which institution, about which subject.

    `balance_fen` is counted on the account's own side and kept by the trigger on its lines, never by hand;
    `line_count` numbers them, so that a line that went missing leaves a gap. Rows are locked in the order of
    their primary key before anything is posted.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="ledger_accounts", verbose_name="机构"
    )
    kind = models.CharField("科目", max_length=20, choices=AccountKind.choices)
    side = models.CharField("余额方向", max_length=6, choices=Side.choices)
    subject_uid = models.UUIDField("所属账户或机构")
    may_go_negative = models.BooleanField("允许为负", default=False)
    balance_fen = models.BigIntegerField("余额（分）", default=0, editable=False)
    line_count = models.BigIntegerField("笔数", default=0, editable=False)
    opened_at = models.DateTimeField("建账时间", auto_now_add=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=PARTICIPANTS,
    )
    objects = ScopedQuerySet["LedgerAccount"].as_manager()

    class Meta:
        verbose_name = "账簿科目"
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_uid"], name="funds_ledgeraccount_once"),
            models.CheckConstraint(
                condition=Q(may_go_negative=True) | Q(balance_fen__gte=0),
                name="funds_ledgeraccount_not_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(side__in=Side.values) & Q(kind__in=AccountKind.values),
                name="funds_ledgeraccount_kind",
            ),
        ]
        indexes = [models.Index(fields=["institution", "kind"], name="funds_ledgeraccount_of")]
        triggers = [
            pgtrigger.Trigger(
                name="only_lines_move_it",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF pg_trigger_depth() < 2 OR NEW.line_count <> OLD.line_count + 1
                       OR ROW({_columns("NEW")}) IS DISTINCT FROM ROW({_columns("OLD")}) THEN
                        RAISE EXCEPTION 'a ledger account changes only by its lines';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="starts_empty",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.balance_fen <> 0 OR NEW.line_count <> 0 THEN
                        RAISE EXCEPTION 'a ledger account starts empty';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            NOT_ABOUT_WAGES,
            APPEND_ONLY[1],
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.institution_id}"


WHOLE = """
    SELECT count(*), coalesce(sum(CASE WHEN l.side = 'DEBIT' THEN l.amount_fen ELSE 0 END), 0),
           coalesce(sum(CASE WHEN l.side = 'CREDIT' THEN l.amount_fen ELSE 0 END), 0),
           count(*) FILTER (WHERE a.institution_id <> head.institution_id OR a.bureau_id <> head.bureau_id
                            OR l.booked_on <> head.booked_on)
      INTO lines, debit, credit, strange
      FROM funds_entryline l JOIN funds_ledgeraccount a ON a.id = l.account_id
     WHERE l.entry_uid = head.uid;
    IF lines < 2 OR lines <> head.line_count THEN
        RAISE EXCEPTION 'entry % has % lines, not %', head.uid, lines, head.line_count
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entry_whole';
    END IF;
    IF debit <> credit OR debit <> head.amount_fen THEN
        RAISE EXCEPTION 'entry % is not balanced: % against %', head.uid, debit, credit
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entry_balanced';
    END IF;
    IF strange > 0 THEN
        RAISE EXCEPTION 'entry % has lines of another institution or day', head.uid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entry_own_lines';
    END IF;
    RETURN NULL;
"""
OF_ENTRY = """
    SELECT * INTO head FROM funds_entry WHERE uid = NEW.entry_uid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'line % belongs to no entry', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entryline_of_entry';
    END IF;
"""
MIRRORED = """
    IF head.reversal_of IS NOT NULL THEN
        SELECT count(*) INTO strange FROM funds_entry t
         WHERE t.uid = head.reversal_of AND t.reversal_of IS NULL AND t.institution_id = head.institution_id
           AND t.bureau_id = head.bureau_id AND t.line_count = head.line_count
           AND t.amount_fen = head.amount_fen AND t.booked_on <= head.booked_on;
        SELECT strange - count(*) INTO strange FROM (
            SELECT account_id, amount_fen, side <> 'DEBIT' AS is_debit
              FROM funds_entryline WHERE entry_uid = head.reversal_of
            EXCEPT
            SELECT account_id, amount_fen, side = 'DEBIT' FROM funds_entryline WHERE entry_uid = head.uid
        ) AS unlike;
        IF strange <> 1 THEN
            RAISE EXCEPTION 'entry % does not mirror %', head.uid, head.reversal_of
                USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entry_mirrors';
        END IF;
    END IF;
"""
ON_AN_OPEN_DAY = """
    IF EXISTS (SELECT 1 FROM funds_ledgeraccount a
                 JOIN funds_accountday d ON d.account_uid = a.subject_uid
                WHERE a.id = NEW.account_id AND d.is_closed AND d.day >= NEW.booked_on) THEN
        RAISE EXCEPTION 'the day % is closed for this account', NEW.booked_on
            USING ERRCODE = 'check_violation', CONSTRAINT = 'funds_entryline_open_day';
    END IF;
    RETURN NEW;
"""
COUNTED = [
    ("head", "funds_entry%ROWTYPE"),
    ("lines", "bigint"),
    ("debit", "numeric"),
    ("credit", "numeric"),
    ("strange", "bigint"),
]


class Entry(models.Model):
    """One posting: what happened to the money of one institution on one day, by whom.

    `kind` and `key` name it once for ever: the same again gives this entry, other content under them is
    refused. `digest` is over the content. `line_count` and `amount_fen` (one side's sum) bind its lines, so
    that none can be added later.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+", verbose_name="主管部门")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="ledger_entries", verbose_name="机构"
    )
    kind = models.CharField("业务种类", max_length=20, choices=EntryKind.choices)
    key = models.CharField("业务编号", max_length=160)
    booked_on = models.DateField("入账日期")
    amount_fen = models.BigIntegerField("金额（分）")
    line_count = models.PositiveSmallIntegerField("分录行数")
    digest = models.CharField("内容摘要值", max_length=64)
    reversal_of = models.UUIDField("冲正的分录", null=True, blank=True)
    memo = models.CharField("摘要", max_length=200, blank=True, default="")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记账人")
    actor_name = models.CharField("记账人姓名", max_length=40)
    created_at = models.DateTimeField("记账时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="institution__region_path",
        counterpart="institution__organisation",
        participants=PARTICIPANTS,
    )
    objects = ScopedQuerySet["Entry"].as_manager()

    class Meta:
        verbose_name = "账簿分录"
        constraints = [
            models.UniqueConstraint(fields=["bureau", "kind", "key"], name="funds_entry_key"),
            models.UniqueConstraint(
                fields=["reversal_of"],
                condition=Q(reversal_of__isnull=False),
                name="funds_entry_reversed_once",
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(digest=""), name="funds_entry_named"),
            models.CheckConstraint(
                condition=Q(kind="REVERSE", reversal_of__isnull=False)
                | (~Q(kind="REVERSE") & Q(reversal_of__isnull=True)),
                name="funds_entry_reversal",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, line_count__gte=2), name="funds_entry_filled"
            ),
        ]
        indexes = [models.Index(fields=["institution", "-booked_on"], name="funds_entry_of")]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="whole_at_commit",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                declare=COUNTED,
                func="head := NEW;" + MIRRORED + WHOLE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class EntryLine(models.Model):
    """One side of one entry on one account, in fen. `seq` numbers the lines of the account without a gap.

    `seq` and `balance_fen` (after the line, on the account's own side) are filled by the trigger that moves
    the account.
    """

    entry_uid = models.UUIDField("所属分录", editable=False)
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="lines", verbose_name="科目")
    booked_on = models.DateField("入账日期")
    side = models.CharField("方向", max_length=6, choices=Side.choices)
    amount_fen = models.BigIntegerField("金额（分）")
    seq = models.BigIntegerField("序号", default=0, editable=False)
    balance_fen = models.BigIntegerField("记账后余额（分）", default=0, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="account__bureau",
        region="account__institution__region_path",
        counterpart="account__institution__organisation",
        participants=tuple(f"account__{path}" for path in PARTICIPANTS),
    )
    objects = ScopedQuerySet["EntryLine"].as_manager()

    class Meta:
        verbose_name = "分录行"
        constraints = [
            models.UniqueConstraint(
                fields=["entry_uid", "account", "booked_on"], name="funds_entryline_account_once"
            ),
            models.UniqueConstraint(fields=["account", "seq", "booked_on"], name="funds_entryline_seq"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LINE_MAX_FEN), name="funds_entryline_amount"
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="funds_entryline_side"),
        ]
        indexes = [models.Index(F("account"), F("booked_on"), name="funds_entryline_day")]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="moves_account",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    UPDATE funds_ledgeraccount
                       SET line_count = line_count + 1,
                           balance_fen = balance_fen
                               + CASE WHEN side = NEW.side THEN NEW.amount_fen ELSE -NEW.amount_fen END
                     WHERE id = NEW.account_id
                    RETURNING line_count, balance_fen INTO NEW.seq, NEW.balance_fen;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                # Fires after `moves_account`, which waits for the account's row: a close in progress is seen.
                name="on_an_open_day",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=ON_AN_OPEN_DAY,
            ),
            pgtrigger.Trigger(
                name="whole_at_commit",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                declare=COUNTED,
                func=OF_ENTRY + WHOLE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} {self.amount_fen}"
