"""Registering, editing, closing and re-opening places."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from casework.audit import timeline
from casework.errors import Blocked, NotAllowed, StaleVersion, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from institutions import services
from institutions.models import Institution, InstitutionState, StateKind
from tests.institutions.factories import NOW, TODAY, licensed, make_institution, make_unlicensed, make_uscc

pytestmark = pytest.mark.django_db


def spans(institution, kind):
    rows = InstitutionState.objects.filter(institution=institution, kind=kind).order_by("span")
    return [(row.value, row.span.lower, row.span.upper) for row in rows]


def test_register_writes_record_span_search_and_audit(world):
    place = make_institution(world, name="巫山县音乐小屋培训中心")
    assert place.version == 1
    assert place.licence_state == "VALID"
    assert place.region_path == world.town.path
    assert len(place.public_id) == 8
    assert spans(place, "OPERATING_STATE") == [("OPERATING", date(2025, 1, 1), None)]
    assert spans(place, "LICENCE_STATE") == [("VALID", date(2025, 1, 1), None)]
    assert place.py == "wsxyyxwpxzx"
    assert [event.verb for event in timeline(actor=world.officer, about=place.uid)] == [
        "institutions.institution_register"
    ]


def test_same_uid_twice_makes_one_record(world):
    uid, values = uuid4(), licensed(world)
    first = services.institution_register(actor=world.head, values=values, at=NOW, uid=uid)
    second = services.institution_register(actor=world.head, values=values, at=NOW, uid=uid)
    assert first.pk == second.pk
    assert Institution.objects.count() == 1


def test_unlicensed_place_is_a_full_record(world):
    place = make_unlicensed(world)
    assert place.licence_state == "NONE"
    assert spans(place, "OPERATING_STATE") == [("OPERATING", TODAY, None)]


def test_expired_licence_is_valid_up_to_its_last_day(world):
    place = make_institution(world, licence_from=date(2022, 1, 1), licence_to=date(2024, 12, 31))
    assert place.licence_state == "EXPIRED"
    assert spans(place, "LICENCE_STATE") == [
        ("VALID", date(2022, 1, 1), date(2025, 1, 1)),
        ("EXPIRED", date(2025, 1, 1), None),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, ""),
        ({"uscc": "91500237MA0000000X"}, "统一社会信用代码"),
        ({"licence_from": date(2027, 1, 1), "licence_to": date(2026, 1, 1)}, "有效期止"),
        ({"subject_kind": "SUBJECT", "track": "SPORT"}, "学科"),
        ({"longitude": 109.9}, "经纬度"),
        ({"longitude": 0.0, "latitude": 0.0}, "经纬度"),
        ({"floor_area_m2": -1}, "建筑面积"),
        ({"capacity": -1}, ""),
    ],
)
def test_wrong_values_are_refused_in_chinese(world, changes, words):
    with pytest.raises(Unlawful) as caught:
        make_institution(world, **changes)
    assert words in caught.value.message
    assert Institution.objects.count() == 0


def test_uscc_is_unique_within_a_bureau_only(world):
    code = make_uscc()
    make_institution(world, uscc=code)
    with pytest.raises(Unlawful, match="已登记在另一家机构"):
        make_institution(world, uscc=code)
    other = make_institution(world, actor=world.neighbour_officer, uscc=code, region=world.neighbour_town)
    assert other.bureau == world.neighbour


@pytest.mark.parametrize(
    "broken",
    [
        {"uscc": "lower-case-is-bad!"},
        {"licence_state": "NONE"},
        {"operating_state": "CLOSED"},
        {"ended_on": TODAY},
        {"operating_state": "BANNED", "ended_on": TODAY, "end_kind": "CEASED"},
        {"track": "SUBJECT"},
        {"longitude": 200.0, "latitude": 30.0},
        {"licence_to": date(2020, 1, 1)},
        {"name": ""},
    ],
)
def test_database_refuses_rows_that_contradict_themselves(world, broken):
    place = make_institution(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.filter(pk=place.pk).update(**broken)


def test_only_granted_people_register_and_only_in_their_own_area(world):
    with pytest.raises(NotAllowed):
        make_institution(world, actor=world.leader)
    with pytest.raises(NotAllowed, match="移送教育部门"):
        make_institution(world, actor=world.market_officer)
    with pytest.raises(Unlawful, match="辖区"):
        make_institution(world, actor=world.township, region=world.town2)
    with pytest.raises(Unlawful, match="辖区"):
        make_institution(world, actor=world.head, region=world.neighbour_town)
    assert make_institution(world, actor=world.township).created_by == world.township


def test_edit_keeps_the_old_name_and_tells_the_second_editor(world):
    place = make_institution(world, name="巫山县旧名培训中心")
    edited = services.institution_edit(
        actor=world.officer, institution=place, values={"name": "巫山县新名培训中心"}, version=1, at=NOW
    )
    assert edited.version == 2
    assert [row.name for row in edited.former_names.all()] == ["巫山县旧名培训中心"]
    for words in ("旧名", "新名", "xmpx", "jmpx"):
        assert list(Institution.objects.search(words)) == [edited], words
    with pytest.raises(StaleVersion) as caught:
        services.institution_edit(
            actor=world.officer2, institution=place, values={"phone": "023-1"}, version=1, at=NOW
        )
    assert caught.value.current.name == "巫山县新名培训中心"


def test_edit_without_a_change_writes_nothing(world):
    place = make_institution(world)
    again = services.institution_edit(
        actor=world.officer,
        institution=place,
        values={"name": place.name, "phone": place.phone},
        version=1,
        at=NOW,
    )
    assert again.version == 1
    assert len(timeline(actor=world.officer, about=place.uid)) == 1


def test_changed_axis_keeps_its_history_and_a_correction_does_not(world):
    place = make_institution(world)
    changed = services.institution_edit(
        actor=world.officer,
        institution=place,
        values={"profit_kind": "NON_PROFIT"},
        effective_on=date(2026, 6, 1),
        at=NOW,
    )
    assert spans(changed, "PROFIT_KIND") == [
        ("FOR_PROFIT", None, date(2026, 6, 1)),
        ("NON_PROFIT", date(2026, 6, 1), None),
    ]
    corrected = services.institution_edit(
        actor=world.officer, institution=changed, values={"track": "SPORT"}, is_correction=True, at=NOW
    )
    assert spans(corrected, "TRACK") == []
    assert services.institution_state_on(corrected, StateKind.PROFIT_KIND, date(2026, 5, 31)) == "FOR_PROFIT"
    assert services.institution_state_on(corrected, StateKind.TRACK, date(2020, 1, 1)) == "SPORT"


def test_close_and_reopen_keep_history_and_a_cancelled_licence_does_not_revive(world):
    place = make_institution(world)
    closed = services.institution_close(
        actor=world.head,
        institution=place,
        reason="申请注销",
        on=date(2026, 10, 1),
        end_kind="LICENCE_CANCELLED",
    )
    assert (closed.operating_state, closed.licence_state, closed.ended_on) == (
        "CLOSED",
        "CANCELLED",
        date(2026, 10, 1),
    )
    with pytest.raises(WrongState):
        services.institution_close(
            actor=world.head, institution=place, reason="再次", on=date(2026, 10, 2), end_kind="CEASED"
        )
    opened = services.institution_reopen(
        actor=world.head, institution=closed, reason="误操作", on=date(2026, 11, 1)
    )
    assert (opened.operating_state, opened.standing, opened.ended_on, opened.end_kind) == (
        "OPERATING",
        "REGISTERED_ONLY",
        None,
        "",
    )
    assert [value for value, _, _ in spans(opened, "OPERATING_STATE")] == ["OPERATING", "CLOSED", "OPERATING"]
    relicensed = services.institution_edit(
        actor=world.officer,
        institution=opened,
        values={
            "standing": "LICENSED",
            "licence_no": "教民150023770099999号",
            "licence_from": date(2026, 11, 5),
        },
        at=NOW,
    )
    assert relicensed.licence_state == "VALID"
    assert [value for value, _, _ in spans(relicensed, "LICENCE_STATE")] == ["VALID", "CANCELLED", "VALID"]


def test_ban_is_for_places_without_a_valid_licence(world):
    with pytest.raises(Blocked, match="不适用取缔"):
        services.institution_ban(
            actor=world.head, institution=make_institution(world), reason="无证", on=TODAY
        )
    banned = services.institution_ban(
        actor=world.head, institution=make_unlicensed(world), reason="无证", on=TODAY
    )
    assert (banned.operating_state, banned.end_kind) == ("BANNED", "BANNED")


def test_transitions_need_reason_permission_and_a_possible_day(world):
    place = make_institution(world)
    close = {"institution": place, "end_kind": "CEASED"}
    with pytest.raises(Unlawful, match="理由"):
        services.institution_close(actor=world.head, reason=" ", on=TODAY, **close)
    with pytest.raises(NotAllowed):
        services.institution_close(actor=world.officer, reason="停办", on=TODAY, **close)
    with pytest.raises(Unlawful, match="晚于今天"):
        services.institution_close(actor=world.head, reason="停办", on=date(2999, 1, 1), **close)
    with pytest.raises(Unlawful, match="早于现状态"):
        services.institution_close(actor=world.head, reason="停办", on=date(2020, 1, 1), **close)


def test_projection_cuts_spans_and_sets_the_copy(world):
    place = make_institution(world)

    def write(value, since, until=None):
        return services.institution_projection_set(
            actor=world.system,
            institution=place,
            kind="LIST_STATUS",
            value=value,
            since=since,
            until=until,
            source_no="巫教培公〔2026〕1号",
            today=TODAY,
        )

    assert write("WHITE", date(2026, 1, 1)).list_status == "WHITE"
    assert write("BLACK", date(2026, 3, 1), date(2026, 6, 1)).list_status == "WHITE"
    assert spans(place, "LIST_STATUS") == [
        ("WHITE", date(2026, 1, 1), date(2026, 3, 1)),
        ("BLACK", date(2026, 3, 1), date(2026, 6, 1)),
        ("WHITE", date(2026, 6, 1), None),
    ]
    assert write("GREY", TODAY).list_status == "GREY"
    with pytest.raises(Unlawful):
        write("PURPLE", TODAY)
    with pytest.raises(Unlawful):
        write("WHITE", TODAY, TODAY)


def test_enrolment_stop_shows_its_last_day(world):
    place = make_institution(world)
    stopped = services.institution_projection_set(
        actor=world.system,
        institution=place,
        kind="ENROLMENT_STOP",
        value="STOPPED",
        since=date(2026, 11, 1),
        until=date(2026, 12, 1),
        today=TODAY,
    )
    assert stopped.enrolment_stopped_until == date(2026, 11, 30)


def test_daily_roll_expires_licences_and_ends_spans_once(world):
    place = make_institution(world, licence_to=TODAY)
    services.institution_projection_set(
        actor=world.system,
        institution=place,
        kind="LIST_STATUS",
        value="WHITE",
        since=TODAY,
        until=TODAY + timedelta(days=1),
        today=TODAY,
    )
    tomorrow = TODAY + timedelta(days=1)
    assert services.states_roll(actor=world.system, today=TODAY) == 0
    assert services.states_roll(actor=world.system, today=tomorrow) == 2
    assert services.states_roll(actor=world.system, today=tomorrow) == 0
    place.refresh_from_db()
    assert (place.licence_state, place.list_status) == ("EXPIRED", "NONE")


def test_overlapping_spans_are_refused_by_the_database(world):
    place = make_institution(world)
    row = InstitutionState.objects.get(institution=place, kind="OPERATING_STATE")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_indicators_answer_for_a_past_day(world):
    scope = Scope(world.bureau)
    place = make_institution(world)
    make_institution(
        world, subject_kind="SUBJECT", track="SUBJECT", established_on=date(2026, 9, 1), licence_from=None
    )
    make_institution(world, actor=world.neighbour_officer, region=world.neighbour_town)
    make_unlicensed(world)
    services.institution_close(
        actor=world.head,
        institution=place,
        reason="注销",
        on=date(2026, 10, 10),
        end_kind="LICENCE_CANCELLED",
    )
    autumn = Period(date(2026, 10, 1), date(2026, 11, 1))
    summer = Period(date(2026, 7, 1), date(2026, 9, 1))
    now = Period(date(2026, 11, 1), date(2026, 11, 23))
    assert compute("inst_total", scope, summer) == 1
    assert compute("inst_total", scope, autumn) == 1
    assert compute("inst_total", scope, autumn, subject_kind="SUBJECT") == 1
    assert compute("inst_total", scope, now) == 2
    assert compute("inst_unlicensed", scope, now) == 1
    assert compute("inst_cancelled", scope, autumn) == 1
    assert compute("inst_cancelled", scope, now) == 0
    assert compute("inst_total", Scope(world.city), now) == 3


def test_conversion_and_to_non_profit_are_counted_in_their_period(world):
    place = make_institution(world, subject_kind="SUBJECT", track="SUBJECT")
    services.institution_edit(
        actor=world.officer,
        institution=place,
        values={"subject_kind": "NON_SUBJECT", "track": "SPORT", "profit_kind": "NON_PROFIT"},
        effective_on=date(2026, 10, 5),
        at=NOW,
    )
    autumn = Period(date(2026, 10, 1), date(2026, 11, 1))
    now = Period(date(2026, 11, 1), date(2026, 11, 23))
    scope = Scope(world.bureau)
    assert compute("inst_converted", scope, autumn) == 1
    assert compute("inst_forprofit_to_non", scope, autumn) == 1
    assert compute("inst_converted", scope, now) == 0
    assert (
        compute("inst_total", scope, Period(date(2026, 9, 1), date(2026, 10, 1)), subject_kind="SUBJECT") == 1
    )


def test_person_numbers_are_sealed_and_reading_is_recorded(world):
    person = services.person_register(
        actor=world.head, name="李某", region=world.town, id_number="11010519491231002X", phone="13800138000"
    )
    again = services.person_register(
        actor=world.head, name="李某", region=world.town, id_number="11010519491231002x"
    )
    assert again.pk == person.pk
    assert b"11010519491231002X" not in bytes(person.id_number_sealed)
    assert (person.id_number_tail, person.phone_masked) == ("002X", "*******8000")
    with pytest.raises(NotAllowed):
        services.person_reveal(actor=world.clerk, person=person, field="id_number", reason="核对")
    with pytest.raises(Unlawful, match="用途"):
        services.person_reveal(actor=world.head, person=person, field="id_number", reason="")
    number = services.person_reveal(actor=world.head, person=person, field="id_number", reason="办案核对")
    assert number == "11010519491231002X"
    with pytest.raises(Unlawful, match="另一个姓名"):
        services.person_register(
            actor=world.head, name="张某", region=world.town, id_number="11010519491231002X"
        )
    with pytest.raises(Unlawful, match="校验位"):
        services.person_register(
            actor=world.head, name="张某", region=world.town, id_number="110105194912310021"
        )


@pytest.mark.parametrize(
    ("persona", "sees"),
    [
        ("officer", 1),
        ("township", 1),
        ("supervisor", 1),
        ("partner", 0),
        ("neighbour_officer", 0),
        ("institution_user", 0),
    ],
)
def test_scope(world, persona, sees):
    make_institution(world)
    assert Institution.objects.visible_to(world.personas[persona]).count() == sees


def test_partner_sees_institutions_of_its_own_line_and_an_institution_its_own(world):
    place = make_institution(world, competent_department=world.partner.organisation)
    services.institution_account_link(actor=world.head, institution=place, organisation=world.institution_org)
    assert list(Institution.objects.visible_to(world.partner)) == [place]
    assert list(Institution.objects.visible_to(world.institution_user)) == [place]
