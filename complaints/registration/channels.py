"""Refund disputes, rewards, other channels' files and covers on lower rooms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import events, registries
from casework.deadlines.services import DeadlineMoved
from casework.models import EvidenceFile
from casework.registries import NavEntry, Panel, WorkItem, Worklist


def register() -> None:
    """Called once when the room starts."""
    from complaints import services
    from complaints.services.disputes import NUMBER_PATTERN as DISPUTE_PATTERN
    from complaints.services.register import NUMBER_PATTERN as CLUE_PATTERN

    events.subscribe(DeadlineMoved, services.dispute_due_moved)
    registries.add_number_series("CLUE", "线索", CLUE_PATTERN)
    registries.add_number_series("REFUND_DISPUTE", "退费纠纷", DISPUTE_PATTERN)
    registries.add_nav(
        NavEntry("退费纠纷", "complaints:dispute_list", "coin-yuan", 24, "complaints.dispute_view")
    )
    registries.object_urls["complaints.refunddispute"] = _dispute_url
    registries.object_urls["complaints.reward"] = _reward_url
    registries.object_urls["complaints.ticketbatch"] = _batch_url
    registries.add_worklist(
        Worklist("complaints.disputes", "退费纠纷", disputes, permission="complaints.dispute_edit")
    )
    registries.add_worklist(
        Worklist("complaints.rewards", "举报奖励", rewards, permission="complaints.reward_approve")
    )
    registries.add_evidence_owner("complaints.refunddispute", may_see_paper)
    registries.panels.register(
        "fieldwork.Campaign",
        Panel(
            "patterns",
            "隐形变异",
            "complaints/_campaign_panel.html",
            campaign_panel,
            50,
            "complaints.clue_view",
        ),
    )
    registries.panels.register(
        "institutions.Institution",
        Panel(
            "refunds",
            "退费纠纷",
            "complaints/_refund_panel.html",
            refund_panel,
            47,
            "complaints.dispute_view",
        ),
    )


def _dispute_url(uid: UUID) -> str:
    return reverse("complaints:dispute_detail", kwargs={"uid": uid})


def _reward_url(uid: UUID) -> str:
    return reverse("complaints:reward_detail", kwargs={"uid": uid})


def _batch_url(uid: UUID) -> str:
    return reverse("complaints:tickets_batch", kwargs={"uid": uid})


def disputes(actor: User, today: date) -> Iterable[WorkItem]:
    """Disputes that wait for mediation, agreement or payment, the nearest term first."""
    from complaints.selectors.disputes import disputes_visible

    words = {"CLAIMED": "调解退费纠纷", "MEDIATING": "促成退费协议", "AGREED": "督促退款"}
    for row in disputes_visible(actor).open().order_by("due_on", "pk")[:100]:
        due = row.pay_by if row.status == "AGREED" else row.due_on
        yield WorkItem(
            words[row.status],
            _dispute_url(row.uid),
            due,
            sub=row.number,
            institution=row.party_name,
            place=row.region.name,
            stage=row.get_status_display(),
            tone="bad" if due and due < today else "info",
            handler=row.mediator.name if row.mediator else "",
            explanation=tuple(row.due_explanation),
        )


def rewards(actor: User, today: date) -> Iterable[WorkItem]:
    """Rewards that another person should decide."""
    from complaints.selectors.disputes import rewards_visible

    for row in rewards_visible(actor).filter(status="PROPOSED").exclude(proposed_by=actor)[:50]:
        yield WorkItem("批准举报奖励", _reward_url(row.uid), None, sub=row.clue.number, stage="待批准")


def may_see_paper(actor: User, evidence: EvidenceFile) -> bool:
    """Whoever reads the dispute."""
    from complaints.models import RefundDispute

    return RefundDispute.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()


def refund_panel(actor: User, institution: Any) -> dict[str, Any]:
    """Disputes of one institution."""
    from complaints.selectors.disputes import disputes_visible

    return {"disputes": list(disputes_visible(actor).filter(institution=institution)[:20])}


def campaign_panel(actor: User, campaign: Any) -> dict[str, Any]:
    """Covers in clues that came in during a campaign."""
    from complaints.selectors.channels import patterns_counted

    last = campaign.ends_on
    since = timezone.make_aware(datetime.combine(campaign.starts_on, time()))
    until = timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None
    rows: list[Any] = list(patterns_counted(actor, since, until))
    return {"patterns": [row for row in rows if row.clue_count]}
