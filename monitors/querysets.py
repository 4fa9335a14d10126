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
    from monitors.models import (  # noqa: F401
        DutyEntry,
        GridDuty,
        GridEvent,
        GridSweep,
        GridUnit,
        LookAsk,
        Monitor,
        Observation,
        Outing,
        Stop,
    )

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


class UnitQuerySet(ScopedQuerySet["GridUnit"]):
    """Units of the nets; departments and schools see their own."""

    def open(self) -> Self:
        """Units that stand."""
        return self.filter(closed_on__isnull=True)

    def manned_on(self, day: date) -> Self:
        """Units that have somebody on duty on `day`."""
        return self.filter(duties__span__contains=day).distinct()


class DutyQuerySet(ScopedQuerySet["GridDuty"]):
    """People on duty."""

    def on(self, day: date) -> Self:
        """Those on duty on `day`, in units that stand."""
        return self.filter(span__contains=day, unit__closed_on__isnull=True)


class SweepQuerySet(ScopedQuerySet["GridSweep"]):
    """Sweeps. Who reaches one of the grids of a sweep sees the sweep; the bureau sees all of its own."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach."""
        from monitors.models import GridUnit

        units = GridUnit.objects.visible_to(actor).order_by().values("pk")
        own = self.model._base_manager.filter(units__in=units).values("pk")
        return self.filter(Q(pk__in=super().visible_to(actor).order_by().values("pk")) | Q(pk__in=own))


class EventQuerySet(ScopedQuerySet["GridEvent"]):
    """What grids reported."""

    def problems(self) -> Self:
        """Those that became clues."""
        return self.exclude(kind="CLEAR")


class EntryQuerySet(OwnQuerySet["DutyEntry"]):
    """Duty logs; a monitor sees the own one."""


class ObservationQuerySet(OwnQuerySet["Observation"]):
    """Observations; a monitor sees the own ones."""
