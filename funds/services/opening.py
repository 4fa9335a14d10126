"""Opening stock (期初余额): running contracts with their money, posted once against the bank's opening balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.db.models import Count, Max, Sum

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.steps import lock, require
from casework.workflow import transition
from funds import ledger, rules
from funds.ledger import credit, debit
from funds.models import (
    AccountDay,
    AccountKind,
    Contract,
    DailyCertificate,
    Entry,
    EntryKind,
    EscrowAccount,
    FundSheet,
)
from funds.opening_rows import terms_of
from funds.selectors.opening import opening_rest
from funds.services.contracts import contract_draft, contract_sign
from funds.services.day_items import covering, first_day
from funds.services.payments import unearned
from funds.services.posting_lines import books
from funds.sheets import SheetRow
from institutions.models import Institution

CONFIRM = "funds.suspense_confirm"
WORKING = (
    (EntryKind.OPENING_CASH, "开账日银行存款", "第一份对账单的期初余额里，账簿还没有的部分", 1),
    (EntryKind.OPENING_STOCK, "减：期初合同", "{n} 份合同的在监管余额", -1),
)


@dataclass(frozen=True)
class OpeningSums:
    """What the bank held when the account's first statement began, and the contracts against it; fen."""

    account: EscrowAccount
    first: date
    on: date
    bank: int
    booked: int

    def difference(self, more: int) -> int:
        """Bank less contracts, those of a sheet included: above zero nobody's yet, below zero missing."""
        return self.bank - self.booked - more


def opening_sums(institution: Institution) -> OpeningSums:
    """Where the opening of an institution stands. Raises Unlawful when it may not be posted (any more).

    It is booked on the first day of the account; where certificates of that day were made, on the day after the
    newest, since a certificate is never made anew.
    """
    account = rules.custody_account(institution)
    if account is None:
        raise Unlawful("机构没有托管账户。请先登记、备案并核验监管账户。")
    first = first_day(account)
    if first is None:
        raise Unlawful("还没有这个账户的银行对账单，不知道开账日的余额。请先上传开账日的对账单。")
    if AccountDay.objects.filter(account=account, is_closed=True).exists():
        raise Unlawful("这个账户已有结账的日子，不能再导入期初余额。漏掉的合同按缴费办理。")
    file = covering(account, first)
    made = DailyCertificate.objects.filter(institution=institution).aggregate(last=Max("on"))["last"]
    booked = Entry.objects.filter(institution=institution, kind=EntryKind.OPENING_STOCK)
    return OpeningSums(
        account=account,
        first=first,
        on=first if made is None or made < first else made + timedelta(days=1),
        bank=int(file.opening_fen or 0) if file else 0,
        booked=int(booked.aggregate(fen=Sum("amount_fen"))["fen"] or 0),
    )


def opening_working(institution: Institution) -> list[tuple[str, int, str]]:
    """How what is left of the opening stock came about: bank, contracts, closings, rest (label, fen, words)."""
    lines: list[tuple[str, int, str]] = []
    for kind, label, words, sign in WORKING:
        rows = Entry.objects.filter(institution=institution, kind=kind)
        undone = Entry.objects.filter(reversal_of__in=rows.values("uid")).values("reversal_of")
        found = rows.exclude(uid__in=undone).aggregate(fen=Sum("amount_fen"), n=Count("pk"))
        lines.append((label, sign * int(found["fen"] or 0), words.format(n=found["n"])))
    rest = opening_rest(institution)
    closed = rest - sum(fen for _, fen, _ in lines)
    if closed:
        lines.append(("已结清", closed, "以前结清的差额"))
    return [*lines, ("期初存量", rest, "现在的余额，应当结清到零")]


def opening_may_apply(actor: User, sheet: FundSheet) -> None:
    """Raises NotAllowed for who may not confirm, and for who uploaded the sheet."""
    require(actor, CONFIRM)
    if sheet.created_by_id == actor.pk:
        raise NotAllowed("期初余额由您本人上传，须由另一人复核入账。")


def opening_write(actor: User, sheet: FundSheet, row: SheetRow, sums: OpeningSums, at: datetime) -> None:
    """One contract comes into force with its lessons used and its money. Raises what signing and posting raise."""
    with database.atomic():
        draft = contract_draft(actor=actor, institution=sheet.institution, values=terms_of(row.values), at=at)
        contract = lock(contract_sign(actor=actor, contract=draft, at=at))
        _post(actor, contract, row.values, sums, at)


def _post(actor: User, contract: Contract, values: dict[str, Any], sums: OpeningSums, at: datetime) -> None:
    fen = values["rest_fen"]
    ledger.entry_post(
        actor=actor,
        kind=EntryKind.OPENING_STOCK,
        key=str(contract.uid),
        legs=(debit(books(sums.account, AccountKind.OPENING), fen), credit(unearned(contract), fen)),
        booked_on=sums.on,
        memo=f"合同 {contract.number} 期初余额",
        at=at,
    )
    step = "take_over" if values["paid_fen"] == contract.price_fen else "take_over_part"
    told = {
        "paid_fen": values["paid_fen"], "used": values["used"], "first_paid_on": values.get("first_paid_on"),
    }  # fmt: skip
    transition(contract, step, actor=actor, at=at, values=told)


audit.verb("funds.contract_take_over", "期初余额入账")
audit.verb("funds.contract_take_over_part", "期初余额入账（部分缴费）")
