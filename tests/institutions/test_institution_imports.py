"""Importing sheets."""

from __future__ import annotations

import io
import os
import time
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from casework.audit import timeline
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from institutions import services
from institutions.models import ImportBatch, ImportRow, ImportState, Institution, InstitutionState
from institutions.services.imports import register_fingerprint
from institutions.sheets.cleaning import half_width, read_date, read_dates, read_number
from institutions.sheets.columns import guess
from tests.institutions.factories import NOW, make_institution, make_uscc
from tests.institutions.sheets import CODES, bytes_of, lying_zip, messy_sheet, plain_sheet, with_part


@pytest.fixture(autouse=True)
def _stores(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "sealed": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "sealed")},
        },
    }


def receive(world, data, name="花名册.xlsx"):
    return services.import_receive(actor=world.clerk, upload=ContentFile(data, name=name), name=name)


def check(world, data, name="花名册.xlsx"):
    batch = receive(world, data, name)
    targets = {index: target for index, _, target in batch.mapping["columns"] if target}
    services.import_match(actor=world.clerk, batch=batch, targets=targets)
    return services.import_check(batch_id=batch.pk)


def apply(world, batch):
    services.import_confirm(actor=world.clerk, batch=batch)
    return services.import_apply(batch_id=batch.pk, actor_id=world.clerk.pk, at=NOW)


def kinds(batch):
    return [(row.number, row.kind) for row in batch.rows.order_by("number")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2021-1-5", date(2021, 1, 5)),
        ("2021.1.5", date(2021, 1, 5)),
        ("2021/01/05", date(2021, 1, 5)),
        ("2021年1月5日", date(2021, 1, 5)),
        ("２０２１年１月５日", date(2021, 1, 5)),
        ("20210105", date(2021, 1, 5)),
        (20210105.0, date(2021, 1, 5)),
        (44561, date(2021, 12, 31)),
        ("44561", date(2021, 12, 31)),
        (44561.0, date(2021, 12, 31)),
        (datetime(2021, 1, 5, 8), date(2021, 1, 5)),
        ("2021年2月", date(2021, 2, 1)),
        ("2021-13-40", None),
        ("去年三月", None),
        ("", None),
        (12, None),
    ],
)
def test_dates_in_every_spelling(cell, expected):
    assert read_date(cell) == expected


def test_month_alone_ends_on_its_last_day_and_terms_have_two_days():
    assert read_date("2024年2月", is_end=True) == date(2024, 2, 29)
    assert read_dates("2021.01.05—2024.01.04") == [date(2021, 1, 5), date(2024, 1, 4)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("约１，２００㎡", 1200), ("120平方米", 120), (350.5, 350.5), ("面积不详", None), (None, None)],
)
def test_numbers(cell, expected):
    number = read_number(cell)
    assert (float(number) if number is not None else None) == expected


@given(st.text(max_size=30))
def test_cleaning_never_fails(text):
    assert half_width(half_width(text)) == half_width(text)
    read_date(text)
    read_number(text)
    assert guess(text) is not None


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ("培训机构名称（全称）", "name"),
        ("统一社会信用代码／注册号", "uscc"),
        ("办学许可证编号", "licence_no"),
        ("许可证有效期止", "licence_to"),
        ("法人代表联系电话", "phone"),
        ("法定代表人", "head_name"),
        ("机构详细地址", "address"),
        ("所在乡镇（街道）", "region"),
        ("办学面积(㎡)", "floor_area_m2"),
        ("序号", ""),
        ("机构类型", "track"),
        ("是否营利", "profit_kind"),
    ],
)
def test_headings_are_recognised(head, target):
    assert guess(head) == target


@pytest.mark.django_db
def test_messy_sheet_is_read_as_a_person_would(world):
    batch = check(world, messy_sheet())
    assert (batch.state, batch.message) == ("CHECKED", "")
    assert (batch.sheet, batch.header_row, batch.header_rows) == ("机构花名册", 2, 2)
    found = {row.number: row for row in batch.rows.all()}
    assert kinds(batch) == [
        (5, "NEW"),
        (6, "NEW"),
        (7, "NEW"),
        (8, "IGNORED"),
        (9, "NEW"),
        (10, "REJECTED"),
        (11, "IGNORED"),
        (12, "REJECTED"),
        (13, "REJECTED"),
        (14, "REJECTED"),
        (15, "REJECTED"),
        (16, "IGNORED"),
        (17, "IGNORED"),
    ]
    assert Institution.objects.count() == 0
    for number, words in [
        (10, "与第 9 行重复"),
        (12, "校验位不符"),
        (13, "不在本辖区"),
        (14, "Excel 已丢失后几位"),
        (15, "去年三月"),
    ]:
        assert words in "；".join(found[number].reasons), number
    done = apply(world, batch)
    assert (done.state, done.counts["created"]) == ("APPLIED", 4)
    first = Institution.objects.get(uscc=CODES[0])
    assert first.name == "巫山县青柚子艺术培训中心"
    assert (first.region, first.standing, first.track) == (world.town, "LICENSED", "CULTURE_ARTS")
    assert (first.licence_from, first.licence_to) == (date(2021, 1, 5), date(2025, 12, 9))
    assert first.licence_state == "EXPIRED"
    assert (first.phone, first.address, first.head_name) == ("13800138000", "广东中路12号", "张三")
    assert first.floor_area_m2 == 200
    second = Institution.objects.get(uscc=CODES[1])
    assert (second.licence_no, second.phone, second.track) == (
        "教民150023770000002号",
        "13900139000",
        "SPORT",
    )
    assert (second.licence_from, second.licence_to) == (date(2024, 3, 1), date(2027, 2, 28))
    third = Institution.objects.get(name="小太阳托管辅导")
    assert (third.standing, third.track, third.subject_kind) == ("UNLICENSED", "SUBJECT", "SUBJECT")
    assert third.region == world.town
    fourth = Institution.objects.get(uscc=CODES[2])
    assert (fourth.region, fourth.phone, fourth.profit_kind) == (world.town2, "023-57680001", "NON_PROFIT")
    assert list(Institution.objects.search("xybc")) == [fourth]
    assert InstitutionState.objects.filter(institution=first, kind="OPERATING_STATE").count() == 1


@pytest.mark.django_db
def test_repeating_an_import_changes_nothing(world):
    apply(world, check(world, messy_sheet()))
    before = register_fingerprint(world.bureau)
    again = check(world, messy_sheet(), "再次上传.xlsx")
    assert {kind for _, kind in kinds(again)} == {"UNCHANGED", "IGNORED", "REJECTED"}
    done = apply(world, again)
    assert (done.counts["created"], done.counts["updated"]) == (0, 0)
    assert register_fingerprint(world.bureau) == before


@pytest.mark.django_db
def test_changed_rows_show_old_and_new_and_keep_history(world):
    place = make_institution(
        world, name="巫山县甲音画室", profit_kind="FOR_PROFIT", phone="13800000001", note="原备注"
    )
    heads = ["名称", "乡镇街道", "信用代码", "电话", "营利性质", "备注", "状态"]
    row = ["巫山县甲音美术培训中心", "龙门街道", place.uscc, "023-1234567", "非营利性", "", "注销"]
    batch = check(world, plain_sheet([row], heads))
    line = batch.rows.get()
    assert line.kind == "CHANGED"
    assert line.changes["phone"] == ["13800000001", "023-1234567"]
    assert "note" not in line.changes
    assert any("不改办学状态" in reason for reason in line.reasons)
    apply(world, batch)
    place.refresh_from_db()
    assert (place.name, place.phone, place.region, place.version) == (
        "巫山县甲音美术培训中心",
        "023-1234567",
        world.town2,
        2,
    )
    assert place.region_path == world.town2.path
    assert place.note == "原备注"
    assert place.operating_state == "OPERATING"
    assert list(Institution.objects.search("甲音画室")) == [place]
    assert services.institution_state_on(place, "PROFIT_KIND", date(2026, 11, 1)) == "FOR_PROFIT"
    assert services.institution_state_on(place, "PROFIT_KIND", date(2026, 11, 22)) == "NON_PROFIT"


@pytest.mark.django_db
def test_suspected_duplicates_wait_for_a_decision(world):
    known = make_institution(
        world,
        name="巫山县青柚子艺术培训有限公司",
        uscc="",
        licence_no="",
        standing="UNLICENSED",
        licence_from=None,
        licence_to=None,
    )
    other = make_institution(world, name="滨江棋社", phone="13911112222")
    rows = [
        ["青柚子艺术培训中心", "高唐街道", make_uscc(501), "", "", ""],
        ["江滨棋类俱乐部", "龙门街道", "", "", "13911112222", ""],
        ["全新的书法社", "龙门街道", make_uscc(502), "", "", ""],
    ]
    batch = check(world, plain_sheet(rows))
    assert kinds(batch) == [(2, "SUSPECT"), (3, "SUSPECT"), (4, "NEW")]
    assert "名称相近" in batch.rows.get(number=2).reasons[0]
    assert "联系电话相同" in batch.rows.get(number=3).reasons[0]
    changed = services.import_decide(
        actor=world.clerk, batch=batch, decisions={2: "MERGE", 3: "CREATE", 4: "MERGE"}
    )
    assert changed == 2
    done = apply(world, batch)
    assert (done.counts["created"], done.counts["updated"]) == (2, 1)
    known.refresh_from_db()
    assert known.name == "巫山县青柚子艺术培训有限公司"
    assert known.aliases == ["青柚子艺术培训中心"]
    assert known.uscc == make_uscc(501)
    assert Institution.objects.count() == 4
    assert other.name == "滨江棋社"
    again = check(world, plain_sheet(rows))
    assert {kind for _, kind in kinds(again)} == {"UNCHANGED"}


@pytest.mark.django_db
def test_undecided_suspects_are_left_out(world):
    make_institution(world, name="滨江棋社", phone="13911112222")
    batch = check(world, plain_sheet([["江滨棋类俱乐部", "龙门街道", "", "", "13911112222", ""]]))
    done = apply(world, batch)
    assert (done.state, Institution.objects.count()) == (ImportState.APPLIED, 1)


@pytest.mark.django_db
def test_one_event_for_the_whole_import_and_a_trace_on_each_file(world, sign_in):
    apply(world, check(world, messy_sheet()))
    event = AuditEvent.objects.get(verb="institutions.import_apply")
    assert event.changes["新增"] == [0, 4]
    assert len(event.changes["写入行指纹"][1]) == 64
    place = Institution.objects.get(uscc=CODES[0])
    assert timeline(actor=world.officer, about=place.uid) == []
    text = sign_in(world.officer).get(f"/desk/institutions/{place.uid}/").content.decode()
    assert "由表格导入登记：花名册.xlsx 第 5 行" in text


@pytest.mark.django_db
def test_nothing_is_half_imported(world, monkeypatch):
    batch = check(
        world,
        plain_sheet([["甲一画室", "高唐街道", make_uscc(601)], ["乙二画室", "高唐街道", make_uscc(602)]]),
    )
    ImportRow.objects.filter(batch=batch, number=3).update(
        values={**batch.rows.get(number=3).values, "uscc": make_uscc(601)}
    )
    done = apply(world, batch)
    assert done.state == "FAILED"
    assert "同一个统一社会信用代码" in done.message
    assert "没有任何改动" in done.message
    assert Institution.objects.count() == 0


@pytest.mark.django_db
def test_register_changed_after_the_check_is_checked_again(world):
    code = make_uscc(700)
    batch = check(world, plain_sheet([["甲一画室", "高唐街道", code]]))
    make_institution(world, name="甲一画室", uscc=code, licence_no="")
    done = apply(world, batch)
    assert done.state == "CHECKING"
    checked = services.import_check(batch_id=batch.pk)
    assert (checked.state, checked.rows.get().kind) == ("CHECKED", "UNCHANGED")
    assert "有变动" in checked.message
    assert apply(world, checked).state == "APPLIED"
    assert Institution.objects.count() == 1


@pytest.mark.django_db
def test_second_confirm_and_second_apply_do_nothing(world):
    batch = check(world, plain_sheet([["甲一画室", "高唐街道", make_uscc(800)]]))
    apply(world, batch)
    services.import_confirm(actor=world.clerk, batch=batch)
    done = services.import_apply(batch_id=batch.pk, actor_id=world.clerk.pk)
    assert (done.state, Institution.objects.count()) == ("APPLIED", 1)
    with pytest.raises(WrongState):
        services.import_match(actor=world.clerk, batch=batch, targets={0: "name"})


@pytest.mark.django_db
def test_closed_places_come_in_closed_with_their_day(world):
    heads = ["机构名称", "乡镇", "成立日期", "状态", "注销日期"]
    batch = check(world, plain_sheet([["旧日画室", "高唐街道", "2019-5-1", "已注销", "2023年7月1日"]], heads))
    apply(world, batch)
    place = Institution.objects.get()
    assert (place.operating_state, place.ended_on, place.end_kind) == ("CLOSED", date(2023, 7, 1), "CEASED")
    assert services.institution_state_on(place, "OPERATING_STATE", date(2020, 1, 1)) == "OPERATING"
    assert services.institution_state_on(place, "OPERATING_STATE", date(2024, 1, 1)) == "CLOSED"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("a.xlsx", lambda: b"", "空的"),
        ("a.xlsx", lambda: b"hello world, not a sheet", "不是 Excel"),
        ("a.pdf", lambda: b"%PDF-1.7 ....", "不是 Excel"),
        ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为 .xlsx"),
        (
            "a.xlsx",
            lambda: (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
            ),
            "密码",
        ),
        ("a.xlsx", lambda: with_part(plain_sheet([]), "xl/vbaProject.bin", b"x"), "宏"),
        ("a.xlsx", lambda: with_part(plain_sheet([]), "xl/media/zeros.bin", bytes(60_000_000)), "异常大"),
        ("a.xlsx", lambda: lying_zip(plain_sheet([["甲", "乙"]])), "损坏"),
        ("a.xlsx", lambda: plain_sheet([])[:400], "损坏"),
        ("a.xlsx", lambda: bytes_of(openpyxl.Workbook()), "没有内容"),
        ("a.xlsx", lambda: plain_sheet([[1, 2]], ["甲列", "乙列"]), "没有找到表头"),
        ("a.zip", lambda: with_part(b"", "x.txt", b"x"), "不是 Excel"),
    ],
)
def test_wrong_files_are_refused_in_chinese(world, name, make, words):
    with pytest.raises(Unlawful) as caught:
        receive(world, make(), name)
    assert words in caught.value.message
    assert ImportBatch.objects.count() == 0


@pytest.mark.django_db
def test_too_large_a_file_is_refused_without_reading(world, settings):
    settings.SHEET_MAX_BYTES = 1000
    with pytest.raises(Unlawful, match="超过"):
        receive(world, plain_sheet([["甲一画室", "高唐街道"]]))


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_of_both_encodings(world, encoding):
    text = "机构名称,乡镇,地址\n甲一画室,高唐街道,广东中路1号\n"
    batch = check(world, text.encode(encoding), "花名册.csv")
    assert kinds(batch) == [(2, "NEW")]


@pytest.mark.django_db
def test_only_granted_people_import(world):
    with pytest.raises(NotAllowed):
        services.import_receive(actor=world.officer, upload=ContentFile(b"x"), name="a.xlsx")


@pytest.mark.django_db
def test_columns_must_be_unambiguous(world):
    batch = receive(world, plain_sheet([["甲一画室", "高唐街道"]]))
    with pytest.raises(Unlawful, match="机构名称"):
        services.import_match(actor=world.clerk, batch=batch, targets={1: "region"})
    with pytest.raises(Unlawful, match="只留一列"):
        services.import_match(actor=world.clerk, batch=batch, targets={0: "name", 1: "phone", 2: "phone"})


@pytest.mark.django_db
def test_wizard_from_upload_to_result(world, sign_in, django_capture_on_commit_callbacks):
    client = sign_in(world.clerk)
    assert "还没有导入过表格" in client.get("/desk/institutions/imports/").content.decode()
    bad = client.post(
        "/desk/institutions/imports/new/", {"upload": SimpleUploadedFile("a.xlsx", b"nonsense")}
    )
    assert bad.status_code == 422
    assert "不是 Excel" in bad.content.decode()
    key = "0f9e4b52-5d1c-4a36-9d4e-3f6f6a1f0001"
    answers = [
        client.post(
            "/desk/institutions/imports/new/",
            {"upload": SimpleUploadedFile("花名册.xlsx", messy_sheet()), "idempotency_key": key},
        )
        for _ in range(2)
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    batch = ImportBatch.objects.get()
    url = f"/desk/institutions/imports/{batch.uid}/"
    text = client.get(url).content.decode()
    assert "已自动认出" in text
    assert "证照信息／信用代码" in text
    chosen = {f"column-{index}": target for index, _, target in batch.mapping["columns"]}
    wrong = client.post(f"{url}match/", {**chosen, "column-2": ""})
    assert wrong.status_code == 422
    assert "请指定哪一列" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{url}match/", chosen)
    text = client.get(url).content.decode()
    assert "核对结果" in text
    assert "新增 4" in text
    for tab, words in [
        ("REJECTED", "校验位不符"),
        ("IGNORED", "合计或落款行"),
        ("UNCHANGED", "这一类没有行"),
    ]:
        assert words in client.get(f"{url}?tab={tab}").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{url}rows.xlsx?tab=REJECTED").content))
    rows = list(book.active.values)
    assert rows[0][:2] == ("原行号", "说明")
    assert rows[2][0] == 12
    assert "校验位不符" in rows[2][1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{url}confirm/")
    assert "导入完成" in client.get(url).content.decode()
    assert Institution.objects.count() == 4
    assert sign_in(world.neighbour_officer).get(url).status_code == 404
    assert sign_in(world.officer).get(url).status_code == 403


@pytest.mark.django_db
def test_decisions_through_the_page(world, sign_in):
    make_institution(world, name="滨江棋社", phone="13911112222")
    batch = check(world, plain_sheet([["江滨棋类俱乐部", "龙门街道", "", "", "13911112222", ""]]))
    client = sign_in(world.clerk)
    url = f"/desk/institutions/imports/{batch.uid}/"
    assert "确认是另一家，新增" in client.get(url).content.decode()
    client.post(f"{url}decide/", {"decision-2": "CREATE", "decision-x": "CREATE", "decision-3": "bad"})
    assert batch.rows.get().decision == "CREATE"
    assert "新增 1" in client.get(url).content.decode()


@pytest.mark.django_db
def test_command_dry_run_leaves_nothing_then_imports(world, tmp_path: Path, capsys):
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(messy_sheet())
    call_command("import_institutions", str(path), "--dry-run")
    out = capsys.readouterr().out
    assert "新增 4 行" in out
    assert "校验位不符" in out
    assert "没有写入" in out
    assert (Institution.objects.count(), ImportBatch.objects.count()) == (0, 0)
    call_command("import_institutions", str(path))
    assert "新增 4 家" in capsys.readouterr().out
    call_command("import_institutions", str(path), "--user", "clerk")
    assert "新增 0 家，变更 0 家" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有找到文件"):
        call_command("import_institutions", str(tmp_path / "none.xlsx"))


@pytest.mark.bench
@pytest.mark.django_db
def test_hundred_thousand_rows(world, capsys):
    import resource
    import sys

    import xlsxwriter

    count = int(os.environ.get("BENCH_ROWS", "100000"))
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(
            0,
            0,
            [
                "机构名称",
                "乡镇",
                "统一社会信用代码",
                "办学许可证号",
                "有效期起",
                "有效期止",
                "电话",
                "地址",
                "类别",
            ],
        )
        for n in range(count):
            name = f"巫山县{chr(0x4E00 + n % 5000)}{chr(0x5E00 + n // 5000)}{n % 7}艺术培训中心"
            row = [
                name,
                "高唐街道",
                make_uscc(10_000 + n),
                f"教民15002377{n:07d}号",
                "2024-01-01",
                "2027.12.31",
            ]
            sheet.write_row(n + 1, 0, [*row, f"1{n:010d}", f"广东中路{n}号", "文化艺术"])
    started, cpu = time.perf_counter(), time.process_time()
    batch = check(world, target.getvalue())
    checked = time.perf_counter()
    done = apply(world, batch)
    applied = time.perf_counter()
    repeated = check(world, target.getvalue())
    again = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with capsys.disabled():
        times = f"核对 {checked - started:.1f}s 写入 {applied - checked:.1f}s 再核对 {again - applied:.1f}s"
        sys.stdout.write(f"\n{times} CPU {time.process_time() - cpu:.1f}s 峰值 {peak} MB\n")
    assert done.counts["created"] == count
    assert repeated.counts == {"UNCHANGED": count}
