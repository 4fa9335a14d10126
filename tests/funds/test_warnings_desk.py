"""Warnings from the house's own rows: facts of a day, the nightly run, what people do, pages and back-test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, WrongState
from casework.models import AuditEvent
from funds import ledger, services
from funds.ledger import credit, debit
from funds.models import AccountKind, Entry, EntryKind, EscrowAccount, FundDay, FundSignal, FundWarning
from funds.selectors import parameters_on
from funds.selectors.day_facts import day_facts
from funds.tasks import judge_bureau, judge_warnings
from institutions.models import Institution
from tests.complaints import making as clues
from tests.conftest import World
from tests.funds import paying

DAY = paying.SIGNED
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def account(law: World, place: Institution) -> EscrowAccount:
    return paying.custody(law, place)


def lost(world: World, account: EscrowAccount, fen: int, day: date) -> None:
    """The bank paid out without any instruction."""
    place = account.institution
    out = ledger.account_of(kind=AccountKind.SUSPENSE_OUT, subject_uid=account.uid, institution=place)
    bank = ledger.account_of(kind=AccountKind.ESCROW_BANK, subject_uid=account.uid, institution=place)
    ledger.entry_post(
        actor=world.system, kind=EntryKind.OUT_UNMATCHED, key=f"line/{day}/{fen}", booked_on=day,
        legs=(debit(out, fen), credit(bank, fen)),
    )  # fmt: skip


def judged(world: World, day: date, until: date | None = None) -> services.Ran:
    """The nightly run over the days up to `until`."""
    services.days_write(bureau=world.bureau, until=until or day, days=10)
    return services.warnings_run(actor=world.system, bureau=world.bureau, on=day)


def test_a_day_is_read_from_what_happened(law: World, place: Institution, account: EscrowAccount) -> None:
    contract = paying.active(law, place)
    lost(law, account, 20_000, NEXT)
    clues.clue(law, institution=place, at=paying.at(NEXT))
    first = day_facts(law.bureau, DAY, settled_before=DAY)[place.pk].facts
    second = day_facts(law.bureau, NEXT, settled_before=DAY)[place.pk].facts
    assert (first.opening_fen, first.in_fen, first.closing_fen) == (0, 300_000, 300_000)
    assert (first.receipts_n, first.units_sold, first.active_students) == (1, ((10_000, 30),), 0)
    assert first.unearned_fen == contract.paid_fen == 300_000
    assert (second.opening_fen, second.out_unknown_fen, second.closing_fen) == (300_000, 20_000, 280_000)
    assert second.in_fen == 0
    assert (second.complaints_n, second.receipts_n) == (1, 0)
    later = day_facts(law.bureau, paying.STARTS, settled_before=DAY)[place.pk].facts
    assert later.active_students == 1


def test_an_outflow_without_instruction_is_red_once_and_worked_with_four_eyes(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    lost(law, account, 20_000, NEXT)
    assert judged(law, NEXT).raised >= 1
    row = FundWarning.objects.get(rule="W5")
    assert (row.level, row.status, row.raised_on, row.institution) == ("RED", "OPEN", NEXT, place)
    assert any(item["value"] == 20_000 and item["unit"] == "fen" for item in row.contributions)
    assert row.due_on > NEXT
    assert judged(law, NEXT).raised == 0
    assert FundWarning.objects.filter(rule="W5").count() == 1
    with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
        FundWarning.objects.bulk_create([_copy(row)])

    taken = services.warning_take(actor=law.officer, warning=row)
    with pytest.raises(Blocked, match="别人认领"):
        services.warning_dispose(actor=law.head, warning=taken, disposition="VISIT", outcome="已查")
    done = services.warning_dispose(
        actor=law.officer, warning=taken, disposition="VISIT", outcome="银行误划，已退回"
    )
    with pytest.raises(NotAllowed):
        services.warning_close(actor=law.officer, warning=done, reason="已查明")
    closed = services.warning_close(actor=law.head, warning=done, reason="已查明")
    assert (closed.status, closed.closed_by) == ("CLOSED", law.head)
    assert judged(law, NEXT + timedelta(days=1)).raised == 0
    verbs = set(AuditEvent.objects.filter(object_uid=row.uid).values_list("verb", flat=True))
    assert {"funds.warning_raise", "funds.fundwarning_take", "funds.fundwarning_close"} <= verbs


def _copy(row: FundWarning) -> FundWarning:
    names = [
        column.attname for column in FundWarning._meta.concrete_fields if column.name not in {"id", "uid"}
    ]
    return FundWarning(**{name: getattr(row, name) for name in names})


def test_a_yellow_one_that_nobody_took_closes_when_its_condition_ends(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    for _ in range(3):
        clues.clue(law, institution=place, at=paying.at(DAY))
    judged(law, NEXT)
    row = FundWarning.objects.get(rule="W8")
    assert (row.level, row.status) == ("YELLOW", "OPEN")
    judged(law, NEXT + timedelta(days=40))
    row.refresh_from_db()
    assert (row.status, row.closed_by) == ("CLOSED", law.system)
    assert row.ended_on == NEXT + timedelta(days=40)


def test_a_higher_level_is_told_and_gets_its_own_term(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    for _ in range(3):
        clues.clue(law, institution=place, at=paying.at(DAY))
    judged(law, DAY)
    for _ in range(8):
        clues.clue(law, institution=place, at=paying.at(NEXT))
    assert judged(law, NEXT).risen == 1
    row = FundWarning.objects.get(rule="W8")
    assert (row.level, row.status) == ("RED", "OPEN")
    assert AuditEvent.objects.filter(object_uid=row.uid, verb="funds.warning_rise").count() == 1


def test_ruled_out_stays_so_while_it_lasts(law: World, place: Institution, account: EscrowAccount) -> None:
    paying.active(law, place)
    for _ in range(3):
        clues.clue(law, institution=place, at=paying.at(DAY))
    judged(law, DAY)
    row = FundWarning.objects.get(rule="W8")
    services.warning_dismiss(actor=law.head, warning=row, reason="同一人重复反映")
    judged(law, NEXT)
    row.refresh_from_db()
    assert (row.status, row.seen_on) == ("DISMISSED", NEXT)
    assert FundWarning.objects.filter(rule="W8").count() == 1


def test_what_was_closed_warns_again_when_it_comes_back(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    for _ in range(3):
        clues.clue(law, institution=place, at=paying.at(DAY))
    judged(law, DAY)
    services.warning_dismiss(actor=law.head, warning=FundWarning.objects.get(rule="W8"), reason="已处理")
    later = DAY + timedelta(days=40)
    judged(law, later)
    assert FundWarning.objects.get(rule="W8").ended_on == later
    for _ in range(3):
        clues.clue(law, institution=place, at=paying.at(later + timedelta(days=1)))
    assert judged(law, later + timedelta(days=1)).raised == 1
    assert [row.status for row in FundWarning.objects.filter(rule="W8").order_by("pk")] == [
        "DISMISSED",
        "OPEN",
    ]


def test_a_second_outflow_warns_although_the_first_was_dealt_with(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    lost(law, account, 20_000, NEXT)
    judged(law, NEXT)
    services.warning_dismiss(actor=law.head, warning=FundWarning.objects.get(rule="W5"), reason="银行误划")
    lost(law, account, 30_000, NEXT + timedelta(days=3))
    judged(law, NEXT + timedelta(days=3))
    assert FundWarning.objects.filter(rule="W5", status="OPEN").count() == 1


def test_a_reversed_outflow_is_none(law: World, place: Institution, account: EscrowAccount) -> None:
    paying.active(law, place)
    lost(law, account, 20_000, NEXT)
    judged(law, NEXT)
    later = NEXT + timedelta(days=20)
    entry = Entry.objects.get(kind=EntryKind.OUT_UNMATCHED)
    ledger.entry_reverse(actor=law.system, entry=entry, booked_on=later, memo="改记为拨付")
    judged(law, later)
    assert FundDay.objects.get(institution=place, day=NEXT).facts["out_unknown_fen"] == 0
    assert FundWarning.objects.get(rule="W5").ended_on == later


def test_lines_come_from_the_countys_policy(law: World) -> None:
    from casework.models import PolicyValue

    lines = parameters_on(law.bureau.region, DAY)
    assert lines.w8_yellow == 3
    PolicyValue.objects.filter(key="fund.warning.w8.yellow").update(value=2)
    PolicyValue.objects.filter(key="fund.warning.quiet").update(value=["03-01/03-09"])
    changed = parameters_on(law.bureau.region, DAY)
    assert (changed.w8_yellow, changed.quiet) == (2, ((3, 1, 3, 9),))


def test_the_nightly_task_covers_every_bureau(law: World, place: Institution, account: EscrowAccount) -> None:
    assert "新预警" in (judge_warnings() or "")
    assert FundDay.objects.filter(institution=place).exists()


def test_pages(
    law: World, place: Institution, account: EscrowAccount, sign_in: Callable[..., Client]
) -> None:
    paying.active(law, place)
    lost(law, account, 20_000, NEXT)
    judged(law, NEXT)
    row = FundWarning.objects.get(rule="W5")
    page: Any = sign_in(law.officer)
    assert place.name in page.get("/desk/funds/warnings/").content.decode()
    assert page.get("/desk/funds/warnings/?export=csv").status_code == 200
    detail = page.get(f"/desk/funds/warnings/{row.uid}/").content.decode()
    assert "为什么预警" in detail
    assert "200.00" in detail
    assert "认领红色预警" in page.get("/desk/").content.decode()
    assert page.post(f"/desk/funds/warnings/{row.uid}/take/").status_code == 302
    form = {"disposition": "CALL", "outcome": "银行答复为误划"}
    assert page.post(f"/desk/funds/warnings/{row.uid}/dispose/", form).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.owner) == ("DISPOSED", law.officer)
    stranger = sign_in(law.neighbour_officer)
    assert stranger.get(f"/desk/funds/warnings/{row.uid}/").status_code == 404


def test_the_backtest_compares_lines_and_writes_nothing(
    law: World, place: Institution, account: EscrowAccount, sign_in: Callable[..., Client]
) -> None:
    paying.active(law, place)
    for _ in range(2):
        clues.clue(law, institution=place, at=paying.at(DAY))
    services.days_write(bureau=law.bureau, until=NEXT, days=10)
    client = sign_in(law.officer)
    asked = f"/desk/funds/warnings/backtest/?rule=W8&since={DAY:%Y-%m-%d}&until={NEXT:%Y-%m-%d}"
    assert "两组参数都没有预警" in client.get(asked).content.decode()
    tried = client.get(f"{asked}&w8_yellow=2").content.decode()
    assert place.name in tried
    assert "现行参数 0 家，试算参数 1 家" in tried
    assert client.get(f"{asked}&w8_yellow=2&export=csv").status_code == 200
    assert client.get(f"{asked}&w8_yellow=-2").status_code == 422
    assert "不能早于" in client.get(asked.replace("until=2026", "until=2020")).content.decode()
    assert not FundWarning.objects.exists()


def test_a_signal_from_outside_counts_until_it_is_cleared(
    law: World, place: Institution, account: EscrowAccount, sign_in: Callable[..., Client]
) -> None:
    paying.active(law, place)
    client = sign_in(law.officer)
    told = {
        "institution": place.pk, "kind": "WAGE", "source": "LABOUR", "reference": "劳监〔2026〕3号",
        "happened_on": f"{DAY:%Y-%m-%d}", "summary": "拖欠三名教师两个月工资",
    }  # fmt: skip
    assert client.post("/desk/funds/signals/new/", told).status_code == 302
    again = client.post("/desk/funds/signals/new/", told)
    assert "已经登记" in again.content.decode()
    client.post(
        "/desk/funds/signals/new/", {**told, "kind": "LAWSUIT", "source": "COURT", "reference": "（2026）1号"}
    )
    judged(law, NEXT)
    row = FundWarning.objects.get(rule="W15")
    assert row.level == "RED"
    assert {item["what"] for item in row.contributions} == {"欠薪", "涉诉"}
    assert "拖欠三名教师" in client.get("/desk/funds/signals/").content.decode()
    for signal in FundSignal.objects.all():
        away = client.post(
            f"/desk/funds/signals/{signal.uid}/clear/", {"cleared_on": f"{NEXT:%Y-%m-%d}", "note": "已付清"}
        )
        assert away.status_code == 302
    judged(law, NEXT + timedelta(days=1))
    row.refresh_from_db()
    assert (row.status, row.ended_on) == ("OPEN", NEXT + timedelta(days=1))
    with pytest.raises(WrongState):
        services.signal_clear(
            actor=law.officer, signal=FundSignal.objects.all()[0], cleared_on=NEXT, note="再消除一次"
        )
    assert sign_in(law.neighbour_officer).get(f"/desk/funds/signals/{signal.uid}/clear/").status_code == 404


def test_a_statement_with_money_gone_is_judged_at_once(
    law: World, place: Institution, account: EscrowAccount
) -> None:
    paying.active(law, place)
    yesterday = timezone.localdate() - timedelta(days=1)
    lost(law, account, 20_000, yesterday)
    judge_bureau(law.bureau.pk)
    assert FundWarning.objects.filter(rule="W5", raised_on=yesterday).exists()
