"""What a family gets back, with every line of the calculation: of one contract or of many at once, in fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count

from casework import policy
from casework.deadlines import Calendar, CalendarMissing, Term, compute, load_calendar
from casework.money import in_yuan
from funds.models import (
    UNSETTLED,
    AccountKind,
    ChargingMode,
    Contract,
    LedgerAccount,
    Lesson,
    RefundGround,
)
from funds.selectors.contracts import contract_money

NO_REASON = "fund.refund.no_reason"


@dataclass(frozen=True)
class Working:
    """The result and its lines: (what, fen, why). `unsettled` lessons wait for the family or the bureau."""

    amount: int
    kept: int
    rest: int
    lines: tuple[tuple[str, int, str], ...]
    unsettled: int
    is_free: bool

    def stored(self) -> list[list[object]]:
        """As kept on the refund."""
        return [list(line) for line in self.lines]


def refund_working(contract: Contract, ground: str, on: date) -> Working:
    """Refund = paid − used lessons − agreed deductions, never more than what is left in custody.

    Before the first lesson, inside the statutory days without reason (法释〔2025〕4号), or when the institution
    is at fault nothing is deducted. For reasons of the family used lessons count at the list price where the
    contract says so; otherwise at the contract's price.
    """
    rest = contract_money(contract).unearned
    unsettled = Lesson.objects.filter(contract=contract, status__in=UNSETTLED).count()
    return _worked(contract, ground, rest, unsettled, FreeDays(on))


def refund_workings(contracts: Iterable[Contract], ground: str, on: date) -> dict[int, Working]:
    """The same for many contracts, by their primary key, in a fixed number of queries."""
    rows = list(contracts)
    rests = dict(
        LedgerAccount.objects.filter(
            kind=AccountKind.CONTRACT_UNEARNED, subject_uid__in=[row.uid for row in rows]
        ).values_list("subject_uid", "balance_fen")
    )
    waiting = Lesson.objects.filter(contract__in=rows, status__in=UNSETTLED).order_by().values("contract")
    unsettled = dict(waiting.annotate(count=Count("pk")).values_list("contract", "count"))
    free = FreeDays(on)
    return {
        row.pk: _worked(row, ground, rests.get(row.uid, 0), unsettled.get(row.pk, 0), free) for row in rows
    }


class FreeDays:
    """Until when a contract may be given back without a reason; terms and the calendar are read once."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._terms: dict[int, Term] = {}
        self._last: dict[tuple[int, date], date | None] = {}

    @cached_property
    def calendar(self) -> Calendar:
        """The working days as entered now."""
        return load_calendar()

    def of(self, contract: Contract, paid_on: date) -> tuple[Term, date | None]:
        """The term and its last day; None when no calendar of that year is entered."""
        key = contract.region_id
        if key not in self._terms:
            self._terms[key] = policy.term(NO_REASON, region=contract.region, on=self.on)
        if (key, paid_on) not in self._last:
            try:
                last = compute(self._terms[key], paid_on, self.calendar).due_on
            except CalendarMissing:
                last = None
            self._last[key, paid_on] = last
        return self._terms[key], self._last[key, paid_on]


def _worked(contract: Contract, ground: str, rest: int, unsettled: int, days: FreeDays) -> Working:
    free, why_free = _is_free(contract, days, unsettled)
    used, why_used = _used(contract, ground, is_free=free)
    cut, why_cut = _cut(contract, ground, is_free=free, why=why_free)
    amount = max(0, min(contract.paid_fen - used - cut, rest))
    lines = [
        ("已缴学费", contract.paid_fen, f"合同 {contract.number}，{contract.lessons} 课时"),
        ("减：已消课", -used, why_used),
        ("减：约定扣费", -cut, why_cut),
        ("应退", amount, _limit(contract, rest, amount, used, cut)),
    ]
    return Working(amount, rest - amount, rest, tuple(lines), unsettled, free)


def _is_free(contract: Contract, days: FreeDays, unsettled: int) -> tuple[bool, str]:
    if contract.used == 0 and unsettled == 0:
        return True, "还没有开课，全额退，不扣费"
    if contract.first_paid_on is not None:
        term, last = days.of(contract, contract.first_paid_on)
        if last is not None and days.on <= last:
            return True, f"缴费后 {term} 内（至 {last:%Y-%m-%d}）无理由退，不扣费（{term.basis}）"
    if contract.full_refund_lessons and contract.used <= contract.full_refund_lessons:
        return True, f"合同约定开课 {contract.full_refund_lessons} 课时内不扣费"
    return False, ""


def _used(contract: Contract, ground: str, *, is_free: bool) -> tuple[int, str]:
    earned = contract.earned(contract.used)
    if ground == RefundGround.FAMILY and contract.used_at_list and not is_free:
        at_list = contract.list_price_fen * contract.used // contract.lessons
        return max(
            earned, at_list
        ), f"{contract.used} 课时，合同约定按折扣前总价 {in_yuan(contract.list_price_fen)} 折算"
    return earned, f"{contract.used} 课时 × 合同总价 {in_yuan(contract.price_fen)} ÷ {contract.lessons} 课时"


def _cut(contract: Contract, ground: str, *, is_free: bool, why: str) -> tuple[int, str]:
    if is_free:
        return 0, why
    if ground == RefundGround.INSTITUTION:
        return 0, "机构原因，不扣费"
    if contract.deduction_fen:
        return contract.deduction_fen, f"合同约定：{contract.deduction_note}"
    return 0, "合同没有约定扣费"


def _limit(contract: Contract, rest: int, amount: int, used: int, cut: int) -> str:
    if contract.paid_fen - used - cut > rest:
        return f"以尚在监管的 {in_yuan(rest)} 为限"
    where = "监管账户" if contract.mode == ChargingMode.CUSTODY else "机构"
    return f"由{where}原路退回付款人" if amount else "没有可退的余额"
