"""The one function that moves objects: refusals, stamps, audit, blockers, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from casework import events, registries, workflow
from casework.errors import Blocked, NotAllowed, Reason, Unlawful, WrongState
from casework.models import AuditEvent, JobRun, JobState
from casework.workflow import Transition, Workflow, available_transitions, transition
from tests.conftest import World

NOON = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class Ended:
    """Announced when the example ends."""

    label: str


def is_labelled(job: JobRun, actor: User) -> Iterable[Reason]:
    """The example has a label."""
    if job.label == "无名":
        yield Reason("还没有名称。", "某办法第一条", "请先填写名称。", "label")


@pytest.fixture
def flow() -> Iterator[Workflow]:
    """A workflow on background jobs, for this test only."""
    made = Workflow(
        model="casework.JobRun",
        label="示例",
        states=JobState,
        field="state",
        initial=JobState.QUEUED,
        transitions=(
            Transition(
                "start", "开始", (JobState.QUEUED,), JobState.RUNNING, permission="casework.policy_edit"
            ),
            Transition(
                "end",
                "结束",
                (JobState.RUNNING,),
                JobState.DONE,
                permission="casework.policy_edit",
                guards=(is_labelled,),
                requires=("message",),
                stamp="finished_at",
            ),
            Transition(
                "drop",
                "放弃",
                (JobState.QUEUED, JobState.RUNNING),
                JobState.FAILED,
                permission="casework.policy_edit",
                stamp="finished_at",
                needs_reason=True,
            ),
            Transition(
                "expire", "到期", (JobState.QUEUED,), JobState.FAILED, is_system=True, stamp="finished_at"
            ),
        ),
    )
    yield made
    del workflow._workflows["casework.JobRun"]


@pytest.fixture
def job(world: World, flow: Workflow) -> JobRun:
    """A queued example."""
    return JobRun.objects.create(bureau=world.bureau, kind="x", label="示例", created_by=world.officer)


def test_a_step_sets_state_and_writes_one_event(world: World, job: JobRun) -> None:
    moved = transition(job, "start", actor=world.leader, at=NOON)
    assert moved.state == JobState.RUNNING
    event = AuditEvent.objects.get(object_uid=job.uid)
    assert event.verb == "casework.jobrun_start"
    assert event.changes == {"state": ["QUEUED", "RUNNING"]}
    assert event.occurred_at == NOON


def test_stamp_and_further_values_are_set_together(world: World, job: JobRun) -> None:
    transition(job, "start", actor=world.leader)
    ended = transition(job, "end", actor=world.leader, at=NOON, values={"message": "办结"})
    ended.refresh_from_db()
    assert (ended.finished_at, ended.message) == (NOON, "办结")


def test_the_state_in_the_database_decides(world: World, job: JobRun) -> None:
    stale = JobRun.objects.get(pk=job.pk)
    transition(job, "start", actor=world.leader)
    with pytest.raises(WrongState, match="现在是“进行中”，不能开始"):
        transition(stale, "start", actor=world.leader)


def test_without_the_permission_nothing_happens(world: World, job: JobRun) -> None:
    with pytest.raises(NotAllowed, match="维护政策参数"):
        transition(job, "start", actor=world.officer)
    assert JobRun.objects.get(pk=job.pk).state == JobState.QUEUED
    assert not AuditEvent.objects.filter(object_uid=job.uid).exists()


def test_system_steps_are_refused_to_people(world: World, job: JobRun) -> None:
    with pytest.raises(NotAllowed, match="系统"):
        transition(job, "expire", actor=world.leader)
    assert transition(job, "expire", actor=world.system, at=NOON).state == JobState.FAILED


def test_closed_accounts_take_no_step(world: World, job: JobRun) -> None:
    world.leader.is_active = False
    with pytest.raises(NotAllowed):
        transition(job, "start", actor=world.leader)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_step_that_needs_a_reason_refuses_blanks(world: World, job: JobRun, reason: str) -> None:
    with pytest.raises(Unlawful, match="须写明理由"):
        transition(job, "drop", actor=world.leader, reason=reason)


def test_a_missing_field_is_named_in_chinese(world: World, job: JobRun) -> None:
    transition(job, "start", actor=world.leader)
    with pytest.raises(Unlawful, match="结束前须填写“说明”"):
        transition(job, "end", actor=world.leader)


def test_guards_and_blockers_give_all_reasons_at_once(
    world: World, job: JobRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "blockers", registries.Keyed())
    registries.add_blocker("casework.JobRun", "end", lambda obj, actor: [Reason("余额没有退清。")])
    JobRun.objects.filter(pk=job.pk).update(label="无名", state=JobState.RUNNING)
    job.refresh_from_db()
    with pytest.raises(Blocked) as caught:
        transition(job, "end", actor=world.leader, values={"message": "x"})
    assert [reason.sentence for reason in caught.value.reasons] == ["还没有名称。", "余额没有退清。"]
    [end, drop] = available_transitions(world.leader, job)
    assert (end.transition.name, end.is_open, drop.is_open) == ("end", False, True)
    assert str(end.reasons[0]) == "还没有名称。（依据：某办法第一条） 请先填写名称。"


def test_only_steps_of_the_present_state_and_role_are_offered(world: World, job: JobRun) -> None:
    assert [offer.transition.name for offer in available_transitions(world.leader, job)] == ["start", "drop"]
    assert available_transitions(world.officer, job) == []


def test_the_event_is_published_inside_the_transaction(
    world: World, job: JobRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setitem(events._handlers, Ended, [heard.append])
    transition(job, "start", actor=world.leader, event=Ended("x"))
    assert heard == [Ended("x")]


def test_a_failing_subscriber_undoes_the_step(
    world: World, job: JobRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(event: Ended) -> None:
        raise Unlawful("后续事项办不了。")

    monkeypatch.setitem(events._handlers, Ended, [refuse])
    with pytest.raises(Unlawful):
        transition(job, "start", actor=world.leader, event=Ended("x"))
    assert JobRun.objects.get(pk=job.pk).state == JobState.QUEUED
    assert not AuditEvent.objects.filter(object_uid=job.uid).exists()


def test_a_table_with_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown state"):
        Workflow(
            model="casework.Nothing",
            label="示例",
            states=JobState,
            initial=JobState.QUEUED,
            transitions=(Transition("go", "走", ("ELSEWHERE",), JobState.DONE),),
        )
    assert "casework.Nothing" not in workflow._workflows
