"""Scanning the place's own code at the door (扫码入企)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from burden.models import EntryScan
from casework import audit
from casework.errors import Unlawful
from casework.steps import lock, require
from inspections.models import Visit, VisitStatus
from inspections.services import visit_start


@database.atomic
def entry_scan(*, actor: User, visit: Visit, at: datetime | None = None) -> EntryScan:
    """Leave the trace of the scan and enter the place; a second scan gives the first trace.

    Every gate of starting a visit holds. Raises Blocked, NotAllowed, WrongState, Unlawful.
    """
    require(actor, "burden.visit_scan")
    at = at or timezone.now()
    locked = lock(visit)
    if known := EntryScan.objects.filter(visit=locked).first():
        return known
    if locked.status == VisitStatus.PLANNED:
        locked = visit_start(actor=actor, visit=locked, at=at)
    elif locked.status != VisitStatus.STARTED:
        raise Unlawful(f"这次检查{locked.get_status_display()}，不能再扫码入企。")
    scan = EntryScan.objects.create(visit=locked, scanned_by=actor, scanned_at=at)
    audit.record(
        actor=actor,
        verb="burden.entry_scan",
        target=locked,
        changes={"entry_scan": [None, actor.name]},
        about=locked.file_uid,
        at=at,
    )
    return scan


audit.verb("burden.entry_scan", "扫码入企")
