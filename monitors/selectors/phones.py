"""Reads of what monitors' phones sent."""

from __future__ import annotations

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from fieldwork.models import FieldRecord
from monitors.services import OUTING_FORM, WATCH_FORM

FORMS = (OUTING_FORM, WATCH_FORM)


def records_refused(actor: User) -> ScopedQuerySet[FieldRecord]:
    """Records of patrols and observations of which something was kept and not used, the newest first."""
    rows = FieldRecord.objects.visible_to(actor).filter(form__in=FORMS, held_count__gt=0)
    return rows.order_by("-last_received_at", "-pk")
