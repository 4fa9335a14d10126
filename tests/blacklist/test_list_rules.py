"""What the database refuses by itself, every state against every step, rules of eligibility."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from blacklist import rules, services
from blacklist.models import BatchCandidate, BatchStatus, EntryStatus, ListBatch, ListEntry
from blacklist.tasks import list_entries_expire
from casework.errors import Blocked, DomainError, NotAllowed, Unlawful, WrongState
from casework.models import DocumentState, OfficialDocument
from casework.models.base import uuid7
from casework.workflow import workflow_of
from institutions.models import Institution
from institutions.services import institution_projection_set
from tests.blacklist.making import at, black_draft, black_published, make_institution, white_published
from tests.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def refused(rows: Any, **values: Any) -> bool:
    """Whether the database itself refuses the change."""
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


BROKEN: tuple[dict[str, Any], ...] = (
    {"ground_codes": []},
    {"ground_text": ""},
    {"basis": ""},
    {"evidence_count": 0},
    {"notice_document": None},
    {"notified_on": None},
    {"reply_until": None},
    {"reply_until": date(2026, 10, 12)},
    {"planned_end_on": None},
    {"planned_end_on": date(2026, 10, 12)},
    {"earliest_exit_on": None},
    {"earliest_exit_on": date(2027, 10, 12)},
    {"way_out": ""},
    {"reply_outcome": ""},
    {"starts_on": None},
    {"document": None},
    {"span": None},
    {"status": "REMOVED"},
    {"status": "DRAFT"},
    {"removed_on": date(2026, 11, 1)},
    {"kind": "WHITE"},
)


def test_a_published_black_entry_keeps_every_part(world: World, place: Institution) -> None:
    entry = black_published(world, place)
    rows = ListEntry.objects.filter(pk=entry.pk)
    assert [values for values in BROKEN if not refused(rows, **values)] == []


def test_one_entry_in_force_per_list(world: World, place: Institution) -> None:
    copy = black_published(world, place)
    copy.pk, copy.uid = None, uuid7()
    copy._state.adding = True
    copy.span = DateRange(date(2026, 12, 1), None)
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_database_guards_batches_and_candidates(
    world: World, place: Institution, unlicensed: Institution
) -> None:
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例", at=at("2026-09-20"))
    rows = ListBatch.objects.filter(pk=batch.pk)
    assert refused(rows, status="PUBLISHED")
    assert refused(rows, status="APPROVED")
    assert refused(rows, batch_no=1)
    assert refused(rows, list_kind="BLACK")
    assert refused(rows, basis="")
    candidates = BatchCandidate.objects.filter(batch=batch, institution=unlicensed)
    assert refused(candidates, is_included=True)
    assert refused(candidates, reasons=[])


ENTRY_STEPS: dict[str, Any] = {
    "notify": lambda world, entry: services.entry_notify(actor=world.head, entry=entry, at=at("2026-09-28")),
    "review": lambda world, entry: services.entry_review(
        actor=world.legal, entry=entry, outcome="NONE_GIVEN", note="", at=at("2026-10-11")
    ),
    "publish": lambda world, entry: services.entry_publish(
        actor=world.leader, entry=entry, at=at("2026-10-12")
    ),
    "drop": lambda world, entry: services.entry_drop(
        actor=world.head, entry=entry, reason="事实不清", at=at("2026-10-12")
    ),
    "remove": lambda world, entry: services.entry_remove(
        actor=world.head, entry=entry, kind="MISTAKE", reason="列错机构", at=at("2026-10-20")
    ),
}


def entry_in(world: World, place: Institution, state: str) -> ListEntry:
    """An entry brought to a state by the real steps."""
    entry = black_draft(world, place)
    path = {
        "DRAFT": (),
        "NOTIFIED": ("notify",),
        "REVIEWED": ("notify", "review"),
        "PUBLISHED": ("notify", "review", "publish"),
        "REMOVED": ("notify", "review", "publish", "remove"),
        "DROPPED": ("notify", "drop"),
    }[state]
    for step in path:
        entry = ENTRY_STEPS[step](world, entry)
    assert entry.status == state
    return entry


def try_each(world: World, obj: Any, state: str, steps: dict[str, Any]) -> None:
    """Every step from one state: those of the table succeed, the others are refused; all undone again."""
    for name, step in steps.items():
        arrow = workflow_of(obj).by_name[name]
        with transaction.atomic():
            fresh = type(obj).objects.get(pk=obj.pk)
            if state in arrow.sources:
                assert step(world, fresh).status == arrow.target, name
            else:
                with pytest.raises(WrongState):
                    step(world, fresh)
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", EntryStatus.values)
def test_entry_states_and_steps(world: World, place: Institution, state: str) -> None:
    try_each(world, entry_in(world, place, state), state, ENTRY_STEPS)


BATCH_STEPS: dict[str, Any] = {
    "submit": lambda world, batch: services.batch_submit(
        actor=world.officer, batch=batch, at=at("2026-09-20")
    ),
    "approve": lambda world, batch: services.batch_approve(
        actor=world.head, batch=batch, at=at("2026-09-20")
    ),
    "publish": lambda world, batch: services.batch_publish(
        actor=world.leader, batch=batch, at=at("2026-09-20")
    ),
    "return": lambda world, batch: services.batch_return(
        actor=world.head, batch=batch, reason="请重新核查", at=at("2026-09-20")
    ),
    "drop": lambda world, batch: services.batch_drop(
        actor=world.officer, batch=batch, reason="合并到下一批", at=at("2026-09-20")
    ),
}
BATCH_PATHS = {
    "DRAFT": (),
    "REVIEWING": ("submit",),
    "APPROVED": ("submit", "approve"),
    "PUBLISHED": ("submit", "approve", "publish"),
    "DROPPED": ("drop",),
}


@pytest.mark.parametrize("state", BatchStatus.values)
def test_batch_states_and_steps(world: World, place: Institution, state: str) -> None:
    batch = services.batch_create(actor=world.officer, title="第一批", basis="实施条例", at=at("2026-09-20"))
    for earlier in BATCH_PATHS[state]:
        batch = BATCH_STEPS[earlier](world, batch)
    try_each(world, batch, state, BATCH_STEPS)


def test_reasons_against_the_white_list(world: World) -> None:
    item = make_institution(world, "示例多问题机构", standing="LICENCE_ONLY", licence_to=date(2026, 9, 10))
    found = rules.white_reasons(
        item,
        day=date(2026, 9, 20),
        open_notices=["巫教培整改〔2026〕1号"],
        held={"BLACK", "WHITE"},
        in_procedure=True,
    )
    text = "；".join(found)
    for part in (
        "未办理营业执照",
        "2026-09-10 到期",
        "〔2026〕1号 未销号",
        "黑名单中",
        "列入黑名单程序",
        "已在白名单",
    ):
        assert part in text


def test_red_needs_white(world: World, place: Institution) -> None:
    assert rules.reasons_by_institution(list_kind="RED", institutions=[place], day=date(2026, 9, 20))[
        place.pk
    ] == ["不在白名单中"]
    white_published(world)
    assert (
        rules.reasons_by_institution(list_kind="RED", institutions=[place], day=date(2026, 9, 20))[place.pk]
        == []
    )


def test_enrolment_stop_keeps_a_place_off(world: World, place: Institution) -> None:
    with time_machine.travel(at("2026-09-20"), tick=False):
        institution_projection_set(
            actor=world.system,
            institution=place,
            kind="ENROLMENT_STOP",
            value="STOPPED",
            since=date(2026, 9, 1),
            until=date(2026, 12, 1),
        )
        place.refresh_from_db()
        found = rules.reasons_by_institution(list_kind="WHITE", institutions=[place], day=date(2026, 9, 20))
    assert found[place.pk] == ["处于暂停招生期间"]


def test_removal_rules_of_a_black_entry(world: World, place: Institution) -> None:
    entry = black_published(world, place)
    with pytest.raises(Blocked, match="最早可于 2027-01-11"):
        services.entry_remove(
            actor=world.head, entry=entry, kind="CORRECTED", reason="已整改", at=at("2026-12-01")
        )
    with pytest.raises(Unlawful):
        services.entry_remove(
            actor=world.head, entry=entry, kind="VIOLATION", reason="x", at=at("2027-02-01")
        )
    with pytest.raises(NotAllowed):
        services.entry_remove(
            actor=world.officer, entry=entry, kind="CORRECTED", reason="已整改", at=at("2027-02-01")
        )
    entry = services.entry_remove(
        actor=world.head, entry=entry, kind="CORRECTED", reason="已整改并复查合格", at=at("2027-01-11")
    )
    assert entry.removed_on == date(2027, 1, 11)
    assert entry.document is not None
    assert entry.document.state == DocumentState.VALID
    place.refresh_from_db()
    assert ListEntry.objects.listed_on(date(2027, 1, 10)).get().pk == entry.pk
    assert not ListEntry.objects.listed_on(date(2027, 1, 11)).exists()


def test_a_mistake_withdraws_the_decision(world: World, place: Institution) -> None:
    entry = services.entry_remove(
        actor=world.head,
        entry=black_published(world, place),
        kind="MISTAKE",
        reason="列错机构",
        at=at("2026-10-20"),
    )
    assert OfficialDocument.objects.get(pk=entry.document_id).state == DocumentState.WITHDRAWN


def test_the_drafter_does_not_review(world: World, place: Institution) -> None:
    entry = services.black_entry_create(actor=world.head, institution=place, values={}, at=at("2026-09-28"))
    assert any("经办" in str(reason) for reason in rules.may_review(entry, world.head))


def test_no_second_procedure(world: World, place: Institution) -> None:
    black_draft(world, place)
    with pytest.raises(DomainError, match="正在办理"):
        black_draft(world, place)


def test_a_told_entry_is_not_edited(world: World, place: Institution) -> None:
    entry = services.entry_notify(actor=world.officer, entry=black_draft(world, place), at=at("2026-09-28"))
    with pytest.raises(WrongState):
        services.black_entry_edit(actor=world.officer, entry=entry, values={"ground_text": "改"})


def test_strangers_cannot_reply(world: World, place: Institution) -> None:
    entry = services.entry_notify(actor=world.officer, entry=black_draft(world, place), at=at("2026-09-28"))
    with pytest.raises(NotAllowed):
        services.entry_reply(
            actor=world.neighbour_institution_user, entry=entry, text="冒名", at=at("2026-09-29")
        )


def test_the_periodic_task_runs_twice_without_harm(world: World, place: Institution) -> None:
    entry = black_published(world, place)
    assert entry.planned_end_on is not None
    with time_machine.travel(at(str(entry.planned_end_on + timedelta(days=3))), tick=False):
        list_entries_expire()
        list_entries_expire()
    entry.refresh_from_db()
    assert (entry.status, entry.removed_on) == ("REMOVED", entry.planned_end_on + timedelta(days=1))
    place.refresh_from_db()


def test_a_removed_place_can_join_again(world: World, place: Institution) -> None:
    batch = white_published(world)
    services.entry_remove(
        actor=world.head, entry=batch.entries.get(), kind="VIOLATION", reason="违规收费", at=at("2026-10-01")
    )
    again = white_published(world, "2026-11-01")
    assert again.batch_no == 2
    assert ListEntry.objects.filter(institution=place, kind="WHITE").count() == 2
