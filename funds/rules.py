"""Automatic checks of a contract against licence, account and the dated policy values (funds.md §0, §1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from casework import policy
from casework.errors import Reason
from funds.models import HOLDING, ChargingMode, Contract, EscrowAccount, FundKind
from funds.selectors.accounts import required_on
from funds.selectors.contracts import same_pupil
from institutions.models import Institution

MONTHS, LESSONS, AMOUNT = "fund.charge.months", "fund.charge.lessons", "fund.charge.amount"
EARLIEST, LESSONS_LEFT = "fund.charge.earliest", "fund.charge.lessons_left"
SPLIT = "疑似拆分收费"
WHITE_LIST = "fund.charge.white_list"
GUIDE, FLOAT = "fund.guide_price.base", "fund.guide_price.float"
MINUTES = {"OFFLINE": "fund.lesson.minutes.offline", "ONLINE": "fund.lesson.minutes.online"}
MODEL_TEXT = "GF-2021-2604"
MONTH_UNITS = {"MONTH": 1, "YEAR": 12}

RETENTION = "fund.family.retention"
CAPS = frozenset({MONTHS, LESSONS, AMOUNT, WHITE_LIST})
BACK_DAYS = 30


@dataclass
class Verdict:
    """What stops a contract that comes into force on `on`, what is only worth a look, and the values used."""

    on: date
    stops: list[Reason] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    used: dict[str, Any] = field(default_factory=dict)

    def value(self, key: str, contract: Contract) -> Any:
        """The value on the day of coming into force, whatever day of signing is typed.

        A missing one is a warning; without a cap or the white-list rule nothing comes into force.
        """
        try:
            row = policy.value(key, region=contract.institution.region, on=self.on)
        except policy.PolicyMissing as missing:
            if key in CAPS:
                self.stops.append(Reason(missing.message, cleared_by="请教育局先录入。", gate="cap"))
            else:
                self.warnings.append(missing.message)
            return None
        self.used[key] = {"value": row.value, "basis": row.basis}
        return row.value

    def basis(self, key: str) -> str:
        """The basis of a value that was read."""
        return str(self.used.get(key, {}).get("basis", ""))


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    from calendar import monthrange

    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_of(value: dict[str, Any] | None) -> int | None:
    """A policy term in whole months; None when it counts days."""
    if value is None or value.get("unit") not in MONTH_UNITS:
        return None
    return int(value["amount"]) * MONTH_UNITS[value["unit"]]


def check_contract(contract: Contract, today: date, *, is_takeover: bool = False) -> Verdict:
    """Everything that is asked when a contract comes into force; all stops at once.

    `is_takeover`: the bureau enters an older contract that is still running.
    """
    verdict = Verdict(today)
    place = contract.institution
    verdict.stops.extend(standing_stops(place, today))
    _signed(verdict, contract, is_takeover=is_takeover)
    if verdict.value(WHITE_LIST, contract) and place.list_status != "WHITE":
        verdict.stops.append(
            Reason(
                "机构不在白名单，不能收取预收费。", verdict.basis(WHITE_LIST), "请先办理列入白名单。", "list"
            )
        )
    if contract.mode == ChargingMode.CUSTODY:
        verdict.stops.extend(account_stops(custody_account(place)))
    else:
        verdict.stops.extend(deposit_stops(place, today))
    for check in (_caps, _price, _earliest, _text, _split):
        check(verdict, contract)
    return verdict


def _signed(verdict: Verdict, contract: Contract, *, is_takeover: bool) -> None:
    """Signed today or shortly before; an older paper contract is entered by the bureau, and shown."""
    signed, today = contract.signed_on, verdict.on
    words = f"签订日期 {signed:%Y-%m-%d} "
    if signed > today:
        verdict.stops.append(Reason(f"{words}晚于今天。", cleared_by="请更正签订日期。", gate="signed"))
    elif signed >= today - timedelta(days=BACK_DAYS):
        return
    elif is_takeover:
        verdict.warnings.append(f"{words}早于登记 {BACK_DAYS} 日以上，由教育局补登。")
    else:
        verdict.stops.append(
            Reason(
                f"{words}早于今天 {BACK_DAYS} 日以上，机构不能补登。",
                cleared_by="请更正签订日期，或请教育局代为登记。",
                gate="signed",
            )
        )


def standing_stops(place: Institution, today: date) -> Iterator[Reason]:
    """Licence, operating state, lists and enrolment stop."""
    if not place.holds_licence or place.licence_state != "VALID":
        yield Reason(f"办学许可证{place.get_licence_state_display()}，不能签订收费合同。", gate="licence")
    elif place.licence_to and place.licence_to < today:
        yield Reason(
            f"办学许可证已于 {place.licence_to:%Y-%m-%d} 到期。", cleared_by="请先延续。", gate="licence"
        )
    if place.operating_state != "OPERATING":
        yield Reason(f"机构现在是“{place.get_operating_state_display()}”，不能收费。", gate="licence")
    if place.list_status == "BLACK":
        yield Reason("机构在黑名单上，不能收费。", gate="list")
    if place.enrolment_stopped_until and place.enrolment_stopped_until >= today:
        yield Reason("机构正被责令停止招收学员，不能签订新合同。", "教育部令第53号", gate="list")


def custody_account(place: Institution) -> EscrowAccount | None:
    """The custody account in use."""
    rows = EscrowAccount.objects.filter(institution=place, kind=FundKind.CUSTODY).exclude(status="CLOSED")
    return rows.select_related("bank").first()


def account_stops(account: EscrowAccount | None) -> Iterator[Reason]:
    """A custody account takes money when payment is enabled and no freeze holds."""
    if account is None:
        yield Reason("机构没有预收费托管账户。", "教监管函〔2021〕2号", "请先开立并备案。", "account")
        return
    if account.status != "PAY_ENABLED":
        yield Reason(
            f"托管账户现在是“{account.get_status_display()}”，还不能收费。",
            cleared_by="请先开通支付。",
            gate="account",
        )
    if account.freezes.filter(status__in=HOLDING).exists():
        yield Reason("托管账户已冻结，不能收取新的预收费。", cleared_by="请先解除冻结。", gate="account")


def deposit_stops(place: Institution, today: date) -> Iterator[Reason]:
    """Who keeps the fees itself has its deposit in full."""
    from funds.models import LedgerAccount

    rows = EscrowAccount.objects.filter(institution=place, kind=FundKind.DEPOSIT, status="VERIFIED")
    if not rows.exists():
        yield Reason("机构没有已核验的风险保证金账户，不能自收学费。", "教监管函〔2021〕2号", gate="account")
        return
    required = required_on(place, today)
    held = LedgerAccount.objects.filter(institution=place, kind="DEPOSIT_BANK").aggregate(
        fen=Sum("balance_fen")
    )
    if required is None:
        yield Reason("还没有核定风险保证金，不能自收学费。", cleared_by="请监管股先核定。", gate="account")
    elif int(held["fen"] or 0) < required.required_fen:
        yield Reason("风险保证金不足，不能自收学费。", cleared_by="请机构先补足。", gate="account")


def _caps(verdict: Verdict, contract: Contract) -> None:
    months, lessons = verdict.value(MONTHS, contract), verdict.value(LESSONS, contract)
    span = months_of(months)
    if span and contract.ends_on >= add_months(contract.starts_on, span):
        verdict.stops.append(
            Reason(
                f"一次性收费跨 {contract.starts_on:%Y-%m-%d} 至 {contract.ends_on:%Y-%m-%d}，超过 {span} 个月。",
                verdict.basis(MONTHS), "请分期签订。", "cap",
            )
        )  # fmt: skip
    count = contract.lessons + contract.bonus_lessons
    if lessons is not None and count > int(lessons):
        verdict.stops.append(
            Reason(
                f"一次性收费 {count} 课时（含赠送），超过 {lessons} 课时。", verdict.basis(LESSONS),
                "请分期签订。", "cap",
            )
        )  # fmt: skip
    if contract.institution.subject_kind == "SUBJECT":
        return
    amount = verdict.value(AMOUNT, contract)
    if amount is not None and contract.price_fen > int(amount):
        verdict.stops.append(
            Reason(
                f"一次性收费 {contract.price_fen / 100:,.2f} 元，超过 {int(amount) / 100:,.2f} 元。",
                verdict.basis(AMOUNT), "请降低单次收费。", "cap",
            )
        )  # fmt: skip


def guide_fen(table: dict[str, Any], delivery: str, class_size: int) -> int | None:
    """The base price of the tier: the first row of the delivery whose bound holds the class; fen per lesson.

    `table` is `{"OFFLINE": [{"max": 9, "fen": 3500}, …, {"max": null, "fen": 1500}], "ONLINE": […]}`.
    """
    for tier in table.get(delivery, ()):
        if tier["max"] is None or class_size <= int(tier["max"]):
            return int(tier["fen"])
    return None


def _price(verdict: Verdict, contract: Contract) -> None:
    """Academic training: unit price × standard minutes ÷ minutes ≤ base × (1 + float)."""
    if contract.institution.subject_kind != "SUBJECT":
        return
    table = verdict.value(GUIDE, contract)
    share, minutes = verdict.value(FLOAT, contract), verdict.value(MINUTES[contract.delivery], contract)
    base = guide_fen(table, contract.delivery, contract.class_size) if table else None
    if base is None or share is None or minutes is None:
        verdict.warnings.append("没有适用的政府指导价，未核对单价。")
        return
    count = contract.lessons + contract.bonus_lessons
    if contract.price_fen * int(minutes) * 100 > base * (100 + int(share)) * contract.minutes * count:
        unit = contract.price_fen * int(minutes) / (contract.minutes * count) / 100
        verdict.stops.append(
            Reason(
                f"折合每标准课时 {unit:,.2f} 元，超过政府指导价 {base / 100:,.2f} 元上浮 {share}%。",
                verdict.basis(GUIDE), "请降低收费。", "price",
            )
        )  # fmt: skip


def _earliest(verdict: Verdict, contract: Contract) -> None:
    """Not before so many months ahead, unless few lessons of the subject are left (local rules: a warning)."""
    span = months_of(verdict.value(EARLIEST, contract))
    left_max = verdict.value(LESSONS_LEFT, contract)
    if span is None or add_months(contract.signed_on, span) >= contract.starts_on:
        return
    left = sum(row.lessons - row.used for row in same_pupil(contract))
    if left_max is not None and 0 < left <= int(left_max):
        return
    verdict.warnings.append(f"签订日期早于开课 {span} 个月以上（{verdict.basis(EARLIEST)}）。")


def _text(verdict: Verdict, contract: Contract) -> None:
    if not contract.is_model_text:
        verdict.warnings.append(f"没有使用国家示范文本（{MODEL_TEXT}），请核对条款。")
    if contract.deduction_fen * 2 > contract.price_fen:
        verdict.warnings.append("约定可扣除的费用超过总价一半，请核对合同。")
    if contract.refund_days > 15:
        verdict.warnings.append(f"约定 {contract.refund_days} 个工作日退费，偏长。")


def _split(verdict: Verdict, contract: Contract) -> None:
    """The same limits over all unconsumed contracts of one pupil, subject and institution: a warning."""
    others = list(same_pupil(contract))
    if not others:
        return
    rows = [contract, *others]
    lessons = sum(row.lessons + row.bonus_lessons - row.used - row.bonus_used for row in rows)
    amount = sum(row.price_fen - row.earned(row.used) for row in rows)
    cap_lessons = verdict.used.get(LESSONS, {}).get("value")
    cap_amount = verdict.used.get(AMOUNT, {}).get("value")
    span = months_of(verdict.used.get(MONTHS, {}).get("value"))
    first, last = min(row.starts_on for row in rows), max(row.ends_on for row in rows)
    over = [
        *([f"合计 {lessons} 课时"] if cap_lessons and lessons > int(cap_lessons) else []),
        *([f"合计 {amount / 100:,.2f} 元"] if cap_amount and amount > int(cap_amount) else []),
        *(
            [f"跨 {(last - first + timedelta(days=1)).days} 天"]
            if span and last >= add_months(first, span)
            else []
        ),
    ]
    if over:
        numbers = "、".join(row.number for row in others[:5])
        verdict.warnings.append(
            f"{SPLIT}：同一学员同一科目另有未消完的合同（{numbers}），{'，'.join(over)}。"
        )
