"""Chainable filters of monitors: who is in office, and who sees whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.models import OrganisationKind
from accounts.querysets import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from monitors.models import LookAsk, Monitor, Outing, Stop  # noqa: F401

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


class OutingQuerySet(OwnQuerySet["Outing"]):
    """Outings; a monitor sees those that the monitor took part in."""

    own_path = "members__monitor__user"

    def counted(self) -> Self:
        """Those that statistics count."""
        return self.filter(status="SUBMITTED")


class StopQuerySet(OwnQuerySet["Stop"]):
    """Stops; a monitor sees those of the own outings."""

    own_path = "outing__members__monitor__user"

    def counted(self) -> Self:
        """Stops of outings that count."""
        return self.filter(outing__status="SUBMITTED")


class LookQuerySet(ScopedQuerySet["LookAsk"]):
    """Requests to look; a monitor in office sees those of the own squad and those that no squad has."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        if not is_monitor(actor):
            return super().visible_to(actor)
        person: Any = actor
        terms = person.monitor_terms.filter(status="APPOINTED")
        if not actor.is_active or not terms.exists():
            return self.none()
        mine = Q(squad__isnull=True) | Q(squad__in=terms.values("squad"))
        found: Self = self.filter(Q(bureau=actor.bureau_id) & mine)
        return found

    def waiting(self) -> Self:
        """Those that nobody answered and nobody took back."""
        return self.filter(answered_at__isnull=True, verification__status="ASKED")
