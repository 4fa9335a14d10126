"""Reads of the office registers: document numbers and policy values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.models import Region, User
from casework import registries
from casework.models import DocumentKind, IssuedNumber, OfficialDocument, PolicyValue
from casework.models.policy import VERIFIED


def numbers_of(actor: User) -> QuerySet[IssuedNumber]:
    """Numbers of the organs that the actor reaches, newest first, with `kind_name`."""
    kind = DocumentKind.objects.filter(code=OuterRef("kind")).values("name")[:1]
    paper = OfficialDocument.objects.filter(kind=OuterRef("kind")).values("kind_name")[:1]
    rows = IssuedNumber.objects.visible_to(actor).select_related("organ")
    series = [When(kind=key, then=Value(one.label)) for key, one in registries.number_series.items()]
    plain = Case(*series, default=F("kind"), output_field=CharField())
    return rows.annotate(kind_name=Coalesce(Subquery(kind), Subquery(paper), plain)).order_by(
        "-issued_at", "-pk"
    )


def number_get(*, actor: User, number_id: int) -> IssuedNumber:
    """One number inside the actor's reach, or Http404."""
    found = numbers_of(actor).filter(pk=number_id).first()
    if found is None:
        raise Http404("没有找到这个文号，或您无权查看。")
    return found


def policies_of(actor: User) -> QuerySet[PolicyValue]:
    """Values that bind in the actor's bureau or inside it: general ones, those of levels above, own ones."""
    general = PolicyValue.objects.filter(region__isnull=True)
    if actor.bureau is None:
        return PolicyValue.objects.all() if actor.is_system else general
    home: Region = actor.bureau.region
    above = [int(part) for part in home.path.strip("/").split("/")]
    near = Q(region__isnull=True) | Q(region_id__in=above) | Q(region__path__startswith=home.path)
    return PolicyValue.objects.filter(near)


def policies_in_force(actor: User, on: date) -> QuerySet[PolicyValue]:
    """Values in force on `on`, by name."""
    return (
        policies_of(actor)
        .filter(validity__contains=on)
        .select_related("region")
        .order_by("label", "key", "pk")
    )


def policies_unverified(actor: User, on: date) -> int:
    """How many values in force nobody has checked against the document yet."""
    return policies_in_force(actor, on).exclude(confidence__in=VERIFIED).count()


def policy_history(*, actor: User, key: str) -> list[PolicyValue]:
    """All values of one rule that concern the actor's bureau, newest first; Http404 when there are none."""
    rows = policies_of(actor).filter(key=key).select_related("region", "set_by")
    found = list(rows.order_by("-validity__startswith", "region_id", "-pk"))
    if not found:
        raise Http404("没有这个政策参数。")
    return found


def policy_current(*, actor: User, history: Iterable[PolicyValue], on: date) -> PolicyValue:
    """The value that binds in the actor's own region on `on`, else the newest one known."""
    rows = list(history)
    home = actor.bureau.region.path if actor.bureau else ""
    binding = [
        row for row in rows if _covers(row, on) and (row.region is None or home.startswith(row.region.path))
    ]
    return max(binding, key=lambda row: len(row.region.path) if row.region else 0) if binding else rows[0]


def _covers(row: PolicyValue, on: date) -> bool:
    lower, upper = row.validity.lower, row.validity.upper
    return (lower is None or lower <= on) and (upper is None or on < upper)
