"""What one family sees of its own contracts: each movement is a posting of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from funds.models import (
    ChargingMode,
    Contract,
    DailyCertificate,
    Entry,
    EntryLine,
    Family,
    Lesson,
    Refund,
    ReleaseBatch,
)
from funds.refunding import refund_working
from funds.selectors.contracts import ContractMoney, contract_money

KINDS = ("CONTRACT_UNEARNED", "REFUND_PAYABLE")
MAY_REFUND = ("PARTLY_PAID", "ACTIVE", "SUSPENDED")


@dataclass(frozen=True)
class Movement:
    """One posting on the family's claim, with its sign and what is left after it."""

    on: date
    words: str
    fen: int
    left: int
    entry: str


@dataclass(frozen=True)
class SettledLesson:
    """A lesson that was decided, and the day on which its money went to the institution, when it did."""

    lesson: Lesson
    released_on: date | None


@dataclass(frozen=True)
class OwnContract:
    """One contract as its family sees it."""

    contract: Contract
    money: ContractMoney
    movements: list[Movement]
    waiting: list[Lesson]
    settled: list[SettledLesson]
    refunds: list[Refund]
    working: Any
    certificate: DailyCertificate | None
    left_out: str

    @property
    def is_asked_back(self) -> bool:
        """Whether a refund is under way; no lesson is then confirmed by silence."""
        return any(row.status not in {"REJECTED", "WITHDRAWN", "PAID"} for row in self.refunds)

    @property
    def may_refund(self) -> bool:
        """Whether a refund can be applied for now."""
        return self.contract.status in MAY_REFUND and not self.is_asked_back and self.working.rest > 0


def own_contracts(family: Family, today: date) -> list[OwnContract]:
    """The family's signed contracts, newest first."""
    rows = Contract.objects.filter(family=family).exclude(status__in=["DRAFT", "TERMINATED"])
    return [
        _own(row, today)
        for row in rows.select_related("institution", "account", "account__bank", "region").order_by("-pk")
    ]


def _own(row: Contract, today: date) -> OwnContract:
    day = newest_certificate(row)
    lessons = list(Lesson.objects.filter(contract=row).order_by("-taught_on", "-slot"))
    return OwnContract(
        contract=row,
        money=contract_money(row),
        movements=movements_of(row),
        waiting=[item for item in lessons if item.status in {"TAUGHT", "DISPUTED"}],
        settled=_settled(row, [item for item in lessons if item.status not in {"TAUGHT", "DISPUTED"}]),
        refunds=list(Refund.objects.filter(contract=row).order_by("-pk")),
        working=refund_working(row, "FAMILY", today),
        certificate=day,
        left_out=left_out(row, day) if day is not None and row.pk not in day.contracts else "",
    )


def newest_certificate(contract: Contract) -> DailyCertificate | None:
    """The newest certificate of the contract's institution, whether or not the claim is in it."""
    return DailyCertificate.objects.filter(institution=contract.institution_id).order_by("-on").first()


def left_out(contract: Contract, day: DailyCertificate) -> str:
    """Why a contract is not in a certificate: nothing was owed that day, or an open claim was not counted."""
    if contract.mode != ChargingMode.CUSTODY:
        return "学费由机构自收，不在托管账户里，不列入每日证明。"
    known = Entry.objects.filter(created_at__lte=day.made_at).values("uid")
    lines = EntryLine.objects.filter(
        account__subject_uid=contract.uid, account__kind__in=KINDS, booked_on__lte=day.on, entry_uid__in=known
    )
    sums = lines.aggregate(
        into=Sum("amount_fen", filter=Q(side="CREDIT")), out=Sum("amount_fen", filter=Q(side="DEBIT"))
    )
    fen = int(sums["into"] or 0) - int(sums["out"] or 0)
    if fen > 0:
        return (
            f"到 {day.on:%Y-%m-%d} 您还有 {fen / 100:,.2f} 元，但当天的证明没有算进这份合同。请向教育局反映。"
        )
    return f"最新的证明是 {day.on:%Y-%m-%d} 的，当天这份合同没有在监管的钱；之后缴的请明天再查。"


def _settled(contract: Contract, lessons: list[Lesson]) -> list[SettledLesson]:
    """With the first paid batch that took in all lessons confirmed before it was built.

    Staged batches pay by progress, not by lesson; there no day is told.
    """
    paid = ReleaseBatch.objects.filter(account=contract.account_id, status="PAID", is_manual=False)
    batches = list(paid.exclude(mode="STAGED").order_by("created_at").values_list("created_at", "paid_on"))

    def day(lesson: Lesson) -> date | None:
        if not lesson.fen or lesson.confirmed_at is None:
            return None
        return next((on for built, on in batches if built >= lesson.confirmed_at), None)

    return [SettledLesson(lesson, day(lesson)) for lesson in lessons]


def movements_of(contract: Contract) -> list[Movement]:
    """Every posting on the contract's two accounts, newest first; a refund's approval shows once."""
    lines = list(
        EntryLine.objects.filter(account__subject_uid=contract.uid, account__kind__in=KINDS)
        .select_related("account")
        .order_by("-booked_on", "-pk")
    )
    entries = {row.uid: row for row in Entry.objects.filter(uid__in={line.entry_uid for line in lines})}
    found = []
    for line in lines:
        entry = entries[line.entry_uid]
        if entry.kind == "REFUND_APPROVE" and line.account.kind == "REFUND_PAYABLE":
            continue
        sign = 1 if line.side == "CREDIT" else -1
        words = entry.get_kind_display()
        found.append(
            Movement(line.booked_on, words, sign * line.amount_fen, line.balance_fen, str(entry.uid))
        )
    return found
