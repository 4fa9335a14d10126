"""Codes and search: properties of the pure functions, then hits in the register."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from institutions import selectors, services
from institutions.codes import (
    USCC_ALPHABET,
    clean_code,
    read_licence_number,
    uscc_check_digit,
    uscc_is_valid,
    uscc_problem,
)
from institutions.models import Institution
from institutions.search import bigrams, core_name, full_pinyin, initials, normalise
from tests.institutions.factories import make_institution, make_unlicensed

BODY = st.text(USCC_ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "11370000004502323D"])
def test_published_codes_are_valid(code):
    assert uscc_is_valid(code)
    assert uscc_problem(code) == ""


@given(BODY, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_sign_is_always_noticed(body, place, sign):
    code = body + uscc_check_digit(body)
    assert uscc_is_valid(code)
    if code[place] != sign:
        assert not uscc_is_valid(code[:place] + sign + code[place + 1 :])


@given(st.text(max_size=30))
def test_a_problem_is_named_exactly_for_invalid_codes(text):
    code = clean_code(text)
    assert (uscc_problem(code) == "") == uscc_is_valid(code)


def test_codes_typed_with_full_width_and_spaces_are_cleaned():
    assert clean_code(" ９１350100 M000-100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("教民150023770000521号", 0),
        ("5002377000521", 0),
        ("教民 1 500237 7 0000521 号", 0),
        ("教民130102770000521号", 1),
        ("教民150023760000521号", 1),
        ("渝教许12号", 1),
        ("", 0),
    ],
)
def test_licence_numbers_only_warn(text, warnings):
    assert len(read_licence_number(text, "500237").warnings) == warnings


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_normalise_is_idempotent(text):
    once = normalise(text)
    assert normalise(once) == once
    assert not any(sign.isspace() for sign in once)


@given(st.text("青柚子艺术培训甲乙ab1", max_size=12))
def test_every_pair_of_a_text_is_in_its_bigrams(text):
    pairs = set(bigrams(text))
    assert all(text[i : i + 2] in pairs for i in range(len(text) - 1))


def test_readings_of_heteronyms():
    assert initials(normalise("巫山县音乐培训"))[0] == "wsxyypx"
    assert initials(normalise("单县"))[0] == "sx"
    assert "ly" in initials(normalise("乐园"))
    assert "yy" in initials(normalise("乐园"))
    assert full_pinyin("重庆") == "chongqing"


def test_core_name_drops_place_and_kind():
    assert core_name("巫山县青柚子艺术培训中心有限公司", ["巫山县", "重庆市"]) == "青柚子艺术"
    assert core_name("（重庆市）巫山县培训学校", ["重庆市", "巫山县"]) == normalise(
        "（重庆市）巫山县培训学校"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "青柚",
        "青柚子",
        "青 柚 子",
        "巫山县青柚子艺术",
        "小桔灯",
        "qyz",
        "wsxqyz",
        "qingyouzi",
        "Qing You Zi",
        "廣東中路",
        "藝術培訓",
        "023-57680001",
        "57680001",
        "5002377",
        "（青柚子）",
        "１３８００１３８",
        "巫",
    ],
)
def test_search_finds(world, query):
    place = make_institution(
        world,
        name="巫山县青柚子艺术培训有限公司",
        aliases=["小桔灯画室"],
        address="高唐街道广东中路88号",
        phone="023-57680001、13800138000",
        licence_no="教民150023770000012号",
    )
    make_unlicensed(world)
    assert list(selectors.institutions_visible(world.officer).search(query)) == [place]


@pytest.mark.django_db
def test_a_public_number_is_found_whole_and_is_no_initials(world):
    place = make_institution(world)
    Institution.objects.filter(pk=place.pk).update(public_id="2XYBCKK9")
    place.refresh_from_db()
    services.institution_edit(actor=world.clerk, institution=place, values={"phone": "023-57681234"})
    seen = selectors.institutions_visible(world.officer)
    assert list(seen.search("2xybckk9")) == list(seen.search("２ＸＹＢＣＫＫ９")) == [place]
    assert not seen.search("xybc").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["%", "_", "\\", "%%%", "a%b_c", "''--", "没有这家机构", "zzzz", "\x00", "（）"]
)
def test_odd_queries_are_harmless(world, query):
    make_institution(world)
    found = list(selectors.institutions_visible(world.officer).search(query))
    assert found == [] or normalise(query) == ""


@pytest.mark.django_db
def test_ranking_puts_close_matches_first_and_keeps_scope(world):
    long = make_institution(world, name="高唐街道青柚子舞蹈艺术培训中心")
    short = make_institution(world, name="青柚子画室")
    make_institution(world, actor=world.neighbour_officer, region=world.neighbour_town, name="青柚子画室")
    assert selectors.institution_search(world.officer, "青柚子") == [short, long]
    assert selectors.institution_search(world.bureau, "青柚子", limit=1) == [short]
    assert selectors.institution_by_public_id(short.public_id.lower(), world.bureau) == short
    assert selectors.institution_by_public_id(short.public_id, world.neighbour) is None


@pytest.mark.django_db
def test_two_character_search_uses_the_bigram_index(world):
    make_institution(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Institution.objects.search("青柚").order_by().explain()
    assert "institutions_inst_grams" in plan


@pytest.mark.django_db
def test_similar_places_are_named_with_the_reason(world):
    place = make_institution(world, name="巫山县青柚子艺术培训有限公司", phone="13900001111")
    similar = selectors.institutions_similar(world.officer, name="青柚子艺术培训中心")
    assert [(item.institution, item.why) for item in similar] == [(place, "名称相近")]
    similar = selectors.institutions_similar(world.officer, name="完全不同", phone="13900001111")
    assert [item.why for item in similar] == ["联系电话相同"]
    assert selectors.institutions_similar(world.officer, name="完全不同的名字") == []
