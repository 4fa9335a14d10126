"""What the public reads, at once, and nothing more."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from blacklist import services
from blacklist.models import ListEntry
from blacklist.public.gathered import best_hits
from casework.documents.services import document_withdraw
from institutions.models import Institution
from institutions.services import institution_close
from tests.blacklist.making import ZONE, at, black_published, make_institution, white_published
from tests.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SECRETS = ("13812345678", "张秘密", "李私人")


@pytest.fixture(autouse=True)
def _today():  # type: ignore[no-untyped-def]
    with time_machine.travel(at("2026-11-22"), tick=False):
        yield


@pytest.fixture
def public(world: World) -> Client:
    return Client()


def page(client: Client, path: str, status: int = 200, **extra: str) -> str:
    response = client.get(path, **extra)
    assert response.status_code == status, (path, response.status_code)
    return response.content.decode()


OPEN = (
    "/",
    "/i/",
    "/lists/white/",
    "/lists/black/",
    "/lists/red/",
    "/verify/",
    "/data/",
    "/audit/anchors/",
    "/?q=qi",
)


def test_forms_and_lists_answer_without_login_cookie_or_data(public: Client) -> None:
    for path in OPEN:
        response = public.get(path)
        assert response.status_code == 200, path
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Cache-Control"].startswith("public, max-age=")


def test_search_finds_by_part_pinyin_initials_address_and_number(public: Client, place: Institution) -> None:
    for query in ("启航", "qihang", "slqh", "平湖路", "150023770001200", "启"):
        text = page(public, f"/?q={query}")
        found = place.name in text
        assert found or query == "启", query


def test_nothing_found_says_what_to_do(public: Client, place: Institution) -> None:
    text = page(public, "/?q=不存在的机构")
    assert "没有查到" in text
    assert "请不要缴费" in text
    assert "023-0000000" in text


def test_a_neighbours_hit_is_pointed_to(public: Client, world: World) -> None:
    make_institution(world, "奉节县云海舞蹈培训中心", bureau=world.neighbour)
    text = page(public, "/?q=云海舞蹈")
    assert "/b/fengjie/?q=" in text
    assert "云海舞蹈培训中心" in page(public, "/b/fengjie/?q=云海舞蹈")


HOSTILE = (
    "%",
    "_",
    "%%__",
    "'; drop table",
    "长" * 5000,
    "😀",
    "\x00",
    "<script>alert(1)</script>",
    "\\",
    "%00",
    "a" * 300,
    "（）",
)


def test_hostile_searches_answer_calmly(public: Client, place: Institution) -> None:
    for query in HOSTILE:
        response = public.get("/", {"q": query})
        assert response.status_code == 200, query
        assert b"<script>alert" not in response.content
        assert "机构".encode() in response.content


def test_white_publication_and_removal_show_at_once(public: Client, world: World, place: Institution) -> None:
    url = f"/i/{place.public_id}/"
    assert "未列入白名单" in page(public, url)
    batch = white_published(world)
    assert "有办学许可，在白名单中" in page(public, url)
    assert place.name in page(public, "/lists/white/")
    assert place.name in page(public, "/lists/white/?batch=1")
    assert place.name in page(public, f"/?q={place.name}")
    entry = batch.entries.get()
    assert batch.number in page(public, f"/lists/entries/{entry.uid}/")
    services.entry_remove(
        actor=world.leader, entry=entry, kind="VIOLATION", reason="违规收费，责令整改", at=at("2026-11-22")
    )
    assert "未列入白名单" in page(public, url)
    assert "移出白名单" in page(public, url)
    gone = page(public, f"/lists/entries/{entry.uid}/", 410)
    assert "违规收费，责令整改" in gone
    assert place.name in page(public, "/lists/white/?on=2026-11-01")


def test_black_entry_shows_ground_period_and_way_out(
    public: Client, world: World, unlicensed: Institution
) -> None:
    assert "没有办学许可证" in page(public, f"/i/{unlicensed.public_id}/")
    entry = black_published(world, unlicensed)
    for text in (page(public, f"/i/{unlicensed.public_id}/"), page(public, f"/lists/entries/{entry.uid}/")):
        assert "无证开展学科类培训" in text
        assert "2027-10-11" in text
        assert "停止违法培训、退清费用并经复查合格" in text
        assert "擅自举办校外培训机构" in text
    assert "请不要缴费" in page(public, f"/i/{unlicensed.public_id}/")
    assert unlicensed.name in page(public, "/lists/black/")
    with time_machine.travel(at("2027-10-12"), tick=False):
        services.entries_expire(actor=world.system, at=at("2027-10-12"))
        gone = page(public, f"/lists/entries/{entry.uid}/", 410)
        assert "届满" in gone
        assert "无证开展学科类培训" not in gone
        assert "无证开展学科类培训" not in page(public, f"/i/{unlicensed.public_id}/")


def test_drafts_and_notices_stay_inside(public: Client, world: World, unlicensed: Institution) -> None:
    from tests.blacklist.making import black_draft

    entry = black_draft(world, unlicensed)
    page(public, f"/lists/entries/{entry.uid}/", 404)
    entry = services.entry_notify(actor=world.officer, entry=entry, at=at("2026-09-28"))
    page(public, f"/lists/entries/{entry.uid}/", 404)
    assert "黑名单中" not in page(public, f"/i/{unlicensed.public_id}/")


def test_closed_place_is_said_clearly_and_leaves_the_list(
    public: Client, world: World, place: Institution
) -> None:
    white_published(world)
    institution_close(
        actor=world.head,
        institution=place,
        end_kind="LICENCE_CANCELLED",
        reason="自行申请注销",
        on=date(2026, 11, 22),
    )
    text = page(public, f"/i/{place.public_id}/")
    assert "已经停办" in text
    assert place.name not in page(public, "/lists/white/?batch=1").split("最近移出")[0]
    assert ListEntry.objects.get(institution=place).removal_kind == "CLOSED"


def test_no_personal_data_anywhere(
    public: Client, world: World, place: Institution, unlicensed: Institution
) -> None:
    white_published(world)
    entry = black_published(world, unlicensed)
    paths = [
        "/",
        "/?q=示例",
        f"/i/{place.public_id}/",
        f"/i/{place.public_id}/poster/",
        f"/i/{unlicensed.public_id}/",
        "/lists/white/",
        "/lists/black/",
        f"/lists/entries/{entry.uid}/",
        f"/verify/{entry.document.code}/",
        "/data/",
        "/api/v1/public/institutions/",
        "/api/v1/public/lists/",
    ]
    bodies = [page(public, path) for path in paths]
    for path in ("/lists/white.csv", "/lists/black.csv", "/api/v1/public/institutions.csv"):
        bodies.append(b"".join(public.get(path)).decode())
    for path, text in zip([*paths, "csv", "csv", "csv"], bodies, strict=True):
        for secret in (*SECRETS, "执法甲", "局领导"):
            assert secret not in text, (path, secret)


def test_a_fixed_line_is_shown(public: Client, world: World) -> None:
    item = make_institution(world, "示例固话中心", phone="023-57680000")
    assert "023-57680000" in page(public, f"/i/{item.public_id}/")


def test_code_form_and_qr(public: Client, place: Institution) -> None:
    assert (
        public.get("/i/", {"code": place.public_id.lower()}).headers["Location"] == f"/i/{place.public_id}/"
    )
    assert "没有这个编号" in page(public, "/i/?code=XXXXXXXX")
    qr = public.get(f"/i/{place.public_id}/qr.svg")
    assert qr.headers["Content-Type"] == "image/svg+xml"
    assert qr.content.startswith(b"<svg")
    page(public, "/i/NOTHERE1/", 404)


def test_neighbour_sees_nothing_of_this_county(public: Client, world: World, place: Institution) -> None:
    white_published(world)
    entry = ListEntry.objects.get(institution=place)
    page(public, f"/b/fengjie/i/{place.public_id}/", 404)
    page(public, f"/b/fengjie/lists/entries/{entry.uid}/", 404)
    assert place.name not in page(public, "/b/fengjie/lists/white/")
    assert place.name not in page(public, "/b/fengjie/api/v1/public/institutions/")
    assert "/b/fengjie/lists/white/" in page(public, "/b/fengjie/")


def test_etag_saves_the_second_answer_until_something_changes(
    public: Client, world: World, place: Institution
) -> None:
    url = f"/i/{place.public_id}/"
    etag = public.get(url).headers["ETag"]
    assert public.get(url, headers={"if-none-match": etag}).status_code == 304
    white_published(world)
    assert public.get(url, headers={"if-none-match": etag}).status_code == 200


def test_verify_states(public: Client, world: World, place: Institution) -> None:
    batch = white_published(world)
    document = batch.document
    assert document is not None
    url = f"/verify/{document.code}/"
    text = page(public, url)
    assert "有效" in text
    assert "请逐项对照" in text
    assert document.number in text
    assert "签名已通过验证" in page(public, f"{url}?p={document.signed_payload}")
    assert "不一致" in page(public, f"{url}?p={document.signed_payload[:-4]}AAAA")
    assert "不一致" in page(public, f"{url}?p=%00")
    assert "查无此号" in page(public, "/verify/AAAA-BBBB-CCCC/")
    assert "查无此号" in page(public, "/verify/%00/")
    typed = document.code.lower().replace("-", "")
    assert "有效" in page(public, public.get("/verify/", {"code": typed}).headers["Location"])
    document_withdraw(actor=world.leader, document=document, reason="名单有误", at=at("2026-11-22"))
    text = page(public, url)
    assert "已撤回" in text
    assert "名单有误" in text


def test_list_csv_is_complete(public: Client, world: World, place: Institution) -> None:
    white_published(world)
    response = public.get("/lists/white.csv")
    text = b"".join(response).decode("utf-8-sig")
    assert response.streaming
    assert place.name in text
    assert text.rstrip().endswith("共 1 行")


def test_api_contract(public: Client, world: World, place: Institution, unlicensed: Institution) -> None:
    white_published(world)
    response = public.get("/api/v1/public/institutions/")
    body = response.json()
    assert body["count"] == 2
    row = next(item for item in body["results"] if item["public_id"] == place.public_id)
    assert row["list_status"] == "WHITE"
    assert set(row) == {
        "public_id", "name", "uscc", "standing", "operating_state", "licence_no", "licence_state", "licence_from",
        "licence_to", "subject_kind", "track", "profit_kind", "town", "address", "phone", "list_status", "ended_on",
    }  # fmt: skip
    etag = response.headers["ETag"]
    assert public.get("/api/v1/public/institutions/", headers={"if-none-match": etag}).status_code == 304
    listing = public.get("/api/v1/public/lists/?kind=white").json()
    assert [item["name"] for item in listing["results"]] == [place.name]
    assert public.get("/api/v1/public/lists/?kind=pink").status_code == 400
    assert public.get("/api/v1/public/institutions/?page=99").status_code == 404
    csv = b"".join(public.get("/api/v1/public/institutions.csv")).decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("公开编号,机构名称")
    assert "共 2 行" in csv


ODD = (
    "/lists/white/?page=0&on=2026-13-45",
    "/lists/white/?on=0001-01-01",
    "/lists/white/?batch=99999",
    "/lists/white/?batch=x&page=-3",
    "/lists/black/?on=昨天",
    "/lists/red/?page=99999",
)


def test_odd_addresses_answer_calmly(public: Client, world: World) -> None:
    for path in ODD:
        assert public.get(path).status_code == 200, path
    assert public.get("/lists/white/", {"page": "9" * 30}).status_code == 404


def test_posting_to_public_pages_is_refused(public: Client) -> None:
    assert public.post("/").status_code == 405
    assert public.post("/verify/").status_code == 405


def test_queries_do_not_grow_with_rows(
    public: Client,
    world: World,
    place: Institution,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        make_institution(world, f"示例第{number}舞蹈中心", licence_no=f"教民{number}")
    white_published(world)
    for path, most in (("/", 6), ("/?q=示例", 7), ("/lists/white/", 10), (f"/i/{place.public_id}/", 14)):
        with django_assert_max_num_queries(most):
            public.get(path)
        if "q=" not in path:
            with django_assert_max_num_queries(4):
                public.get(path)


def test_addresses_are_the_announced_ones() -> None:
    assert reverse("blacklist_public:search") == "/"
    assert reverse("blacklist_public:verify_form") == "/verify/"
    assert reverse("blacklist_public:list", args=["black"]) == "/lists/black/"
    assert ZONE.key == "Asia/Shanghai"


@pytest.mark.parametrize(
    "query", ["青", "青柚", "青柚子", "2x", "2XYBCKK9", "q", "qy", "qyz", "qingyou", "1%_", "0235768"]
)
def test_the_public_search_finds_what_the_register_finds_in_the_same_order(world: World, query: str) -> None:
    """One prepared statement a kind of query, beside the queryset that the desk uses."""
    for name in ("巫山县青柚子艺术培训有限公司", "青柚子画室", "高唐街道青柚子舞蹈中心", "晨光体育俱乐部"):
        make_institution(world, name, phone="023-57680001")
    make_institution(world, "青柚子画室", bureau=world.neighbour)
    Institution.objects.filter(name="晨光体育俱乐部").update(public_id="2XYBCKK9")
    rows = Institution.objects.filter(bureau=world.bureau)
    assert best_hits(world.bureau, query, 3) == rows.ranked(query, 3)
