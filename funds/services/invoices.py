"""三一致: invoices from a sheet, matched with contract and payer; what does not agree is listed and worked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.db.models import Q, Sum
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.services import system_user
from casework import audit, policy
from casework.crypto import blind_index
from casework.errors import Unlawful
from casework.money import in_yuan
from casework.one_by_one import OneByOne
from casework.records import record_update, root_fields
from casework.steps import require
from casework.workflow import transition
from funds.invoice_sheet import SheetInvoice, read_invoices
from funds.models import (
    CaseStatus,
    Contract,
    Invoice,
    InvoiceCase,
    Mismatch,
)
from funds.selectors.payments import payment_lines, payments_of
from funds.services.contracts import mask_name
from institutions.models import Institution

ENTER = "funds.invoice_import"
DAYS_KEY, TOLERANCE_KEY = "fund.invoice.days", "fund.invoice.tolerance"
COUNTED = ["PARTLY_PAID", "ACTIVE", "SUSPENDED", "COMPLETED", "REFUNDING", "REFUNDED"]


@dataclass(frozen=True)
class Imported:
    """What a sheet did: new invoices, ones that stood already with the same content."""

    added: int
    known: int


@database.atomic
def invoices_import(*, actor: User, data: bytes, name: str, at: datetime | None = None) -> Imported:
    """Take in a sheet, all of it or nothing, and match. Raises NotAllowed, Unlawful naming the row."""
    require(actor, ENTER)
    at = at or timezone.now()
    if actor.bureau is None:
        raise Unlawful("系统账号不能导入发票。")
    rows = read_invoices(data, name)
    sold = _sellers(actor, rows)
    bureaus = {place.bureau_id: place.bureau for place in sold.values()}
    known = {
        (row.bureau_id, row.number): row
        for row in Invoice.objects.filter(bureau__in=bureaus, number__in=[row.number for row in rows])
    }
    fresh = [made for row in rows if (made := _invoice(actor, row, sold[row.row], known)) is not None]
    Invoice.objects.bulk_create(fresh, batch_size=1000)
    audit.record(
        actor=actor,
        verb="funds.invoices_import",
        changes={"added": [None, len(fresh)], "file": [None, name[-120:]]},
        at=at,
    )
    for bureau in bureaus.values():
        cases_refresh(bureau=bureau, today=timezone.localdate(at), at=at)
    return Imported(len(fresh), len(rows) - len(fresh))


def _sellers(actor: User, rows: list[SheetInvoice]) -> dict[int, Institution]:
    """The institution of every row of the sheet. Raises Unlawful (no such name, or a name that several have)."""
    names: dict[str, list[Institution]] = {}
    wanted = {row.seller for row in rows}
    for place in (
        Institution.objects.visible_to(actor)
        .filter(name__in=wanted)
        .select_related("bureau__region", "region")
    ):
        names.setdefault(place.name, []).append(place)
    for row in rows:
        found = names.get(row.seller, [])
        if not found:
            raise Unlawful(f"第 {row.row} 行的销售方“{row.seller[:40]}”不是本局登记的机构，请核对名称。")
        if len(found) > 1:
            raise Unlawful(
                f"第 {row.row} 行的销售方“{row.seller[:40]}”有 {len(found)} 家同名机构，分不清是哪一家。"
                "请先在机构档案中核对名称，或由所在区县的教育局分别导入。"
            )
    return {row.row: names[row.seller][0] for row in rows}


def _invoice(
    actor: User, row: SheetInvoice, place: Institution, known: dict[tuple[int, str], Invoice]
) -> Invoice | None:
    digest = blind_index(row.buyer)
    old = known.get((place.bureau_id, row.number))
    if old is not None:
        if (old.institution_id, old.amount_fen, old.issued_on, old.buyer_digest) == (
            place.pk, row.fen, row.issued_on, digest,
        ):  # fmt: skip
            return None
        raise Unlawful(f"第 {row.row} 行的发票号码 {row.number} 已登记，内容不同。一张发票只能用一次。")
    return Invoice(
        **root_fields(actor=actor, region=place.region, bureau=place.bureau),
        institution=place,
        number=row.number,
        amount_fen=row.fen,
        issued_on=row.issued_on,
        buyer_masked=mask_name(row.buyer),
        buyer_digest=digest,
        contract_no=row.contract_no,
    )


@dataclass(frozen=True)
class Finding:
    """A disagreement that stands now."""

    kind: Mismatch
    contract: Contract | None
    invoice: Invoice | None
    sentence: str

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """What it is about."""
        contract = None if self.contract is None else self.contract.pk
        return self.kind, contract, None if self.invoice is None else self.invoice.pk


@database.atomic
def cases_refresh(*, bureau: Bureau, today: date, at: datetime | None = None) -> tuple[int, int]:
    """Match invoices that have no contract, open what does not agree, clear what agrees now; both counts.

    A disagreement that a person has explained stays explained while it lasts.
    """
    at = at or timezone.now()
    invoices_match(bureau=bureau, at=at)
    used = {key: policy.value(key, region=bureau.region, on=today) for key in (DAYS_KEY, TOLERANCE_KEY)}
    days, tolerance = int(used[DAYS_KEY].value), int(used[TOLERANCE_KEY].value)
    now = {item.key: item for item in _findings(bureau, today, days, tolerance)}
    standing = {
        (row.kind, row.contract_id, row.invoice_id): row
        for row in InvoiceCase.objects.filter(bureau=bureau).exclude(status=CaseStatus.CLEARED)
    }
    stored = {key: row.value for key, row in used.items()}
    for key, item in now.items():
        if key not in standing:
            _open(item, stored, at)
    gone = [row for key, row in standing.items() if key not in now]
    for row in gone:
        transition(row, "clear", actor=system_user(), at=at)
    return len(now.keys() - standing.keys()), len(gone)


def _open(item: Finding, used: dict[str, Any], at: datetime) -> None:
    about = item.contract or item.invoice
    assert about is not None
    place = about.institution
    row = InvoiceCase(
        **root_fields(actor=system_user(), region=place.region, bureau=place.bureau),
        institution=place,
        kind=item.kind,
        contract=item.contract,
        invoice=item.invoice,
        sentence=item.sentence,
        policy=used,
    )
    row.save(force_insert=True)
    audit.record(
        actor=system_user(), verb="funds.invoicecase_open", target=row, reason=item.sentence,
        about=row.file_uid, at=at,
    )  # fmt: skip


def invoices_match(*, bureau: Bureau, at: datetime | None = None) -> int:
    """Give invoices their contract: by number, else by buyer and paid amount when only one fits; how many.

    A remark that is the number of no contract of the seller says nothing.
    """
    count = 0
    for row in Invoice.objects.filter(bureau=bureau, contract__isnull=True).select_related("institution"):
        found = _contracts_of(row)
        if len(found) == 1:
            record_update(
                actor=system_user(),
                obj=row,
                values={"contract": found[0]},
                verb="funds.invoice_match",
                at=at,
            )
            count += 1
    return count


def _contracts_of(row: Invoice) -> list[Contract]:
    contracts = Contract.objects.filter(institution=row.institution_id)
    named = list(contracts.filter(number=row.contract_no)[:2]) if row.contract_no else []
    if named:
        return [contract for contract in named if contract.status != "TERMINATED"]
    open_ones = contracts.exclude(status="TERMINATED").filter(
        payer_digest=row.buyer_digest, paid_fen=abs(row.amount_fen)
    )
    return list(open_ones.exclude(invoices__amount_fen=row.amount_fen)[:2])


def _findings(bureau: Bureau, today: date, days: int, tolerance: int) -> Iterator[Finding]:
    payments = payments_of(payment_lines(bureau))
    for row in Invoice.objects.filter(bureau=bureau).select_related(
        "institution__region", "institution__bureau", "contract__institution__region"
    ):
        yield from _of_invoice(row, payments, days)
    refunds = Sum(
        "instructions__amount_fen",
        filter=Q(instructions__kind="REFUND_PAY", instructions__status="POSTED"),
    )
    contracts = Contract.objects.filter(
        bureau=bureau, paid_fen__gt=0, status__in=COUNTED, first_paid_on__lt=today - timedelta(days=days)
    ).select_related("institution__region", "institution__bureau")
    billed = dict(
        Invoice.objects.filter(bureau=bureau, contract__isnull=False)
        .values_list("contract")
        .annotate(fen=Sum("amount_fen"))
    )
    for contract in contracts.annotate(refunded_fen=refunds):
        last = today - timedelta(days=days)
        fresh = sum(fen for day, fen in payments.get(contract.uid, []) if day >= last)
        yield from _of_contract(contract, billed.get(contract.pk), fresh, tolerance, days)


def _of_invoice(row: Invoice, payments: dict[UUID, list[tuple[date, int]]], days: int) -> Iterator[Finding]:
    contract = row.contract
    if contract is None:
        yield Finding(Mismatch.NO_CONTRACT, None, row, f"{row} {in_yuan(row.amount_fen)}，没有找到对应的合同")
        return
    if contract.payer_digest and contract.payer_digest != row.buyer_digest:
        yield Finding(
            Mismatch.BUYER,
            contract,
            row,
            f"{row} 的购买方 {row.buyer_masked} 与合同 {contract.number} 的付款人 {contract.payer_masked} 不是同一人",
        )
    paid = _nearest(row, contract, payments)
    if row.amount_fen > 0 and paid and abs((row.issued_on - paid).days) > days:
        yield Finding(
            Mismatch.DATE,
            contract,
            row,
            f"{row} 开于 {row.issued_on:%Y-%m-%d}，收款是 {paid:%Y-%m-%d}，超过 {days} 天",
        )


def _nearest(row: Invoice, contract: Contract, payments: dict[UUID, list[tuple[date, int]]]) -> date | None:
    """The day of the contract's payment nearest to the invoice."""
    days = [day for day, _ in payments.get(contract.uid, [])]
    return min(days, key=lambda day: abs((row.issued_on - day).days), default=contract.first_paid_on)


def _of_contract(
    contract: Contract, billed: int | None, fresh: int, tolerance: int, days: int
) -> Iterator[Finding]:
    """`fresh` (fen) was paid so lately that its invoice is not due yet."""
    kept = contract.paid_fen - int(getattr(contract, "refunded_fen", 0) or 0)
    due = kept - fresh
    if billed is None and due > tolerance:
        yield Finding(
            Mismatch.NO_INVOICE,
            contract,
            None,
            f"合同 {contract.number} 已收 {in_yuan(due)}，超过 {days} 天没有开票",
        )
    elif billed is not None and not due - tolerance <= billed <= kept + tolerance:
        yield Finding(
            Mismatch.AMOUNT,
            contract,
            None,
            f"合同 {contract.number} 开票 {in_yuan(billed)}，收款减退费 {in_yuan(kept)}，相差 {in_yuan(billed - kept)}",
        )


def case_explain(*, actor: User, case: InvoiceCase, reason: str, at: datetime | None = None) -> InvoiceCase:
    """A person has looked into it. Raises NotAllowed, WrongState, Unlawful."""
    at = at or timezone.now()
    values = {"reason": reason.strip(), "handled_by": actor, "handled_at": at}
    return transition(case, "explain", actor=actor, reason=reason.strip(), at=at, values=values)


def bureaus_refresh(*, today: date) -> int:
    """Every night, for every bureau that has contracts or invoices; how many cases were opened.

    A bureau that fails does not hold up the others; RuntimeError names it at the end.
    """
    has = Bureau.objects.filter(
        Q(pk__in=Invoice.objects.values("bureau")) | Q(pk__in=Contract.objects.values("bureau"))
    )
    run = OneByOne("comparing invoices")
    count = run.each(has.order_by("pk"), lambda bureau: cases_refresh(bureau=bureau, today=today)[0])
    run.finish()
    return count


for code, sentence in {
    "invoices_import": "导入发票",
    "invoice_match": "发票对上合同",
    "invoicecase_open": "发现发票、合同、付款人不一致",
    "invoicecase_explain": "说明三一致异常",
    "invoicecase_clear": "发票、合同、付款人已一致",
}.items():
    audit.verb(f"funds.{code}", sentence)
