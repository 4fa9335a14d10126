"""Comparing the national platform's sheets with this house: differences are found, never posted; people work them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import Unlawful
from casework.workflow import transition
from funds.models import Contract, OutsideSheet, PlatformDifference, PlatformRecord
from funds.outside_sheets import OutsideRow
from funds.outside_sheets.platform import (
    Ours,
    Told,
    contracts_by_order,
    days_of,
    only_here,
    ours_of,
    told_by_order,
)

Mark = tuple[str, str, date, date]
NOTHING = Ours(0, 0)


@database.atomic
def platform_compare(
    *, actor: User, sheet: OutsideSheet, rows: list[OutsideRow], at: datetime
) -> dict[str, int]:
    """Keep what the sheet says, list the differences, and end those that are gone; counts of each.

    A difference that people worked is not raised again while both sides say the same. An order of which a row was
    refused is not compared: nothing is listed, ended or called missing there for it. Raises Unlawful when none is left.
    """
    named = told_by_order(rows)
    seen = contracts_by_order(sheet, named)
    told = {number: item for number, item in named.items() if item.is_whole}
    if not told:
        raise Unlawful("没有一个订单可以比对：每个订单都有不予导入的行。请改正表格后重新上传。")
    contracts = {number: row for number, row in seen.items() if number in told}
    _keep(sheet, told, contracts)
    listed = _differences(actor, sheet, told, contracts, {row.pk for row in seen.values()})
    found = {_mark(row): row for row in listed}
    raised = _raise(sheet, found)
    spoken_of = set(told) | {row.order_no for row in contracts.values()}
    gone = _end(actor, sheet, spoken_of, set(found), at)
    marks = sorted([row.kind, row.order_no, row.theirs, row.ours] for row in found.values())
    audit.record(
        actor=actor,
        verb="funds.platform_compare",
        target=sheet,
        changes={"orders": [0, len(told)], "differences": [0, raised], "sha256": [None, sha256_hex(marks)]},
        about=sheet.uid,
        at=at,
    )
    return {"orders": len(told), "matched": len(contracts), "raised": raised, "gone": gone}


def _keep(sheet: OutsideSheet, told: dict[str, Told], contracts: dict[str, Contract]) -> None:
    since, until = days_of(sheet)
    rows = [
        PlatformRecord(
            bureau=sheet.bureau,
            sheet=sheet,
            kind=sheet.kind,
            order_no=number,
            institution=item.institution or (contracts[number].institution if number in contracts else None),
            contract=contracts.get(number),
            covers_from=since,
            covers_to=until,
            fen=item.fen,
            lessons=item.lessons,
        )
        for number, item in told.items()
    ]
    PlatformRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["bureau", "kind", "order_no", "covers_from", "covers_to"],
        update_fields=["sheet", "institution", "contract", "fen", "lessons"],
        batch_size=500,
    )


def _differences(
    actor: User,
    sheet: OutsideSheet,
    told: dict[str, Told],
    contracts: dict[str, Contract],
    seen: set[int],
) -> Iterator[PlatformDifference]:
    keys = [row.pk for row in contracts.values()]
    ours = ours_of(sheet, Contract.objects.filter(pk__in=keys))
    for number, item in told.items():
        contract = contracts.get(number)
        if contract is None:
            value = item.lessons if sheet.kind == "LESSONS" else item.fen
            yield _row(actor, sheet, "HERE", item, None, value, None)
            continue
        own = ours.get(contract.pk, NOTHING)
        if item.fen is not None and own.fen is not None and item.fen != own.fen:
            yield _row(actor, sheet, "AMOUNT", item, contract, item.fen, own.fen)
        if item.lessons is not None and own.lessons is not None and item.lessons != own.lessons:
            yield _row(actor, sheet, "LESSONS", item, contract, item.lessons, own.lessons)
    yield from _missing_there(actor, sheet, told, contracts, seen)


def _missing_there(
    actor: User,
    sheet: OutsideSheet,
    told: dict[str, Told],
    contracts: dict[str, Contract],
    seen: set[int],
) -> Iterator[PlatformDifference]:
    """`seen` are contracts that the sheet names, also where a row of theirs was refused."""
    places = {item.institution.pk for item in told.values() if item.institution is not None}
    places |= {row.institution_id for row in contracts.values()}
    left = only_here(sheet, places, seen)
    amounts = ours_of(sheet, left)
    for contract in left.select_related("institution", "region"):
        own = amounts.get(contract.pk, NOTHING)
        item = Told(contract.order_no, contract.institution.name, contract.institution)
        value = own.lessons if sheet.kind == "LESSONS" else own.fen
        yield _row(actor, sheet, "THERE", item, contract, None, value)


def _row(
    actor: User,
    sheet: OutsideSheet,
    kind: str,
    item: Told,
    contract: Contract | None,
    theirs: int | None,
    ours: int | None,
) -> PlatformDifference:
    since, until = days_of(sheet)
    place = contract.institution if contract else item.institution
    region = place.region if place else sheet.region
    return PlatformDifference(
        bureau=sheet.bureau,
        region=region,
        region_path=region.path,
        created_by=actor,
        sheet=sheet,
        subject=sheet.kind,
        kind=kind,
        order_no=item.order_no,
        institution=place,
        place_name=item.place_name[:100],
        contract=contract,
        covers_from=since,
        covers_to=until,
        theirs=theirs,
        ours=ours,
    )


def _mark(row: PlatformDifference) -> Mark:
    return row.kind, row.order_no, row.covers_from, row.covers_to


def _of_days(sheet: OutsideSheet) -> Any:
    """Differences of the sheet's kind and days; those of other days are none of its business."""
    since, until = days_of(sheet)
    return PlatformDifference.objects.filter(
        bureau=sheet.bureau, subject=sheet.kind, covers_from=since, covers_to=until
    )


def _raise(sheet: OutsideSheet, found: dict[Mark, PlatformDifference]) -> int:
    """New ones are listed; an open one takes the new values; a worked one with the same values stays worked."""
    standing: dict[Mark, PlatformDifference] = {}
    rows = _of_days(sheet).select_for_update().filter(order_no__in=[mark[1] for mark in found])
    for row in rows.order_by("pk"):
        standing[_mark(row)] = row
    fresh, changed = [], []
    for mark, row in found.items():
        old = standing.get(mark)
        if old is None or old.status == "GONE" or (old.status == "WORKED" and _values(old) != _values(row)):
            fresh.append(row)
        elif old.status == "OPEN" and _values(old) != _values(row):
            old.theirs, old.ours, old.sheet, old.version = row.theirs, row.ours, sheet, old.version + 1
            changed.append(old)
    PlatformDifference.objects.bulk_create(fresh, batch_size=500)
    PlatformDifference.objects.bulk_update(changed, ["theirs", "ours", "sheet", "version"], batch_size=500)
    return len(fresh)


def _values(row: PlatformDifference) -> tuple[int | None, int | None]:
    return row.theirs, row.ours


def _end(actor: User, sheet: OutsideSheet, told: set[str], found: set[Mark], at: datetime) -> int:
    """Open differences on orders of this sheet that no longer show have ended."""
    rows = _of_days(sheet).filter(status="OPEN", order_no__in=told)
    gone = [row for row in rows.order_by("pk") if _mark(row) not in found]
    for row in gone:
        transition(row, "agree", actor=actor, at=at)
    return len(gone)


def difference_work(
    *, actor: User, difference: PlatformDifference, cause: str, note: str, at: datetime | None = None
) -> PlatformDifference:
    """Say what was found and done. Raises NotAllowed, WrongState, Unlawful."""
    if not note.strip():
        raise Unlawful("请写明核对情况。")
    values: dict[str, Any] = {"cause": cause, "note": note.strip(), "worked_by": actor}
    return transition(difference, "work", actor=actor, at=at, values=values)


for code, sentence in {
    "platform_compare": "与国家平台比对",
    "platformdifference_work": "处理国家平台差异",
    "platformdifference_agree": "国家平台差异已一致",
    "platformdifference_reopen": "重新核对国家平台差异",
}.items():
    audit.verb(f"funds.{code}", sentence)


def difference_reopen(
    *, actor: User, difference: PlatformDifference, reason: str, at: datetime | None = None
) -> PlatformDifference:
    """Look at it again. Raises NotAllowed, WrongState, Unlawful."""
    values: dict[str, Any] = {"cause": "", "note": "", "worked_by": None, "worked_at": None}
    return transition(difference, "reopen", actor=actor, at=at, reason=reason.strip(), values=values)
