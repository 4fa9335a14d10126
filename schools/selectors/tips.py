"""Reads of work-tip letters, and how many pupils their sources brought along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from complaints.models import Clue
from inspections.models import Visit
from schools.models import School, TipAnswer, TipReminder, WorkTip
from schools.querysets import TipQuerySet

VOID = ("CANCELLED", "WITHDRAWN")


def tips_visible(actor: User) -> TipQuerySet:
    """Letters inside the actor's reach, newest first."""
    rows = WorkTip.objects.visible_to(actor).select_related(
        "school", "region", "organ", "document", "visit__institution", "clue"
    )
    return rows.order_by("-created_at", "-pk")


def answers_of(actor: User, tip: WorkTip) -> QuerySet[TipAnswer]:
    """What the school answered, the first one first."""
    return TipAnswer.objects.visible_to(actor).filter(tip=tip).select_related("answered_by")


def reminders_of(actor: User, tip: WorkTip) -> QuerySet[TipReminder]:
    """Reminders of a letter, newest first."""
    return TipReminder.objects.visible_to(actor).filter(tip=tip).select_related("made_by")


def last_answer(actor: User, tip: WorkTip) -> TipAnswer | None:
    """The newest answer to a letter."""
    return answers_of(actor, tip).order_by("-answered_at", "-pk").first()


def pupils_met(*, visit: Visit | None = None, clue: Clue | None = None) -> int | None:
    """Pupils whom a visit met, or the visits that a clue led to; None when nobody counted."""
    if visit is not None:
        return visit.students_present
    if clue is None or not clue.number:
        return None
    rows = Visit.objects.filter(bureau=clue.bureau_id, deployment__source_no=clue.number)
    met: int | None = rows.aggregate(n=Sum("students_present"))["n"]
    return met


def pupils_told_of(tip: WorkTip) -> tuple[int | None, int]:
    """Pupils met at the letter's source, and how many of them other letters told schools of."""
    met = pupils_met(visit=tip.visit, clue=tip.clue)
    if tip.visit_id is None and tip.clue_id is None:
        return None, 0
    same = (
        WorkTip.objects.filter(visit=tip.visit_id)
        if tip.visit_id
        else WorkTip.objects.filter(clue=tip.clue_id)
    )
    others = same.exclude(status__in=VOID).exclude(pk=tip.pk)
    return met, others.aggregate(n=Coalesce(Sum("pupil_count"), 0))["n"]


def tips_of_source(actor: User, *, visit: Visit | None = None, clue: Clue | None = None) -> Iterable[WorkTip]:
    """Letters about a visit or a clue that the actor may see."""
    rows = tips_visible(actor).exclude(status__in=VOID)
    return rows.filter(visit=visit) if visit is not None else rows.filter(clue=clue)


def assessed_schools(actor: User, year: int) -> QuerySet[School]:
    """Schools with what the yearly assessment takes from letters: each number counts letters of that year."""
    sent = Q(tips__issued_at__year=year) & ~Q(tips__status__in=["DRAFT", *VOID])
    confirmed = (
        TipAnswer.objects.filter(tip=OuterRef("pk"))
        .order_by("-answered_at", "-pk")
        .values("pupils_confirmed")[:1]
    )
    told = (
        WorkTip.objects.sent()
        .filter(school=OuterRef("pk"), issued_at__year=year)
        .annotate(last=Subquery(confirmed))
        .order_by()
        .values("school")
        .annotate(told=Sum("pupil_count"), found=Sum("last"))
    )
    rows = School.objects.visible_to(actor).select_related("region")
    return rows.annotate(
        tip_count=Count("tips", filter=sent),
        answered_in_time=Count("tips", filter=sent & Q(tips__answered_at__isnull=False, tips__is_late=False)),
        answered_late=Count("tips", filter=sent & Q(tips__is_late=True)),
        unanswered=Count("tips", filter=sent & Q(tips__answered_at__isnull=True)),
        pupils_told=Coalesce(Subquery(told.values("told")), 0),
        pupils_confirmed=Coalesce(Subquery(told.values("found")), 0),
    ).order_by("-tip_count", "region_path", "name", "pk")


def years_with_tips(actor: User, today: date) -> list[int]:
    """Years in which letters were sent, and the present one, newest first."""
    found = set(
        WorkTip.objects.visible_to(actor)
        .filter(issued_at__isnull=False)
        .values_list("issued_at__year", flat=True)
    )
    return sorted(found | {today.year}, reverse=True)


def source_named(actor: User, visit: str, clue: str) -> tuple[Visit | None, Clue | None]:
    """The visit and the clue with these uids, as texts from an address, when the actor sees them."""
    found_visit = Visit.objects.visible_to(actor).filter(uid=_uid(visit)).first() if visit else None
    return found_visit, Clue.objects.visible_to(actor).filter(uid=_uid(clue)).first() if clue else None


def source_seen(actor: User, tip: WorkTip) -> tuple[Visit | None, Clue | None]:
    """The visit and the clue from which a letter came, when the actor sees them."""
    visit = Visit.objects.visible_to(actor).filter(pk=tip.visit_id).first() if tip.visit_id else None
    return visit, Clue.objects.visible_to(actor).filter(pk=tip.clue_id).first() if tip.clue_id else None


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # names nothing
