"""Background work of the run-away day."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from casework.jobs import job
from funds import services


@job
def open_claims(event_id: int, actor_id: int) -> None:
    """Open the refund applications of an event in their order."""
    services.claims_open(actor=User.objects.get(pk=actor_id), event_id=event_id)


@job
def approve_claims(event_id: int, actor_id: int, job_id: int, shown: dict[str, Any]) -> None:
    """Approve the refunds of an event whose number and sum a head saw."""
    actor = User.objects.get(pk=actor_id)
    services.claims_approve_run(actor=actor, event_id=event_id, job_id=job_id, **shown)
