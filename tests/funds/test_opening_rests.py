"""Opening stock to its end: the register of sheets, the rest closed by two persons and reversible, first payment days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from funds import bank_registration, ledger, selectors, services
from funds.ledger import Overdrawn
from funds.models import AccountDay, AccountKind, Contract, Entry, EntryKind, FundSheet, OpeningRest
from funds.refunding import refund_working
from funds.selectors.sheets import sheet_rows
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import NOON, day
from tests.funds.paying import at, balance
from tests.funds.test_opening_stock import HEAD, begun, line, received

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
WHY = "核对机构总账，系以前月份已消课未取的学费"


def taken_over(law: World, place: Institution, opening: int) -> Any:
    """One contract with ¥2,000 against the bank's opening balance."""
    row = begun(law, place, opening)
    services.sheet_apply(actor=law.officer, sheet=received(law, place, line("老-1", 10, "2000")), at=NOON)
    return row


def proposed(law: World, place: Institution) -> OpeningRest:
    return services.opening_rest_propose(actor=law.clerk, institution=place, reason=WHY, at=NOON)


@pytest.mark.parametrize(
    ("opening", "side", "kind"),
    [(700_000, "OVER", AccountKind.INST_RELEASABLE), (50_000, "SHORT", AccountKind.CLAIM_ON_INST)],
)
def test_the_rest_goes_where_it_belongs_and_comes_back_by_reversal(
    law: World, place: Institution, opening: int, side: str, kind: AccountKind
) -> None:
    taken_over(law, place, opening)
    before = balance("OPENING", place)
    assert before == opening - 200_000
    rest = proposed(law, place)
    assert (rest.side, rest.fen, rest.status) == (side, abs(before), "PROPOSED")
    assert balance("OPENING", place) == before
    done = services.opening_rest_post(actor=law.officer, rest=rest, at=NOON)
    assert (done.status, done.decided_by) == ("POSTED", law.officer)
    assert (balance("OPENING", place), balance(kind, place)) == (0, abs(before))
    assert ledger.verify() is None
    with pytest.raises(Blocked, match="另一人"):
        services.opening_rest_reverse(
            actor=law.head, rest=decided_by(done, law.head), reason="认错了", at=NOON
        )
    OpeningRest.objects.filter(pk=done.pk).update(decided_by=law.officer)
    back = services.opening_rest_reverse(actor=law.head, rest=done, reason="认错了", at=NOON)
    assert (back.status, back.refusal) == ("REVERSED", "认错了")
    assert (balance("OPENING", place), balance(kind, place)) == (before, 0)
    assert Entry.objects.get(uid=str(back.reversal_uid)).reversal_of == done.entry_uid
    assert ledger.verify() is None
    assert proposed(law, place).fen == abs(before)


def decided_by(rest: OpeningRest, person: Any) -> OpeningRest:
    OpeningRest.objects.filter(pk=rest.pk).update(decided_by=person)
    return rest


def test_four_eyes_also_in_the_database(law: World, place: Institution) -> None:
    taken_over(law, place, 700_000)
    mine = services.opening_rest_propose(actor=law.officer, institution=place, reason=WHY, at=NOON)
    with pytest.raises(Blocked, match="由您本人提出"):
        services.opening_rest_post(actor=law.officer, rest=mine, at=NOON)
    with pytest.raises(NotAllowed):
        services.opening_rest_post(actor=law.clerk, rest=mine, at=NOON)
    with pytest.raises(NotAllowed):
        services.opening_rest_propose(actor=law.neighbour_officer, institution=place, reason=WHY, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningRest.objects.update(
            status="POSTED", decided_by=law.officer, decided_at=NOON, booked_on=day(1), entry_uid=mine.uid
        )
    assert not Entry.objects.filter(kind="OPENING_REST").exists()


def test_nothing_without_reason_rest_or_while_a_sheet_waits(law: World, place: Institution) -> None:
    with pytest.raises(Unlawful, match="没有托管账户"):
        proposed(law, place)
    taken_over(law, place, 200_000)
    with pytest.raises(Unlawful, match="已经是零"):
        proposed(law, place)
    waiting = received(law, place, line("老-2", 0, "3000"))
    with pytest.raises(Blocked, match="还有期初表格等待复核"):
        proposed(law, place)
    services.sheet_apply(actor=law.officer, sheet=waiting, at=NOON)
    with pytest.raises(Unlawful, match="写明理由"):
        services.opening_rest_propose(actor=law.clerk, institution=place, reason=" ", at=NOON)
    rest = proposed(law, place)
    assert (rest.side, rest.fen) == ("SHORT", 300_000)
    with pytest.raises(Unlawful, match="已有一笔"):
        proposed(law, place)


def test_a_rest_that_changed_since_is_not_closed(law: World, place: Institution) -> None:
    taken_over(law, place, 700_000)
    rest = proposed(law, place)
    services.sheet_apply(actor=law.officer, sheet=received(law, place, line("老-2", 0, "3000")), at=NOON)
    with pytest.raises(Blocked, match="有变动"):
        services.opening_rest_post(actor=law.officer, rest=rest, at=NOON)
    services.opening_rest_refuse(actor=law.officer, rest=rest, reason="又导入一份", at=NOON)
    done = services.opening_rest_post(actor=law.officer, rest=proposed(law, place), at=NOON)
    assert (done.fen, balance("OPENING", place)) == (200_000, 0)
    with pytest.raises(WrongState):
        services.opening_rest_post(actor=law.officer, rest=done, at=NOON)


def test_money_paid_out_meanwhile_stops_the_reversal(law: World, place: Institution) -> None:
    account = taken_over(law, place, 700_000)
    done = services.opening_rest_post(actor=law.officer, rest=proposed(law, place), at=NOON)
    ledger.entry_post(
        actor=law.system, kind=EntryKind.OUT_JUDGED, key="t", booked_on=day(3),
        legs=(
            ledger.debit(ledger.account_of(
                kind=AccountKind.INST_RELEASABLE, subject_uid=place.uid, institution=place), 1),
            ledger.credit(ledger.account_of(
                kind=AccountKind.ESCROW_BANK, subject_uid=account.uid, institution=place), 1),
        ),
    )  # fmt: skip
    with pytest.raises(Overdrawn):
        services.opening_rest_reverse(actor=law.head, rest=done, reason="x", at=NOON)
    done.refresh_from_db()
    assert (done.status, balance("OPENING", place)) == ("POSTED", 0)


def test_a_closed_day_stays_as_it_was_closed(law: World, place: Institution) -> None:
    account = taken_over(law, place, 700_000)
    services.days_compare(account=account, until=day(1), at=NOON)
    services.day_close(actor=law.clerk, row=AccountDay.objects.get())
    done = services.opening_rest_post(actor=law.officer, rest=proposed(law, place), at=at(day(1)))
    assert done.booked_on == day(2)


def dated(number: str, first: str) -> str:
    return f"{line(number, 0, '3000')},{first}"


def with_days(law: World, place: Institution, *rows: str) -> FundSheet:
    data = "\n".join([f"{HEAD},首次缴费日期", *rows]).encode()
    return services.sheet_receive(
        actor=law.clerk, institution=place, kind="OPENING", upload=ContentFile(data, name="期初.csv")
    )


def test_the_day_of_the_first_payment_decides_about_the_seven_days(law: World, place: Institution) -> None:
    begun(law, place, 900_000)
    found = with_days(
        law, place, dated("老-1", "2026-11-20"), dated("老-2", ""), dated("老-3", "昨天"),
        dated("老-4", "2099-01-01"),
    )  # fmt: skip
    told = {row.label: (row.kind, " ".join(row.reasons + row.notes)) for row in sheet_rows(found)}
    assert told["老-1"] == ("NEW", "")
    assert told["老-2"][0] == "NEW"
    assert "没有首次缴费日期" in told["老-2"][1]
    assert told["老-3"][0] == told["老-4"][0] == "REJECTED"
    assert "不是日期" in told["老-3"][1]
    assert "还没有到" in told["老-4"][1]
    services.sheet_apply(actor=law.officer, sheet=found, at=NOON)
    first, second = Contract.objects.order_by("number")
    assert (first.first_paid_on, second.first_paid_on) == (date(2026, 11, 20), None)
    Contract.objects.update(used=1, deduction_fen=10_000, deduction_note="教材")
    for row, on, cut in (
        (first, date(2026, 11, 27), 0), (first, date(2026, 11, 28), -10_000), (second, date(2026, 11, 27), -10_000),
    ):  # fmt: skip
        row.refresh_from_db()
        assert refund_working(row, "FAMILY", on).lines[2][1] == cut
    again = with_days(law, place, dated("老-1", "2026-11-20"), dated("老-2", "2026-11-19"))
    kinds = {row.label: (row.kind, row.reasons) for row in sheet_rows(again)}
    assert kinds["老-1"][0] == "SAME"
    assert kinds["老-2"] == ("REJECTED", ["合同已期初入账，首次缴费日期与登记的不同。"])


def test_a_payment_taken_back_leaves_the_opening_days_first_payment(law: World, place: Institution) -> None:
    begun(law, place, 900_000)
    data = with_days(law, place, f"{line('老-1', 0, '1000', paid='1000')},2026-10-01")
    services.sheet_apply(actor=law.officer, sheet=data, at=NOON)
    contract = Contract.objects.get()
    entry = services.payment_post(
        actor=law.clerk, contract=contract, fen=200_000, booked_on=day(2), key="k",
        via=EntryKind.PAY_DIRECT, at=NOON,
    )  # fmt: skip
    row = services.correction_propose(
        actor=law.clerk, contract=contract, entry_uid=entry.uid, reason="记错合同", at=NOON
    )
    services.correction_post(actor=law.officer, correction=row, at=NOON + timedelta(days=1))
    contract.refresh_from_db()
    assert (contract.paid_fen, contract.first_paid_on) == (100_000, date(2026, 10, 1))


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[-800:].decode())
    return str(response.content.decode())


def test_on_the_desk(law: World, place: Institution, sign_in: SignIn) -> None:
    taken_over(law, place, 700_000)
    clerk, officer = sign_in(law.clerk), sign_in(law.officer)
    listed = text(clerk.get(reverse("funds:opening_list"), {"q": place.name, "status": "APPLIED"}))
    assert "期初.csv" in listed
    assert "5,000.00" in listed
    export = clerk.get(reverse("funds:opening_list"), {"export": "csv"})
    assert "2000.0" in b"".join(export).decode()
    left = text(clerk.get(reverse("funds:opening_left"), {"side": "OVER"}))
    close = reverse("funds:opening_close", kwargs={"uid": place.uid})
    assert close in left
    form = text(clerk.get(close))
    assert "存款多于合同" in form
    assert "2,000.00" in form
    sent = clerk.post(close, {"reason": WHY})
    assert sent.status_code == 302, sent.content.decode()
    assert [item.title for item in bank_registration.rest_items(law.officer, day(1))] == ["复核期初存量结清"]
    assert list(bank_registration.rest_items(law.clerk, day(1))) == []
    rest = OpeningRest.objects.get()
    step = reverse("funds:opening_rest_step", kwargs={"uid": rest.uid, "name": "post"})
    assert step not in text(clerk.get(sent.url))
    assert step in text(officer.get(sent.url))
    assert "已结清" in text(officer.post(step, follow=True))
    assert "各机构的期初存量都是零" in text(clerk.get(reverse("funds:opening_left")))
    assert WHY in text(clerk.get(reverse("funds:opening_rest_list"), {"status": "POSTED"}))
    assert sign_in(law.neighbour_officer).get(sent.url).status_code == 404
    assert sign_in(law.neighbour_officer).get(close).status_code == 404
    assert AuditEvent.objects.filter(verb="funds.openingrest_post").count() == 1
    assert not selectors.opening_sheets_visible(law.neighbour_officer).exists()
