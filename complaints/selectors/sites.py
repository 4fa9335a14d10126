"""Scoped reads of suspected sites, and what the desk is told about a clue's surroundings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.registries import WorkItem
from complaints.matching import Signals, score, signals_of, thresholds
from complaints.models import (
    Clue,
    ClueLink,
    ClueSignals,
    LinkDecision,
    SiteChange,
    SiteMembership,
    SuspectedSite,
)
from institutions.models import Institution
from institutions.querysets import SEARCH_COLUMNS
from institutions.selectors import institutions_similar, institutions_visible

NEAR_DEGREES = 0.0015  # about 150 m
SHOWN = 5
CANDIDATES = 40


def sites_visible(actor: User) -> QuerySet[SuspectedSite]:
    """Live sites inside the actor's reach, newest clue first."""
    rows = SuspectedSite.objects.visible_to(actor).live()
    return rows.select_related("region", "institution").order_by("-last_seen", "-pk")


def site_rows(actor: User) -> ScopedQuerySet[SuspectedSite]:
    """All sites, ended ones included, for their own pages."""
    rows: ScopedQuerySet[SuspectedSite] = SuspectedSite.objects.visible_to(actor).select_related(
        "region", "institution", "merged_into", "bureau"
    )
    return rows


def clues_of(actor: User, site: SuspectedSite) -> list[Clue]:
    """Clues of a site that the actor may see, newest first."""
    members = SiteMembership.objects.filter(site=site, until__isnull=True).values("clue")
    rows = Clue.objects.visible_to(actor).filter(pk__in=members).select_related("region")
    return list(rows.order_by("-received_at", "-pk"))


def links_of(actor: User, site: SuspectedSite, limit: int = 60) -> list[ClueLink]:
    """Links among the clues of a site and decisions that hold others away from it, the strongest first."""
    members = SiteMembership.objects.filter(site=site, until__isnull=True).values("clue")
    inside = Q(first__in=members, second__in=members)
    kept_away = Q(decision=LinkDecision.APART) & (Q(first__in=members) | Q(second__in=members))
    rows = ClueLink.objects.visible_to(actor).filter(inside | kept_away)
    return list(rows.select_related("first", "second", "decided_by").order_by("-points", "pk")[:limit])


def changes_of(actor: User, site: SuspectedSite) -> list[SiteChange]:
    """What was done to a site, newest first."""
    rows = SiteChange.objects.visible_to(actor).filter(site_ids__contains=[site.pk])
    return list(rows.select_related("made_by", "undone_by", "site").order_by("-pk")[:50])


def other_sites(actor: User, site: SuspectedSite) -> QuerySet[SuspectedSite]:
    """Sites that may be merged into this one: of the same bureau, near ones and same names first by age."""
    return sites_visible(actor).filter(bureau=site.bureau_id).exclude(pk=site.pk)


def site_of(clue: Clue) -> SuspectedSite | None:
    """The site that a clue belongs to now."""
    row = SiteMembership.objects.filter(clue=clue, until__isnull=True).select_related("site").first()
    return row.site if row else None


# -- suggestions for triage ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Likely:
    """A clue or an institution that may be meant, its points and the reasons."""

    target: Any
    points: int
    reasons: tuple[str, ...]
    link: ClueLink | None = None
    is_same_site: bool = False


@dataclass(frozen=True)
class Suggestions:
    """What the desk is told beside a clue."""

    site: SuspectedSite | None = None
    institutions: list[Likely] = field(default_factory=list)
    clues: list[Likely] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.site or self.institutions or self.clues)


def suggestions(actor: User, clue: Clue) -> Suggestions:
    """Known institutions near the place, with its telephone, address or name; likely duplicates; the site.

    Everything with its reasons, and only what the actor may see. A fixed number of queries.
    """
    if not actor.may("complaints.site_view"):
        return Suggestions()
    site = site_of(clue)
    if site is not None and not SuspectedSite.objects.visible_to(actor).filter(pk=site.pk).exists():
        site = None
    kept = ClueSignals.objects.filter(clue=clue).values_list("content", flat=True).first()
    known = _institutions(actor, clue, Signals.from_dict(kept)) if kept else []
    return Suggestions(site, known, _duplicates(actor, clue, site))


def _duplicates(actor: User, clue: Clue, site: SuspectedSite | None) -> list[Likely]:
    rows = (
        ClueLink.objects.filter(Q(first=clue) | Q(second=clue), points__gte=thresholds.SHOW)
        .exclude(decision=LinkDecision.APART)
        .select_related("first", "second")
        .order_by("-points", "pk")[:CANDIDATES]
    )
    others = {row.second_id if row.first_id == clue.pk else row.first_id: row for row in rows}
    seen = {row.pk: row for row in Clue.objects.visible_to(actor).filter(pk__in=others)}
    mates = set(
        SiteMembership.objects.filter(site=site, until__isnull=True).values_list("clue_id", flat=True)
    )
    return [
        Likely(seen[pk], link.points, _reasons(link.lines), link, pk in mates)
        for pk, link in others.items()
        if pk in seen
    ][:SHOWN]


def _reasons(lines: Iterable[list[Any]]) -> tuple[str, ...]:
    return tuple(f"{sentence} {points:+d}" for sentence, points in lines)


def _institutions(actor: User, clue: Clue, signals: Signals) -> list[Likely]:
    found: dict[int, Institution] = {}
    phone = next((item[2:] for item in sorted(signals.contacts) if item[0] in "pt"), "")
    similar = institutions_similar(
        actor, name=clue.subject_name, phone=phone, address=clue.place_text, limit=SHOWN
    )
    found |= {row.institution.pk: row.institution for row in similar}
    rows = institutions_visible(actor).filter(bureau=clue.bureau_id).defer(*SEARCH_COLUMNS)
    near = Q()
    if clue.longitude is not None and clue.latitude is not None:
        near |= Q(
            longitude__range=(clue.longitude - NEAR_DEGREES, clue.longitude + NEAR_DEGREES),
            latitude__range=(clue.latitude - NEAR_DEGREES, clue.latitude + NEAR_DEGREES),
        )
    for words in (
        signals.address.compound,
        signals.address.road and signals.address.road + signals.address.door,
        phone,
    ):
        if words:
            near |= Q(search_text__contains=words)
    if near:
        found |= {row.pk: row for row in rows.filter(near)[:CANDIDATES]}
    likely = [_weighed(row, signals) for row in found.values()]
    likely = [row for row in likely if row.points >= thresholds.SHOW]
    return sorted(likely, key=lambda row: (-row.points, row.target.pk))[:SHOWN]


def _weighed(row: Institution, signals: Signals) -> Likely:
    """The register's entry compared with the clue as if it were another clue."""
    other = signals_of(
        place_text=row.address,
        subject_name=row.name,
        party_contact=row.phone,
        longitude=row.longitude,
        latitude=row.latitude,
    )
    verdict = score(signals, other)
    return Likely(row, verdict.total, _reasons([[line.sentence, line.points] for line in verdict.lines]))


# -- work ------------------------------------------------------------------------------------------------------


def review_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Watched sites whose day has come, and dismissed ones of which new clues speak."""
    from django.urls import reverse

    rows = sites_visible(actor)
    back = Q(status="DISMISSED", last_seen__gt=F("decided_at"))
    for site in rows.filter(Q(status="WATCHED", review_on__lte=today) | back).order_by("review_on", "pk")[
        :100
    ]:
        is_back = site.status == "DISMISSED"
        yield WorkItem(
            "已排除的培训点又有新线索" if is_back else "复看关注的疑似培训点",
            reverse("complaints:suspectedsite_detail", kwargs={"uid": site.uid}),
            None if is_back else site.review_on,
            sub=f"线索 {site.clue_count} 条",
            institution=site.label,
            place=site.region.name,
            stage=site.get_status_display(),
            tone="bad" if not is_back and site.review_on and site.review_on < today else "warn",
        )


def site_counts(actor: User) -> dict[str, int]:
    """How many live sites are in each state."""
    rows = SuspectedSite.objects.visible_to(actor).live().order_by()
    return dict(rows.values_list("status").annotate(n=Count("pk")))
