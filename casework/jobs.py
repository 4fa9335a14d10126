"""Background work: enqueue on commit, heartbeats of periodic jobs, progress of long work.

Tasks take ids, call one service, and are idempotent. `periodic` declares a task with its schedule;
`manage.py sync_schedule` writes all of them to the beat's table without losing last-run times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from celery import Task, current_app, shared_task
from celery.schedules import crontab, schedule
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string, module_has_submodule

from accounts.models import Bureau, User
from casework.errors import DomainError
from casework.models import Heartbeat, JobRun, JobState


@dataclass(frozen=True)
class Periodic:
    """One periodic task: its path, what it is for, and when it runs (Asia/Shanghai)."""

    path: str
    label: str
    when: crontab | schedule


_periodic: dict[str, Periodic] = {}


def enqueue(task_path: str, *args: Any) -> None:
    """Send `app.tasks.name(*args)` to a worker after the current transaction commits."""
    task: Task = import_string(task_path)
    transaction.on_commit(lambda: task.apply_async(args=args))


def job(function: Callable[..., None]) -> Task:
    """Declare a Celery task that `enqueue` may send; it takes ids and calls one service."""
    task: Task = shared_task(ignore_result=True)(function)
    return task


def periodic(path: str, label: str, when: crontab | schedule) -> Callable[[Callable[[], Any]], Task]:
    """Declare a Celery task that beat runs, with a heartbeat around it."""

    def declare(function: Callable[[], Any]) -> Task:
        _periodic[path] = Periodic(path, label, when)

        @wraps(function)
        def with_heartbeat() -> Any:
            started = timezone.now()
            try:
                outcome = function()
            except Exception as error:
                sentence = error.message if isinstance(error, DomainError) else type(error).__name__
                _beat(path, started, f"失败：{sentence}", failed=True)
                raise
            _beat(path, started, "" if outcome is None else str(outcome), failed=False)
            return outcome

        task: Task = current_app.task(name=path, ignore_result=True)(with_heartbeat)
        return task

    return declare


def load_tasks() -> None:
    """Import every room's `tasks`: the web process and commands do not run a worker that would."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "tasks"):
            import_module(f"{config.name}.tasks")


def periodic_tasks() -> list[Periodic]:
    """All declared periodic tasks, by path."""
    load_tasks()
    return [_periodic[path] for path in sorted(_periodic)]


def _beat(name: str, started: Any, outcome: str, *, failed: bool) -> None:
    failures: Any = F("failures") + 1 if failed else 0
    values = {"started_at": started, "finished_at": timezone.now(), "outcome": outcome[:300]}
    if not Heartbeat.objects.filter(name=name).update(**values, failures=failures):
        Heartbeat.objects.get_or_create(name=name, defaults={**values, "failures": int(failed)})


@transaction.atomic
def job_start(*, actor: User, bureau: Bureau, kind: str, label: str, total: int = 0) -> JobRun:
    """Register a piece of long work that a person will watch."""
    return JobRun.objects.create(bureau=bureau, kind=kind, label=label, total=total, created_by=actor)


def job_progress(job: JobRun, done: int, total: int | None = None) -> None:
    """Report progress; cheap enough to call per batch."""
    values: dict[str, Any] = {"state": JobState.RUNNING, "done": done}
    if total is not None:
        values["total"] = total
    JobRun.objects.filter(pk=job.pk).update(**values)


@transaction.atomic
def job_finish(
    job: JobRun,
    *,
    message: str = "",
    result: dict[str, Any] | None = None,
    file: bytes | None = None,
    file_name: str = "",
) -> JobRun:
    """End a job well; `file` becomes its download."""
    if file is not None:
        job.result_name = default_storage.save(f"jobs/{job.uid.hex}/{file_name}", ContentFile(file))
    job.state, job.message, job.result = JobState.DONE, message[:300], result or {}
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "message", "result", "result_name", "finished_at"])
    return job


def job_fail(job: JobRun, message: str) -> None:
    """End a job badly with a sentence for the person who started it."""
    JobRun.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, message=message[:300], finished_at=timezone.now()
    )
