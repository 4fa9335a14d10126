"""Writing the declared periodic tasks into the scheduler's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab
from django.conf import settings
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from casework.jobs import Periodic, periodic_tasks

MARK = "随程序登记："


@dataclass(frozen=True)
class Synced:
    """What a run changed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    disabled: tuple[str, ...]


@transaction.atomic
def schedule_sync() -> Synced:
    """Bring the scheduler's table in line with the code; last-run times and entries of others stay.

    An entry that somebody switched off stays off and is named in the result.
    """
    declared = {task.path: task for task in periodic_tasks()}
    known = {row.name: row for row in PeriodicTask.objects.select_for_update().filter(name__in=declared)}
    added, changed = [], []
    for path, task in declared.items():
        wanted = _wanted(task)
        row = known.get(path)
        if row is None:
            PeriodicTask.objects.create(name=path, **wanted)
            added.append(path)
        elif any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save()
            changed.append(path)
    gone = PeriodicTask.objects.filter(description__startswith=MARK).exclude(name__in=declared)
    removed = sorted(gone.values_list("name", flat=True))
    for row in gone:
        row.delete()
    disabled = sorted(name for name, row in known.items() if not row.enabled)
    return Synced(tuple(added), tuple(changed), tuple(removed), tuple(disabled))


def _wanted(task: Periodic) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "task": task.path,
        "description": f"{MARK}{task.label}",
        "crontab": None,
        "interval": None,
        "solar": None,
        "clocked": None,
    }
    if isinstance(task.when, crontab):
        wanted["crontab"] = _crontab(task.when)
    else:
        seconds = max(1, round(task.when.run_every.total_seconds()))
        wanted["interval"], _ = IntervalSchedule.objects.get_or_create(
            every=seconds, period=IntervalSchedule.SECONDS
        )
    return wanted


def _crontab(when: crontab) -> CrontabSchedule:
    fields = {
        "minute": str(when._orig_minute),
        "hour": str(when._orig_hour),
        "day_of_week": str(when._orig_day_of_week),
        "day_of_month": str(when._orig_day_of_month),
        "month_of_year": str(when._orig_month_of_year),
        "timezone": settings.TIME_ZONE,
    }
    found = CrontabSchedule.objects.filter(**fields).first()
    return found or CrontabSchedule.objects.create(**fields)
