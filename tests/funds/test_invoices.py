"""三一致: invoice, contract and payer agree, or the disagreement is listed until it is explained or gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.errors import NotAllowed, Unlawful
from casework.models import AuditEvent
from casework.records import root_fields
from casework.web.listing import Column, xlsx_bytes
from funds import bank_registration, services
from funds.models import Invoice, InvoiceCase
from funds.services import invoices
from institutions.models import Institution
from tests.conftest import World
from tests.funds.paying import NOON, SIGNED, custody, paid, signed
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
HEADS = ("发票号码", "价税合计", "购买方名称", "销售方名称", "开票日期", "合同编号")
LATER = NOON + timedelta(days=20)


def sheet(*rows: tuple[Any, ...]) -> bytes:
    columns = tuple(Column(head, lambda row, at=at: row[at]) for at, head in enumerate(HEADS))  # type: ignore[misc]
    return xlsx_bytes(rows, columns, "发票")


def row_of(
    place: Institution, number: str, yuan: str, buyer: str = "张大山", contract: str = "", on: date = SIGNED
) -> tuple[Any, ...]:
    return number, yuan, buyer, place.name, on.isoformat(), contract


def take(law: World, *rows: tuple[Any, ...], at: datetime = LATER) -> services.Imported:
    return services.invoices_import(actor=law.clerk, data=sheet(*rows), name="发票.xlsx", at=at)


def kinds() -> list[str]:
    rows = InvoiceCase.objects.exclude(status="CLEARED").order_by("kind")
    return list(rows.values_list("kind", flat=True))


def test_an_agreeing_invoice_leaves_nothing(law: World, place: Institution) -> None:
    custody(law, place)
    contract = paid(law, signed(law, place))
    assert take(law, row_of(place, "001", "3,000.00")).added == 1
    assert Invoice.objects.get().contract == contract
    assert kinds() == []
    assert take(law, row_of(place, "001", "3000")).known == 1
    invoice = Invoice.objects.get()
    assert "张大山" not in (invoice.buyer_masked, invoice.buyer_digest)


def test_what_disagrees_is_listed_and_clears_once_it_agrees(law: World, place: Institution) -> None:
    custody(law, place)
    contract = paid(law, signed(law, place))
    services.cases_refresh(bureau=law.bureau, today=SIGNED + timedelta(days=5))
    assert kinds() == []
    services.cases_refresh(bureau=law.bureau, today=LATER.date())
    assert kinds() == ["NO_INVOICE"]
    take(law, row_of(place, "001", "2999.00", "李四", contract.number, SIGNED + timedelta(days=15)))
    assert kinds() == ["BUYER", "DATE"]
    take(law, row_of(place, "002", "-2999.00", "李四", contract.number, SIGNED + timedelta(days=16)))
    assert kinds() == ["AMOUNT", "BUYER", "BUYER", "DATE"]
    take(law, row_of(place, "003", "3000.00", contract=contract.number))
    assert kinds() == ["BUYER", "BUYER", "DATE"]
    cleared = InvoiceCase.objects.filter(status="CLEARED").order_by("kind").values_list("kind", flat=True)
    assert list(cleared) == ["AMOUNT", "NO_INVOICE"]


def test_a_remark_that_is_no_contract_number_leaves_the_buyer_to_tell(law: World, place: Institution) -> None:
    custody(law, place)
    contract = paid(law, signed(law, place))
    take(law, row_of(place, "001", "3000.00", contract="线下班"))
    invoice = Invoice.objects.get()
    assert (invoice.contract, kinds()) == (contract, [])
    assert AuditEvent.objects.filter(verb="funds.invoice_match", object_uid=invoice.uid).count() == 1


def test_days_count_from_each_payment(law: World, place: Institution) -> None:
    custody(law, place)
    contract = paid(law, signed(law, place), 100_000)
    paid(law, contract, 200_000, on=SIGNED + timedelta(days=15))
    take(law, row_of(place, "001", "1000.00", contract=contract.number))
    assert kinds() == []
    services.cases_refresh(bureau=law.bureau, today=SIGNED + timedelta(days=26))
    assert kinds() == ["AMOUNT"]
    late = row_of(place, "002", "2000.00", contract=contract.number, on=SIGNED + timedelta(days=16))
    take(law, late, at=NOON + timedelta(days=26))
    assert kinds() == []


def test_a_name_that_two_institutions_have_is_refused(law: World, place: Institution) -> None:
    custody(law, place)
    twin = make_place(law)
    type(twin).objects.filter(pk=twin.pk).update(name=place.name)
    with pytest.raises(Unlawful, match="2 家同名机构"):
        take(law, row_of(place, "001", "1"))


def test_the_books_of_the_institutions_bureau_are_asked(law: World, place: Institution) -> None:
    custody(law, place)
    take(law, row_of(place, "001", "50.00"))
    InvoiceCase.objects.all().delete()
    law.clerk.bureau = law.neighbour
    assert take(law, row_of(place, "001", "50.00")).known == 1
    assert kinds() == ["NO_CONTRACT"]


def test_an_invoice_without_a_contract_and_its_explanation(law: World, place: Institution) -> None:
    custody(law, place)
    take(law, row_of(place, "001", "50.00"))
    case = InvoiceCase.objects.get()
    assert (case.kind, case.policy["fund.invoice.days"]) == ("NO_CONTRACT", 10)
    assert [item.title for item in bank_registration.invoice_items(law.officer, LATER.date())] == [
        "发票没有对应的合同"
    ]
    with pytest.raises(NotAllowed):
        services.case_explain(actor=law.clerk, case=case, reason="教材费")
    with pytest.raises(Unlawful, match="写明理由"):
        services.case_explain(actor=law.officer, case=case, reason=" ")
    services.case_explain(actor=law.officer, case=case, reason="单独购买教材，已看收据")
    services.cases_refresh(bureau=law.bureau, today=LATER.date())
    case.refresh_from_db()
    assert case.status == "EXPLAINED"
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceCase.objects.filter(pk=case.pk).update(reason="")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": "0-1"}, "发票号码"), ({"yuan": "1.234"}, "精确到分"), ({"yuan": "0"}, "不为零"),
        ({"buyer": ""}, "没有购买方"), ({"on": "昨天"}, "开票日期"),
    ],
)  # fmt: skip
def test_bad_rows_are_named(law: World, place: Institution, change: dict[str, str], sentence: str) -> None:
    custody(law, place)
    good = {"number": "002", "yuan": "1", "buyer": "甲", "on": "2026-11-20"} | change
    bad = (good["number"], good["yuan"], good["buyer"], place.name, good["on"], "")
    with pytest.raises(Unlawful, match=f"第 3 行.*{sentence}"):
        take(law, row_of(place, "001", "1"), bad)
    assert not Invoice.objects.exists()


def test_a_number_serves_once_and_the_seller_is_ours(law: World, place: Institution) -> None:
    custody(law, place)
    take(law, row_of(place, "001", "1"))
    with pytest.raises(Unlawful, match="内容不同"):
        take(law, row_of(place, "001", "2"))
    with pytest.raises(Unlawful, match="第 2 行和第 3 行的发票号码相同"):
        take(law, row_of(place, "9", "1"), row_of(place, "9", "1"))
    with pytest.raises(Unlawful, match="不是本局登记的机构"):
        take(law, ("7", "1", "甲", "别的公司", "2026-11-20", ""))
    with pytest.raises(Unlawful, match="没有找到表头"):
        services.invoices_import(actor=law.clerk, data=b"a,b\n1,2\n", name="a.csv")
    with pytest.raises(NotAllowed):
        services.invoices_import(actor=law.partner, data=sheet(row_of(place, "3", "1")), name="a.xlsx")


def test_a_bureau_that_fails_holds_up_no_other(
    law: World, place: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody(law, place)
    paid(law, signed(law, place))
    Invoice.objects.create(
        **root_fields(actor=law.system, region=law.neighbour.region, bureau=law.neighbour), institution=place,
        number="1", amount_fen=5, issued_on=SIGNED, buyer_masked="甲", buyer_digest="x",
    )  # fmt: skip
    refresh, tried = invoices.cases_refresh, []

    def fail_first(**values: Any) -> tuple[int, int]:
        tried.append(values["bureau"])
        if len(tried) == 1:
            raise ValueError("poisoned")
        return refresh(**values)

    monkeypatch.setattr(invoices, "cases_refresh", fail_first)
    with pytest.raises(RuntimeError, match="1 failed"):
        services.bureaus_refresh(today=LATER.date())
    assert len(tried) == 2


def test_the_pages(law: World, place: Institution, sign_in: Callable[[Any], Client]) -> None:
    custody(law, place)
    clerk, officer = sign_in(law.clerk), sign_in(law.officer)
    upload = ContentFile(sheet(row_of(place, "001", "50.00")), name="发票.xlsx")
    assert clerk.post(reverse("funds:invoice_import"), {"sheet": upload}).status_code == 302
    case = InvoiceCase.objects.get()
    for name in ("invoice_list", "invoice_case_list"):
        page = officer.get(reverse(f"funds:{name}"))
        assert place.name in page.content.decode()
        assert officer.get(reverse(f"funds:{name}") + "?export=xlsx").status_code == 200
    url = reverse("funds:invoice_case_detail", args=[case.uid])
    assert officer.get(url).status_code == 200
    assert sign_in(law.neighbour_officer).get(url).status_code == 404
    step = reverse("funds:invoice_case_step", args=[case.uid, "explain"])
    assert officer.post(step, {"reason": "教材费"}).status_code == 302
    case.refresh_from_db()
    assert case.status == "EXPLAINED"
    bad = ContentFile(b"%PDF-1.4", name="发票.pdf")
    assert "Excel" in clerk.post(reverse("funds:invoice_import"), {"sheet": bad}).content.decode()
