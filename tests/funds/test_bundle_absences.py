"""Accounts that are not in a bank's file of many accounts: said to be quiet by a person, one by one, never by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, Unlawful
from casework.models import AuditEvent
from funds import ledger, services
from funds.models import Channel, EscrowAccount, StatementBundle, StatementFile
from funds.selectors.absences import absences
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import NOON, day
from tests.funds.making import account
from tests.funds.test_statement_bundles import A, B, C, csv_of, layout, text
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
LATER = NOON + timedelta(days=20)
FIRST = [(A, 1, 50_000, 150_000), (B, 1, 100, 100), (C, 1, 7_700, 7_700)]


@pytest.fixture
def three(law: World, place: Institution) -> list[EscrowAccount]:
    """Three custody accounts of one bank, each with its statement of the first day."""
    places = [place, *(make_place(law, name) for name in ("示例二号", "示例三号"))]
    rows = [account(law, where, "CUSTODY", number) for where, number in zip(places, (A, B, C), strict=True)]
    assert handed(law, FIRST, 1).state == "DONE"
    return rows


def handed(law: World, rows: list[Any], until: int, since: int | None = None) -> StatementBundle:
    return services.bundle_receive(
        actor=law.clerk, profile=layout(law), data=csv_of(rows), name=f"{until}.csv",
        handover=services.Handover(
            Channel.DESK, covers_to=day(until), covers_from=None if since is None else day(since)
        ),
        at=LATER,
    )  # fmt: skip


@pytest.fixture
def second(law: World, three: list[EscrowAccount]) -> StatementBundle:
    """The second day's file, which speaks of the first account only."""
    return handed(law, [(A, 2, 500, 150_500)], 2)


def said(law: World, bundle: StatementBundle, *rows: EscrowAccount, **values: Any) -> Any:
    fields = {"actor": law.clerk, "channel": Channel.DESK, "at": LATER, **values}
    return services.absences_say_quiet(bundle=bundle, accounts=[row.uid for row in rows], **fields)


def told(law: World, bundle: StatementBundle) -> list[tuple[int, Any, Any, int, str, bool]]:
    return [
        (one.account.pk, one.since, one.until, one.balance_fen, one.why_not, one.said is not None)
        for one in absences(law.clerk, bundle, Channel.DESK)
    ]


def test_absent_accounts_are_listed_and_nothing_is_said_by_itself(
    law: World, three: list[EscrowAccount], second: StatementBundle
) -> None:
    assert sorted(told(law, second)) == [
        (three[1].pk, day(2), day(2), 100, "", False),
        (three[2].pk, day(2), day(2), 7_700, "", False),
    ]
    assert not StatementFile.objects.filter(is_quiet=True).exists()


def test_what_was_ticked_is_a_statement_of_its_own(
    law: World, three: list[EscrowAccount], second: StatementBundle
) -> None:
    done = said(law, second, three[1])
    assert (len(done.files), done.refused) == (1, [])
    file = StatementFile.objects.get(is_quiet=True)
    assert (file.account, file.state, file.channel) == (three[1], "DONE", "DESK")
    assert (file.covers_from, file.covers_to) == (day(2), day(2))
    assert (file.opening_fen, file.closing_fen, file.line_count) == (100, 100, 0)
    assert AuditEvent.objects.filter(verb="funds.statement_receive", object_uid=file.uid).exists()
    event = AuditEvent.objects.get(verb="funds.bundle_absences_quiet")
    assert (event.object_uid, event.changes["accounts"]) == (second.uid, [None, 1])
    assert {row[0]: row[5] for row in told(law, second)} == {three[1].pk: True, three[2].pk: False}
    assert ledger.verify() is None
    third = handed(law, [(B, 3, 5, 105)], 3)
    assert third.state == "DONE", third.refusal
    gap = {row[0]: row[4] for row in told(law, third)}
    assert gap[three[0].pk] == ""
    assert str(day(2)) in gap[three[2].pk]


def test_days_the_file_does_not_hold_are_not_said(law: World, three: list[EscrowAccount]) -> None:
    bundle = handed(law, [(A, 4, 500, 150_500)], 5, since=4)
    assert bundle.state == "DONE", bundle.refusal
    done = said(law, bundle, three[1], three[2])
    assert done.files == []
    assert len(done.refused) == 2
    assert f"{day(2)} 至 {day(3)} 没有对账单" in done.refused[0]
    assert not StatementFile.objects.filter(is_quiet=True).exists()


def test_a_part_that_reaches_further_back_does_not_speak_for_others(
    law: World, three: list[EscrowAccount]
) -> None:
    handed(law, [(B, 2, 200, 300), (C, 2, 300, 8_000)], 2)
    bundle = handed(law, [(A, 4, 500, 150_500)], 4)
    assert bundle.parts.get().covers_from == day(2)
    assert [str(day(3)) in row[4] for row in told(law, bundle)] == [True, True]


def test_twice_is_once(law: World, three: list[EscrowAccount], second: StatementBundle) -> None:
    said(law, second, three[1])
    again = said(law, second, three[1], three[2])
    assert again.refused == ["示例二号（末四位 0002）：已登记过无发生额。"]
    assert [file.account for file in again.files] == [three[2]]
    assert StatementFile.objects.filter(is_quiet=True).count() == 2


def test_only_absent_accounts_and_by_whom(
    law: World, three: list[EscrowAccount], second: StatementBundle
) -> None:
    with pytest.raises(Unlawful, match="请勾选"):
        said(law, second)
    with pytest.raises(Unlawful, match="不在这份文件缺少的账户里"):
        said(law, second, three[0])
    with pytest.raises(Unlawful, match="不在这份文件缺少的账户里"):
        said(law, second, three[1], actor=law.neighbour_officer)
    for stranger in (law.institution_user, law.leader):
        with pytest.raises(NotAllowed):
            said(law, second, three[1], actor=stranger)
    with pytest.raises(NotAllowed):
        said(law, second, three[1], channel=Channel.PORTAL)
    assert not StatementFile.objects.filter(is_quiet=True).exists()


def test_a_refused_file_and_a_closed_account_list_nothing(law: World, three: list[EscrowAccount]) -> None:
    refused = handed(law, [("5002370099999999", 2, 5, 5)], 2)
    assert refused.state == "REFUSED"
    assert told(law, refused) == []
    EscrowAccount.objects.filter(pk=three[1].pk).update(status="CLOSED", closed_on=day(1))
    assert [row[0] for row in told(law, handed(law, [(A, 2, 500, 150_500)], 2))] == [three[2].pk]


def test_on_the_desk(
    law: World, three: list[EscrowAccount], second: StatementBundle, sign_in: SignIn
) -> None:
    clerk = sign_in(law.clerk)
    page, go = (reverse(f"funds:{name}", args=[second.uid]) for name in ("bundle_detail", "bundle_quiet"))
    seen = text(clerk.get(page))
    assert "文件里没有的账户还有 2 个" in seen
    assert seen.count('name="account"') == 2
    picked = {"account": [str(three[1].uid), str(three[2].uid)]}
    assert "请先向银行核实" in text(clerk.post(go, picked, follow=True))
    assert not StatementFile.objects.filter(is_quiet=True).exists()
    done = text(clerk.post(go, {**picked, "sure": "1"}, follow=True))
    assert "已登记 2 个账户当日无发生额" in done
    assert "2 个账户都已登记无发生额" in done
    assert "已登记无发生额</a>" in done
    assert 'name="account"' not in done
    assert "请勾选" in text(clerk.post(go, {"sure": "1", "account": "x"}, follow=True))
    assert sign_in(law.neighbour_officer).post(go, picked).status_code == 404
    assert sign_in(law.legal).post(go, picked).status_code == 403


def test_the_bank_says_it_for_its_own_accounts(
    law: World, three: list[EscrowAccount], sign_in: SignIn
) -> None:
    teller, _ = services.bank_user_open(actor=law.head, bank=three[0].bank, username="teller", name="柜员")
    User.objects.filter(pk=teller.pk).update(must_change_password=False)
    teller.refresh_from_db()
    bundle = services.bundle_receive(
        actor=teller, profile=layout(law), data=csv_of([(A, 2, 500, 150_500)]), name="2.csv",
        handover=services.Handover(Channel.PORTAL, covers_to=day(2)), at=LATER,
    )  # fmt: skip
    client = sign_in(teller)
    go = reverse("funds_portal:bundle_quiet", args=[bundle.uid])
    page = text(client.get(reverse("funds_portal:bundle_detail", args=[bundle.uid])))
    assert "文件里没有的账户还有 2 个" in page
    done = text(client.post(go, {"account": str(three[1].uid), "sure": "1"}, follow=True))
    assert "已登记 1 个账户" in done
    assert StatementFile.objects.get(is_quiet=True).channel == "PORTAL"


def test_more_absent_accounts_cost_no_more_statements(
    law: World, three: list[EscrowAccount], second: StatementBundle
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert told(law, second)
        return len(asked)

    both = cost()
    said(law, second, three[1])
    EscrowAccount.objects.filter(pk=three[2].pk).update(status="CLOSED", closed_on=timezone.localdate())
    assert cost() == both
