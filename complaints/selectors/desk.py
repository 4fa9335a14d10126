"""Scoped reads of the desk of clues."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet
from casework.models import AuditEvent, Deadline, ViolationType
from complaints import rules
from complaints.models import (
    Clue,
    ClueMessage,
    ClueReminder,
    ClueStatus,
    RoutingRule,
    Verification,
    VerifyStatus,
)
from complaints.querysets import ClueQuerySet, MessageQuerySet, TrailQuerySet
from institutions.models import Institution
from institutions.selectors import institutions_visible
from measures.selectors import departments

SOON_DAYS = 3
TOWARDS = ("ASSIGNED", "VERIFYING", "INSPECTING")


def clues_visible(actor: User) -> ClueQuerySet:
    """Clues inside the actor's reach, the newest first."""
    rows: ClueQuerySet = (
        Clue.objects.visible_to(actor)
        .select_related("region", "institution", "assigned_organ", "assignee", "bureau", "violation")
        .order_by("-received_at", "-pk")
    )
    return rows if actor.may("complaints.clue_view") else rows.none()


def talk_of(actor: User, clue: Clue) -> MessageQuerySet:
    """What was said with the reporter of a clue and with those of clues merged into it, oldest first."""
    rows = ClueMessage.objects.visible_to(actor).filter(Q(clue=clue) | Q(clue__merged_into=clue))
    return rows.select_related("author", "clue").order_by("said_at", "pk")


def late(rows: ClueQuerySet, today: date) -> ClueQuerySet:
    """Open clues whose present term is over."""
    return rows.filter(
        Q(status="RECEIVED", accept_due_on__lt=today) | Q(status__in=TOWARDS, due_on__lt=today)
    )


def due_soon(rows: ClueQuerySet, today: date) -> ClueQuerySet:
    """Open clues whose present term ends within three days."""
    span = (today, today + timedelta(days=SOON_DAYS))
    return rows.filter(
        Q(status="RECEIVED", accept_due_on__range=span) | Q(status__in=TOWARDS, due_on__range=span)
    )


def to_accept(actor: User) -> ClueQuerySet:
    """Registered clues that nobody has yet."""
    return clues_visible(actor).filter(status=ClueStatus.RECEIVED).order_by("accept_due_on", "pk")


def in_hand(actor: User) -> ClueQuerySet:
    """Open clues of the actor, or of the actor's body while nobody is named."""
    rows = clues_visible(actor).filter(status__in=TOWARDS)
    mine = Q(assignee=actor) | Q(assignee__isnull=True, assigned_organ=actor.organisation_id)
    return rows.filter(mine).order_by("due_on", "pk")


def late_clues(actor: User, today: date) -> ClueQuerySet:
    """Late clues inside the actor's reach."""
    return late(clues_visible(actor), today).order_by("due_on", "pk")


def asks_open(actor: User) -> TrailQuerySet[Verification]:
    """Requests to look that wait for an answer."""
    rows: TrailQuerySet[Verification] = (
        Verification.objects.visible_to(actor)
        .filter(status=VerifyStatus.ASKED)
        .select_related("clue__region")
        .order_by("due_on", "pk")
    )
    return rows


def reopen_asked(actor: User) -> ClueQuerySet:
    """Closed clues whose reporter asks that they be handled again."""
    return clues_visible(actor).filter(reopen_asked_at__isnull=False).order_by("reopen_asked_at")


def clock_of(clue: Clue) -> Deadline | None:
    """The running clock of handling."""
    return Deadline.objects.filter(
        subject_uid=clue.uid, kind=rules.HANDLE, state__in=["OPEN", "PAUSED"]
    ).first()


def earlier_clues(actor: User, clue: Clue, limit: int = 20) -> list[tuple[Clue, str]]:
    """Other clues about the same institution, place or advertised number, with what they share."""
    same = Q()
    if clue.institution_id:
        same |= Q(institution=clue.institution_id)
    if clue.place_text:
        same |= Q(place_text=clue.place_text)
    if clue.party_contact:
        same |= Q(party_contact=clue.party_contact)
    if not same:
        return []
    rows = clues_visible(actor).filter(same).exclude(pk=clue.pk)[:limit]
    return [(row, _shared(clue, row)) for row in rows]


def _shared(clue: Clue, other: Clue) -> str:
    words = []
    if clue.institution_id and clue.institution_id == other.institution_id:
        words.append("同一机构")
    if clue.place_text and clue.place_text == other.place_text:
        words.append("同一地点")
    if clue.party_contact and clue.party_contact == other.party_contact:
        words.append("同一联系电话")
    return "、".join(words)


def mergeable(actor: User, clue: Clue) -> ClueQuerySet:
    """Open clues of the same bureau that may speak for this one."""
    return clues_visible(actor).open().filter(bureau=clue.bureau_id).exclude(pk=clue.pk)


def events_of(actor: User, clue: Clue, limit: int = 60) -> list[AuditEvent]:
    """What happened to a clue, the newest first."""
    rows = AuditEvent.objects.visible_to(actor).filter(object_uid=clue.uid)
    return list(rows.order_by("-occurred_at", "-pk")[:limit])


def verifications_of(clue: Clue) -> list[Verification]:
    """Looks at a clue, and requests."""
    return list(clue.verifications.select_related("asked_by", "recorded_by").order_by("pk"))


def verification_get(actor: User, uid: UUID) -> Verification | None:
    """One look inside the actor's reach."""
    return Verification.objects.visible_to(actor).select_related("clue").filter(uid=uid).first()


def rules_visible(actor: User) -> ScopedQuerySet[RoutingRule]:
    """Routing rules of the bureau."""
    rows: ScopedQuerySet[RoutingRule] = (
        RoutingRule.objects.visible_to(actor)
        .filter(bureau=actor.bureau_id)
        .select_related("organ", "region")
        .order_by("-is_active", "region_path", "kind", "pk")
    )
    return rows


def organs(actor: User) -> QuerySet[Organisation]:
    """Bodies that a clue may go to."""
    return departments(actor)


def people_of(actor: User) -> QuerySet[User]:
    """People of those bodies."""
    rows = User.objects.filter(
        organisation__in=departments(actor).values("pk"), is_active=True, is_system=False
    )
    return rows.select_related("organisation").order_by("organisation_id", "name", "pk")


def places(actor: User) -> QuerySet[Institution]:
    """Institutions that a clue may be about."""
    return institutions_visible(actor).select_related("region")


def violations() -> QuerySet[ViolationType]:
    """Kinds of violation."""
    return ViolationType.objects.order_by("group", "code")


def reminders_of(clue: Clue) -> list[ClueReminder]:
    """Reminders made about a clue."""
    return list(clue.reminders.order_by("-made_at")[:20])


def institution_clues(actor: User, institution: Institution, limit: int = 10) -> list[Clue]:
    """Clues about a place, for its file."""
    return list(clues_visible(actor).filter(institution=institution)[:limit])


def counts(actor: User, today: date) -> dict[str, int]:
    """Sizes of the worklists, in one query."""
    own = Q(assignee=actor) | Q(assignee__isnull=True, assigned_organ=actor.organisation_id)
    found: dict[str, int] = (
        clues_visible(actor)
        .order_by()
        .aggregate(
            triage=Count("pk", filter=Q(status="QUARANTINED")),
            accept=Count("pk", filter=Q(status="RECEIVED")),
            mine=Count("pk", filter=Q(status__in=TOWARDS) & own),
            late=Count(
                "pk",
                filter=Q(status="RECEIVED", accept_due_on__lt=today)
                | Q(status__in=TOWARDS, due_on__lt=today),
            ),
            open=Count("pk", filter=Q(status__in=["RECEIVED", *TOWARDS])),
            reopen=Count("pk", filter=Q(reopen_asked_at__isnull=False)),
        )
    )
    return found
