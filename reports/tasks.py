"""Workers' entry points: open periods, freeze at the cut-off, warn, collect receipts, make files."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.schedules import crontab
from django.utils import timezone

from accounts.services import system_user
from casework.jobs import periodic
from casework.models import JobRun
from reports import services
from reports.models import ReportEdition, ReportPeriod

logger = logging.getLogger(__name__)


@periodic("reports.tasks.periods_open", "开启报送期", crontab(minute=10))
def periods_open() -> str | None:
    """Open every period that has begun."""
    opened = services.period_open_due(now=timezone.now())
    return f"开启 {len(opened)} 期" if opened else None


@periodic("reports.tasks.periods_freeze", "到截止时间冻结报表数据", crontab(minute="*/5"))
def periods_freeze() -> str | None:
    """Freeze every period whose cut-off has passed; one failure does not hold up the others."""
    now, frozen, failed = timezone.now(), 0, []
    for period in ReportPeriod.objects.to_freeze(now).order_by("pk"):
        try:
            services.period_freeze(actor=system_user(), period=period, now=now)
            frozen += 1
        except Exception:
            logger.exception("period %s could not be frozen", period.pk)
            failed.append(period.pk)
    if failed:
        raise RuntimeError(f"periods not frozen: {failed}")
    return f"冻结 {frozen} 期" if frozen else None


@periodic("reports.tasks.reporters_warn", "报送日前提醒填报人", crontab(hour=8, minute=0))
def reporters_warn() -> str:
    """Warn named reporters on the last working day before the due day."""
    return f"提醒 {len(services.periods_warn(now=timezone.now()))} 期"


@periodic("reports.tasks.receipts_collect", "接收上级平台回执", crontab(minute="*/5"))
def receipts_collect() -> str | None:
    """Take in receipts from the exchange folder."""
    taken, refused = services.receipts_collect(now=timezone.now())
    return f"接收 {taken} 份，无法识别 {refused} 份" if taken or refused else None


@shared_task
def export_run(job_id: int, edition_id: int, kind: str) -> None:
    """Make one file for a person who waits."""
    services.export_run(
        job=JobRun.objects.select_related("created_by").get(pk=job_id),
        edition=ReportEdition.objects.get(pk=edition_id),
        kind=kind,
    )
