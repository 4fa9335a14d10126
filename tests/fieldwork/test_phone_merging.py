"""Any order, any loss with repetition, any doubling: two phones come to the same record, and nothing is lost."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldwork.merging import merge
from fieldwork.models import FieldOperation, FieldRecord
from inspections.models import Visit
from inspections.services import deployment_notify
from tests.conftest import World
from tests.fieldwork.phones import Phone, answers_of, settle, small_version
from tests.inspections import making

VALUES = st.sampled_from(["YES", "NO", "NA"])
ITEMS = st.sampled_from(["A1", "A2", "A3"])


@dataclass
class Said:
    """One word of a generated history."""

    uid: UUID
    device_id: int
    sequence: int
    lamport: int
    kind: str
    item: str
    value: Any
    supersedes: list[UUID] = field(default_factory=list)


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """What two or three phones say; now and then one has heard another and replaces its word."""
    words: list[Said] = []
    sequences, clocks = itertools.repeat(0), {}
    counts: dict[int, int] = dict(zip((1, 2, 3), sequences, strict=False))
    for number in range(draw(st.integers(0, 24))):
        device = draw(st.sampled_from((1, 2, 3)))
        counts[device] += 1
        item = draw(ITEMS)
        heard = [word for word in words if word.item == item and word.device_id != device]
        seen = [draw(st.sampled_from(heard))] if heard and draw(st.booleans()) else []
        clocks[device] = max(clocks.get(device, 0), *(word.lamport for word in seen), 0) + 1
        words.append(
            Said(
                UUID(int=number + 1),
                device,
                counts[device],
                clocks[device],
                "answer",
                item,
                {"value": draw(VALUES)},
                [word.uid for word in seen],
            )
        )
    return words


def same(kind: str, value: Any) -> object:
    return value["value"]


def shape(words: list[Said]) -> dict[Any, Any]:
    return {
        key: ([word.uid for word in one.standing], one.current.uid, one.is_differing)
        for key, one in merge(words, same).items()
    }


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(words: list[Said], random: Any) -> None:
    mixed = [*words, *(random.choice(words) for _ in range(len(words)))] if words else []
    random.shuffle(mixed)
    assert shape(mixed) == shape(words)


@given(histories())
def test_no_word_disappears_and_every_item_has_a_current_one(words: list[Said]) -> None:
    merged = merge(words, same)
    kept = [word.uid for one in merged.values() for word in (*one.standing, *one.replaced)]
    assert sorted(kept) == sorted(word.uid for word in words)
    assert all(one.standing for one in merged.values())


@given(histories())
def test_what_two_phones_say_differently_is_never_settled_silently(words: list[Said]) -> None:
    for one in merge(words, same).values():
        last = {}
        for word in sorted((*one.standing, *one.replaced), key=lambda word: word.sequence):
            last[word.device_id] = word
        replaced = {uid for word in (*one.standing, *one.replaced) for uid in word.supersedes}
        open_values = {word.value["value"] for word in last.values() if word.uid not in replaced}
        assert one.is_differing or len(open_values) <= 1


@pytest.fixture
def crew(world: World) -> tuple[Visit, Phone, Phone]:
    """A visit and the phones of its two officers, each with a history that meets the other's."""
    making.load_law()
    version = small_version(world.head)
    plan = making.make_plan(world, making.make_place(world), checklist_version=version)
    deployment_notify(actor=world.officer, deployment=making.approve(world, plan))
    visit: Visit = plan.visits.get()
    one, two = Phone(world.officer, visit), Phone(world.officer2, visit)
    one.write("start", place_note="大厅")
    for code, value in (("A1", "YES"), ("A2", "NO"), ("A2", "NA")):
        one.write("answer", code, value=value, note="甲", version=str(version.uid))
    heard = one.queue[1]["uid"]
    two.lamport = one.lamport
    two.write("answer", "A1", value="NO", note="乙", version=str(version.uid), supersedes=(heard,))
    for code, value in (("A2", "YES"), ("A3", "YES")):
        two.write("answer", code, value=value, note="乙", version=str(version.uid))
    two.write("note", "summary", text="现场正常")
    return visit, one, two


@pytest.mark.django_db
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(random=st.randoms(use_true_random=False))
def test_the_server_comes_to_the_same_record_however_words_arrive(
    crew: tuple[Visit, Phone, Phone], random: Any
) -> None:
    visit, one, two = crew
    with transaction.atomic():
        acknowledged = _deliver(visit, one, two, random)
        assert set(FieldOperation.objects.values_list("uid", flat=True)) >= acknowledged
        for phone in (one, two):
            phone.send()
        settle(visit)
        assert answers_of(visit) == {"A1": ("NO", "乙"), "A2": ("YES", "乙"), "A3": ("YES", "乙")}
        record = FieldRecord.objects.get()
        assert (record.differing_count, record.waiting_count, record.held_count) == (1, 0, 0)
        assert FieldOperation.objects.count() == len(one.queue) + len(two.queue)
        transaction.set_rollback(True)


def _deliver(visit: Visit, one: Phone, two: Phone, random: Any) -> set[UUID]:
    """Batches in any order, some lost, some twice, with settling in between; the acknowledged uids."""
    acknowledged: set[UUID] = set()
    for _ in range(random.randint(1, 5)):
        phone = random.choice((one, two))
        batch = random.sample(phone.queue, random.randint(1, len(phone.queue)))
        if random.random() < 0.3:
            continue
        receipts = phone.send([*batch, *batch[:1]])
        acknowledged |= {UUID(receipt.uid) for receipt in receipts}
        if random.random() < 0.5:
            settle(visit)
    return acknowledged
