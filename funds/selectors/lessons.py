"""Scoped reads of lessons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import OPEN_REFUND, UNDECIDED_REFUND, Contract, Lesson, Refund, RunawayClaim


def lessons_visible(actor: User) -> ScopedQuerySet[Lesson]:
    """Lessons, those of the last days first; `asked_back` says that a refund of the contract is under way."""
    rows: Any = Lesson.objects.visible_to(actor).annotate(asked_back=_asked_back())
    found: ScopedQuerySet[Lesson] = rows.select_related(
        "institution", "institution__region", "contract", "declared_by", "decided_by"
    ).order_by("-taught_on", "-pk")
    return found


def lessons_of_contract(contract: Contract) -> QuerySet[Lesson]:
    """All lessons of one contract, newest first, as above; the caller has checked the contract."""
    rows = Lesson.objects.filter(contract=contract).annotate(asked_back=_asked_back())
    return rows.order_by("-taught_on", "-slot", "-pk")


def _asked_back() -> Exists:
    return Exists(Refund.objects.filter(contract=OuterRef("contract"), status__in=OPEN_REFUND))


def has_open_refund(contract_id: int) -> bool:
    """Whether somebody asked the contract's rest back and that is under way; the clock then confirms no lesson."""
    return Refund.objects.filter(contract=contract_id, status__in=OPEN_REFUND).exists()


def unsettled_lessons(contract: Contract) -> QuerySet[Lesson]:
    """Lessons of one contract that wait for the family or the bureau; the caller has checked the contract."""
    return lessons_of_contract(contract).filter(status__in=["TAUGHT", "DISPUTED"])


def silent_lessons(actor: User, today: date) -> ScopedQuerySet[Lesson]:
    """Lessons whose family let its days run out while a refund waits for them: the bureau decides each.

    Those of a run-away that is being handled are decided on the event's page, all at once.
    """
    asked = Refund.objects.filter(status__in=UNDECIDED_REFUND).exclude(
        pk__in=RunawayClaim.objects.filter(event__status="HANDLING", refund__isnull=False).values("refund")
    )
    rows = lessons_visible(actor).filter(status="TAUGHT", contract__in=asked.values("contract"))
    return rows.filter(Q(due_on__isnull=True) | Q(due_on__lt=today)).order_by("declared_at", "pk")
