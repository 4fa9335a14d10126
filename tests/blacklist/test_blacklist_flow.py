"""Batches and black entries from the draft to the removal."""

from __future__ import annotations

from datetime import date

import pytest

from blacklist import services
from blacklist.models import ListEntry
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from institutions.models import Institution
from institutions.services import institution_state_on
from tests.blacklist.making import at, black_draft, black_published, make_institution, white_published
from tests.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def test_candidates_say_why(world: World, place: Institution, unlicensed: Institution) -> None:
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例", at=at("2026-09-20"))
    rows = {row.institution_id: row for row in batch.candidates.all()}
    assert rows[place.pk].is_included
    assert rows[place.pk].reasons == []
    assert not rows[unlicensed.pk].is_eligible
    assert rows[unlicensed.pk].reasons == ["无办学许可证，也未登记"]


def test_white_batch_is_published_with_number_and_projection(world: World, place: Institution) -> None:
    batch = white_published(world)
    place.refresh_from_db()
    assert batch.batch_no == 1
    assert batch.number == "巫教培白名单〔2026〕1号"
    assert batch.published_on == date(2026, 9, 20)
    assert place.list_status == "WHITE"
    entry = ListEntry.objects.get(institution=place)
    assert (entry.status, entry.batch_id, entry.number) == ("PUBLISHED", batch.pk, batch.number)


def test_black_entry_goes_its_way_and_takes_white_away(world: World, place: Institution) -> None:
    white_published(world)
    entry = black_published(world, place)
    place.refresh_from_db()
    assert place.list_status == "BLACK"
    white = ListEntry.objects.get(institution=place, kind="WHITE")
    assert white.status == "REMOVED"
    assert white.removal_kind == "BLACKLISTED"
    assert entry.number in white.removal_reason
    assert institution_state_on(place, "LIST_STATUS", date(2026, 10, 11)) == "WHITE"
    assert institution_state_on(place, "LIST_STATUS", date(2026, 10, 12)) == "BLACK"
    assert entry.reply_until == date(2026, 10, 10)
    assert entry.notice_document.number == "巫教培黑告〔2026〕1号"


def test_notice_lists_everything_missing(world: World, place: Institution) -> None:
    entry = services.black_entry_create(
        actor=world.officer, institution=place, values={}, at=at("2026-09-28")
    )
    with pytest.raises(Blocked) as refused:
        services.entry_notify(actor=world.officer, entry=entry, at=at("2026-09-28"))
    words = refused.value.message
    for part in ("列入事由", "依据", "证据", "公布截止日", "最早可移出日", "移出条件"):
        assert part in words
    assert {reason.gate for reason in refused.value.reasons} == {"G39"}


def test_no_publication_before_the_window_ends(world: World, place: Institution) -> None:
    entry = services.entry_notify(actor=world.officer, entry=black_draft(world, place), at=at("2026-09-28"))
    with pytest.raises(Blocked, match="陈述申辩期到 2026-10-10"):
        services.entry_review(
            actor=world.legal, entry=entry, outcome="NONE_GIVEN", note="", at=at("2026-10-10")
        )
    entry = services.entry_reply(actor=world.officer, entry=entry, text="已停办", at=at("2026-10-09"))
    entry = services.entry_review(
        actor=world.legal, entry=entry, outcome="REJECTED", note="停办后又招生", at=at("2026-10-09")
    )
    with pytest.raises(Blocked, match="届满前不能列入"):
        services.entry_publish(actor=world.leader, entry=entry, at=at("2026-10-10"))
    assert services.entry_publish(actor=world.leader, entry=entry, at=at("2026-10-11")).status == "PUBLISHED"


def test_reply_after_the_window_is_refused(world: World, place: Institution) -> None:
    entry = services.entry_notify(actor=world.officer, entry=black_draft(world, place), at=at("2026-09-28"))
    with pytest.raises(Unlawful, match="届满"):
        services.entry_reply(actor=world.officer, entry=entry, text="迟到", at=at("2026-10-11"))


def test_expiry_is_idempotent(world: World, place: Institution) -> None:
    entry = black_published(world, place)
    assert services.entries_expire(actor=world.system, at=at("2027-10-11")) == 0
    assert services.entries_expire(actor=world.system, at=at("2027-10-12")) == 1
    assert services.entries_expire(actor=world.system, at=at("2027-10-12")) == 0
    entry.refresh_from_db()
    assert (entry.status, entry.removal_kind, entry.removed_on) == ("REMOVED", "EXPIRED", date(2027, 10, 12))


def test_roles_are_kept_apart(world: World, place: Institution) -> None:
    batch = services.batch_create(actor=world.head, title="第一批", basis="实施条例", at=at("2026-09-20"))
    batch = services.batch_submit(actor=world.head, batch=batch, at=at("2026-09-20"))
    with pytest.raises(Blocked, match="拟定人不能审定"):
        services.batch_approve(actor=world.head, batch=batch, at=at("2026-09-20"))
    with pytest.raises(NotAllowed):
        services.batch_approve(actor=world.officer, batch=batch, at=at("2026-09-20"))
    with pytest.raises(WrongState):
        services.batch_publish(actor=world.leader, batch=batch, at=at("2026-09-20"))


def test_a_lapsed_candidate_stops_the_publication(world: World, place: Institution) -> None:
    late = make_institution(world, "示例短期画室", licence_to=date(2026, 9, 25), licence_no="教民2")
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例", at=at("2026-09-20"))
    batch = services.batch_submit(actor=world.officer, batch=batch, at=at("2026-09-20"))
    batch = services.batch_approve(actor=world.head, batch=batch, at=at("2026-09-20"))
    with pytest.raises(Blocked, match=late.name):
        services.batch_publish(actor=world.leader, batch=batch, at=at("2026-09-26"))
    batch.refresh_from_db()
    assert batch.status == "APPROVED"
