"""Work of which the worker died half-way, taken up again so many at a time.

What fails again does not hold up what came later; RuntimeError names it at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from casework.one_by_one import OneByOne
from funds.models import FileState, PaymentRun, RunStatus, StatementBundle, StatementFile
from funds.services.bank_files import statement_take
from funds.services.payment_runs import payments_run
from funds.services.statement_bundles import bundle_take

AT_ONCE = 50
STUCK_AFTER = timedelta(minutes=15)
UNFINISHED = (FileState.RECEIVED, FileState.POSTING)


def statements_resume(*, now: datetime) -> int:
    """Finish bank files, those of many accounts first; how many were finished."""
    stuck = {"state__in": UNFINISHED, "received_at__lt": now - STUCK_AFTER}
    bundles = StatementBundle.objects.filter(**stuck).order_by("received_at")
    files = StatementFile.objects.filter(**stuck).order_by("account", "received_at")
    run = OneByOne("resuming statements")
    count = _each(run, bundles, lambda key: bundle_take(bundle_id=key, at=now))
    count += _each(run, files, lambda key: statement_take(file_id=key, at=now))
    run.finish()
    return count


def payments_resume(*, now: datetime) -> int:
    """Let the rest of confirmed payment runs go; how many runs were finished."""
    stuck = PaymentRun.objects.filter(status=RunStatus.RUNNING, started_at__lt=now - STUCK_AFTER)
    run = OneByOne("resuming payment runs")
    count = _each(run, stuck.order_by("started_at"), lambda key: payments_run(run_id=key, at=now))
    run.finish()
    return count


def _each(run: OneByOne, rows: QuerySet[Any], finish: Callable[[int], object]) -> int:
    def work(key: int) -> int:
        finish(key)
        return 1

    return run.each(list(rows.values_list("pk", flat=True)), work, enough=AT_ONCE)
