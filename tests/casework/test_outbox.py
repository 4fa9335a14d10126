"""Messages to other systems: sent at least once, claimed by one, receipted once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.utils import timezone

from casework import outbox
from casework.errors import NotAllowed, WrongState
from casework.models import JobRun, OutboxMessage, OutboxState
from tests.conftest import World, build_world

NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The channel `test` and what went through it."""
    went: list[int] = []
    monkeypatch.setitem(outbox._channels, "test", lambda message: went.append(message.pk))
    return went


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel `test` with nobody at the other end."""

    def refuse(message: OutboxMessage) -> None:
        raise ConnectionError("no route")

    monkeypatch.setitem(outbox._channels, "test", refuse)


def put(world: World, payload: dict[str, Any] | None = None) -> OutboxMessage:
    """Queue one message, due at NOW."""
    subject = JobRun.objects.create(bureau=world.bureau, kind="x", label="示例", created_by=world.clerk)
    message = outbox.outbox_put(
        actor=world.clerk,
        bureau=world.bureau,
        channel="test",
        subject=subject,
        label="十一月月报",
        payload=payload or {"n": 1},
    )
    OutboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=NOW)
    message.refresh_from_db()
    return message


def test_the_same_payload_is_queued_once(world: World) -> None:
    assert put(world).pk == put(world).pk
    assert put(world, {"n": 2}).pk != put(world).pk


def test_a_delivery_marks_the_message_sent(world: World, sent: list[int]) -> None:
    message = put(world)
    assert outbox.outbox_deliver(message_id=message.pk, now=NOW)
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == (OutboxState.SENT, NOW, 1)
    assert not outbox.outbox_deliver(message_id=message.pk, now=NOW)
    assert sent == [message.pk]


def test_nothing_is_sent_before_its_time(world: World, sent: list[int]) -> None:
    message = put(world)
    assert not outbox.outbox_deliver(message_id=message.pk, now=NOW - timedelta(seconds=1))
    assert sent == []


@pytest.mark.usefixtures("broken")
def test_failures_wait_longer_each_time_and_end(world: World) -> None:
    message, now, gaps = put(world), NOW, []
    for _ in range(outbox.MAX_ATTEMPTS):
        assert message.pk in outbox.outbox_due(now)
        assert not outbox.outbox_deliver(message_id=message.pk, now=now)
        message.refresh_from_db()
        gaps.append(message.next_attempt_at - now)
        now = message.next_attempt_at
    assert gaps == sorted(gaps)
    assert gaps[0] == timedelta(minutes=2)
    assert gaps[-1] == timedelta(hours=6)
    assert message.state == OutboxState.GIVEN_UP
    assert message.last_error == "ConnectionError: no route"
    assert outbox.outbox_due(now) == []


def test_an_unknown_channel_is_a_failure_not_a_crash(world: World) -> None:
    message = put(world)
    assert not outbox.outbox_deliver(message_id=message.pk, now=NOW)
    message.refresh_from_db()
    assert message.last_error.startswith("KeyError")


def test_a_worker_that_died_leaves_the_message_for_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(message: OutboxMessage) -> None:
        raise SystemExit

    monkeypatch.setitem(outbox._channels, "test", die)
    message = put(world)
    with pytest.raises(SystemExit):
        outbox.outbox_deliver(message_id=message.pk, now=NOW)
    assert outbox.outbox_due(NOW + timedelta(minutes=1)) == []
    assert outbox.outbox_due(NOW + timedelta(minutes=15)) == [message.pk]


def test_the_first_receipt_counts(world: World, sent: list[int]) -> None:
    message = put(world)
    outbox.outbox_deliver(message_id=message.pk, now=NOW)
    outbox.outbox_receipt(actor=world.system, message=message, accepted=True, receipt={"no": 1})
    late = outbox.outbox_receipt(actor=world.system, message=message, accepted=False, receipt={"no": 2})
    assert (late.state, late.receipt) == (OutboxState.RECEIVED, {"no": 1})


def test_a_late_failure_does_not_undo_a_receipt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    message = put(world)

    def receipted_then_cut_off(row: OutboxMessage) -> None:
        outbox.outbox_receipt(actor=world.system, message=row, accepted=True, receipt={"no": 1})
        raise TimeoutError

    monkeypatch.setitem(outbox._channels, "test", receipted_then_cut_off)
    outbox.outbox_deliver(message_id=message.pk, now=NOW)
    message.refresh_from_db()
    assert message.state == OutboxState.RECEIVED


def test_a_rejected_message_goes_out_again_on_request(world: World, sent: list[int]) -> None:
    message = put(world)
    outbox.outbox_deliver(message_id=message.pk, now=NOW)
    outbox.outbox_receipt(actor=world.system, message=message, accepted=False, receipt={"why": "格式"})
    with pytest.raises(NotAllowed):
        outbox.outbox_retry(actor=world.officer, message=message)
    again = outbox.outbox_retry(actor=world.clerk, message=message)
    assert (again.state, again.receipt, again.attempts) == (OutboxState.WAITING, None, 0)
    assert outbox.outbox_deliver(message_id=message.pk, now=timezone.now())
    assert sent == [message.pk, message.pk]


def test_a_waiting_or_received_message_needs_no_retry(world: World, sent: list[int]) -> None:
    message = put(world)
    with pytest.raises(WrongState, match="不需要重新报送"):
        outbox.outbox_retry(actor=world.clerk, message=message)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world = build_world()
    went: list[int] = []
    monkeypatch.setitem(outbox._channels, "test", lambda message: went.append(message.pk))
    message = put(world)
    OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxState.WAITING, next_attempt_at=NOW)
    went.clear()
    gate = threading.Barrier(8)

    def work() -> None:
        gate.wait()
        outbox.outbox_deliver(message_id=message.pk, now=NOW)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert went == [message.pk]
