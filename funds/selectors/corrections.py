"""Payments of one contract as they were booked and taken back, and what stops taking one back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.errors import Reason
from casework.money import in_yuan
from funds.models import (
    OPEN_REFUND,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    LedgerAccount,
    LinePosting,
    PaymentCorrection,
    Refund,
    Side,
    StatementLine,
    SuspenseItem,
)
from funds.selectors.contracts import contract_money
from funds.selectors.money import position_of
from funds.selectors.payments import PAYMENTS

MAY_BE_CORRECTED = ("PARTLY_PAID", "ACTIVE")
CLOSED_WORDS = {
    "SUSPENDED": "请先恢复合同，再更正缴费。",
    "REFUNDING": "钱已审定退给家长，不能再冲正。请在退费里核对付款人。",
    "REFUNDED": "钱已退给家长，不能再冲正。",
    "COMPLETED": "课已上完，钱已归机构，不能再冲正。请按应由机构补足办理。",
}


def corrections_visible(actor: User) -> ScopedQuerySet[PaymentCorrection]:
    """Corrections, newest first."""
    rows = PaymentCorrection.objects.visible_to(actor)
    return rows.select_related(
        "contract", "contract__institution", "item", "region", "created_by", "decided_by"
    ).order_by("-pk")


@dataclass(frozen=True)
class Payment:
    """One payment of a contract: its entry, the bank's line when one showed it, what became of it."""

    entry: Entry
    line: StatementLine | None
    reversal: Entry | None
    correction: PaymentCorrection | None

    @property
    def stands(self) -> bool:
        """Whether it counts as paid."""
        return self.reversal is None


def contract_payments(contract: Contract) -> list[Payment]:
    """Every payment of a contract, oldest first, also what was taken back (a fixed number of queries)."""
    lines = EntryLine.objects.filter(
        account__kind=AccountKind.CONTRACT_UNEARNED, account__subject_uid=contract.uid, side=Side.CREDIT
    )
    entries = list(
        Entry.objects.filter(uid__in=lines.values("entry_uid"), kind__in=list(PAYMENTS)).order_by(
            "booked_on", "pk"
        )
    )
    uids = [entry.uid for entry in entries]
    reversals = {row.reversal_of: row for row in Entry.objects.filter(reversal_of__in=uids)}
    rows = PaymentCorrection.objects.filter(entry_uid__in=uids).order_by("pk")
    corrections = {row.entry_uid: row for row in rows}
    shown = _lines(entries)
    return [
        Payment(entry, shown.get(entry.uid), reversals.get(entry.uid), corrections.get(entry.uid))
        for entry in entries
    ]


def _lines(entries: list[Entry]) -> dict[UUID, StatementLine]:
    """The bank's line behind each entry; of a claimed receipt the line that had been in suspense."""
    of_line: dict[UUID, UUID] = {}
    direct = LinePosting.objects.filter(entry_uid__in=[row.uid for row in entries])
    for line_uid, entry_uid in direct.order_by("pk").values_list("line_uid", "entry_uid"):
        of_line[entry_uid] = line_uid
    claimed = {row.uid: UUID(row.key.split("/")[0]) for row in entries if row.kind == EntryKind.IN_MATCHED
               and _is_item_key(row.key)}  # fmt: skip
    items = dict(SuspenseItem.objects.filter(uid__in=claimed.values()).values_list("uid", "line_uid"))
    of_line |= {entry: items[item] for entry, item in claimed.items() if item in items}
    lines = {row.uid: row for row in StatementLine.objects.filter(uid__in=of_line.values())}
    return {entry: lines[line] for entry, line in of_line.items() if line in lines}


def _is_item_key(key: str) -> bool:
    try:
        UUID(key.split("/")[0])
    except ValueError:
        return False
    return True


def correction_stops(contract: Contract, payment: Payment, on: date) -> Iterator[Reason]:
    """Every reason why a payment cannot be taken back now: the money has moved on."""
    entry = payment.entry
    if not payment.stands:
        yield Reason("这笔缴费已经冲正，不用再更正。")
        return
    if contract.status not in MAY_BE_CORRECTED:
        yield Reason(
            f"合同现在是“{contract.get_status_display()}”，不能更正缴费。",
            cleared_by=CLOSED_WORDS.get(contract.status, ""),
        )
    refund = Refund.objects.filter(contract=contract, status__in=OPEN_REFUND).first()
    if refund is not None:
        yield Reason(
            f"退费 {refund.number} 在办（{refund.get_status_display()}），不能更正缴费。",
            cleared_by="请先撤回或办结退费。",
        )
    yield from _spent(contract, entry.amount_fen)
    yield from _settled(contract, entry)
    yield from _cash_under_way(contract, payment, on)


def _spent(contract: Contract, fen: int) -> Iterator[Reason]:
    left = contract_money(contract).unearned
    if left < fen:
        yield Reason(
            f"这笔缴费 {in_yuan(fen)}，其中 {in_yuan(fen - left)} 已随消课归机构，在监管的只有 {in_yuan(left)}，不能冲正。",
            cleared_by="消课有误的先在课时里核实；已经归机构的，请机构补足后再办理。",
        )


def _settled(contract: Contract, entry: Entry) -> Iterator[Reason]:
    """Money that came through the channel goes back only while the channel still has it."""
    if entry.kind != EntryKind.PAY_CHANNEL:
        return
    held = LedgerAccount.objects.filter(
        kind=AccountKind.CHANNEL_TRANSIT, subject_uid=contract.institution.uid
    ).first()
    if held is None or held.balance_fen < entry.amount_fen:
        yield Reason(
            "这笔扫码缴费已随渠道结算进入监管账户，不能单独冲正。",
            cleared_by="请在合同页面办理退费，由家长重新缴到正确的合同。",
        )


def _cash_under_way(contract: Contract, payment: Payment, on: date) -> Iterator[Reason]:
    """A payment that no line has shown takes its cash with it; what instructions wait for stays."""
    if payment.entry.kind != EntryKind.PAY_DIRECT or payment.line is not None or contract.account is None:
        return
    left = position_of(contract.account, on).available_bank
    if left < payment.entry.amount_fen:
        yield Reason(
            f"监管账户的账簿存款除在办支付外只有 {in_yuan(max(0, left))}，不足以冲正 {in_yuan(payment.entry.amount_fen)}。",
            cleared_by="请等在办的支付指令办结，或者先作废。",
        )


def corrections_of_day(account: EscrowAccount, day: date) -> list[PaymentCorrection]:
    """Payments booked on a day of an account and taken back later, and those taken back on that day."""
    rows: QuerySet[PaymentCorrection] = PaymentCorrection.objects.filter(
        contract__account=account, status="POSTED"
    ).select_related("contract")
    return [
        *rows.filter(paid_on=day).order_by("pk"),
        *rows.filter(booked_on=day).exclude(paid_on=day).order_by("pk"),
    ]


def corrected_after(institution_id: int, days: list[Any]) -> dict[date, list[PaymentCorrection]]:
    """For each day of published certificates: payments that it still counted and that were taken back later."""
    rows = list(
        PaymentCorrection.objects.filter(contract__institution=institution_id, status="POSTED").order_by(
            "booked_on", "pk"
        )
    )
    return {
        day.on: [row for row in rows if row.booked_on is not None and row.paid_on <= day.on < row.booked_on]
        for day in days
    }


def taken_back_to(item: SuspenseItem) -> list[PaymentCorrection]:
    """Corrections that brought a line of the bank back to the queue, newest first."""
    rows = PaymentCorrection.objects.filter(item=item, status="POSTED").select_related("contract")
    return list(rows.order_by("-pk"))
