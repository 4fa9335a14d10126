"""What waits for somebody: the worklists' reads."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from accounts.models import User
from inspections.models import (
    Deployment,
    ExtensionRequest,
    ExtensionStatus,
    MemberRole,
    RectificationNotice,
    Recusal,
    Visit,
)
from inspections.querysets import DeploymentQuerySet, NoticeQuerySet, VisitQuerySet


def approvals_waiting(actor: User) -> DeploymentQuerySet:
    """Outings of the actor's organ that wait for its head, emergencies included."""
    rows = Deployment.objects.visible_to(actor).filter(lead_organ=actor.organisation_id)
    waiting = Q(status="SUBMITTED") | Q(status="UNDERWAY", is_emergency=True, approved_at__isnull=True)
    return rows.filter(waiting).select_related("lead_organ", "created_by").order_by("starts_at")


def outings_to_notify(actor: User) -> DeploymentQuerySet:
    """Approved outings of the actor's organ without notice."""
    rows = Deployment.objects.visible_to(actor).filter(status="APPROVED", lead_organ=actor.organisation_id)
    return rows.select_related("lead_organ", "created_by").order_by("starts_at")


def visits_due(actor: User, today: date) -> VisitQuerySet:
    """Stops of today and before that the actor's team has not recorded."""
    mine = Deployment.objects.filter(
        members__user=actor, members__role=MemberRole.OFFICER, members__removed_at__isnull=True
    )
    rows = Visit.objects.visible_to(actor).filter(deployment__in=mine.values("pk"), planned_on__lte=today)
    return (
        rows.filter(status__in=["PLANNED", "STARTED", "RECORDED"])
        .exclude(status="PLANNED", deployment__status__in=["DRAFT", "SUBMITTED", "APPROVED"])
        .select_related("institution", "region", "deployment")
        .order_by("planned_on", "pk")
    )


def notices_to_do(actor: User, today: date) -> NoticeQuerySet:
    """Notices of the actor's organ that need something: issue, service, re-check, or are due soon or over."""
    soon = today + timedelta(days=7)
    rows = RectificationNotice.objects.visible_to(actor).filter(organ=actor.organisation_id)
    wanted = Q(status__in=["DRAFT", "ISSUED", "ANSWERED"]) | Q(status="SERVED", due_on__lte=soon)
    return rows.filter(wanted).select_related("institution", "region", "organ").order_by("due_on", "pk")


def extensions_waiting(actor: User) -> QuerySet[ExtensionRequest]:
    """Applications for more time to the actor's organ."""
    rows = ExtensionRequest.objects.visible_to(actor).filter(
        status=ExtensionStatus.OPEN, notice__organ=actor.organisation_id
    )
    return rows.select_related("notice", "notice__institution", "notice__region").order_by("requested_at")


def recusals_waiting(actor: User) -> QuerySet[Recusal]:
    """Undecided recusals in outings of the actor's organ."""
    rows = Recusal.objects.visible_to(actor).filter(
        status="OPEN", member__deployment__lead_organ=actor.organisation_id
    )
    return rows.select_related("member", "member__deployment").order_by("raised_at")


def overdue_count(actor: User, today: date) -> int:
    """Overdue notices that the actor may see."""
    return RectificationNotice.objects.visible_to(actor).overdue(today).count()


def pending_count(actor: User) -> int:
    """Unsettled notices that the actor may see."""
    return RectificationNotice.objects.visible_to(actor).pending().count()
