"""One bank file of many accounts: split by account, each a statement of its own, all of them or none."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from casework.errors import NotAllowed, Unlawful
from funds import ledger, services
from funds.models import (
    AccountDay,
    BankProfile,
    Channel,
    Entry,
    EscrowAccount,
    FileState,
    StatementBundle,
    StatementFile,
    StatementLine,
)
from funds.statements import Line, StatementRefused, preview, profile_of, split
from institutions.models import Institution
from tests.conftest import World
from tests.funds.bank_making import LAYOUT, NOON, day, deliver
from tests.funds.bank_making import sheet as single
from tests.funds.machines import Machine
from tests.funds.making import account, bank
from tests.inspections.making import make_place

SignIn = Callable[[Any], Client]
A, B, C = "5002370071000001", "5002370071000002", "5002370071000003"
HEADS = ["日期", "金额", "余额", "流水号", "对方户名", "附言", "本方账号"]
MANY: dict[str, Any] = {
    **LAYOUT,
    "many_accounts": True,
    "heads": {**LAYOUT["heads"], "own_account": "本方账号"},
}
Row = tuple[str, int, int, int]  # number, days ahead, fen, balance
ROWS: list[Row] = [
    (A, 1, 50_000, 150_000),
    (B, 1, 100, 100),
    (A, 1, -20_000, 130_000),
    (C, 2, 7_700, 7_700),
    (B, 2, 200, 300),
]


def cells(rows: list[Row]) -> list[list[str]]:
    return [
        [str(day(ahead)), f"{fen / 100:.2f}", f"{after / 100:.2f}", f"S{index:03d}", "王某", "", number]
        for index, (number, ahead, fen, after) in enumerate(rows, 1)
    ]


def csv_of(rows: list[Row]) -> bytes:
    return "\n".join(",".join(row) for row in [HEADS, *cells(rows)]).encode()


def xlsx_of(rows: list[Row]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate([HEADS, *cells(rows)]):
            page.write_row(number, 0, row)
    return target.getvalue()


@pytest.fixture
def three(law: World, place: Institution) -> list[EscrowAccount]:
    """Three institutions' custody accounts at one bank."""
    others = [make_place(law, name) for name in ("示例二号", "示例三号")]
    pairs = zip([place, *others], (A, B, C), strict=True)
    return [account(law, where, "CUSTODY", number) for where, number in pairs]


def layout(law: World, file_format: str = "CSV", **more: Any) -> BankProfile:
    name = f"多账户 {file_format}"
    found = BankProfile.objects.filter(name=name, is_current=True).first()
    data = {**MANY, "format": file_format, **more}
    return found or services.profile_create(actor=law.clerk, name=name, layout=data)


def hand_in(
    law: World, data: bytes, name: str = "合并.csv", *, file_format: str = "CSV", **told: Any
) -> StatementBundle:
    return services.bundle_receive(
        actor=law.clerk, profile=layout(law, file_format), data=data, name=name,
        handover=services.Handover(Channel.DESK, **told), at=NOON,
    )  # fmt: skip


def nothing_stands() -> bool:
    return not (StatementFile.objects.exists() or StatementLine.objects.exists() or Entry.objects.exists())


@pytest.mark.django_db
@pytest.mark.parametrize(("file_format", "make"), [("CSV", csv_of), ("XLSX", xlsx_of)])
def test_three_accounts_of_one_file_are_three_statements(
    law: World, three: list[EscrowAccount], file_format: str, make: Callable[[list[Row]], bytes]
) -> None:
    row = hand_in(law, make(ROWS), file_format=file_format)
    assert (row.state, row.refusal, row.line_count) == ("DONE", "", 5)
    found = [(told["tail"], told["count"], told["came_fen"], told["went_fen"]) for told in row.found]
    assert found == [("0001", 2, 50_000, 20_000), ("0002", 2, 300, 0), ("0003", 1, 7_700, 0)]
    parts = {part.account_id: part for part in row.parts.all()}
    sums = [(parts[one.pk].opening_fen, parts[one.pk].closing_fen, parts[one.pk].line_count) for one in three]
    assert sums == [(100_000, 130_000, 2), (0, 300, 2), (0, 7_700, 1)]
    assert {part.state for part in parts.values()} == {"DONE"}
    assert {part.covers_to for part in parts.values()} == {day(2)}
    assert StatementLine.objects.count() == 5
    assert list(StatementLine.objects.filter(account=three[1]).values_list("row", flat=True)) == [3, 6]
    assert ledger.verify() is None


@pytest.mark.django_db
def test_each_day_closes_as_if_its_own_file_had_come(law: World, three: list[EscrowAccount]) -> None:
    alone = make_place(law, "示例四号")
    own = account(law, alone, "CUSTODY", "5002370071000004")
    deliver(law, own, single([(1, 50_000), (1, -20_000)], 100_000), covers_to=day(2))
    hand_in(law, csv_of(ROWS))
    services.days_compare(account=three[0], until=day(2), at=NOON)
    services.days_compare(account=own, until=day(2), at=NOON)

    def told(one: EscrowAccount) -> list[tuple[Any, ...]]:
        rows = AccountDay.objects.filter(account=one).order_by("day")
        return [(row.day, row.state, row.bank_fen, row.book_fen) for row in rows]

    assert told(three[0])
    assert told(three[0]) == told(own)


@pytest.mark.django_db
def test_the_next_file_must_meet_each_account(law: World, three: list[EscrowAccount]) -> None:
    hand_in(law, csv_of(ROWS))
    gap = hand_in(law, csv_of([(A, 3, 5, 130_005), (B, 3, 5, 905)]), "缺.csv")
    assert gap.state == "REFUSED"
    assert "末四位 0002" in gap.refusal
    assert "少传了一份" in gap.refusal
    assert "末四位 0001" not in gap.refusal
    assert StatementFile.objects.count() == 3
    good = hand_in(law, csv_of([(A, 3, 5, 130_005), (B, 3, 5, 305)]), "对.csv")
    assert (good.state, good.parts.count()) == ("DONE", 2)


@pytest.mark.django_db
def test_unknown_accounts_are_named_with_their_rows_and_nothing_is_taken(
    law: World, three: list[EscrowAccount]
) -> None:
    rows = [*ROWS, ("5002370099999999", 2, 5, 5), ("5002370088888888", 2, 5, 5)]
    row = hand_in(law, csv_of(rows))
    assert row.state == "REFUSED"
    assert "账号末四位 9999（第 7 行）不是登记在册的监管账户" in row.refusal
    assert "账号末四位 8888（第 8 行）" in row.refusal
    assert "5002370099999999" not in row.refusal
    assert nothing_stands()
    assert [told["place"] for told in row.found][3:] == ["", ""]
    assert hand_in(law, csv_of(ROWS), "改好.csv").state == "DONE"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda data: data.replace(f",{B}".encode(), b","), "第 3、6 行没有本方账号"),
        (lambda data: data.replace(B.encode(), b"500237******0002"), "第 3、6 行的本方账号被遮盖或者不完整"),
        (lambda data: data.replace(B.encode(), b"5.00237E+15"), "被遮盖或者不完整"),
        (lambda data: data.replace(b"1300.00", b"1300.01"), "接不上"),
        (lambda data: data.replace(b"S003", b"S001"), "同一天的同一流水号"),
        (lambda data: data.replace("本方账号".encode(), "账户".encode()), "缺少列：本方账号"),
        (lambda data: b"\x00\x01", "不是文本文件"),
        (lambda data: b"", "空的"),
    ],
)
def test_bad_files_are_refused_whole(
    law: World, three: list[EscrowAccount], spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    row = hand_in(law, spoil(csv_of(ROWS)))
    assert row.state == "REFUSED"
    assert sentence in row.refusal
    assert nothing_stands()


@pytest.mark.django_db
def test_the_same_file_renamed_and_the_same_days_again(law: World, three: list[EscrowAccount]) -> None:
    hand_in(law, csv_of(ROWS))
    again = hand_in(law, csv_of(ROWS), "改名.csv")
    assert (again.state, "完全相同" in again.refusal) == ("REFUSED", True)
    other = hand_in(law, csv_of(ROWS) + b"\n", "加一行.csv")
    assert other.refusal.count("日期重叠") == 3
    assert StatementFile.objects.count() == 3
    assert hand_in(law, csv_of([(A, 3, 5, 130_005)]), count=2).refusal.startswith("银行说有 2 笔")


@pytest.mark.django_db
def test_both_kinds_of_layout_are_kept_apart(law: World, three: list[EscrowAccount]) -> None:
    with pytest.raises(Unlawful, match="本方账号列和余额列"):
        services.profile_create(actor=law.clerk, name="缺", layout={**LAYOUT, "many_accounts": True})
    told = services.Handover(Channel.DESK)
    shared: dict[str, Any] = {"actor": law.clerk, "data": b"x", "name": "x", "handover": told}
    with pytest.raises(Unlawful, match="不选监管账户"):
        services.statement_receive(account=three[0], profile=layout(law), **shared)
    plain = services.profile_create(actor=law.clerk, name="单", layout=LAYOUT)
    with pytest.raises(Unlawful, match="请选择监管账户"):
        services.bundle_receive(profile=plain, **shared)
    with pytest.raises(Unlawful, match="不填期初"):
        hand_in(law, csv_of(ROWS), opening_fen=1)
    with pytest.raises(NotAllowed):
        services.bundle_receive(
            actor=law.institution_user, profile=layout(law), data=b"x", name="x", handover=told
        )


@pytest.mark.django_db
def test_one_account_that_takes_no_files_stops_the_whole(law: World, three: list[EscrowAccount]) -> None:
    services.account_begin_closing(actor=law.head, account=three[2], reason="停办")
    EscrowAccount.objects.filter(pk=three[2].pk).update(status="CLOSED", closed_on=day(1))
    row = hand_in(law, csv_of(ROWS))
    assert "账号末四位 0003（第 5 行）不是登记在册" in row.refusal
    assert nothing_stands()


@pytest.mark.django_db
def test_a_worker_that_broke_off_is_resumed(
    law: World, three: list[EscrowAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    from funds.services import statement_bundles

    def dead(**values: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(statement_bundles, "statement_take", dead)
        with pytest.raises(ConnectionError):
            hand_in(law, csv_of(ROWS))
    row = StatementBundle.objects.get()
    assert (row.state, row.parts.count()) == (FileState.POSTING, 3)
    services.statements_resume(now=NOON + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.state, Entry.objects.count()) == ("DONE", 6)
    assert ledger.verify() is None


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_four_hands_at_once_is_taken_once(law: World, three: list[EscrowAccount]) -> None:
    layout(law)
    gate = threading.Barrier(4)
    states: list[str] = []

    def send(number: int) -> None:
        try:
            gate.wait()
            states.append(hand_in(law, csv_of(ROWS), f"{number}.csv").state)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(states) == ["DONE", "REFUSED", "REFUSED", "REFUSED"]
    assert (StatementFile.objects.count(), StatementLine.objects.count()) == (3, 5)


def test_lines_are_split_in_the_order_of_the_file() -> None:
    lines = [Line(row, day(1), 5, own_account=number) for row, number in ((2, "5002 3700"), (3, "50-023701"))]
    assert [(share.number, share.tail, share.rows) for share in split(lines)] == [
        ("50023700", "3700", "第 2 行"), ("50023701", "3701", "第 3 行"),
    ]  # fmt: skip
    with pytest.raises(StatementRefused, match="第 1、2、3、4、5 行等 7 行没有本方账号"):
        split([Line(row, day(1), 5) for row in range(1, 8)])


def test_the_preview_lists_the_accounts() -> None:
    found = preview(csv_of(ROWS), profile_of({"name": "多账户", **MANY}))
    assert found.problem == ""
    assert [(share.tail, share.sums.count, share.sums.came) for share in found.shares] == [
        ("0001", 2, 50_000), ("0002", 2, 300), ("0003", 1, 7_700),
    ]  # fmt: skip
    masked = csv_of(ROWS).replace(B.encode(), b"5002****0002")
    assert "被遮盖" in preview(masked, profile_of({"name": "多账户", **MANY})).problem


CAMT = """<Document><BkToCstmrStmt>{}</BkToCstmrStmt></Document>"""
STMT = (
    "<Stmt><Acct><Id><Othr><Id>{}</Id></Othr></Id></Acct>"
    "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    "<Ntry><Amt Ccy='CNY'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
    "<BookgDt><Dt>2026-11-21</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef></Ntry></Stmt>"
)


@pytest.mark.django_db
def test_a_message_with_one_statement_for_each_account(law: World, three: list[EscrowAccount]) -> None:
    made = services.profile_create(
        actor=law.clerk, name="报文", layout={"format": "CAMT053", "many_accounts": True}
    )
    data = CAMT.format(STMT.format(A, "15.00", "5.00") + STMT.format(B, "7.00", "7.00")).encode()
    row = services.bundle_receive(
        actor=law.clerk, profile=made, data=data, name="a.xml",
        handover=services.Handover(Channel.DESK), at=NOON,
    )  # fmt: skip
    assert (row.state, row.refusal) == ("DONE", "")
    assert sorted(row.parts.values_list("opening_fen", "closing_fen")) == [(0, 700), (1_000, 1_500)]


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, (response.status_code, response.content[-800:].decode())
    return str(response.content.decode())


@pytest.mark.django_db
def test_on_the_desk(law: World, three: list[EscrowAccount], sign_in: SignIn) -> None:
    clerk, made = sign_in(law.clerk), layout(law)
    values = {"profile": made.pk, "file": ContentFile(csv_of(ROWS), name="合并.csv")}
    seen = text(clerk.post(reverse("funds:statement_preview"), values))
    assert "文件里的 3 个账户" in seen
    assert "500.00" in seen
    values["file"] = ContentFile(csv_of(ROWS), name="合并.csv")
    sent = clerk.post(reverse("funds:statement_create"), values)
    assert sent.status_code == 302, sent.content.decode()
    page = text(clerk.get(sent.url))
    assert all(one.institution.name in page for one in three)
    assert "5 笔" in page
    part = StatementFile.objects.get(account=three[0])
    assert sent.url in text(clerk.get(reverse("funds:statement_detail", args=[part.uid])))
    assert "合并.csv" in text(clerk.get(reverse("funds:bundle_list"), {"q": three[1].institution.name}))
    bad = ContentFile(csv_of([("5002370099999999", 5, 5, 5)]), name="坏.csv")
    sent = clerk.post(reverse("funds:statement_create"), {"profile": made.pk, "file": bad})
    assert "没有登记的账户" in text(clerk.get(sent.url))
    needs = clerk.post(reverse("funds:statement_create"), {"is_quiet": "on"})
    assert "请选择监管账户" in text(needs, 422)
    assert sign_in(law.neighbour_officer).get(sent.url).status_code == 404


@pytest.mark.django_db
def test_by_the_banks_interface_and_only_for_its_own_accounts(law: World, three: list[EscrowAccount]) -> None:
    layout(law)
    path = "/api/v1/bank/statements/?profile=%E5%A4%9A%E8%B4%A6%E6%88%B7%20CSV&name=a.csv"
    machine = Machine(*services.key_issue(actor=law.admin, bank=three[0].bank))
    first = machine.send(path, csv_of(ROWS))
    assert first.status_code == 200, first.content.decode()
    told = first.json()
    assert (told["state"], [row["account_tail"] for row in told["files"]]) == (
        "DONE",
        ["0001", "0002", "0003"],
    )
    assert machine.send(path, csv_of(ROWS)).json()["uid"] == told["uid"]
    state = machine.send(f"/api/v1/bank/statements/{told['uid']}/", b"", method="GET")
    assert state.json()["line_count"] == 5
    other = Machine(*services.key_issue(actor=law.admin, bank=bank(law, "别家银行")))
    assert other.send(f"/api/v1/bank/statements/{told['uid']}/", b"", method="GET").status_code == 404
    refused = other.send(path, csv_of([(A, 3, 5, 130_005)]))
    assert refused.status_code == 422
    assert "不是登记在册" in refused.json()["refusal"]


@pytest.mark.django_db
def test_by_the_command(law: World, three: list[EscrowAccount], tmp_path: Any) -> None:
    layout(law)
    file = tmp_path / "many.csv"
    file.write_bytes(csv_of(ROWS))
    out = io.StringIO()
    call_command("import_bank_statement", str(file), profile="多账户 CSV", stdout=out)
    assert "末四位 0001" in out.getvalue()
    assert "3 个账户，5 笔，已入账" in out.getvalue()
    with pytest.raises(CommandError, match="完全相同"):
        call_command("import_bank_statement", str(file), profile="多账户 CSV", stdout=out)
