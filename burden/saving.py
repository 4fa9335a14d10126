"""综合查一次 measured: visits that merging made unnecessary, beside those that took place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet
from burden.models import VisitMerge
from casework.indicators import Indicator, Measure, Period, Rounding, Scope, ratio, register
from inspections.indicators import visits
from inspections.models import Visit

DECIMALS = 1


@dataclass(frozen=True)
class Saving:
    """One period: `done` visits took place (家次), merging saved `saved` more; together those planned apart."""

    period: Period
    done: int
    saved: int
    places: int

    @property
    def separate(self) -> int:
        """Visits there would have been, had every department come by itself."""
        return self.done + self.saved

    @property
    def percent(self) -> Decimal | None:
        """Share of the separate visits that was saved, one decimal, half up; None when there were none."""
        return ratio(self.saved, self.separate, decimals=DECIMALS, rounding=Rounding.HALF_UP)


def _of(done: QuerySet[Visit], merges: QuerySet[VisitMerge], period: Period) -> Saving:
    places = merges.order_by().values("kept__institution").distinct().count()
    return Saving(period, done.count(), merges.count(), places)


def in_period(merges: QuerySet[VisitMerge], period: Period) -> QuerySet[VisitMerge]:
    """Merges whose kept visit took place in the period; one that is only planned has saved nothing yet."""
    return merges.filter(
        kept__in=Visit.objects.carried_out(),
        kept__started_at__gte=period.starts_at,
        kept__started_at__lt=period.ends_at,
    )


def saving_of(actor: User, period: Period) -> Saving:
    """The saving within the actor's reach."""
    done: ScopedQuerySet[Visit] = Visit.objects.visible_to(actor).filter(
        started_at__gte=period.starts_at, started_at__lt=period.ends_at
    )
    merges = in_period(VisitMerge.objects.visible_to(actor), period)
    return _of(Visit.objects.carried_out().filter(pk__in=done.values("pk")), merges, period)


def public_saving(bureau: Bureau, period: Period) -> Saving:
    """The saving of a bureau, for everybody."""
    scope = Scope(bureau)
    return _of(visits(scope, period), merges_saved(scope, period), period)


def merges_saved(scope: Scope, period: Period, **dims: Any) -> QuerySet[VisitMerge]:
    """Visits given up for one that took place in the period under the scope."""
    return VisitMerge.objects.filter(kept__in=visits(scope, period, **dims))


COLUMNS = (
    ("kept.institution.name", "机构"),
    ("kept.deployment.name", "并入的检查"),
    ("given_up.deployment.name", "不再进行的检查"),
    ("given_up.deployment.lead_organ.short_name", "原牵头机关"),
)


def register_all() -> None:
    """Declare this room's numbers."""
    register(
        Indicator(
            "merge_saved_n",
            "综合查一次减少上门",
            "次",
            merges_saved,
            "几个部门对同一家的检查合并后，不再单独进行的每次计一次；以保留的一次在期间内实际进场为准",
            columns=COLUMNS,
            url_name="burden:merge_list",
        ),
        Indicator(
            "merge_kept_n",
            "综合查一次合并上门",
            "家次",
            merges_saved,
            "由两次以上检查合并而成、在期间内实际进场的检查，每次上门计一次",
            Measure.DISTINCT,
            "kept",
            columns=COLUMNS,
            url_name="burden:merge_list",
        ),
    )
