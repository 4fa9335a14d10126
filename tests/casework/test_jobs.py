"""Background work: sent on commit, heartbeats, progress, the scheduler's table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.schedules import crontab, schedule
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from casework import jobs
from casework.errors import Unlawful
from casework.models import Heartbeat, JobRun, JobState
from casework.operations.selectors import expected_gap
from casework.schedule import schedule_sync
from tests.conftest import World

PATH = "tests.example"


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, jobs.Periodic]]:
    """Declarations of this test only."""
    jobs.load_tasks()
    own: dict[str, jobs.Periodic] = {}
    monkeypatch.setattr(jobs, "_periodic", own)
    return own


def test_a_good_run_leaves_a_heartbeat(db: None, declared: dict[str, jobs.Periodic]) -> None:
    def work() -> str:
        return "封存 3 条"

    task = jobs.periodic("tests.good", "示例", schedule(timedelta(seconds=5)))(work)
    task()
    beat = Heartbeat.objects.get(name="tests.good")
    assert (beat.outcome, beat.failures) == ("封存 3 条", 0)
    assert beat.finished_at is not None


def test_failures_are_counted_said_and_forgotten_after_a_good_run(
    db: None, declared: dict[str, jobs.Periodic]
) -> None:
    answers: list[Any] = [OSError("disk"), Unlawful("第 3 条被改动"), "好了"]

    def work() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    task = jobs.periodic(PATH, "示例", schedule(timedelta(seconds=5)))(work)
    with pytest.raises(OSError, match="disk"):
        task()
    assert Heartbeat.objects.get().outcome == "失败：OSError"
    with pytest.raises(Unlawful):
        task()
    beat = Heartbeat.objects.get()
    assert (beat.outcome, beat.failures) == ("失败：第 3 条被改动", 2)
    task()
    assert Heartbeat.objects.get().failures == 0


def test_work_is_sent_only_after_commit(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    went: list[Any] = []
    from casework import tasks

    monkeypatch.setattr(tasks.outbox_deliver, "apply_async", lambda args: went.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("casework.tasks.outbox_deliver", 7)
        assert went == []
    assert went == [(7,)]


def test_rolled_back_work_is_never_sent(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        try:
            with transaction.atomic():
                jobs.enqueue("casework.tasks.outbox_deliver", 7)
                raise InterruptedError
        except InterruptedError:
            pass
    assert callbacks == []


def test_a_watched_job_goes_from_queue_to_result(world: World) -> None:
    job = jobs.job_start(actor=world.officer, bureau=world.bureau, kind="import", label="导入", total=4)
    jobs.job_progress(job, 1)
    job.refresh_from_db()
    assert (job.state, job.percent) == (JobState.RUNNING, 25)
    done = jobs.job_finish(job, message="导入 4 条", file=b"x", file_name="结果.txt")
    assert (done.state, done.percent) == (JobState.DONE, 100)
    assert done.result_name.endswith(".txt")


def test_a_failed_job_says_why(world: World) -> None:
    job = jobs.job_start(actor=world.officer, bureau=world.bureau, kind="import", label="导入")
    jobs.job_fail(job, "第 3 行缺名称")
    job = JobRun.objects.get(pk=job.pk)
    assert (job.state, job.message, job.percent) == (JobState.FAILED, "第 3 行缺名称", 0)


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        (schedule(timedelta(seconds=2)), 2),
        (crontab(minute="*/5"), 3600),
        (crontab(hour=1, minute=30), 86400),
        (crontab(hour=1, minute=30, day_of_week="mon"), 7 * 86400),
        (crontab(hour=1, minute=30, day_of_month="1"), 31 * 86400),
    ],
)
def test_the_alarm_knows_the_schedule(when: Any, seconds: float) -> None:
    assert expected_gap(jobs.Periodic("x", "x", when), timezone.now()) == seconds


def test_the_shipped_tasks_are_scheduled_in_shanghai_time(db: None) -> None:
    call_command("sync_schedule", verbosity=0)
    names = {task.path for task in jobs.periodic_tasks()}
    assert names <= set(PeriodicTask.objects.values_list("name", flat=True))
    anchor = PeriodicTask.objects.get(name="casework.tasks.audit_anchor")
    assert anchor.crontab is not None
    assert (str(anchor.crontab.timezone), anchor.crontab.hour, anchor.crontab.minute) == (
        "Asia/Shanghai",
        "0",
        "5",
    )
    seal = PeriodicTask.objects.get(name="casework.tasks.audit_seal")
    assert seal.interval is not None
    assert (seal.interval.every, seal.interval.period) == (2, IntervalSchedule.SECONDS)


def test_repeating_keeps_last_runs_and_what_a_person_switched_off(db: None) -> None:
    schedule_sync()
    when = timezone.now()
    PeriodicTask.objects.filter(name="casework.tasks.audit_seal").update(last_run_at=when, total_run_count=9)
    PeriodicTask.objects.filter(name="casework.tasks.audit_anchor").update(enabled=False)
    again = schedule_sync()
    assert (again.added, again.changed, again.removed) == ((), (), ())
    assert again.disabled == ("casework.tasks.audit_anchor",)
    seal = PeriodicTask.objects.get(name="casework.tasks.audit_seal")
    assert (seal.last_run_at, seal.total_run_count) == (when, 9)


def test_a_changed_schedule_is_brought_in_line_without_losing_the_last_run(
    db: None, declared: dict[str, jobs.Periodic]
) -> None:
    declared[PATH] = jobs.Periodic(PATH, "示例", crontab(hour=3, minute=0))
    schedule_sync()
    when = timezone.now()
    PeriodicTask.objects.update(last_run_at=when)
    declared[PATH] = jobs.Periodic(PATH, "示例", schedule(timedelta(minutes=1)))
    assert schedule_sync().changed == (PATH,)
    row = PeriodicTask.objects.get(name=PATH)
    assert (row.crontab, row.interval.every if row.interval else 0, row.last_run_at) == (None, 60, when)


def test_entries_of_others_stay_and_own_ones_that_are_gone_leave(
    db: None, declared: dict[str, jobs.Periodic]
) -> None:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.create(name="人工加的备份", task="backup.run", interval=every)
    declared[PATH] = jobs.Periodic(PATH, "示例", crontab(hour=3, minute=0))
    schedule_sync()
    declared.clear()
    assert schedule_sync().removed == (PATH,)
    assert list(PeriodicTask.objects.values_list("name", flat=True)) == ["人工加的备份"]
