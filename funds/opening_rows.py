"""Rows of an opening sheet: contracts that were running when the county began, with the money in custody for each."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from casework.crypto import blind_index
from casework.errors import DomainError
from casework.money import fen, in_yuan
from funds import rules
from funds.models import ChargingMode, Contract, Entry, EntryKind
from funds.sheets import OPENING_HEADS, SheetRow, contract_differences, read_contract
from institutions.models import Institution
from institutions.sheets.cleaning import read_date, read_number
from institutions.sheets.reading import text_of

ABOUT_MONEY = ("used", "paid_fen", "rest_fen", "first_paid_on")
UNDATED = "没有首次缴费日期：退费时不能按缴费日算 7 天无理由期。"
PRIVATE = ("student", "guardian", "phone", "payer")


def terms_of(values: dict[str, Any]) -> dict[str, Any]:
    """What of a row is the contract itself."""
    return {name: value for name, value in values.items() if name not in ABOUT_MONEY}


def read_opening(row: SheetRow, facts: dict[str, Any]) -> None:
    """A contract, lessons used, what was paid (the price when empty) and what is left in custody."""
    read_contract(row, facts)
    row.values.setdefault("mode", str(ChargingMode.CUSTODY))
    used = read_number(facts.get("used"))
    if used is None or used != int(used) or used < 0:
        row.reasons.append("已消课时须是零或正整数。")
    else:
        row.values["used"] = int(used)
    for name in ("paid_fen", "rest_fen"):
        text = text_of(facts.get(name)).strip()
        try:
            row.values[name] = fen(text) if text else row.values.get("price_fen", 0)
        except ValueError as error:
            row.reasons.append(f"{OPENING_HEADS[name][0]}：{error}。")
        if name == "rest_fen" and not text:
            row.reasons.append("缺少在监管余额。")
    _first_paid(row, facts)
    if not row.reasons:
        _add_up(row)


def _first_paid(row: SheetRow, facts: dict[str, Any]) -> None:
    """The day of the first payment, for refunds without a reason; may be missing, which is said."""
    text = text_of(facts.get("first_paid_on")).strip()
    if not text:
        row.notes.append(UNDATED)
        return
    day = read_date(facts.get("first_paid_on"))
    if day is None:
        row.reasons.append(f"首次缴费日期“{text}”不是日期，请写成 2026-09-01 的样子。")
    elif day > timezone.localdate():
        row.reasons.append(f"首次缴费日期 {day:%Y-%m-%d} 还没有到。")
    else:
        row.values["first_paid_on"] = day


def _add_up(row: SheetRow) -> None:
    """Paid less what the used lessons earned is what must be in custody: the same to the fen."""
    values = row.values
    if values["mode"] != ChargingMode.CUSTODY:
        row.reasons.append("期初余额只用于银行托管的合同。")
    if values["used"] > values["lessons"]:
        row.reasons.append("已消课时多于收费课时。")
    if not 0 < values["paid_fen"] <= values["price_fen"]:
        row.reasons.append("已缴学费须大于零，且不超过合同总价。")
    earned = values["price_fen"] * values["used"] // values["lessons"]
    due = values["paid_fen"] - earned
    if values["rest_fen"] <= 0:
        row.reasons.append("在监管余额须大于零；没有余额的合同不用期初入账。")
    elif values["rest_fen"] != due:
        row.reasons.append(
            f"在监管余额 {in_yuan(values['rest_fen'])} 与已缴减已消课的 {in_yuan(due)} 不符，"
            f"差 {in_yuan(due - values['rest_fen'])}。请与机构和家长核对课时和金额。"
        )


def opening_entries(institution: Institution) -> dict[str, Entry]:
    """The opening entry of each contract, by the contract's uid."""
    rows = Entry.objects.filter(institution=institution, kind=EntryKind.OPENING_STOCK)
    return {row.key: row for row in rows}


def judge_opening(rows: list[SheetRow], institution: Institution) -> None:
    """New, already taken over with the same money, or rejected: also for what the rules of signing would stop."""
    standing = Contract.objects.filter(institution=institution).exclude(status="TERMINATED")
    known = {row.number: row for row in standing.select_related("family")}
    booked, seen = opening_entries(institution), set[str]()
    for row in rows:
        number = row.values["number"]
        if number and number in seen:
            row.reasons.append("这个合同编号在表里出现了两次。")
        seen.add(number)
        if not row.reasons and number in known:
            row.kind = "SAME"
            row.reasons.extend(_other(known[number], row.values, booked))
        elif not row.reasons:
            row.reasons.extend(_stops(row.values, institution))
        if row.reasons:
            row.kind = "REJECTED"


def _other(contract: Contract, values: dict[str, Any], booked: dict[str, Entry]) -> list[str]:
    entry = booked.get(str(contract.uid))
    if entry is None:
        return ["合同已在系统里登记，不能再按期初入账。没有缴费记录的，按缴费办理。"]
    if entry.amount_fen != values["rest_fen"]:
        return [f"合同已期初入账 {in_yuan(entry.amount_fen)}，与表里的 {in_yuan(values['rest_fen'])} 不同。"]
    differ = contract_differences(contract, values)
    day = values.get("first_paid_on")
    if day and day != contract.first_paid_on:
        differ = [*differ, "首次缴费日期"]
    return [f"合同已期初入账，{'、'.join(differ)}与登记的不同。"] if differ else []


def _stops(values: dict[str, Any], institution: Institution) -> list[str]:
    """What would stop the contract from coming into force, asked of one that is not saved."""
    from funds.services.contracts import phone_normal

    terms = {name: value for name, value in terms_of(values).items() if name not in PRIVATE}
    contract = Contract(
        institution=institution, region=institution.region, bureau=institution.bureau, **terms
    )
    contract.list_price_fen = contract.list_price_fen or contract.price_fen
    today = timezone.localdate()
    try:
        phone = blind_index(phone_normal(values["phone"]))
    except DomainError as error:
        return [error.message]
    contract.student_digest = blind_index(f"{values['student']}/{phone}")
    contract.signed_on = values.get("signed_on") or today
    verdict = rules.check_contract(contract, today, is_takeover=True)
    return [f"{stop.sentence}{stop.cleared_by}" for stop in verdict.stops]
