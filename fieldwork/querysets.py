"""Chainable filters of campaigns and checklists."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from fieldwork.models import Campaign, Checklist, ChecklistItem, ChecklistVersion  # noqa: F401


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    """Campaigns."""

    def on(self, day: date) -> Self:
        """Campaigns whose window holds `day`."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class ChecklistQuerySet(ScopedQuerySet["Checklist"]):
    """Checklists: national ones are everybody's, local ones their bureau's."""

    def visible_to(self, actor: User | Any) -> Self:
        """National checklists and those of the actor's own bureau; none for counterparts."""
        if not getattr(actor, "is_authenticated", False) or not actor.is_active or actor.is_counterpart:
            return self.none()
        if actor.is_system:
            return self
        return self.filter(Q(bureau__isnull=True) | Q(bureau=actor.bureau_id))


class ChecklistVersionQuerySet(ScopedQuerySet["ChecklistVersion"]):
    """Versions of checklists, visible as their checklist is."""

    def visible_to(self, actor: User | Any) -> Self:
        """Versions of the checklists that the actor may read."""
        from fieldwork.models import Checklist

        return self.filter(checklist__in=Checklist.objects.visible_to(actor).values("pk"))

    def in_force(self, day: date) -> Self:
        """Published versions that have taken effect by `day`, newest first."""
        return self.filter(state="PUBLISHED", effective_on__lte=day).order_by("-effective_on", "-number")


class ChecklistItemQuerySet(ScopedQuerySet["ChecklistItem"]):
    """Items, visible as their checklist is."""

    def visible_to(self, actor: User | Any) -> Self:
        """Items of the checklists that the actor may read."""
        from fieldwork.models import Checklist

        return self.filter(version__checklist__in=Checklist.objects.visible_to(actor).values("pk"))
