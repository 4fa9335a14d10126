"""Reads of talks and of published tables."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Bureau, User
from schools.models import SchoolTalk, TalkTable


def talks_visible(actor: User) -> QuerySet[SchoolTalk]:
    """Talks inside the actor's reach, newest first."""
    rows = SchoolTalk.objects.visible_to(actor).select_related("school", "region", "tip")
    return rows.order_by("-held_on", "-pk")


def tables_visible(actor: User) -> QuerySet[TalkTable]:
    """Published tables of the actor's bureau, the newest span first."""
    return TalkTable.objects.visible_to(actor).select_related("published_by").order_by("-span", "-pk")


def tables_of(bureau: Bureau) -> QuerySet[TalkTable]:
    """Published tables as everybody may see them."""
    return TalkTable.objects.filter(bureau=bureau).order_by("-span", "-pk")
