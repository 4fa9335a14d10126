"""Row scope: which rows an actor may see. Fails closed: no scope, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class ScopePaths:
    """Where a model keeps what scope needs, as lookup paths from the row.

    `region`: text path of the row's region. `counterpart`: the organisation of the supervised party.
    `participants`: organisations of departments that take part. `public` marks reference rows that
    every signed-in person of any bureau may read.
    """

    bureau: str = "bureau"
    region: str = "region_path"
    counterpart: str = ""
    participants: tuple[str, ...] = ()
    public: bool = False


@dataclass(frozen=True)
class Reach:
    """What one actor reaches, derived from the kind of the organisation that employs them.

    Exactly one arm is used: everything (the system), a part of the region tree, the rows a partner
    department takes part in, or the rows about one counterpart.
    """

    everything: bool = False
    bureau_id: int | None = None
    region_path: str = ""
    department_id: int | None = None
    counterpart_id: int | None = None


class ScopedQuerySet(models.QuerySet[M], Generic[M]):
    """A queryset that knows whose rows it holds."""

    def visible_to(self, actor: User | Any) -> Self:
        """Rows inside the actor's reach; none for strangers and for models without a scope."""
        paths: ScopePaths | None = getattr(self.model, "scope_paths", None)
        if paths is None or not getattr(actor, "is_authenticated", False) or not actor.is_active:
            return self.none()
        if paths.public:
            return self
        return self._within(paths, actor.reach)

    def _within(self, paths: ScopePaths, reach: Reach) -> Self:
        if reach.everything:
            return self
        if reach.counterpart_id is not None:
            if not paths.counterpart:
                return self.none()
            return self.filter(**{paths.counterpart: reach.counterpart_id})
        if reach.department_id is not None:
            return self._taken_part(paths, reach)
        if not reach.region_path or not paths.region:
            return self.none()
        rows = self.filter(**{f"{paths.region}__startswith": reach.region_path})
        return rows.filter(**{paths.bureau: reach.bureau_id}) if reach.bureau_id else rows

    def _taken_part(self, paths: ScopePaths, reach: Reach) -> Self:
        if not paths.participants:
            return self.none()
        taking_part = Q()
        for path in paths.participants:
            taking_part |= Q(**{path: reach.department_id})
        own = self.model._base_manager.filter(taking_part, **{paths.bureau: reach.bureau_id})
        return self.filter(pk__in=own.values("pk"))
