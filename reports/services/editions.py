"""Reviewing, approving and submitting an edition, and the superior office's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework.canonical import sha256_hex
from casework.documents.services import document_issue, document_supersede
from casework.models import DocumentState
from casework.outbox import outbox_put
from casework.workflow import transition
from reports.delivery import CHANNEL, FOLDER_CHANNELS
from reports.exports.sealed import sealed_content
from reports.models import NoteKind, ReportEdition, ReportPeriod
from reports.selectors import notes_of
from reports.services.periods import current_edition, locked_period

REPORT_KIND = "WORK_REPORT"


@transaction.atomic
def edition_review(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """The second person's check. Raises Blocked with every gap and contradiction."""
    at = now or timezone.now()
    reviewed = transition(locked_period(period), "review", actor=actor, at=at, values={"reviewed_by": actor})
    edition = current_edition(reviewed)
    edition.reviewed_name = actor.name
    edition.save(update_fields=["reviewed_name"])
    return reviewed


@transaction.atomic
def edition_send_back(
    *, actor: User, period: ReportPeriod, reason: str, now: datetime | None = None
) -> ReportPeriod:
    """Give a reviewed edition back to the reporter, with a reason."""
    values = {"reviewed_by": None, "reviewed_at": None}
    return transition(
        locked_period(period),
        "send_back",
        actor=actor,
        reason=reason,
        at=now or timezone.now(),
        values=values,
    )


@transaction.atomic
def edition_approve(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """Sign the edition: seal its content and, for a formal report, take the number and issue it."""
    at = now or timezone.now()
    approved = transition(locked_period(period), "approve", actor=actor, at=at, values={"approved_by": actor})
    edition = current_edition(approved)
    edition.approved_name = actor.name
    edition.foot = _foot(edition, at)
    edition.content_hash = sha256_hex(_content(edition))
    edition.sealed_at = at
    edition.save(update_fields=["approved_name", "foot", "content_hash", "sealed_at"])
    if approved.regime.is_sealed:
        _issue(actor, approved, edition, at)
    return approved


def _foot(edition: ReportEdition, at: datetime) -> dict[str, str]:
    filler = edition.filled_by or edition.period.regime.reporter
    return {
        "organ": edition.form["organ"],
        "filled_by": filler.name,
        "reviewed_by": edition.reviewed_name,
        "phone": filler.phone or edition.period.bureau.hotline,
        "filled_on": timezone.localdate(edition.filled_at or at).isoformat(),
        "signed_on": timezone.localdate(at).isoformat(),
    }


def _content(edition: ReportEdition) -> dict[str, Any]:
    return {
        "uid": str(edition.uid),
        "number": edition.number,
        "reason": edition.reason,
        "form": edition.form,
        "foot": edition.foot,
        "figures": [item.content() for item in edition.figures.order_by("position")],
        "narrative": notes_of(edition),
        "explanations": notes_of(edition, NoteKind.EXPLANATION),
        "reviewed_by": edition.reviewed_name,
        "approved_by": edition.approved_name,
    }


def _issue(actor: User, period: ReportPeriod, edition: ReportEdition, at: datetime) -> None:
    content = sealed_content(edition, signer=actor.name)
    document = document_issue(
        actor=actor,
        organ=period.regime.organ,
        kind=REPORT_KIND,
        subject=edition,
        content=content,
        title=edition.form["report_title"][:200],
        party="、".join(edition.form["recipients"])[:200],
        at=at,
        is_public=False,
    )
    edition.document = document
    edition.save(update_fields=["document"])
    earlier = period.editions.filter(number__lt=edition.number, document__state=DocumentState.VALID).first()
    if earlier is not None and earlier.document is not None:
        document_supersede(actor=actor, document=earlier.document, by=document, reason=edition.reason, at=at)


@transaction.atomic
def edition_submit(*, actor: User, period: ReportPeriod, now: datetime | None = None) -> ReportPeriod:
    """Hand the approved edition to the superior office: into its folder, or on paper."""
    at = now or timezone.now()
    submitted = transition(
        locked_period(period), "submit", actor=actor, at=at, values={"submitted_by": actor}
    )
    edition = current_edition(submitted)
    if FOLDER_CHANNELS.intersection(submitted.regime.channels):
        outbox_put(
            actor=actor,
            bureau=submitted.bureau,
            channel=CHANNEL,
            subject=edition,
            label=str(edition)[:200],
            payload={"edition": str(edition.uid), "content_hash": edition.content_hash},
        )
    return submitted


@transaction.atomic
def period_answer(
    *,
    actor: User,
    period: ReportPeriod,
    accepted: bool,
    receipt_no: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> ReportPeriod:
    """Note the superior office's answer: received, or returned with its reason."""
    values = {"receipt_no": receipt_no[:60], "return_reason": "" if accepted else reason}
    name = "accept" if accepted else "return"
    return transition(
        locked_period(period), name, actor=actor, reason=reason, at=now or timezone.now(), values=values
    )
