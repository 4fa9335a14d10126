"""Scoped reads of the wall: requests to reveal, the quarantine lane."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.models import EvidenceFile
from casework.registries import WorkItem
from complaints.models import Clue, ClueKind, ClueStatus, RevealRequest, RevealStatus


class RevealFilter(django_filters.FilterSet):
    """Filters of the list of requests."""

    status = django_filters.ChoiceFilter(label="状态", choices=RevealStatus.choices, empty_label="全部")

    class Meta:
        model = RevealRequest
        fields = ("status",)


class QuarantineFilter(django_filters.FilterSet):
    """Filters of the lane apart."""

    kind = django_filters.ChoiceFilter(label="事项", choices=ClueKind.choices, empty_label="全部")
    is_spam_suspect = django_filters.ChoiceFilter(
        label="标记", choices=[("true", "疑似灌水"), ("false", "没有标记")], empty_label="全部",
        method="marked",
    )  # fmt: skip
    q = django_filters.CharFilter(label="内容", field_name="text", lookup_expr="icontains")

    class Meta:
        model = Clue
        fields = ("kind", "is_spam_suspect", "q")

    def marked(self, rows: QuerySet[Clue], name: str, value: str) -> QuerySet[Clue]:
        """Rows with or without the mark."""
        return rows.filter(is_spam_suspect=value == "true")


def reveals(actor: User) -> QuerySet[RevealRequest]:
    """Requests that concern the actor: own ones, and all inside the reach of those who decide."""
    rows = RevealRequest.objects.filter(clue__in=Clue.objects.visible_to(actor).values("pk"))
    if not actor.may("complaints.reveal_decide"):
        rows = rows.filter(asked_by=actor)
    first = Case(
        When(status=RevealStatus.ASKED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.select_related("clue", "asked_by", "decided_by").order_by(first, "-asked_at", "-pk")


def reveal_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Work of deciders (requests of others) and of askers (approved, not yet read)."""
    mine = Q(status=RevealStatus.APPROVED, asked_by=actor, expires_at__gt=timezone.now())
    theirs = Q(status=RevealStatus.ASKED) & ~Q(asked_by=actor)
    wanted = mine | theirs if actor.may("complaints.reveal_decide") else mine
    for row in reveals(actor).filter(wanted)[:50]:
        is_mine = row.asked_by_id == actor.pk
        yield WorkItem(
            title="查看反映人：已批准，限时查看一次" if is_mine else "查看反映人：待批准",
            url=reverse("complaints:reveal_detail", args=[row.uid]),
            due_on=timezone.localdate(row.expires_at) if is_mine and row.expires_at else None,
            sub=str(row.clue),
            stage=row.get_status_display(),
            tone="warn",
            handler=row.asked_by.name,
        )


def quarantined(actor: User) -> QuerySet[Clue]:
    """Reports set apart for a first look: unmarked ones first, oldest first."""
    return (
        Clue.objects.visible_to(actor)
        .filter(status=ClueStatus.QUARANTINED)
        .select_related("region")
        .order_by("is_spam_suspect", "received_at", "pk")
    )


def quarantine_items(actor: User, today: date) -> Iterable[WorkItem]:
    """One line however many there are."""
    count = quarantined(actor).filter(is_spam_suspect=False)[:1000].count()
    if count:
        yield WorkItem(
            title="筛查待登记的反映",
            url=reverse("complaints:quarantine_list"),
            due_on=today,
            sub=f"{count} 条没有灌水标记",
            stage="待筛查",
            tone="warn",
        )


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Photos of a clue: whoever sees the clue."""
    return (
        actor.may("complaints.clue_view")
        and Clue.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()
    )


def has_sealed(actor: User, clue: Any) -> bool:
    """Whether there is anything to ask for; citizens' channels only."""
    return bool(clue.has_contact or clue.channel in {"SNAP", "PHONE", "MAIL", "HOTLINE"})
