"""What the operations page shows. Thresholds stand here, beside the facts they judge."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from celery.schedules import crontab
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework import audit, jobs, typesetting
from casework.calendars import missing_years
from casework.models import AuditEvent, Heartbeat, JobRun, JobState, OutboxMessage, OutboxState

UNSEALED_ALARM_SECONDS = 60
GRACE_SECONDS = 300
DISK_ALARM_PERCENT = 10
FAILED_DAYS = 7
CHAIN_JOB = "audit_verify"


@dataclass(frozen=True)
class Pulse:
    """One periodic task with its last run. `alarm` is a sentence, empty when all is well."""

    label: str
    path: str
    finished_at: datetime | None
    age_seconds: float | None
    outcome: str
    alarm: str


@dataclass(frozen=True)
class Disk:
    """Room left where files are kept, in bytes."""

    free: int
    total: int

    @property
    def percent_free(self) -> int:
        """Whole percent still free."""
        return self.free * 100 // self.total

    @property
    def is_short(self) -> bool:
        """Whether somebody has to make room."""
        return self.percent_free < DISK_ALARM_PERCENT


@dataclass(frozen=True)
class ChainStatus:
    """What the last verification of the bureau's audit chain found."""

    verified_at: datetime | None
    length: int
    problem: str
    is_running: bool = False


def pulses(now: datetime) -> list[Pulse]:
    """Every periodic task, those in alarm first."""
    beats = {beat.name: beat for beat in Heartbeat.objects.all()}
    found = [_pulse(task, beats.get(task.path), now) for task in jobs.periodic_tasks()]
    return sorted(found, key=lambda pulse: (not pulse.alarm, pulse.path))


def _pulse(task: jobs.Periodic, beat: Heartbeat | None, now: datetime) -> Pulse:
    if beat is None or beat.finished_at is None:
        return Pulse(
            task.label,
            task.path,
            None,
            None,
            "",
            "从未运行。请确认定时服务（beat）和后台服务（worker）已启动。",
        )
    age = (now - beat.finished_at).total_seconds()
    alarm = ""
    if beat.failures:
        alarm = f"连续失败 {beat.failures} 次：{beat.outcome}"
    elif age > expected_gap(task, now) + GRACE_SECONDS:
        alarm = "超过应运行的间隔，请检查定时服务和后台服务。"
    return Pulse(task.label, task.path, beat.finished_at, age, beat.outcome, alarm)


def expected_gap(task: jobs.Periodic, now: datetime) -> float:
    """Seconds that may pass between two runs of a periodic task; a month for rarer schedules."""
    if not isinstance(task.when, crontab):
        return float(task.when.run_every.total_seconds())
    if len(task.when.day_of_month) < 31 or len(task.when.month_of_year) < 12:
        return timedelta(days=31 if len(task.when.month_of_year) == 12 else 366).total_seconds()
    if len(task.when.day_of_week) < 7:
        return timedelta(days=7).total_seconds()
    if len(task.when.hour) < 24:
        return timedelta(days=1).total_seconds()
    return 3600.0


def unsealed(now: datetime) -> tuple[float, bool]:
    """Age of the oldest unsealed audit event in seconds, and whether that is an alarm."""
    seconds = audit.unsealed_seconds(now)
    return seconds, seconds > UNSEALED_ALARM_SECONDS


def outbox_of(actor: User) -> ScopedQuerySet[OutboxMessage]:
    """Messages to other systems of the actor's bureau, newest first."""
    return OutboxMessage.objects.visible_to(actor).order_by("-created_at", "-pk")


def outbox_counts(actor: User) -> dict[str, int]:
    """Messages per delivery state."""
    rows = OutboxMessage.objects.visible_to(actor).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    return {state: counts.get(state, 0) for state in OutboxState.values}


def outbox_failed(actor: User) -> list[OutboxMessage]:
    """Messages that a person has to look at, newest first."""
    failed = outbox_of(actor).filter(state__in=[OutboxState.GIVEN_UP, OutboxState.REJECTED])
    return list(failed[:20])


def failed_jobs(actor: User, now: datetime) -> list[JobRun]:
    """Long work that failed in the last days."""
    since = now - timedelta(days=FAILED_DAYS)
    rows = JobRun.objects.visible_to(actor).filter(state=JobState.FAILED, created_at__gte=since)
    return list(rows.select_related("created_by").order_by("-pk")[:50])


def stuck_jobs(actor: User, now: datetime) -> list[JobRun]:
    """Long work that has stood open for over an hour: its worker is gone."""
    rows = JobRun.objects.visible_to(actor).filter(
        state__in=[JobState.QUEUED, JobState.RUNNING], created_at__lt=now - timedelta(hours=1)
    )
    return list(rows.select_related("created_by").order_by("-pk")[:50])


def font_notes() -> list[str]:
    """Typefaces that stand in for the ones that GB/T 9704 asks for; a sentence each."""
    try:
        return [str(item) for item in typesetting.font_fallbacks(settings.DOCUMENT_FONT_DIR)]
    except typesetting.FontsMissingError as error:
        return [f"没有中文字体，文书暂时不能排版：{error}"]


def calendar_notes(now: datetime) -> list[str]:
    """Calendar years that terms need and nobody has confirmed."""
    return [f"{year} 年的放假安排尚未确认" for year in missing_years(now.date())]


def disk() -> Disk:
    """Room left where uploads and documents are kept, or on this machine when they are kept elsewhere."""
    try:
        place = Path(default_storage.path(""))
    except NotImplementedError:
        place = Path(settings.VAR_DIR)
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return Disk(usage.free, usage.total)


def chain_status(actor: User) -> ChainStatus:
    """The last finished verification of the actor's bureau, and whether one is under way."""
    runs = JobRun.objects.filter(bureau=actor.bureau_id, kind=CHAIN_JOB).order_by("-pk")
    latest = runs.first()
    done = runs.filter(state=JobState.DONE).first()
    is_running = latest is not None and latest.state in {JobState.QUEUED, JobState.RUNNING}
    if done is None:
        return ChainStatus(None, 0, "", is_running)
    return ChainStatus(
        done.finished_at, int(done.result.get("length", 0)), str(done.result.get("problem", "")), is_running
    )


def events_of(actor: User) -> QuerySet[AuditEvent]:
    """Audit events inside the actor's reach, newest first."""
    return AuditEvent.objects.visible_to(actor).order_by("-occurred_at", "-pk")
