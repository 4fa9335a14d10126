"""Background work of this room."""

from __future__ import annotations

from celery.schedules import crontab

from casework.jobs import job, periodic
from fieldwork import services
from fieldwork.models import FieldRecord


@job
def record_settle(pk: int) -> None:
    """Merge what phones sent about one subject."""
    services.record_settle(record=FieldRecord.objects.get(pk=pk))


@periodic("fieldwork.tasks.records_sweep", "合并现场手机记录", crontab(minute="*/5"))
def records_sweep() -> str:
    """Settle records whose job got lost."""
    count = services.records_sweep()
    return f"{count} 份" if count else ""
