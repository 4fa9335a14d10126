"""Sheets from outside: signals registered once through their own service, platform sheets only compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from funds import services
from funds.models import Contract, Entry, FundSignal, OutsideSheet, PlatformDifference, PlatformRecord
from funds.selectors import outside as reads
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 28)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda value=None: value.date() if value else UNTIL)


def file_of(*lines: str) -> ContentFile[bytes]:
    return ContentFile("\n".join(lines).encode("gb18030"), name="外部.csv")


def signals(world: World, *lines: str, **values: Any) -> OutsideSheet:
    return services.outside_receive(actor=world.clerk, kind="SIGNALS", upload=file_of(*lines), **values)


def test_signals_are_judged_registered_and_a_repeat_changes_nothing(law: World, place: Institution) -> None:
    make_place(law, "示例重名培训中心")
    make_place(law, "示例重名培训中心")
    lines = (
        "法院送达情况表,,,,",
        "案号,被告,案由,立案日期,摘要",
        f"（2026）渝0237民初1号,{place.name},房屋租赁合同纠纷,2026-03-02,欠租 3 万元",
        f"（2026）渝0237民初2号, {place.name} ,追索劳动报酬,2026/3/5,",
        f"（2026）渝0237民初2号,{place.name},追索劳动报酬,2026-03-05,",
        f",{place.name},追索劳动报酬,2026-03-05,",
        "（2026）渝0237民初3号,没有的培训学校,劳动报酬,2026-03-05,",
        "（2026）渝0237民初4号,示例重名培训中心,劳动报酬,2026-03-05,",
        f"（2026）渝0237民初5号,{place.name},劳动报酬,三月,",
        f"（2026）渝0237民初6号,{place.name},,2026-03-06,",
        "合计,6,,,",
    )
    sheet = signals(law, *lines, defaults={"source": "COURT", "kind": ""})
    rows = reads.outside_rows(sheet)
    assert [row.kind for row in rows] == ["NEW", "NEW", *["REJECTED"] * 6]
    words = ["".join(row.reasons) for row in rows]
    assert "同一条信号" in words[2]
    assert "没有来源编号" in words[3]
    assert "机构库里没有“没有的培训学校”" in words[4]
    assert "有 2 家" in words[5]
    assert "不是日期" in words[6]
    assert "没有填写信号" in words[7]
    assert not FundSignal.objects.exists()
    name = sheet.stored_as
    done = services.outside_apply(actor=law.clerk, sheet=sheet)
    assert (done.status, done.counts["NEW"], done.counts["REJECTED"]) == ("APPLIED", 2, 6)
    assert services.outside_apply(actor=law.officer, sheet=sheet).pk == done.pk
    found = {row.reference[-2]: row for row in FundSignal.objects.all()}
    assert (found["1"].kind, found["1"].source, found["1"].institution) == ("RENT", "COURT", place)
    assert found["2"].kind == "WAGE"
    again = signals(law, *lines, defaults={"source": "COURT"})
    assert [row.kind for row in reads.outside_rows(again)][:2] == ["SAME", "SAME"]
    with pytest.raises(WrongState, match="没有可以导入的新行"):
        services.outside_apply(actor=law.clerk, sheet=again)
    changed = signals(
        law, lines[1], lines[2].replace("2026-03-02", "2026-03-03"), defaults={"source": "COURT"}
    )
    assert "发生日期不同" in reads.outside_rows(changed)[0].reasons[0]
    assert FundSignal.objects.count() == 2
    services.outside_discard(actor=law.clerk, sheet=again)
    assert not OutsideSheet.objects.filter(pk=again.pk).exists()
    assert name


def test_words_that_nobody_knows_are_refused_and_not_guessed(law: World, place: Institution) -> None:
    lines = (
        "案号,被告,类型,来源,日期",
        f"1,{place.name},噪音扰民,法院,2026-03-02",
        f"2,{place.name},欠薪,某某平台,2026-03-02",
        f"3,{place.name},,,2026-03-02",
    )
    sheet = signals(law, *lines, defaults={"kind": "RENT", "source": "COURT"})
    rows = reads.outside_rows(sheet)
    assert [row.kind for row in rows] == ["REJECTED", "REJECTED", "NEW"]
    assert "信号“噪音扰民”不认识" in rows[0].reasons[0]
    assert "来源“某某平台”不认识" in rows[1].reasons[0]
    assert (rows[2].values["kind"], rows[2].values["source"]) == ("RENT", "COURT")


def test_columns_with_other_words_are_named_by_people(law: World, place: Institution) -> None:
    sheet = signals(law, "主体,事由编码,列入日期,原因", f"{place.name},异常 1,2026-03-02,通过住所无法联系")
    with pytest.raises(Unlawful, match="请指定哪一列是：来源编号"):
        reads.outside_rows(sheet)
    with pytest.raises(Unlawful, match="同一列"):
        services.outside_columns(actor=law.clerk, sheet=sheet, columns={"place": 0, "reference": 0})
    with pytest.raises(Unlawful, match="不在表里"):
        services.outside_columns(actor=law.clerk, sheet=sheet, columns={"place": 9})
    columns = {"place": 0, "reference": 1, "happened_on": 2, "summary": 3}
    sheet = services.outside_columns(actor=law.clerk, sheet=sheet, columns=columns)
    sheet.defaults = {"kind": "REGISTRY", "source": "REGISTRY"}
    sheet.save()
    assert [row.kind for row in reads.outside_rows(sheet)] == ["NEW"]
    with pytest.raises(Unlawful, match="没有找到表头"):
        signals(law, "甲,乙", "1,2")
    with pytest.raises(NotAllowed):
        services.outside_receive(
            actor=law.institution_user, kind="SIGNALS", upload=file_of("案号,被告", "1,2")
        )
    with pytest.raises(NotAllowed):
        services.outside_apply(actor=law.neighbour_leader, sheet=sheet)


def orders(world: World, *lines: str, kind: str = "ORDERS", since: date = SINCE) -> OutsideSheet:
    return services.outside_receive(
        actor=world.clerk, kind=kind, upload=file_of(*lines), covers_from=since, covers_to=UNTIL
    )


@pytest.fixture
def paid(law: World, place: Institution) -> list[Contract]:
    paying.custody(law, place)
    return [paying.active(law, place, phone=f"1380000000{n}", student=f"学员{n}") for n in range(4)]


@pytest.mark.usefixtures("now")
def test_orders_are_compared_by_number_and_nothing_is_posted(
    law: World, place: Institution, paid: list[Contract]
) -> None:
    entries = Entry.objects.count()
    head = "订单编号,机构名称,支付金额（元）,课时数,支付时间"
    same = f"{paid[0].order_no},{place.name},3000.00,30,2026-11-20"
    lines = (
        same,
        f'{paid[1].order_no},{place.name},"3,200",30,2026-11-20',
        f"{paid[2].number},{place.name},3000,36,2026-11-20",
        f"999999999999,{place.name},500,5,2026-11-20",
        f"888888888888,{place.name},一百,5,2026-11-20",
        f"777777777777,{place.name},100,5,2026-10-20",
    )
    done = services.outside_apply(actor=law.clerk, sheet=orders(law, head, *lines))
    assert (done.counts["orders"], done.counts["matched"], done.counts["raised"]) == (4, 3, 4)
    assert done.counts["REJECTED"] == 2
    found = {(row.kind, row.order_no): (row.theirs, row.ours) for row in PlatformDifference.objects.all()}
    assert found == {
        ("AMOUNT", paid[1].order_no): (320_000, 300_000),
        ("LESSONS", paid[2].number): (36, 30),
        ("HERE", "999999999999"): (50_000, None),
        ("THERE", paid[3].order_no): (None, 300_000),
    }
    assert Entry.objects.count() == entries
    assert PlatformRecord.objects.count() == 4

    row = PlatformDifference.objects.get(kind="HERE")
    with pytest.raises(Unlawful, match="核对情况"):
        services.difference_work(actor=law.clerk, difference=row, cause="THEIRS", note=" ")
    services.difference_work(actor=law.clerk, difference=row, cause="OFF_BOOK", note="机构未登记合同")
    more = (*lines, f"{paid[3].order_no},{place.name},3000,30,2026-11-20")
    more = tuple(line.replace('"3,200"', "3000") for line in more)
    second = services.outside_apply(actor=law.clerk, sheet=orders(law, head, *more))
    assert (second.counts["raised"], second.counts["gone"]) == (0, 2)
    states = dict(PlatformDifference.objects.values_list("kind", "status"))
    assert states == {"AMOUNT": "GONE", "LESSONS": "OPEN", "HERE": "WORKED", "THERE": "GONE"}
    assert PlatformRecord.objects.count() == 5
    third = services.outside_apply(
        actor=law.clerk, sheet=orders(law, head, f"999999999999,{place.name},600,5,2026-11-20")
    )
    assert PlatformDifference.objects.filter(kind="HERE", status="OPEN").get().theirs == 60_000
    assert third.counts["raised"] >= 1


@pytest.mark.usefixtures("now")
def test_lessons_and_refunds_are_summed_by_order(
    law: World, place: Institution, paid: list[Contract]
) -> None:
    for lesson in paying.taught(law, paid[0], 3):
        services.lesson_confirm(actor=law.system, lesson=lesson, at=paying.at(lesson.taught_on, 20))
    head = "订单号,消课日期,课时,消课金额"
    two = [f"{paid[0].order_no},2026-11-{day},1,100.00" for day in (23, 24)]
    services.outside_apply(actor=law.clerk, sheet=orders(law, head, *two, kind="LESSONS"))
    found = {(row.kind, row.theirs, row.ours) for row in PlatformDifference.objects.all()}
    assert found == {("LESSONS", 2, 3), ("AMOUNT", 20_000, 30_000)}
    refund = services.refund_apply(
        actor=law.system, contract=paid[1], ground="FAMILY", at=paying.at(date(2026, 11, 24))
    )
    refund = services.refund_agree(
        actor=law.institution_user, refund=refund, at=paying.at(date(2026, 11, 24))
    )
    refund = services.refund_approve(actor=law.head, refund=refund, at=paying.at(date(2026, 11, 24)))
    refund = services.refund_pay(actor=law.head, refund=refund, at=paying.at(date(2026, 11, 24)))
    assert refund.instruction is not None
    sent = services.instruction_send(actor=law.clerk, instruction=refund.instruction)
    services.instruction_post(
        actor=law.clerk, instruction=sent, booked_on=date(2026, 11, 25), bank_serial="1", at=paying.at(UNTIL)
    )
    lines = ("订单号,机构名称,退款金额,退款时间", f"{paid[2].order_no},{place.name},10,2026-11-26")
    services.outside_apply(actor=law.clerk, sheet=orders(law, *lines, kind="REFUNDS"))
    rows = PlatformDifference.objects.filter(subject="REFUNDS")
    assert {(row.kind, row.order_no, row.theirs, row.ours) for row in rows} == {
        ("AMOUNT", paid[2].order_no, 1000, 0),
        ("THERE", paid[1].order_no, None, 300_000),
    }
    with pytest.raises(Unlawful, match="止日"):
        services.outside_receive(
            actor=law.clerk,
            kind="ORDERS",
            upload=file_of("订单号,金额", "1,2"),
            covers_from=UNTIL,
            covers_to=SINCE,
        )


@pytest.mark.usefixtures("now")
def test_a_later_month_neither_ends_nor_changes_an_earlier_ones_difference(
    law: World, place: Institution, paid: list[Contract], sign_in: Callable[..., Client]
) -> None:
    for day in (23, 26):
        lesson = paying.taught(law, paid[0], 1, day=date(2026, 11, day))[0]
        services.lesson_confirm(actor=law.system, lesson=lesson, at=paying.at(lesson.taught_on, 20))
    head = "订单号,机构名称,消课日期,课时"
    spans = ((date(2026, 11, 1), date(2026, 11, 24)), (date(2026, 11, 25), UNTIL))

    def told(span: int, lessons: int, day: str) -> dict[str, int]:
        sheet = services.outside_receive(
            actor=law.clerk, kind="LESSONS", covers_from=spans[span][0], covers_to=spans[span][1],
            upload=file_of(head, f"{paid[0].order_no},{place.name},{day},{lessons}"),
        )  # fmt: skip
        return services.outside_apply(actor=law.clerk, sheet=sheet).counts

    assert told(0, 3, "2026-11-23")["raised"] == 1
    assert told(1, 5, "2026-11-26")["raised"] == 1
    rows = PlatformDifference.objects.order_by("covers_from")
    assert [(row.covers_from, row.covers_to, row.theirs, row.ours) for row in rows] == [
        (*spans[0], 3, 1), (*spans[1], 5, 1),
    ]  # fmt: skip
    assert told(1, 1, "2026-11-26")["gone"] == 1
    assert [row.status for row in rows.all()] == ["OPEN", "GONE"]
    worked = services.difference_work(actor=law.clerk, difference=rows[0], cause="TIMING", note="跨月")
    assert told(1, 4, "2026-11-26")["raised"] == 1
    services.difference_reopen(actor=law.clerk, difference=worked, reason="再核")
    assert PlatformDifference.objects.filter(status="OPEN").count() == 2
    page: Any = sign_in(law.clerk)
    text = page.get(f"/desk/funds/differences/{worked.uid}/").content.decode()
    assert "平台历次所报" in text
    for since, until in spans:
        assert f"{since:%Y-%m-%d} 至 {until:%Y-%m-%d}" in text
    assert "2026-11-25 至 2026-11-28" in page.get("/desk/funds/differences/").content.decode()


@pytest.mark.usefixtures("now")
def test_orders_are_compared_with_what_was_paid_in_the_sheets_days(law: World, place: Institution) -> None:
    paying.custody(law, place)
    two, quiet = (
        paying.signed(law, place, student=name, phone=f"1380000001{n}") for n, name in enumerate("甲乙")
    )
    paying.paid(law, two, 100_000)
    paying.paid(law, two, 200_000, on=date(2026, 11, 26))
    paying.paid(law, quiet, 300_000)
    head = "订单号,机构名称,支付金额,课时数,支付时间"

    def told(since: date, until: date, *lines: str) -> dict[str, int]:
        PlatformDifference.objects.all().delete()
        sheet = services.outside_receive(
            actor=law.clerk, kind="ORDERS", upload=file_of(head, *lines), covers_from=since, covers_to=until
        )
        return services.outside_apply(actor=law.clerk, sheet=sheet).counts

    first, last = date(2026, 11, 24), date(2026, 11, 25)
    assert told(SINCE, first, f"{two.order_no},{place.name},1000,30,2026-11-20")["raised"] == 1
    assert PlatformDifference.objects.get().order_no == quiet.order_no
    assert told(last, UNTIL, f"{two.order_no},{place.name},2000,30,2026-11-26")["raised"] == 0
    assert told(SINCE, UNTIL, *(
        f"{row.order_no},{place.name},3000,30,2026-11-20" for row in (two, quiet)
    ))["raised"] == 0  # fmt: skip
    assert told(last, UNTIL, f"{quiet.order_no},{place.name},3000,30,2026-11-26")["raised"] == 2
    found = {(row.kind, row.order_no): (row.theirs, row.ours) for row in PlatformDifference.objects.all()}
    assert found == {
        ("AMOUNT", quiet.order_no): (300_000, 0), ("THERE", two.order_no): (None, 200_000),
    }  # fmt: skip


@pytest.mark.usefixtures("now")
def test_an_order_with_a_refused_row_accuses_nobody(
    law: World, place: Institution, paid: list[Contract]
) -> None:
    head = "订单号,机构名称,支付金额,支付时间"
    first, second, third, fourth = (row.order_no for row in paid)
    open_one = (f"{fourth},{place.name},1,2026-11-20", *(f"{n},{place.name},3000," for n in (first, second)))
    services.outside_apply(actor=law.clerk, sheet=orders(law, head, *open_one, f"{third},{place.name},3000,"))
    assert PlatformDifference.objects.get().order_no == fourth
    lines = (
        f"{first},{place.name},3000,2026-11-20",
        f"{second},{place.name},三千元,2026-11-20",
        f"{third},{place.name},1000,2026-11-20",
        f"{third},{place.name},2000,2027-11-20",
        f"{fourth},{place.name},3000,2026-11-20",
        f"{fourth},{place.name},,2026-11-20",
    )
    done = services.outside_apply(actor=law.clerk, sheet=orders(law, head, *lines))
    assert (done.counts["orders"], done.counts["matched"], done.counts["REJECTED"]) == (1, 1, 3)
    assert (done.counts["raised"], done.counts["gone"]) == (0, 0)
    assert PlatformDifference.objects.get().status == "OPEN"


@pytest.mark.usefixtures("now")
def test_an_unknown_order_is_told_in_the_sheets_own_unit(
    law: World, place: Institution, sign_in: Callable[..., Client]
) -> None:
    head = "订单号,机构名称,消课日期,课时,消课金额"
    line = f"999999999999,{place.name},2026-11-23,2,100.00"
    services.outside_apply(actor=law.clerk, sheet=orders(law, head, line, kind="LESSONS"))
    row = PlatformDifference.objects.get()
    assert (row.kind, row.theirs, row.ours) == ("HERE", 2, None)
    page: Any = sign_in(law.clerk)
    text = page.get("/desk/funds/differences/").content.decode()
    assert "2 课时" in text
    assert "10000 课时" not in text


@pytest.mark.usefixtures("now")
def test_a_sheet_of_which_nothing_goes_in_stays_as_it_was(
    law: World, place: Institution, paid: list[Contract]
) -> None:
    sheet = signals(law, "案号,被告,日期,类型,来源", f"1,{place.name},2026-03-02,欠薪,法院")
    with pytest.raises(Unlawful, match="没有一行可以导入：发生日期不能晚于今天"):
        services.outside_apply(actor=law.clerk, sheet=sheet, at=paying.at(date(2026, 3, 1)))
    number = paid[0].order_no
    other = orders(law, "订单号,支付金额,支付时间", f"{number},3000,2026-11-20", f"{number},十元,2026-11-20")
    with pytest.raises(Unlawful, match="没有一个订单可以比对"):
        services.outside_apply(actor=law.clerk, sheet=other)
    for row in (sheet, other):
        row.refresh_from_db()
        assert row.status == "CHECKED"
        assert storages["sealed"].exists(row.stored_as)
    assert not FundSignal.objects.exists()
    assert not PlatformDifference.objects.exists()
    assert not AuditEvent.objects.filter(verb__in=("funds.outside_apply", "funds.platform_compare")).exists()
    assert services.outside_apply(actor=law.clerk, sheet=sheet).status == "APPLIED"


@pytest.mark.django_db(transaction=True)
def test_sheets_that_nobody_confirms_go_with_their_files(law: World, place: Institution) -> None:
    sheet = signals(law, "案号,被告,日期", f"1,{place.name},2026-01-01")
    young = signals(law, "案号,被告,日期", f"2,{place.name},2026-01-01")
    OutsideSheet.objects.filter(pk=young.pk).update(created_at=timezone.now() + timedelta(days=2))
    assert storages["sealed"].exists(sheet.stored_as)
    later = timezone.now() + timedelta(days=31)
    assert services.outside_purge(actor=law.system, at=later) == 1
    assert storages["sealed"].exists(young.stored_as)
    services.outside_discard(actor=law.clerk, sheet=young)
    assert not OutsideSheet.objects.exists()
    assert sheet.stored_as
    assert not storages["sealed"].exists(sheet.stored_as)
    assert not storages["sealed"].exists(young.stored_as)


@pytest.mark.django_db(transaction=True)
def test_the_file_is_removed_once_it_was_taken_in(law: World, place: Institution) -> None:
    sheet = signals(law, "案号,被告,日期,类型,来源", f"1,{place.name},2026-01-01,欠薪,法院")
    assert storages["sealed"].exists(sheet.stored_as)
    services.outside_apply(actor=law.clerk, sheet=sheet)
    assert not storages["sealed"].exists(sheet.stored_as)


def test_pages(law: World, place: Institution, paid: list[Contract], sign_in: Callable[..., Client]) -> None:
    page: Any = sign_in(law.clerk)
    body = f"案号,主体,日期,类型\n（2026）1号,{place.name},2026-03-01,欠薪\n".encode()
    given = {"upload": SimpleUploadedFile("法院.csv", body), "source": "COURT", "kind": ""}
    answer = page.post("/desk/funds/sheets/signals/", given)
    assert answer.status_code == 302
    here = answer["Location"]
    text = page.get(here).content.decode()
    assert "请指定哪一列是机构名称" in text
    assert 'name="reference"' in text
    columns = {"columns": "1", "place": "1", "reference": "0", "happened_on": "2", "kind": "3"}
    assert page.post(here, columns).status_code == 302
    assert "登记 1 行" in page.get(here).content.decode()
    assert page.post(here, {}).status_code == 302
    assert FundSignal.objects.get().kind == "WAGE"
    assert "原文件已删除" in page.get(here).content.decode()
    today = timezone.localdate()
    body = f"订单号,机构名称,金额\n123,{place.name},5\n".encode()
    given = {
        "kind": "ORDERS", "upload": SimpleUploadedFile("订单.csv", body), "covers_from": "2026-01-01",
        "covers_to": f"{today:%Y-%m-%d}",
    }  # fmt: skip
    here = page.post("/desk/funds/sheets/platform/", given)["Location"]
    assert page.post(here, {}).status_code == 302
    row = PlatformDifference.objects.get(kind="HERE")
    assert "本局没有" in page.get("/desk/funds/differences/").content.decode()
    detail = f"/desk/funds/differences/{row.uid}/"
    assert page.get(detail).status_code == 200
    assert page.post(f"{detail}work/", {"cause": "THEIRS", "note": "已反馈平台"}).status_code == 302
    for address in ("differences/", "sheets/"):
        assert page.get(f"/desk/funds/{address}?export=csv").status_code == 200
    stranger = sign_in(law.neighbour_officer)
    assert stranger.get(detail).status_code == 404
    assert stranger.get(here).status_code == 404
    assert sign_in(law.partner).get("/desk/funds/sheets/signals/").status_code == 403
