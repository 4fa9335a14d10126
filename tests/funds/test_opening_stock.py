"""Opening stock: running contracts come in with their money, by two persons, once, against the bank's opening balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import NotAllowed, Unlawful, WrongState
from funds import bank_registration, ledger, services
from funds.models import AccountDay, Contract, DailyCertificate, Entry, EntryKind, FundSheet
from funds.selectors.sheets import sheet_rows
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import NOON, day, deliver, sheet
from tests.funds.paying import active, at, balance, custody, taught
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
HEAD = (
    "合同编号,学员姓名,家长姓名,家长手机号,课程名称,培训科目,收费课时,签订日期,开课日期,结课日期,合同总价,已消课时,"
    "已缴,在监管余额"
)


def line(number: str, used: int, rest: str, paid: str = "", **more: Any) -> str:
    values = {"student": f"学员{number[-1]}", "phone": f"1380000000{number[-1]}", "price": "3000", **more}
    return (
        f"{number},{values['student']},张大山,{values['phone']},中国舞启蒙,舞蹈,30,2026-11-20,2026-11-23,2027-02-20,"
        f"{values['price']},{used},{paid},{rest}"
    )


def csv(*lines: str) -> ContentFile[bytes]:
    return ContentFile("\n".join([HEAD, *lines]).encode(), name="期初.csv")


def received(world: World, place: Institution, *lines: str) -> FundSheet:
    return services.sheet_receive(actor=world.clerk, institution=place, kind="OPENING", upload=csv(*lines))


def begun(world: World, place: Institution, opening: int = 700_000) -> Any:
    """The first statement says what lay in the account."""
    row = custody(world, place)
    deliver(world, row, sheet([(1, 5)], opening))
    place.refresh_from_db()
    return row


def test_running_contracts_come_in_with_their_money_once(law: World, place: Institution) -> None:
    row = begun(law, place)
    rows = (line("老-1", 10, "2000"), line("老-2", 0, "1000.00", paid="1000"))
    found = received(law, place, *rows)
    assert found.counts == {"NEW": 2}, [item.reasons for item in sheet_rows(found)]
    assert not Contract.objects.exists()
    assert [item.title for item in bank_registration.opening_items(law.officer, day(1))] == ["复核期初余额"]
    assert list(bank_registration.opening_items(law.clerk, day(1))) == []
    with pytest.raises(NotAllowed):
        services.sheet_apply(actor=law.clerk, sheet=found)
    done = services.sheet_apply(actor=law.officer, sheet=found, at=NOON)
    assert (done.status, done.applied_by) == ("APPLIED", law.officer)
    assert {name: done.counts[name] for name in ("NEW", "bank_fen", "sheet_fen", "booked_fen")} == {
        "NEW": 2, "bank_fen": 700_000, "sheet_fen": 300_000, "booked_fen": 300_000,
    }  # fmt: skip
    first, second = Contract.objects.order_by("number")
    assert (first.status, first.used, first.paid_fen, balance("CONTRACT_UNEARNED", first)) == (
        "ACTIVE", 10, 300_000, 200_000,
    )  # fmt: skip
    assert (second.status, second.used, second.open_fen) == ("PARTLY_PAID", 0, 200_000)
    assert balance("OPENING", place) == 400_000
    assert balance("ESCROW_BANK", row) == 700_005
    assert set(Entry.objects.filter(kind=EntryKind.OPENING_STOCK).values_list("booked_on", flat=True)) == {
        day(1)
    }
    assert ledger.verify() is None
    again = received(law, place, *rows)
    assert again.counts == {"SAME": 2}
    with pytest.raises(WrongState, match="没有可以导入的新行"):
        services.sheet_apply(actor=law.officer, sheet=again)
    assert services.sheet_apply(actor=law.officer, sheet=done).counts == done.counts
    assert Entry.objects.filter(kind=EntryKind.OPENING_STOCK).count() == 2


def test_lessons_and_refunds_go_on_from_the_opening(law: World, place: Institution) -> None:
    begun(law, place)
    services.sheet_apply(actor=law.officer, sheet=received(law, place, line("老-1", 10, "2000")), at=NOON)
    contract = Contract.objects.get()
    lesson = taught(law, contract)[0]
    services.lesson_confirm(actor=law.system, lesson=lesson, at=at(lesson.taught_on))
    contract.refresh_from_db()
    assert (contract.used, balance("CONTRACT_UNEARNED", contract)) == (11, 190_000)
    refund = services.refund_apply(actor=law.system, contract=contract, ground="INSTITUTION", at=NOON)
    assert refund.amount_fen == 190_000


def test_every_row_says_why_it_is_refused(law: World, place: Institution) -> None:
    custody_account = begun(law, place)
    active(law, place, number="新-1", phone="13800000099")
    services.sheet_apply(actor=law.officer, sheet=received(law, place, line("老-1", 10, "2000")), at=NOON)
    found = received(
        law, place,
        line("老-1", 9, "2100"), line("新-1", 0, "3000"), line("老-3", 10, "2500"), line("老-4", 30, "0"),
        line("老-5", 31, "100"), line("老-6", 0, "9000", price="9000"), line("老-7", 5, ""),
        line("老-8", 0, "3000"), line("老-8", 0, "3000"), line("老-9", 0, "3000", phone="12"),
    )  # fmt: skip
    assert custody_account.pk
    told = {item.number: " ".join(item.reasons) for item in sheet_rows(found)}
    for number, words in {
        2: "合同已期初入账 2,000.00 元，与表里的 2,100.00 元 不同",
        3: "合同已在系统里登记",
        4: "与已缴减已消课的 2,000.00 元 不符",
        5: "在监管余额须大于零",
        6: "已消课时多于收费课时",
        7: "5,000",
        8: "缺少在监管余额",
        9: "",
        10: "出现了两次",
        11: "手机号",
    }.items():
        assert words in told[number], (number, told[number])
    assert found.counts == {"NEW": 1, "REJECTED": 9}, told[9]


def test_a_sheet_is_posted_while_the_person_waits(law: World, place: Institution) -> None:
    begun(law, place)
    with pytest.raises(Unlawful, match="一次最多导入 300 行"):
        received(law, place, *(line(f"老-{index}", 0, "3000") for index in range(301)))


def test_only_before_the_first_day_is_closed_and_with_a_statement(law: World, place: Institution) -> None:
    row = custody(law, place)
    with pytest.raises(Unlawful, match="先上传开账日的对账单"):
        received(law, place, line("老-1", 0, "3000"))
    deliver(law, row, sheet([(1, 5)], 300_000))
    waiting = received(law, place, line("老-1", 0, "3000"))
    services.days_compare(account=row, until=day(1), at=NOON)
    services.day_close(actor=law.clerk, row=AccountDay.objects.get())
    with pytest.raises(Unlawful, match="已有结账的日子"):
        services.sheet_apply(actor=law.officer, sheet=waiting)
    with pytest.raises(Unlawful, match="已有结账的日子"):
        received(law, place, line("老-2", 0, "3000"))
    assert not Entry.objects.filter(kind=EntryKind.OPENING_STOCK).exists()


def test_a_certificate_that_was_made_is_not_made_untrue(law: World, place: Institution) -> None:
    begun(law, place)
    services.certificate_make(actor=law.system, institution=place, on=day(3), at=NOON)
    services.sheet_apply(actor=law.officer, sheet=received(law, place, line("老-1", 0, "3000")), at=NOON)
    assert Entry.objects.get(kind=EntryKind.OPENING_STOCK).booked_on == day(4)
    assert DailyCertificate.objects.get().owed_fen == 0


def test_who_uploaded_does_not_post(law: World, place: Institution) -> None:
    begun(law, place)
    mine = services.sheet_receive(
        actor=law.officer, institution=place, kind="OPENING", upload=csv(line("老-1", 0, "3000"))
    )
    with pytest.raises(NotAllowed, match="另一人复核"):
        services.sheet_apply(actor=law.officer, sheet=mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        FundSheet.objects.update(status="APPLIED", stored_as="", applied_at=NOON, applied_by=law.officer)
    with pytest.raises(NotAllowed):
        services.sheet_receive(
            actor=law.institution_user, institution=place, kind="OPENING", upload=csv(line("老-1", 0, "3000"))
        )


def test_on_the_screen(law: World, place: Institution, sign_in: Callable[[Any], Client]) -> None:
    begun(law, place, 100_000)
    clerk, officer = sign_in(law.clerk), sign_in(law.officer)
    upload = reverse("funds:opening_upload")
    assert upload in clerk.get(reverse("funds:contract_list")).content.decode()
    assert "下载模板" in clerk.get(upload).content.decode()
    assert clerk.get(reverse("funds:opening_template")).status_code == 200
    answer = clerk.post(upload, {"institution": place.pk, "upload": csv(line("老-1", 10, "2000"))})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    row = FundSheet.objects.get()
    here = reverse("funds:opening_detail", kwargs={"uid": row.uid})
    seen = clerk.get(here).content.decode()
    assert "须由另一人复核入账" in seen
    assert "复核入账 1 行" not in seen
    shown = officer.get(here).content.decode()
    assert "-1,000.00" in shown.replace("−", "-").replace("¥ ", "")
    assert "存款不够付家长的钱" in shown
    assert "复核入账 1 行" in shown
    assert "已导入" in officer.post(here, follow=True).content.decode()
    assert law.officer.name in officer.get(here).content.decode()
    assert officer.get(reverse("funds:sheet_detail", kwargs={"uid": row.uid})).status_code == 404
    assert sign_in(law.neighbour_officer).get(here).status_code == 404


ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 300_000), st.booleans()), min_size=1, max_size=8)


class Undo(Exception):
    """Nothing of it stays."""


@settings(
    max_examples=10, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(rows=ROWS, opening=st.integers(0, 2_000_000))
def test_whatever_a_sheet_says_the_ledger_is_whole(
    law: World, rows: list[tuple[int, int, bool]], opening: int
) -> None:
    """Contracts and money agree, the difference stands in the opening account, a repeat changes nothing."""
    try:
        with transaction.atomic():
            place = make_place(law, "示例期初培训中心", organisation=law.institution_org)
            begun(law, place, opening)
            lines = [
                line(f"老-{index}", used, f"{(price - price * used // 30) / 100:.2f}" if right else "1.23",
                     price=f"{price / 100:.2f}")
                for index, (used, price, right) in enumerate(rows)
            ]  # fmt: skip
            for _ in range(2):
                found = received(law, place, *lines)
                if found.counts.get("NEW"):
                    services.sheet_apply(actor=law.officer, sheet=found, at=NOON)
            total = 0
            for contract in Contract.objects.filter(institution=place):
                left = balance("CONTRACT_UNEARNED", contract)
                assert 0 < left == contract.paid_fen - contract.earned(contract.used)
                total += left
            assert balance("OPENING", place) == opening - total
            assert ledger.verify() is None
            raise Undo
    except Undo:
        pass
