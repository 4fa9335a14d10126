"""The audit chain: complete, append-only, and honest about tampering."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from casework import audit
from casework.audit.events import payload_hash
from casework.models import AuditEvent, AuditPending, AuditSeal
from tests.conftest import World, build_world


def write(world: World, count: int = 1) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            audit.record(actor=world.officer, verb="casework.test", target=world.education, reason=str(index))
            for index in range(count)
        ]


def tamper(sql: str, *params: object) -> None:
    """As the owner of the database, behind the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_an_event_copies_names_and_place(world: World) -> None:
    [event] = write(world)
    assert (event.actor_name, event.organisation_name) == ("执法甲", "巫山县教育委员会")
    assert event.region_path == world.bureau.region.path


def test_a_number_that_is_no_text_is_sealed_as_it_is_kept(world: World) -> None:
    with transaction.atomic():
        event = audit.record(actor=world.officer, verb="casework.test", target=world.education, number=7)  # type: ignore[arg-type]
    kept = AuditEvent.objects.get(pk=event.pk)
    assert kept.object_no == "7"
    assert payload_hash(kept) == kept.payload_hash


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_an_event_is_refused() -> None:
    world = build_world()
    with pytest.raises(RuntimeError):
        audit.record(actor=world.officer, verb="casework.test")


@pytest.mark.parametrize(
    "statement", ["UPDATE casework_auditevent SET reason = 'x'", "DELETE FROM casework_auditevent"]
)
def test_the_database_refuses_change(world: World, statement: str) -> None:
    write(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "table", ["casework_auditevent", "sealed.casework_auditseal", "casework_auditanchor"]
)
def test_the_database_refuses_truncate(world: World, table: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_seals_live_in_their_own_schema(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'casework_auditseal'")
        assert cursor.fetchall() == [("sealed",)]


def test_a_sealed_chain_verifies(world: World) -> None:
    write(world, 5)
    assert audit.seal_pending() == 5
    assert audit.verify(world.bureau.pk) is None
    assert AuditPending.objects.count() == 0
    assert audit.seal_pending() == 0


@pytest.mark.parametrize(
    ("sql", "sequence", "words"),
    [
        ("UPDATE casework_auditevent SET reason = 'forged' WHERE reason = '2'", 3, "被改动"),
        ("DELETE FROM casework_auditevent WHERE reason = '2'", 3, "被删除"),
        ("DELETE FROM sealed.casework_auditseal WHERE sequence = 2", 2, "缺失"),
        ("UPDATE sealed.casework_auditseal SET link = repeat('0', 64) WHERE sequence = 4", 4, "不衔接"),
    ],
)
def test_the_first_broken_link_is_named(world: World, sql: str, sequence: int, words: str) -> None:
    write(world, 5)
    audit.seal_pending()
    tamper(sql)
    problem = audit.verify(world.bureau.pk)
    assert problem is not None
    assert problem.sequence == sequence
    assert words in problem.sentence


def test_swapped_seals_are_noticed(world: World) -> None:
    write(world, 4)
    audit.seal_pending()
    tamper("UPDATE sealed.casework_auditseal SET sequence = 99 WHERE sequence = 2")
    problem = audit.verify(world.bureau.pk)
    assert problem is not None
    assert problem.sequence == 2


def test_a_cut_off_tail_is_noticed_by_the_anchor(world: World) -> None:
    write(world, 5)
    audit.seal_pending()
    anchor = audit.anchor_day(bureau=world.bureau, day=date(2026, 11, 21), now=timezone.now())
    assert anchor is not None
    assert anchor.sequence == 5
    tamper("DELETE FROM casework_auditevent WHERE reason = '4'")
    tamper("DELETE FROM sealed.casework_auditseal WHERE sequence = 5")
    problem = audit.verify(world.bureau.pk)
    assert problem is not None
    assert "尾部缺失" in problem.sentence


def test_an_event_slipped_in_behind_the_trigger_is_noticed(world: World) -> None:
    write(world, 2)
    audit.seal_pending()
    tamper("UPDATE casework_auditpending SET event_id = event_id")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    write(world)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
    assert "不符" in str(audit.verify(world.bureau.pk))


def test_the_same_day_is_anchored_once(world: World) -> None:
    write(world)
    audit.seal_pending()
    first = audit.anchor_day(bureau=world.bureau, day=date(2026, 11, 21), now=timezone.now())
    write(world)
    audit.seal_pending()
    assert audit.anchor_day(bureau=world.bureau, day=date(2026, 11, 21), now=timezone.now()) == first


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_and_sealers_never_fork() -> None:
    world = build_world()
    errors: list[BaseException] = []

    def work(action: object) -> None:
        try:
            for _ in range(10):
                action()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(lambda: write(world, 3),)) for _ in range(8)]
    threads += [threading.Thread(target=work, args=(audit.seal_pending,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.seal_pending()
    assert errors == []
    assert AuditSeal.objects.filter(bureau_id=world.bureau.pk).count() == 8 * 10 * 3
    assert audit.verify(world.bureau.pk) is None


def test_a_rolled_back_change_leaves_no_event(world: World) -> None:
    before = AuditEvent.objects.count()
    with transaction.atomic():
        write(world)
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == before
    assert AuditPending.objects.count() == 0
