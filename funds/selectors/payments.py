"""Payments that stand, and which open contract a receipt on a custody account may be for, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Bureau
from casework.crypto import blind_index
from funds.models import (
    TAKES_PAYMENT,
    AccountKind,
    Contract,
    Entry,
    EntryKind,
    EntryLine,
    EscrowAccount,
    Side,
    is_order_no,
)

PAYMENTS = {
    EntryKind.PAY_DIRECT: AccountKind.ESCROW_BANK,
    EntryKind.PAY_CHANNEL: AccountKind.CHANNEL_TRANSIT,
    EntryKind.IN_MATCHED: AccountKind.SUSPENSE_IN,
    EntryKind.PAY_DEPOSIT_MODE: AccountKind.CLAIM_ON_INST,
}
DIGITS = re.compile(r"(?<!BF)(?<!TF)(?<!RG)\d+")  # not the number of an instruction
GROUPED = re.compile(r"(?<=\d)[\s\-](?=\d)")
AMOUNTS_MAX = 20


@dataclass(frozen=True)
class Candidate:
    """An open contract with the evidence for it. `rank` 1 is an order number, 2 amount and payer, 3 the amount alone.

    `is_sure`: a machine may book it; otherwise a person decides.
    """

    contract: Contract
    rank: int
    evidence: tuple[str, ...]
    is_sure: bool


def payment_lines(bureau: Bureau) -> QuerySet[EntryLine]:
    """What families paid to their contracts (`account__subject_uid`), without payments that were undone."""
    undone = Entry.objects.filter(reversal_of=OuterRef("uid"))
    entries = Entry.objects.filter(bureau=bureau, kind__in=list(PAYMENTS)).exclude(Exists(undone))
    return EntryLine.objects.filter(
        entry_uid__in=entries.values("uid"), account__kind=AccountKind.CONTRACT_UNEARNED, side=Side.CREDIT
    )


def payments_of(lines: QuerySet[EntryLine]) -> dict[UUID, list[tuple[date, int]]]:
    """Day and fen of every payment, by contract."""
    found: dict[UUID, list[tuple[date, int]]] = {}
    for uid, day, fen in lines.values_list("account__subject_uid", "booked_on", "amount_fen"):
        found.setdefault(uid, []).append((day, fen))
    return found


def payment_candidates(
    account: EscrowAccount, fen: int, on: date, reference: str = "", payer: str = ""
) -> list[Candidate]:
    """Open contracts that a receipt of `fen` may pay, the best first; works without a payer's name.

    Rank 3 is given only when no other open contract waits for the same amount and the remark names no other
    order, and never as sure.
    """
    rows = (
        Contract.objects.filter(account=account, status__in=TAKES_PAYMENT, signed_on__lte=on)
        .select_related("institution", "account")
        .annotate(left_fen=F("price_fen") - F("paid_fen"))
    )
    named = order_numbers(reference)
    found = [_by_order(row, fen) for row in rows.filter(order_no__in=named).order_by("pk")]
    if found:
        return sorted(found, key=lambda item: not item.is_sure)
    same = list(rows.filter(left_fen=fen).order_by("pk")[:AMOUNTS_MAX])
    digest = blind_index(payer)
    mine = [row for row in same if digest and row.payer_digest == digest]
    if mine:
        words = (f"付款人与合同登记的付款人一致，金额 {fen / 100:,.2f} 元与待缴金额一致",)
        return [Candidate(row, 2, words, is_sure=len(mine) == 1) for row in mine]
    if len(same) == 1 and not named:
        return [Candidate(same[0], 3, (f"只有这份合同待缴 {fen / 100:,.2f} 元",), is_sure=False)]
    return []


def order_numbers(reference: str) -> list[str]:
    """Order numbers written in a remark, also with blanks or dashes between the digits."""
    texts = (reference, GROUPED.sub("", reference))
    return sorted({run for text in texts for run in DIGITS.findall(text) if is_order_no(run)})


def _by_order(contract: Contract, fen: int) -> Candidate:
    words = [f"附言写明缴费单号 {contract.order_no}"]
    if fen == contract.open_fen:
        words.append("金额与待缴金额一致")
    elif fen < contract.open_fen:
        words.append(f"金额小于待缴的 {contract.open_fen / 100:,.2f} 元，按部分缴费")
    else:
        words.append(f"金额大于待缴的 {contract.open_fen / 100:,.2f} 元，须先退回多缴部分")
    return Candidate(contract, 1, tuple(words), is_sure=fen <= contract.open_fen)
