"""Scoped reads of contracts and instructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import RESERVING, AccountKind, Contract, ContractStatus, Instruction, LedgerAccount, Refund

ZERO = Value(0, output_field=BigIntegerField())


def _held(kind: AccountKind) -> Coalesce:
    rows = LedgerAccount.objects.filter(subject_uid=OuterRef("uid"), kind=kind).values("balance_fen")
    return Coalesce(Subquery(rows[:1], output_field=BigIntegerField()), ZERO)


def contracts_visible(actor: User) -> ScopedQuerySet[Contract]:
    """Contracts, newest first, with what is left in custody and what is being refunded (fen)."""
    rows: Any = Contract.objects.visible_to(actor)
    found: ScopedQuerySet[Contract] = (
        rows.select_related(
            "institution", "institution__organisation", "account", "account__bank", "region", "family"
        )
        .annotate(
            unearned_fen=_held(AccountKind.CONTRACT_UNEARNED),
            refundable_fen=_held(AccountKind.REFUND_PAYABLE),
        )
        .order_by("-pk")
    )
    return found


def instructions_visible(actor: User) -> ScopedQuerySet[Instruction]:
    """Instructions, newest first."""
    rows: Any = Instruction.objects.visible_to(actor)
    found: ScopedQuerySet[Instruction] = rows.select_related(
        "account", "account__institution", "account__bank", "contract", "region", "created_by", "approved_by"
    ).order_by("-pk")
    return found


@dataclass(frozen=True)
class ContractMoney:
    """Where one contract's money is, each from the ledger, in fen."""

    paid: int
    unearned: int
    refundable: int
    pending_refund: int
    refunded: int = 0

    @property
    def earned(self) -> int:
        """What lessons and agreed deductions have used up: what is neither left nor refunded."""
        return self.paid - self.unearned - self.refundable - self.refunded


def contract_money(contract: Contract) -> ContractMoney:
    """Balances of one contract now."""
    sums = LedgerAccount.objects.filter(subject_uid=contract.uid).aggregate(
        unearned=Sum("balance_fen", filter=Q(kind=AccountKind.CONTRACT_UNEARNED)),
        refundable=Sum("balance_fen", filter=Q(kind=AccountKind.REFUND_PAYABLE)),
    )
    refunded: int | None = None
    if contract.status == ContractStatus.REFUNDED:
        done = Refund.objects.filter(contract=contract, status="PAID")
        refunded = done.aggregate(fen=Sum("amount_fen"))["fen"]
    pending = Instruction.objects.filter(contract=contract, kind="REFUND_PAY", status__in=RESERVING)
    return ContractMoney(
        paid=contract.paid_fen,
        unearned=int(sums["unearned"] or 0),
        refundable=int(sums["refundable"] or 0),
        pending_refund=int(pending.aggregate(fen=Sum("amount_fen"))["fen"] or 0),
        refunded=int(refunded or 0),
    )


def same_pupil(contract: Contract) -> QuerySet[Contract]:
    """Other open contracts of the same pupil, subject and institution (against splitting a charge)."""
    from funds.models import OPEN_CONTRACT

    rows = Contract.objects.filter(
        institution=contract.institution_id,
        student_digest=contract.student_digest,
        subject=contract.subject,
        status__in=OPEN_CONTRACT,
        used__lt=F("lessons"),
    )
    return rows.exclude(pk=contract.pk)
