"""Statements, suspense, days, layouts and keys as people and machines use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web.listing import Column, xlsx_bytes
from funds import bank_registration, services
from funds.models import AccountDay, BankProfile, EscrowAccount, MachineKey, StatementFile, SuspenseItem
from institutions.models import Institution
from tests.conftest import World
from tests.fieldwork.phones import picture as jpeg
from tests.funds.bank_making import NOON, day, deliver, profile, sheet
from tests.funds.machines import Machine
from tests.funds.making import account
from tests.funds.test_statements import CAMT, SIGNED_FILE, TWO_FILE

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
LISTS = ("statement_list", "suspense_list", "day_list", "day_calendar", "profile_list")
NUMBER = "5002370072000001"


def text(response: Any) -> str:
    assert response.status_code in {200, 422}, response.status_code
    return str(response.content.decode())


def fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "本地某行", "format": "CSV", "encoding": "utf-8-sig", "delimiter": ",", "footers": "合计、总计",
        "head_date": "记账日期", "head_amount": "交易金额", "head_balance": "联机余额", "head_payer": "对手信息",
        **more,
    }  # fmt: skip


WORKBOOK = xlsx_bytes(
    [("20261120", "贷", "100.00", "100.00"), ("20261121", "借", "1.00", "99.00")],
    tuple(
        Column(head, lambda row, at=at: row[at]) for at, head in enumerate(("日期", "方向", "发生额", "余额"))
    ),  # type: ignore[misc]
    "流水",
)
OTHER_LAYOUTS: dict[str, tuple[dict[str, Any], bytes]] = {
    "csv": ({}, SIGNED_FILE.encode()),
    "gb18030": ({"encoding": "gb18030"}, SIGNED_FILE.encode("gb18030")),
    "two columns": (
        {
            "head_date": "交易日期", "head_amount": "", "head_balance": "", "head_payer": "对方户名",
            "head_amount_in": "记账金额(收入)", "head_amount_out": "记账金额(支出)", "footers": "人民币合计",
        },
        TWO_FILE.encode(),
    ),
    "xlsx": (
        {
            "format": "XLSX", "head_date": "日期", "head_amount": "发生额", "head_mark": "方向", "head_balance": "余额",
            "head_payer": "", "marks_in": "贷、收", "marks_out": "借", "footers": "共 ", "dates": "yyyyMMdd",
        },
        WORKBOOK,
    ),
    "camt.053": ({"format": "CAMT053"}, CAMT.encode()),
}  # fmt: skip


# What the bank tells beside a file whose lines say less: camt.053 begins at 100 yuan, two columns carry no balances.
TOLD = {
    "xlsx": {"opening": "0"},
    "camt.053": {"opening": "100.00"},
    "two columns": {"opening": "0", "closing": "1221.16"},
}


@pytest.mark.parametrize("layout", OTHER_LAYOUTS)
def test_any_layout_works_by_writing_a_profile_on_the_screen(
    law: World, place: Institution, sign_in: SignIn, layout: str
) -> None:
    clerk, (changes, data) = sign_in(law.clerk), OTHER_LAYOUTS[layout]
    row = account(law, place, "CUSTODY")
    page = text(
        clerk.post(
            reverse("funds:profile_preview"), {**fields(**changes), "sample": ContentFile(data, name="a.csv")}
        )
    )
    assert "这份文件可以接收" in page
    assert "2026-11-20" in page
    assert clerk.post(reverse("funds:profile_create"), fields(**changes)).status_code == 302
    made = BankProfile.objects.get()
    sent = clerk.post(
        reverse("funds:statement_create"),
        {"account": row.pk, "profile": made.pk, "file": ContentFile(data, name="流水.csv")}
        | TOLD.get(layout, {}),
    )
    assert sent.status_code == 302, sent.content.decode()
    file = StatementFile.objects.get()
    assert (file.state, file.refusal) == ("DONE", "")
    assert place.name in text(clerk.get(reverse("funds:statement_detail", args=[file.uid])))


def test_the_preview_says_what_is_wrong(law: World, sign_in: SignIn) -> None:
    clerk = sign_in(law.clerk)

    def seen(**changes: Any) -> str:
        sample = ContentFile(SIGNED_FILE.encode(), name="a.csv")
        return text(clerk.post(reverse("funds:profile_preview"), {**fields(**changes), "sample": sample}))

    assert "缺少列：交易额" in seen(head_amount="交易额")
    assert "模板须指明日期列" in seen(head_date="")
    assert "联机余额" in seen(head_date="")
    assert "读不出" in seen(dates="dd.MM.yyyy")
    assert "请选择样本文件" not in seen()
    assert "选择样本文件后" in text(clerk.post(reverse("funds:profile_preview"), fields()))
    assert not BankProfile.objects.exists()
    assert "须选一种写法" in text(clerk.post(reverse("funds:profile_create"), fields(head_amount="")))


def test_a_used_profile_changes_into_a_new_version_on_the_screen(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    first = profile(law)
    deliver(law, account(law, place, "CUSTODY"), sheet([(1, 5)]))
    clerk = sign_in(law.clerk)
    url = reverse("funds:profile_change", args=[first.uid])
    assert "保存为新版本" in text(clerk.get(url))
    values = fields(
        head_date="日期", head_amount="金额", head_balance="余额", head_payer="", version=first.version
    )
    assert clerk.post(url, values).status_code == 302
    assert list(BankProfile.objects.order_by("edition").values_list("edition", "is_current")) == [
        (1, False),
        (2, True),
    ]
    assert clerk.post(reverse("funds:profile_install")).status_code == 302
    assert BankProfile.objects.count() == 6


def test_pages_open_with_rows_and_export(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place, "CUSTODY")
    file = deliver(law, row, sheet([(1, 500, "张三"), (1, -20)], 100))
    refused = deliver(law, row, b"\x00\x01", "坏的.csv")
    services.days_compare(account=row, until=day(2), at=NOON)
    head = sign_in(law.head)
    for name in LISTS:
        query = "?month=2026-11" if name == "day_calendar" else ""
        body = text(head.get(reverse(f"funds:{name}") + query))
        assert place.name in body or name == "profile_list"
        export = head.get(reverse(f"funds:{name}") + "?export=xlsx")
        assert export.status_code == 200
    assert "不是文本文件" in text(head.get(reverse("funds:statement_list")))
    assert "待查款" in text(head.get(reverse("funds:statement_detail", args=[file.uid])))
    assert "不是文本文件" in text(head.get(reverse("funds:statement_detail", args=[refused.uid])))
    for item in SuspenseItem.objects.all():
        text(head.get(reverse("funds:suspense_detail", args=[item.uid])))
        text(head.get(reverse("funds:suspense_step", args=[item.uid, "propose"])))
    one = AccountDay.objects.first()
    assert one is not None
    text(head.get(reverse("funds:day_detail", args=[one.uid])))
    for name in ("statement_create", "profile_create", "days_close", "month_confirm", "profile_install"):
        text(head.get(reverse(f"funds:{name}")))
    for query in ("?side=OUT", "?q=张三", "?q=5.00", "?status=OPEN"):
        assert place.name in text(head.get(reverse("funds:suspense_list") + query))
    assert f">{place.name}</a>" not in text(head.get(reverse("funds:suspense_list") + "?q=没有"))


def test_suspense_and_days_are_worked_on_the_screens(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 500)]))
    services.days_compare(account=row, until=day(2), at=NOON)
    clerk, officer, head = sign_in(law.clerk), sign_in(law.officer), sign_in(law.head)
    item = SuspenseItem.objects.get()

    def step(client: Client, name: str, **values: Any) -> Any:
        return client.post(reverse("funds:suspense_step", args=[item.uid, name]), values)

    assert "请选择这笔款项" in text(step(clerk, "propose", way="CONTRACT", reason="核实"))
    assert step(clerk, "propose", way="INTEREST", reason="银行结息").status_code == 302
    assert [work.title for work in bank_registration.suspense_check(law.officer, day(3))] == [
        "复核：认定为利息，归机构"
    ]
    assert step(officer, "confirm").status_code == 302
    item.refresh_from_db()
    assert item.status == "RESOLVED"
    assert clerk.post(reverse("funds:days_close")).status_code == 302
    assert list(AccountDay.objects.order_by("day").values_list("is_closed", flat=True)) == [True, False]
    late = AccountDay.objects.get(state="MISSING")
    url = reverse("funds:day_step", args=[late.uid, "except"])
    assert clerk.post(url, {"reason": "x"}).status_code == 403
    assert head.post(url, {"reason": "银行系统升级"}).status_code == 302
    late.refresh_from_db()
    assert late.is_excepted


def test_late_files_are_named_after_the_hour(law: World, place: Institution) -> None:
    from funds.selectors import late_accounts

    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(1, 5)]))
    due = NOON.replace(hour=11)

    def late(ahead: int, hour: int) -> int:
        moment = (due + timedelta(days=ahead - 40)).replace(hour=hour)
        return len(late_accounts(law.clerk, day(ahead), moment))

    assert [late(2, 18), late(3, 11), late(3, 13), late(4, 9)] == [0, 0, 1, 1]
    assert late_accounts(law.neighbour_officer, day(9)) == []
    assert [work.title for work in bank_registration.late_files(law.clerk, day(9))] == [
        f"{row.bank} 对账单未到"
    ]


def bank_clerk(law: World, row: EscrowAccount) -> User:
    person, _ = services.bank_user_open(actor=law.head, bank=row.bank, username="bankclerk", name="柜员")
    User.objects.filter(pk=person.pk).update(must_change_password=False)
    return User.objects.get(pk=person.pk)


def test_a_banks_clerk_uploads_and_sees_own_accounts_only(
    law: World, place: Institution, sign_in: SignIn
) -> None:
    row = account(law, place, "CUSTODY")
    layout = profile(law)
    client = sign_in(bank_clerk(law, row))
    values = {"account": row.pk, "profile": layout.pk, "file": ContentFile(sheet([(1, 5)]), name="a.csv")}
    assert "示例启航" in text(client.get(reverse("funds_portal:upload")))
    assert client.post(reverse("funds_portal:upload"), values).status_code == 302
    file = StatementFile.objects.get()
    assert (file.channel, file.state) == ("PORTAL", "DONE")
    body = text(client.get(reverse("funds_portal:statement", args=[file.uid])))
    assert "S00001" in body
    assert "流水.csv" in text(client.get(reverse("funds_portal:statements"))) or "a.csv" in text(
        client.get(reverse("funds_portal:statements"))
    )
    for name, args in (("statement_list", []), ("suspense_list", []), ("day_list", []), ("account_list", [])):
        assert client.get(reverse(f"funds:{name}", args=args)).status_code == 403
    assert client.get(reverse("casework_portal:home")).status_code == 200
    assert sign_in(law.institution_user).get(reverse("funds_portal:statements")).status_code == 403


def test_strangers(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place, "CUSTODY")
    file = deliver(law, row, sheet([(1, 5)]))
    item = SuspenseItem.objects.get()
    for name, uid in (("statement_detail", file.uid), ("suspense_detail", item.uid)):
        url = reverse(f"funds:{name}", args=[uid])
        assert sign_in(law.neighbour_officer).get(url).status_code == 404
        assert sign_in(law.institution_user).get(url).status_code == 403
        assert sign_in(law.township).get(url).status_code == 403
        assert sign_in(law.supervisor).get(url).status_code == 200
    assert sign_in(law.clerk).get(reverse("funds:key_list")).status_code == 403


def test_the_interface_takes_signed_files_once(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place, "CUSTODY")
    profile(law)
    page = text(sign_in(law.admin).post(reverse("funds:key_issue"), {"bank": row.bank.pk}))
    key = MachineKey.objects.get()
    secret = next(
        word for word in page.replace("<", ">").split(">") if re.fullmatch(r"[\w-]{43}", word.strip())
    ).strip()
    assert secret not in text(sign_in(law.admin).get(reverse("funds:key_list")))
    machine = Machine(key, secret)
    path = (
        f"/api/v1/bank/statements/?account={NUMBER}&profile=%E6%B5%8B%E8%AF%95%E7%89%88%E5%BC%8F&name=a.csv"
    )
    data = sheet([(-20, 5), (-19, 7)])
    first = machine.send(path, data)
    assert first.status_code == 200, first.content.decode()
    assert (first.json()["state"], first.json()["closing_fen"]) == ("DONE", 12)
    again = machine.send(path, data)
    assert again.json()["uid"] == first.json()["uid"]
    refused = machine.send(path, sheet([(-18, 5)], 999))
    assert refused.status_code == 422
    assert "少传了一份" in refused.json()["refusal"]
    state = machine.send(f"/api/v1/bank/statements/{first.json()['uid']}/", b"", method="GET")
    assert state.json()["line_count"] == 2
    unknown = machine.send(path.replace(NUMBER, "5002370072009999"), data)
    assert unknown.status_code == 409
    key.refresh_from_db()
    assert key.used_at is not None


def test_a_push_may_be_as_long_as_the_interface_says(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    profile(law)
    machine = Machine(*services.key_issue(actor=law.admin, bank=row.bank))
    path = f"/api/v1/bank/statements/?account={NUMBER}&profile=%E6%B5%8B%E8%AF%95%E7%89%88%E5%BC%8F"
    data = sheet([(-20, 5)]) + b"\n" * (6 * 1024 * 1024)
    taken = machine.send(path, data)
    assert taken.status_code == 200, taken.content.decode()
    assert StatementFile.objects.get().size == len(data)
    refused = machine.send(path, b"x" * (20 * 1024 * 1024 + 1))
    assert refused.status_code == 409
    assert "超过 20 MB" in refused.json()["detail"]


def test_bad_signatures_replays_and_old_keys_are_refused(law: World, place: Institution) -> None:
    row = account(law, place, "CUSTODY")
    profile(law)
    key, secret = services.key_issue(actor=law.admin, bank=row.bank)
    machine = Machine(key, secret)
    path = f"/api/v1/bank/statements/?account={NUMBER}&profile=x"
    old = str(int(timezone.now().timestamp()) - 301)
    for changes in (
        {"secret": "wrong"}, {"timestamp": old}, {"timestamp": "soon"}, {"timestamp": "٣" * 10}, {"tampered": "other"},
        {"aimed_at": path + "y"}, {"nonce": "n" * 65},
    ):  # fmt: skip
        assert machine.send(path, b"data", **changes).status_code == 403, changes
    assert machine.send(path, b"data", nonce="once").status_code == 409
    assert machine.send(path, b"data", nonce="once").status_code == 403
    assert Client().post(path, b"data", content_type="text/csv").status_code == 403
    second, fresh = services.key_issue(actor=law.admin, bank=row.bank)
    key.refresh_from_db()
    assert key.ends_at is not None
    assert machine.send(path, b"data").status_code == 409
    services.key_revoke(actor=law.admin, key=key, reason="泄露")
    assert machine.send(path, b"data").status_code == 403
    assert Machine(second, fresh).send(path, b"data").status_code == 409
    assert services.nonces_forget(now=timezone.now() + timedelta(hours=2)) == 3
    assert not StatementFile.objects.exists()


def test_the_command_takes_the_same_path(
    law: World, place: Institution, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account(law, place, "CUSTODY")
    profile(law)
    file = tmp_path / "a.csv"
    file.write_bytes(sheet([(-20, 500)]))
    options = {"profile": "测试版式", "account": NUMBER}
    call_command("import_bank_statement", str(file), **options)
    assert "1 笔，收入 5.00 元" in capsys.readouterr().out
    with pytest.raises(CommandError, match="完全相同"):
        call_command("import_bank_statement", str(file), **options)
    with pytest.raises(CommandError, match="没有名为"):
        call_command("import_bank_statement", str(file), **{**options, "profile": "没有"})
    with pytest.raises(CommandError, match="没有这个账号"):
        call_command("import_bank_statement", str(file), **{**options, "account": "1"})
    assert StatementFile.objects.filter(state="REFUSED").count() == 1


def test_a_month_is_confirmed_on_the_screen(law: World, place: Institution, sign_in: SignIn) -> None:
    row = account(law, place, "CUSTODY")
    deliver(law, row, sheet([(-20, 500)], 0))
    values = {
        "account": row.pk, "month": "2026-10", "bank_fen": "5.00", "paper": ContentFile(jpeg(), name="确认.jpg"),
    }  # fmt: skip
    assert sign_in(law.clerk).post(reverse("funds:month_confirm"), values).status_code == 302
