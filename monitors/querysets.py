"""Chainable filters of monitors: who is in office, and who sees whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from monitors.models import Monitor  # noqa: F401

M = TypeVar("M", bound=models.Model)


def is_monitor(actor: User | Any) -> bool:
    """Whether the actor acts as a monitor: a citizen, no authority."""
    organisation = getattr(actor, "organisation", None)
    return organisation is not None and organisation.kind == OrganisationKind.MONITORS


class OwnQuerySet(ScopedQuerySet[M]):
    """Rows of the room. Authorities see them by place; a monitor sees the own ones (`own_path`) and no others."""

    own_path = "monitor__user"

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        if not is_monitor(actor):
            return super().visible_to(actor)
        if not actor.is_active:
            return self.none()
        own = self.model._base_manager.filter(**{self.own_path: actor.pk})
        return self.filter(pk__in=own.values("pk"))


class MonitorQuerySet(OwnQuerySet["Monitor"]):
    """Terms of monitors."""

    own_path = "user"

    def in_office_on(self, day: date) -> Self:
        """Terms that run on `day`."""
        return self.filter(term__contains=day)

    def in_hand(self) -> Self:
        """Candidates on whom somebody still has to decide."""
        return self.filter(status__in=["NOMINATED", "QUALIFIED", "PUBLICISED"])
