"""Scoped reads of outings and their teams."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Prefetch, Q

from accounts.models import User
from inspections.models import (
    Deployment,
    DeploymentMember,
    Recusal,
)
from inspections.querysets import DeploymentQuerySet


def deployments_visible(actor: User) -> DeploymentQuerySet:
    """Outings with the number of stops and people, the newest first."""
    stops = Count("visits", filter=~Q(visits__status="CANCELLED"), distinct=True)
    people = Count("members", filter=Q(members__removed_at__isnull=True), distinct=True)
    rows = Deployment.objects.visible_to(actor).select_related("lead_organ", "campaign", "region", "bureau")
    return rows.annotate(stop_count=stops, people_count=people).order_by("-starts_at", "-pk")


def deployment_file(actor: User) -> DeploymentQuerySet:
    """Outings with everything their page shows."""
    return Deployment.objects.visible_to(actor).select_related(
        "lead_organ",
        "lead_organ__bureau",
        "campaign",
        "checklist_version",
        "approved_by",
        "approval_document",
        "bureau",
        "region",
        "created_by",
    )


def members_of(deployment: Deployment) -> list[DeploymentMember]:
    """The team, those who left at the end, each with recusals."""
    rows = deployment.members.select_related("organisation", "user", "certificate_organ")
    recusals = Prefetch("recusals", Recusal.objects.select_related("decided_by").order_by("pk"))
    return list(rows.prefetch_related(recusals).order_by("removed_at", "-role", "organisation", "pk"))


def recusal_get(actor: User, uid: UUID) -> Recusal | None:
    """One recusal inside the actor's reach."""
    return (
        Recusal.objects.visible_to(actor)
        .filter(uid=uid)
        .select_related("member", "member__deployment")
        .first()
    )


def member_get(actor: User, uid: UUID) -> DeploymentMember | None:
    """One member inside the actor's reach."""
    rows = DeploymentMember.objects.visible_to(actor).filter(uid=uid)
    return rows.select_related("deployment", "organisation").first()
