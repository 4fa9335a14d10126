"""The national platform's orders, lessons and refunds as sheets: summed by order number, compared with this house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from casework.errors import Unlawful
from funds.models import CONFIRMED, Contract, EntryLine, Lesson, OutsideSheet, Refund
from funds.outside_sheets.rows import OutsideRow, Places, day_of, fen_of, lessons_of
from funds.selectors.payments import payment_lines, payments_of
from institutions.models import Institution

NUMBER_MAX = 40


@dataclass
class Told:
    """What the sheet says about one order; `is_whole` when every row of it could be read."""

    order_no: str
    place_name: str
    institution: Institution | None
    fen: int | None = None
    lessons: int | None = None
    is_whole: bool = True


@dataclass(frozen=True)
class Ours:
    """What this house says about one contract in the same days."""

    fen: int | None
    lessons: int | None


def days_of(sheet: OutsideSheet) -> tuple[date, date]:
    """First and last day that the sheet speaks of. Raises Unlawful when it does not say."""
    if sheet.covers_from is None or sheet.covers_to is None:
        raise Unlawful("表格没有数据起止日期，不能比对。")
    return sheet.covers_from, sheet.covers_to


def judge_platform(rows: list[OutsideRow], sheet: OutsideSheet) -> None:
    """Read each row; what lies outside the sheet's days or is no number is refused."""
    places = Places(sheet.bureau)
    for row in rows:
        raw = row.values
        row.label = raw.get("order_no", "")
        if not row.label or len(row.label) > NUMBER_MAX:
            row.refuse("没有订单号，或超过 40 个字。")
        found = places.find(raw.get("uscc", ""), raw.get("place", ""))
        day = day_of(row, "day", is_needed=False)
        if day and sheet.covers_from and sheet.covers_to and not sheet.covers_from <= day <= sheet.covers_to:
            row.refuse(
                f"日期 {day:%Y-%m-%d} 不在 {sheet.covers_from:%Y-%m-%d} 至 {sheet.covers_to:%Y-%m-%d} 之内。"
            )
        row.values = {
            "order_no": row.label,
            "place_name": raw.get("place", "")[:100],
            "institution": None if isinstance(found, str) else found,
            "fen": fen_of(row, is_needed=sheet.kind != "LESSONS"),
            "lessons": lessons_of(row, is_needed=sheet.kind == "LESSONS"),
        }


def told_by_order(rows: list[OutsideRow]) -> dict[str, Told]:
    """Rows summed by order number. An order of which a row was refused is not whole: its sums say nothing."""
    found: dict[str, Told] = {}
    for row in rows:
        values = row.values
        if not 0 < len(values["order_no"]) <= NUMBER_MAX:
            continue
        told = found.setdefault(
            values["order_no"], Told(values["order_no"], values["place_name"], values["institution"])
        )
        told.is_whole = told.is_whole and row.kind == "NEW"
        told.fen = _plus(told.fen, values["fen"])
        told.lessons = _plus(told.lessons, values["lessons"])
    return found


def _plus(first: int | None, second: int | None) -> int | None:
    return second if first is None else first if second is None else first + second


def contracts_by_order(sheet: OutsideSheet, told: dict[str, Told]) -> dict[str, Contract]:
    """Contracts by the order number: the payment number, or the contract's own number at the named institution."""
    rows = Contract.objects.filter(bureau=sheet.bureau).select_related("institution", "region")
    found = {row.order_no: row for row in rows.filter(order_no__in=told.keys())}
    rest = [number for number in told if number not in found]
    by_number: dict[str, list[Contract]] = {}
    for row in rows.filter(number__in=rest).exclude(status="TERMINATED"):
        by_number.setdefault(row.number, []).append(row)
    for number in rest:
        place = told[number].institution
        own = [row for row in by_number.get(number, []) if place is None or row.institution_id == place.pk]
        if len(own) == 1:
            found[number] = own[0]
    return found


def ours_of(sheet: OutsideSheet, which: QuerySet[Contract]) -> dict[int, Ours]:
    """What this house says in the sheet's days, by contract; contracts of which it says nothing are left out.

    Of orders: what was paid within the days, and the lessons of the whole contract once something was paid.
    """
    days = days_of(sheet)
    rows: Any
    if sheet.kind == "ORDERS":
        paid = payments_of(_paid(sheet).filter(account__subject_uid__in=which.values("uid")))
        rows = which.filter(first_paid_on__lte=days[1], paid_fen__gt=0)
        return {
            pk: Ours(sum(fen for _, fen in paid.get(uid, [])), lessons)
            for pk, uid, lessons in rows.values_list("pk", "uid", "lessons")
        }
    if sheet.kind == "LESSONS":
        rows = Lesson.objects.filter(contract__in=which, status__in=CONFIRMED, taught_on__range=days)
        rows = rows.order_by().values("contract").annotate(n=Count("pk"), sum=Sum("fen"))
        return {row["contract"]: Ours(int(row["sum"]), row["n"]) for row in rows}
    rows = Refund.objects.filter(contract__in=which, status="PAID", paid_on__range=days)
    rows = rows.order_by().values("contract").annotate(sum=Sum("amount_fen"))
    return {row["contract"]: Ours(int(row["sum"]), None) for row in rows}


def _paid(sheet: OutsideSheet) -> QuerySet[EntryLine]:
    return payment_lines(sheet.bureau).filter(booked_on__range=days_of(sheet))


def only_here(sheet: OutsideSheet, places: set[int], seen: set[int]) -> QuerySet[Contract]:
    """Contracts of the named institutions on which something happened in the sheet's days, and that it lacks."""
    days = days_of(sheet)
    happened = {
        "ORDERS": Q(uid__in=_paid(sheet).values("account__subject_uid")),
        "LESSONS": Q(taught__status__in=CONFIRMED, taught__taught_on__range=days),
        "REFUNDS": Q(refunds__status="PAID", refunds__paid_on__range=days),
    }[sheet.kind]
    rows = Contract.objects.filter(happened, bureau=sheet.bureau, institution__in=places)
    return rows.exclude(pk__in=seen).order_by(F("pk").asc()).distinct()
