"""How long a contract keeps the names and numbers of its family, what holds them longer, and what was cleared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from casework import policy
from casework.models import PolicyValue
from complaints.models import Clue, RefundDispute
from funds.models import (
    ENDED_CONTRACT,
    OPEN_REFUND,
    RESERVING,
    UNSETTLED,
    Contract,
    FamilyClearing,
    Instruction,
    InvoiceCase,
    LedgerAccount,
    Lesson,
    PaymentCorrection,
    PlatformDifference,
    Refund,
    RunawayEvent,
)
from funds.rules import RETENTION, add_months, months_of
from penalties.models import Case


@dataclass(frozen=True)
class Retention:
    """The term in force for a bureau on a day."""

    value: PolicyValue
    months: int
    on: date

    @property
    def ended_before(self) -> date:
        """Contracts that ended before that day are past it."""
        return add_months(self.on, -self.months)

    def ahead(self, days: int) -> Self:
        """The same term so many days later."""
        return replace(self, on=self.on + timedelta(days=days))

    def kept_until(self, ended_on: date) -> date:
        """Last day on which the family of a contract that ended then is kept."""
        return add_months(ended_on, self.months)


def retention(bureau: Bureau, on: date) -> Retention | None:
    """None where no term in months is in force: then nothing is cleared."""
    row = policy.find(RETENTION, region=bureau.region, on=on)
    months = months_of(row.value) if row else None
    return None if row is None or months is None else Retention(row, months, on)


def past_retention(rows: Any, term: Retention) -> QuerySet[Contract]:
    """Of `rows`: those that ended long enough ago and still name somebody, oldest first."""
    found: QuerySet[Contract] = rows.filter(
        status__in=ENDED_CONTRACT, ended_on__lt=term.ended_before, clearing__isnull=True
    ).order_by("ended_on", "pk")
    return found


def clearing_due(rows: Any, term: Retention) -> QuerySet[Contract]:
    """Of `rows`: what the next run takes, past the term and held by nothing."""
    return past_retention(rows, term).exclude(_held())


def clearing_held(rows: Any, term: Retention) -> QuerySet[Contract]:
    """Of `rows`: past the term but still needed; `held_0`… say by which of `holds`."""
    found = past_retention(rows, term).filter(_held())
    return found.annotate(**{f"held_{index}": ask for index, (_, ask) in enumerate(holds())})


def contracts_of(actor: User) -> QuerySet[Contract]:
    """The contracts of the actor's bureau, which its run clears."""
    rows: Any = Contract.objects.visible_to(actor)
    found: QuerySet[Contract] = rows.filter(bureau=actor.bureau_id).select_related("institution")
    return found


def holds() -> list[tuple[str, Exists]]:
    """What is still open about a contract or with its institution: names and numbers are needed until it ends."""
    own = {"contract": OuterRef("pk")}
    place = {"institution": OuterRef("institution")}
    money = LedgerAccount.objects.filter(subject_uid=OuterRef("uid")).exclude(balance_fen=0)
    return [
        ("账上还有余额", Exists(money)),
        ("退费未办结", Exists(Refund.objects.filter(**own, status__in=OPEN_REFUND))),
        ("课时未确认或有异议", Exists(Lesson.objects.filter(**own, status__in=UNSETTLED))),
        ("支付指令在途", Exists(Instruction.objects.filter(**own, status__in=RESERVING))),
        ("缴费更正待复核", Exists(PaymentCorrection.objects.filter(**own, status="PROPOSED"))),
        ("三一致异常未处理", Exists(InvoiceCase.objects.filter(**own, status="OPEN"))),
        ("平台差异未处理", Exists(PlatformDifference.objects.filter(**own, status="OPEN"))),
        ("机构跑路停业处置中", Exists(RunawayEvent.objects.filter(**place, status="HANDLING"))),
        ("机构处罚案件未结", Exists(Case.objects.filter(**place).pending())),
        ("机构退费纠纷未结", Exists(RefundDispute.objects.filter(**place).open())),
        ("机构线索未办结", Exists(Clue.objects.filter(**place).open())),
    ]


def _held() -> Q:
    return reduce(or_, (Q(ask) for _, ask in holds()))


def held_by(contract: Any) -> list[str]:
    """The words for a row of `clearing_held`."""
    return [words for index, (words, _) in enumerate(holds()) if getattr(contract, f"held_{index}")]


def clearings_visible(actor: User) -> ScopedQuerySet[FamilyClearing]:
    """What was cleared, newest first."""
    rows: Any = FamilyClearing.objects.visible_to(actor)
    found: ScopedQuerySet[FamilyClearing] = rows.select_related("region", "created_by").order_by("-pk")
    return found


def contracts_cleared(clearing: FamilyClearing) -> QuerySet[Contract]:
    """The contracts of one batch, in the order in which they were cleared."""
    return clearing.contracts.select_related("institution").order_by("ended_on", "pk")
