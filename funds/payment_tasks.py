"""Background work of payments let go together."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from casework.jobs import job, periodic
from funds import services


@job
def run_payments(run_id: int) -> None:
    """Let each payment of a confirmed run go."""
    services.payments_run(run_id=run_id)


@periodic("funds.payment_tasks.resume_payments", "续办中断的成批付款", crontab(minute="5-55/10"))
def resume_payments() -> str | None:
    """Finish runs whose worker died half-way."""
    count = services.payments_resume(now=timezone.now())
    return f"续办 {count} 批" if count else None
