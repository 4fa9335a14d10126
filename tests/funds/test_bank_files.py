"""Files of banks: taken in once, whole, in order; everything else is refused with its reason and stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, IntegrityError, transaction

from casework.errors import NotAllowed, Unlawful
from funds import ledger, services
from funds.models import (
    AccountKind,
    BankProfile,
    Channel,
    Entry,
    LedgerAccount,
    LinePosting,
    StatementFile,
    StatementLine,
    SuspenseItem,
)
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import LAYOUT, NOON, day, deliver, profile, sheet
from tests.funds.making import account, deposited, proposed

pytestmark = pytest.mark.django_db


def held(place: Institution, kind: AccountKind) -> int:
    return sum(
        LedgerAccount.objects.filter(institution=place, kind=kind).values_list("balance_fen", flat=True)
    )


def test_a_custody_file_is_taken_in_and_every_line_stands_once(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    file = deliver(law, row, sheet([(1, 50_000, "王某"), (1, -20_000), (2, 100)], 100_000))
    assert (file.state, file.refusal, file.line_count) == ("DONE", "", 3)
    assert (file.opening_fen, file.came_fen, file.went_fen, file.closing_fen) == (
        100_000,
        50_100,
        20_000,
        130_100,
    )
    assert StatementLine.objects.count() == LinePosting.objects.count() == SuspenseItem.objects.count() == 3
    assert held(place, AccountKind.ESCROW_BANK) == 130_100
    assert held(place, AccountKind.OPENING) == 100_000
    assert held(place, AccountKind.SUSPENSE_IN) == 50_100
    assert held(place, AccountKind.SUSPENSE_OUT) == 20_000
    services.statement_take(file_id=file.pk)
    services.file_post(file_id=file.pk)
    services.lines_post(account=row, at=NOON)
    assert Entry.objects.count() == 4
    assert ledger.verify() is None


def test_the_same_bytes_renamed_are_refused_and_stay_visible(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    data = sheet([(1, 5)])
    deliver(law, row, data)
    again = deliver(law, row, data, "改名.csv")
    assert again.state == "REFUSED"
    assert "完全相同" in again.refusal
    assert StatementFile.objects.count() == 2
    assert StatementLine.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "told", "sentence"),
    [
        (b"\x00\x01\x02", {}, "不是文本文件"),
        (b"", {}, "空的"),
        (sheet([(3, 5), (4, 7), (5, 1)], 105).replace(f"{day(4)},0.07,1.17,S00002,,\n".encode(), b""), {}, "接不上"),
        (sheet([(3, 5)], 90), {}, "少传了一份"),
        (sheet([(3, 5)], 105), {"count": 2}, "银行说有 2 笔"),
        (sheet([(3, 5)], 105), {"closing_fen": 1}, "可能缺少流水"),
        (sheet([(3, 5)], 105), {"opening_fen": 4}, "少传了一份"),
        (sheet([(2, 5)], 105), {}, "日期重叠"),
        (sheet([(0, 5)], 105), {}, "对账从 2026-11-21 开始"),
        (sheet([(40, 5)], 105), {}, "含有今天的流水"),
        (sheet([(3, 5)], 105).replace(b"0.05", b"*.**"), {}, "不是完整金额"),
        (sheet([(3, 5)], 105), {"covers_from": day(4), "covers_to": day(5)}, "超出所填的起止日期"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_reason(
    law: World, place: Institution, data: bytes, told: dict[str, Any], sentence: str
) -> None:
    row = account(law, place, "CUSTODY")
    assert deliver(law, row, sheet([(1, 100), (2, 5)])).state == "DONE"
    entries = Entry.objects.count()
    file = deliver(law, row, data, "第二份.csv", **told)
    assert file.state == "REFUSED"
    assert sentence in file.refusal
    assert Entry.objects.count() == entries
    assert StatementLine.objects.count() == 2
    assert deliver(law, row, sheet([(3, 5)], 105), "对的.csv").state == "DONE"


def test_a_file_without_balances_needs_the_opening_told(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    heads = {"date": "日期", "amount": "金额"}
    bare = services.profile_create(
        actor=law.clerk, name="不带余额", layout={"format": "CSV", "encoding": "gb18030", "heads": heads}
    )

    def hand_in(text: str, **told: Any) -> StatementFile:
        return services.statement_receive(
            actor=law.clerk, account=row, profile=bare, data=text.encode("gb18030"), name="a.csv",
            handover=services.Handover(Channel.DESK, **told), at=NOON,
        )  # fmt: skip

    assert "填写银行告知的期初余额" in hand_in(f"日期,金额\n{day(1)},5.00\n").refusal
    refused = hand_in(f"日期,金额\n{day(1)},5.00\n", opening_fen=1000)
    assert "填写银行告知的期末余额" in refused.refusal
    assert "可能缺少流水" in hand_in(f"日期,金额\n{day(1)},5.00\n", opening_fen=1000, closing_fen=900).refusal
    first = hand_in(f"日期,金额\n{day(1)},5.00\n", opening_fen=1000, closing_fen=1500)
    assert (first.state, first.closing_fen) == ("DONE", 1500)
    assert hand_in(f"日期,金额\n{day(2)},-1.00\n", closing_fen=1400).closing_fen == 1400


def test_a_quiet_day_is_told_by_the_bank(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 100)]))

    def quiet(fen: int, since: int, until: int) -> StatementFile:
        return services.quiet_receive(
            actor=law.clerk, account=row, closing_fen=fen, covers_from=day(since), covers_to=day(until),
            channel=Channel.DESK, at=NOON,
        )  # fmt: skip

    assert "不符" in quiet(99, 2, 3).refusal
    assert quiet(100, 2, 3).state == "DONE"
    assert "日期重叠" in quiet(100, 3, 4).refusal


def test_a_wrong_account_is_noticed_when_the_file_names_its_own(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    heads = {**LAYOUT["heads"], "own_account": "本方账号"}
    named = services.profile_create(actor=law.clerk, name="带账号", layout={**LAYOUT, "heads": heads})

    def hand_in(number: str) -> StatementFile:
        text = (
            sheet([(1, 5)])
            .decode()
            .replace("附言\n", "附言,本方账号\n")
            .replace(",S00001,,", f",S00001,,,{number}")
        )
        return services.statement_receive(
            actor=law.clerk, account=row, profile=named, data=text.encode(), name="a.csv",
            handover=services.Handover(Channel.DESK), at=NOON,
        )  # fmt: skip

    assert "末四位是 9999" in hand_in("5002370072009999").refusal
    assert hand_in("5002370072000001").state == "DONE"


def test_deposit_lines_prove_registered_movements(law: World, place: Institution) -> None:
    row = account(law, place)
    known = deposited(law, row, 10_000_000, "S00001")
    waits = proposed(law, row, 500, "S00002", booked_on=day(1))
    file = deliver(law, row, sheet([(0, 10_000_000), (1, 500), (1, 33, "", "结息")]))
    assert file.state == "DONE"
    assert "1 笔等待复核" in file.job.message
    assert LinePosting.objects.get(fen=10_000_000).entry_uid == known.entry_uid
    assert not LinePosting.objects.filter(fen=500).exists()
    assert SuspenseItem.objects.get().fen == 33
    services.movement_post(actor=law.head, movement=waits)
    services.lines_post(account=row, at=NOON)
    waits.refresh_from_db()
    assert LinePosting.objects.get(fen=500).entry_uid == waits.entry_uid
    assert held(place, AccountKind.DEPOSIT_BANK) == 10_000_533
    assert ledger.verify() is None


def test_a_deposit_line_with_a_payer_is_matched_by_amount_and_day(law: World, place: Institution) -> None:
    row = account(law, place)
    same = deposited(law, row, 500, "回单甲")
    later = proposed(law, row, 500, "回单乙", booked_on=day(1))
    apart = services.movement_post(actor=law.head, movement=later)
    deliver(law, row, sheet([(0, 500, "任何人"), (1, 500)]))
    found = {item.entry_uid: item.matched_by for item in LinePosting.objects.all()}
    assert found == {same.entry_uid: "UNIQUE", apart.entry_uid: "UNIQUE"}


def test_who_may_deliver(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    for actor, channel in (
        (law.partner, Channel.DESK),
        (law.clerk, Channel.PORTAL),
        (law.system, Channel.API),
    ):
        with pytest.raises(NotAllowed):
            deliver(law, row, sheet([(1, 5)]), actor=actor, channel=channel)
    row.status = "CLOSED"
    with pytest.raises(Unlawful, match="不接收对账单"):
        deliver(law, row, sheet([(1, 5)]))


def test_what_was_received_is_never_changed(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    file = deliver(law, row, sheet([(1, 5)]))
    for broken in (
        lambda: StatementLine.objects.update(fen=6),
        lambda: StatementLine.objects.all().delete(),
        lambda: StatementFile.objects.filter(pk=file.pk).update(sha256="0" * 64),
        lambda: StatementFile.objects.filter(pk=file.pk).update(closing_fen=6, came_fen=6),
        lambda: StatementFile.objects.filter(pk=file.pk).update(state="RECEIVED"),
        lambda: LinePosting.objects.update(fen=7),
        lambda: BankProfile.objects.filter(pk=file.profile_id).update(layout={}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken()
    with pytest.raises(IntegrityError), transaction.atomic():
        LinePosting.objects.create(
            line_uid=StatementLine.objects.get().uid, account=row, booked_on=day(1), fen=5, matched_by="MANUAL",
            entry_uid=file.uid, entry_on=day(1), actor=law.head, posted_at=NOON,
        )  # fmt: skip


def test_a_used_profile_gets_a_new_version(law: World, place: Institution) -> None:
    layout = profile(law)
    changed = {**LAYOUT, "footers": ["合计", "制表"]}
    same = services.profile_change(actor=law.clerk, profile=layout, layout=changed)
    assert (same.pk, same.edition, same.layout["footers"]) == (layout.pk, 1, ["合计", "制表"])
    row = account(law, place, "CUSTODY")
    file = deliver(law, row, sheet([(1, 5)]))
    second = services.profile_change(actor=law.clerk, profile=same, layout={**changed, "delimiter": ";"})
    assert (second.edition, second.is_current) == (2, True)
    file.refresh_from_db()
    assert file.profile.pk == layout.pk
    assert not BankProfile.objects.get(pk=layout.pk).is_current
    with pytest.raises(Unlawful, match="旧版本"):
        services.profile_change(actor=law.clerk, profile=layout, layout=LAYOUT)


def test_shipped_profiles_are_sound_and_install_once(law: World) -> None:
    assert services.profiles_install(actor=law.clerk) == 4
    assert services.profiles_install(actor=law.clerk) == 0
    for row in BankProfile.objects.all():
        assert services.profile_change(actor=law.clerk, profile=row, layout=row.layout).pk == row.pk


def test_late_earlier_file_must_meet_the_next(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 100)]))
    deliver(law, row, sheet([(9, 5)], 100), covers_from=day(9))
    assert "下一份对账单" in deliver(law, row, sheet([(4, 5)], 100)).refusal
    assert deliver(law, row, sheet([(4, 5), (5, -5)], 100, first=50)).state == "DONE"


def test_a_poisoned_file_blocks_no_later_one(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    lines = [(1, 1, "某某教育科技有限公司", "学费" * 20)] * 200
    bad = deliver(law, row, sheet(lines), "坏.csv")
    good = deliver(law, row, sheet(lines, first=500), "好.csv", at=NOON + timedelta(minutes=1))
    storages["sealed"].delete(bad.stored_as)
    with pytest.raises(RuntimeError, match=f"1 failed.*{bad.pk}"):
        services.statements_resume(now=NOON + timedelta(hours=1))
    good.refresh_from_db()
    assert good.state == "DONE"


def test_a_long_file_is_left_to_a_job_and_a_dead_job_is_resumed(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    long = sheet([(1, 1, "某某教育科技有限公司", "学费" * 20)] * 200)
    file = deliver(law, row, long)
    assert (file.state, file.job.label) == ("RECEIVED", "核对“流水.csv”")
    assert services.statements_resume(now=NOON) == 0
    assert services.statements_resume(now=NOON + timedelta(hours=1)) == 1
    file.refresh_from_db()
    assert (file.state, file.line_count) == ("DONE", 200)
    assert file.job is not None
    file.job.refresh_from_db()
    assert (file.job.state, file.job.message) == ("DONE", "200 笔已核对入账")
