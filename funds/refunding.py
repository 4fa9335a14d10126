"""What a family gets back, with every line of the calculation. Pure arithmetic on one contract, in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casework import policy
from casework.deadlines import CalendarMissing, compute, load_calendar
from funds.models import UNSETTLED, ChargingMode, Contract, Lesson, RefundGround
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
    money = contract_money(contract)
    rest = money.unearned
    unsettled = Lesson.objects.filter(contract=contract, status__in=UNSETTLED).count()
    free, why_free = _is_free(contract, on, unsettled)
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


def _is_free(contract: Contract, on: date, unsettled: int) -> tuple[bool, str]:
    if contract.used == 0 and unsettled == 0:
        return True, "还没有开课，全额退，不扣费"
    if contract.first_paid_on is not None:
        term = policy.term(NO_REASON, region=contract.region, on=on)
        try:
            last = compute(term, contract.first_paid_on, load_calendar()).due_on
        except CalendarMissing:
            last = None
        if last is not None and on <= last:
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
        ), f"{contract.used} 课时，合同约定按折扣前总价 {_yuan(contract.list_price_fen)} 折算"
    return earned, f"{contract.used} 课时 × 合同总价 {_yuan(contract.price_fen)} ÷ {contract.lessons} 课时"


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
        return f"以尚在监管的 {_yuan(rest)} 为限"
    where = "监管账户" if contract.mode == ChargingMode.CUSTODY else "机构"
    return f"由{where}原路退回付款人" if amount else "没有可退的余额"


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f} 元"
