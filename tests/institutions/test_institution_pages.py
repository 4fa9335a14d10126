"""Pages of the register."""

from __future__ import annotations

import io
import re
from datetime import date
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from institutions import services
from institutions.models import Institution
from tests.institutions.factories import TODAY, licensed, make_institution, make_unlicensed, make_uscc

pytestmark = pytest.mark.django_db


def form_data(world, **changes):
    values = licensed(world)
    data: dict[str, object] = {name: str(value) for name, value in values.items()}
    data |= {"region": str(world.town.pk), "idempotency_key": str(uuid4())}
    data |= {"place_kind": "COMMERCIAL", "age_groups": ["PRIMARY"], "aliases": "小桔灯、橘灯画室"}
    return {**data, **changes}


def test_list_filters_pages_and_says_when_empty(world, sign_in):
    client = sign_in(world.officer)
    assert "还没有机构档案" in client.get("/desk/institutions/").content.decode()
    place, bare = make_institution(world), make_unlicensed(world)
    text = client.get("/desk/institutions/").content.decode()
    assert place.name in text
    assert bare.name in text
    for query, hit in [
        ("standing=UNLICENSED", bare),
        ("standing=INCOMPLETE", bare),
        ("track=CULTURE_ARTS", place),
        ("track=NON_SUBJECT", place),
        ("licence=VALID", place),
        ("q=yg", bare),
        (f"township={world.town.code}&standing=LICENSED&operating_state=PRESENT", place),
    ]:
        text = client.get(f"/desk/institutions/?{query}").content.decode()
        other = bare if hit is place else place
        assert hit.name in text, query
        assert other.name not in text, query
    assert "没有符合条件的机构" in client.get("/desk/institutions/?q=不存在的").content.decode()
    assert client.get("/desk/institutions/?page=x&standing=nonsense").status_code == 200


def test_list_queries_do_not_grow_with_rows(world, sign_in, django_assert_max_num_queries):
    for _ in range(12):
        make_institution(world)
    client = sign_in(world.officer)
    client.get("/desk/institutions/")
    with django_assert_max_num_queries(14):
        client.get("/desk/institutions/")


def test_export_gives_all_columns_as_text(world, sign_in):
    place = make_institution(world, note="=1+1")
    client = sign_in(world.officer)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/desk/institutions/?export=xlsx").content))
    rows = list(book.active.values)
    assert place.uscc in rows[1]
    assert "=1+1" in rows[1]
    csv = b"".join(client.get("/desk/institutions/?export=csv").streaming_content).decode()
    assert "'=1+1" in csv


def test_register_once_with_double_submit(world, sign_in):
    client = sign_in(world.clerk)
    data = form_data(world, uscc=" ９１" + make_uscc()[2:8] + " " + make_uscc()[8:])
    code = make_uscc()
    data["uscc"] = f"{code[:9]} {code[9:].lower()}"
    first = client.post("/desk/institutions/new/", data)
    second = client.post("/desk/institutions/new/", data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    place = Institution.objects.get()
    assert place.uscc == code
    assert place.aliases == ["小桔灯", "橘灯画室"]
    assert place.age_groups == ["PRIMARY"]


def test_register_shows_errors_beside_fields(world, sign_in):
    data = form_data(world, uscc="91500237000000000A", licence_to="2020-01-01", latitude="31")
    answer = sign_in(world.clerk).post("/desk/institutions/new/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "校验位不符" in text
    assert "有效期止不能早于有效期起" in text
    assert "经度和纬度须同时填写" in text
    assert Institution.objects.count() == 0


def test_warnings_are_shown_once_and_do_not_stop(world, sign_in):
    known = make_institution(world, phone="13911112222")
    client = sign_in(world.clerk)
    data = form_data(world, phone="13911112222", licence_no="短号", place_kind="RESIDENTIAL")
    answer = client.post("/desk/institutions/new/", data)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "联系电话相同" in text
    assert known.name in text
    assert "居民住宅" in text
    assert Institution.objects.count() == 1
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen
    assert client.post("/desk/institutions/new/", {**data, "seen": seen[1]}).status_code == 302
    assert Institution.objects.count() == 2


def test_duplicate_code_is_refused_in_the_form(world, sign_in):
    known = make_institution(world)
    client = sign_in(world.clerk)
    data = form_data(world, uscc=known.uscc)
    text = client.post("/desk/institutions/new/", data).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', text)
    assert seen
    answer = client.post("/desk/institutions/new/", {**data, "seen": seen[1]})
    assert answer.status_code == 422
    assert "已登记在另一家机构" in answer.content.decode()


def test_second_editor_is_told_and_loses_nothing(world, sign_in):
    place = make_institution(world)
    url = f"/desk/institutions/{place.uid}/edit/"
    base = form_data(world, name=place.name, uscc=place.uscc, licence_no=place.licence_no, version="1")
    first = sign_in(world.officer).post(url, {**base, "phone": "023-11111111"})
    assert first.status_code == 302
    second = sign_in(world.officer2).post(url, {**base, "phone": "023-22222222"})
    text = second.content.decode()
    assert second.status_code == 409
    assert "刚刚被他人改过" in text
    assert "执法甲" in text
    assert "023-11111111" in text
    assert 'value="023-22222222"' in text
    assert 'name="version" value="2"' in text
    again = sign_in(world.officer2).post(url, {**base, "phone": "023-22222222", "version": "2"})
    assert again.status_code == 302
    place.refresh_from_db()
    assert (place.phone, place.version) == ("023-22222222", 3)


def test_file_page_shows_history(world, sign_in):
    place = make_institution(world)
    services.institution_edit(
        actor=world.officer, institution=place, values={"name": "换了新名的画室"}, version=1
    )
    services.institution_suspend(
        actor=world.head, institution=place, reason="消防隐患", on=TODAY, source_no="巫教培停〔2026〕1号"
    )
    text = sign_in(world.officer).get(f"/desk/institutions/{place.uid}/").content.decode()
    for words in (
        "换了新名的画室",
        "曾用名",
        "停业整顿",
        "消防隐患",
        "巫教培停〔2026〕1号",
        "登记机构档案",
        "修改机构档案",
    ):
        assert words in text, words


def test_steps_with_reason_and_blockers(world, sign_in):
    place, bare = make_institution(world), make_unlicensed(world)
    client = sign_in(world.head)
    url = f"/desk/institutions/{place.uid}/close/"
    assert client.post(url, {"on": "2026-11-01", "end_kind": "CEASED", "reason": ""}).status_code == 422
    assert client.post(url, {"on": "2999-01-01", "end_kind": "CEASED", "reason": "停办"}).status_code == 422
    assert "不适用取缔" in client.get(f"/desk/institutions/{place.uid}/ban/").content.decode()
    assert client.post(url, {"on": "2026-11-01", "end_kind": "CEASED", "reason": "停办"}).status_code == 302
    assert client.post(url, {"on": "2026-11-01", "end_kind": "CEASED", "reason": "停办"}).status_code == 302
    place.refresh_from_db()
    assert (place.operating_state, place.ended_on) == ("CLOSED", date(2026, 11, 1))
    reopened = client.post(f"/desk/institutions/{place.uid}/reopen/", {"on": "2026-11-10", "reason": "恢复"})
    assert reopened.status_code == 302
    banned = client.post(
        f"/desk/institutions/{bare.uid}/ban/", {"on": TODAY.isoformat(), "reason": "无证办学"}
    )
    assert banned.status_code == 302
    bare.refresh_from_db()
    assert bare.operating_state == "BANNED"
    assert client.get(f"/desk/institutions/{place.uid}/nonsense/").status_code == 404


@pytest.mark.parametrize(
    ("persona", "page", "status"),
    [
        ("officer", "", 200),
        ("partner", "", 404),
        ("neighbour_officer", "", 404),
        ("institution_user", "", 403),
        ("supervisor", "", 404),
        ("legal", "edit/", 403),
        ("township", "edit/", 403),
        ("neighbour_officer", "edit/", 404),
        ("neighbour_officer", "close/", 404),
        ("neighbour_officer", "qr.svg", 404),
    ],
)
def test_who_may_open(world, sign_in, persona, page, status):
    place = make_institution(world)
    user = world.personas[persona]
    client = sign_in(user)
    client.prefix = f"/b/{user.bureau.slug}"
    expected = 200 if persona == "supervisor" else status
    assert client.get(f"/desk/institutions/{place.uid}/{page}").status_code == expected


def test_evidence_upload_and_refusal(world, sign_in):
    place = make_institution(world)
    client = sign_in(world.officer)
    url = f"/desk/institutions/{place.uid}/evidence/"
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    photo = SimpleUploadedFile("door.png", target.getvalue(), "image/png")
    first = client.post(url, {"upload": photo, "caption": "门头照"})
    assert first.status_code == 302, first.context["evidence_form"].errors
    assert "门头照" in client.get(f"/desk/institutions/{place.uid}/").content.decode()
    bad = client.post(url, {"upload": SimpleUploadedFile("x.exe", b"MZ\x90\x00" * 20)})
    assert bad.status_code == 422
    assert "文件类型不支持" in bad.content.decode()


def test_qr_and_sign(world, sign_in):
    place = make_institution(world)
    client = sign_in(world.officer)
    answer = client.get(f"/desk/institutions/{place.uid}/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")
    assert place.public_id in client.get(f"/desk/institutions/{place.uid}/sign/").content.decode()


def test_own_file_in_the_portal(world, sign_in):
    client = sign_in(world.institution_user)
    assert "还没有关联" in client.get("/portal/institution/").content.decode()
    place = make_institution(world)
    services.institution_account_link(actor=world.head, institution=place, organisation=world.institution_org)
    text = client.get("/portal/institution/").content.decode()
    assert place.name in text
    assert place.licence_no in text
    assert sign_in(world.officer).get("/portal/institution/").status_code == 403


def test_figures_on_the_home_page(world, sign_in):
    make_institution(world, licence_to=TODAY)
    make_unlicensed(world)
    text = sign_in(world.officer).get("/desk/").content.decode()
    assert "正常办学机构" in text
    assert "证照不全的场所" in text
