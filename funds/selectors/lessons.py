"""Scoped reads of lessons."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import Contract, Lesson


def lessons_visible(actor: User) -> ScopedQuerySet[Lesson]:
    """Lessons, those of the last days first."""
    rows: Any = Lesson.objects.visible_to(actor)
    found: ScopedQuerySet[Lesson] = rows.select_related(
        "institution", "institution__region", "contract", "declared_by", "decided_by"
    ).order_by("-taught_on", "-pk")
    return found


def lessons_of_contract(contract: Contract) -> QuerySet[Lesson]:
    """All lessons of one contract, newest first; the caller has checked the contract."""
    return Lesson.objects.filter(contract=contract).order_by("-taught_on", "-slot", "-pk")
