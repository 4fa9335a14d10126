"""What waits for whom about run-aways and fund audits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from casework.registries import WorkItem

SHOWN = 50


def runaway_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Events that are being handled."""
    from funds.selectors.runaways import runaways_visible

    for row in runaways_visible(actor).filter(status="HANDLING")[:SHOWN]:
        yield WorkItem(
            f"处置{row.get_kind_display()}",
            reverse("funds:runaway_detail", kwargs={"uid": row.uid}),
            None,
            sub=f"{row.contracts_n} 份合同 · {row.owed_fen / 100:,.2f} 元",
            institution=row.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad",
        )


def decision_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Decisions about all families of an event at once."""
    from funds.selectors.runaway_decisions import to_decide
    from funds.selectors.runaways import runaways_visible

    events = {row.pk: row for row in runaways_visible(actor).filter(status="HANDLING")[:SHOWN]}
    for found in to_decide(actor, events):
        row = events[found.event]
        for title, name, count, unit in (
            ("统一认定未确认课时", "funds:runaway_lessons", found.lessons, "课时"),
            ("统一审定退费", "funds:runaway_approve", found.refunds, "件退费没有审定"),
        ):
            if count:
                yield WorkItem(
                    title,
                    reverse(name, kwargs={"uid": row.uid}),
                    None,
                    sub=f"{count:,} {unit}",
                    institution=row.institution.name,
                    place=row.region.name,
                    stage=row.get_status_display(),
                    tone="bad",
                )


def finding_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Findings to be put right, and those that another person should check."""
    from funds.selectors.rounds import findings_visible

    wanted = Q(status="OPEN")
    if actor.may("funds.audit_close"):
        wanted |= Q(status="RECTIFIED") & ~Q(reported_by=actor)
    for row in findings_visible(actor).filter(wanted).order_by("due_on", "pk")[:SHOWN]:
        is_open = row.status == "OPEN"
        yield WorkItem(
            "督促专查问题整改" if is_open else "复核专查问题整改",
            reverse("funds:finding_detail", kwargs={"uid": row.uid}),
            row.due_on if is_open else None,
            sub=row.get_kind_display(),
            institution=row.sheet.institution.name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad" if row.is_late else "info",
        )
