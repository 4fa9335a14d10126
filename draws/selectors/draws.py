"""Scoped reads of draws. The long texts of pool and result are left out of lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from accounts.models import Bureau, OfficerCertificate, Region, User
from accounts.querysets import ScopedQuerySet
from casework.models import OutboxMessage
from draws.models import (
    Draw,
    DrawnPlace,
    DrawStatus,
    OfficerRecusal,
    OfficerSkill,
)
from draws.querysets import DrawQuerySet
from inspections.models import Deployment, Visit
from institutions.models import Institution
from institutions.selectors import townships_of

LONG = ("pool_text", "result_text")


def draws_visible(actor: User) -> DrawQuerySet:
    """Draws, the newest first."""
    rows = (
        Draw.objects.visible_to(actor)
        .defer(*LONG)
        .select_related("lead_organ", "predecessor", "successor", "plan_row")
    )
    return rows.order_by("-created_at", "-pk")


def draw_file(actor: User) -> DrawQuerySet:
    """Draws with everything their page shows."""
    return (
        Draw.objects.visible_to(actor)
        .defer(*LONG)
        .select_related(
            "lead_organ", "bureau", "region", "campaign", "checklist_version", "created_by", "frozen_by",
            "entropy_entered_by", "entropy_confirmed_by", "drawn_by", "published_by", "record_document",
            "predecessor", "successor", "plan_row__plan", "plan_row__plan__document",
        )
    )  # fmt: skip


@dataclass(frozen=True)
class DrawnTeam:
    """One drawn team with its places and officers, for screens and the export."""

    number: int
    organ: str
    officers: list[OfficerCertificate]
    places: list[DrawnPlace]
    deployment: Deployment | None
    recused: list[str]
    problem: str


def teams_of(draw: Draw) -> list[DrawnTeam]:
    """The result of a draw team by team."""
    rows = draw.places.select_related("institution", "institution__region", "organ", "deployment")
    people: dict[int, list[OfficerCertificate]] = {}
    for row in draw.drawn_officers.select_related("certificate__user", "certificate__organ"):
        people.setdefault(row.team_number, []).append(row.certificate)
    places: dict[int, list[DrawnPlace]] = {}
    for place in rows.order_by("position"):
        places.setdefault(place.team_number, []).append(place)
    aside = _recused(draw)
    return [
        DrawnTeam(
            number,
            group[0].organ.short_name if group[0].organ else "",
            people.get(number, []),
            group,
            group[0].deployment,
            aside.get(number, []),
            group[0].problem,
        )
        for number, group in sorted(places.items())
    ]


def record_of(draw: Draw) -> dict[str, Any]:
    """The record file as JSON values, empty before the draw."""
    return json.loads(draw.result_text) if draw.result_text else {}


def _recused(draw: Draw) -> dict[int, list[str]]:
    record = record_of(draw)
    if not record:
        return {}
    names = {row["id"]: row["name"] for row in record["pool"]["officers"]}
    return {team["number"]: [names[one] for one in team["recused"]] for team in record["result"]["teams"]}


def uncertified_of(draw: Draw) -> list[str]:
    """Names of people in the pool whose certificate is not valid on the day of the check."""
    record = record_of(draw)
    if not record:
        return []
    names = {row["id"]: row["name"] for row in record["pool"]["officers"]}
    return [names[one] for one in record["result"]["uncertified"]]


def pool_of(draw: Draw) -> dict[str, Any]:
    """The frozen pool as JSON values, empty for a draft."""
    return json.loads(draw.pool_text) if draw.pool_text else {}


def draws_waiting(actor: User, until: datetime) -> DrawQuerySet:
    """Frozen draws whose public value is due."""
    rows = draws_visible(actor).filter(status=DrawStatus.FROZEN, entropy_due_at__lte=until)
    return rows.order_by("entropy_due_at", "pk")


def plans_waiting(actor: User) -> DrawQuerySet:
    """Drawn draws with a team that has no outing yet."""
    rows = draws_visible(actor).filter(status=DrawStatus.DRAWN)
    missing = DrawnPlace.objects.filter(deployment__isnull=True, problem="").values("draw")
    return rows.filter(pk__in=missing).order_by("planned_on", "pk")


def results_waiting(actor: User) -> DrawQuerySet:
    """Draws whose checks are over."""
    rows = draws_visible(actor).filter(status=DrawStatus.DRAWN, checks_ended_on__isnull=False)
    return rows.order_by("results_due_on", "pk")


def drawn_of(actor: User, institution: Institution, limit: int = 10) -> list[DrawnPlace]:
    """Draws in which a place was drawn, the newest first."""
    rows = DrawnPlace.objects.visible_to(actor).filter(institution=institution)
    return list(
        rows.select_related("draw", "deployment")
        .defer(*(f"draw__{name}" for name in LONG))
        .order_by("-pk")[:limit]
    )


def recusals_visible(actor: User) -> QuerySet[OfficerRecusal]:
    """Standing recusals; who may not manage them sees the own ones."""
    rows = OfficerRecusal.objects.visible_to(actor).select_related(
        "user__organisation", "institution", "created_by"
    )
    if not actor.may("draws.recusal_manage"):
        rows = rows.filter(user=actor)
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def skills_visible(actor: User) -> QuerySet[OfficerSkill]:
    """Skills in force."""
    rows = OfficerSkill.objects.visible_to(actor).filter(ended_at__isnull=True)
    return rows.select_related("user__organisation").order_by(
        "user__organisation", "user__name", "skill", "pk"
    )


def recusal_get(actor: User, uid: UUID) -> OfficerRecusal | None:
    """One recusal inside the actor's reach."""
    return recusals_visible(actor).filter(uid=uid).first()


def skill_get(actor: User, uid: UUID) -> OfficerSkill | None:
    """One skill inside the actor's reach."""
    return skills_visible(actor).filter(uid=uid).first()


def officers_of(actor: User) -> QuerySet[User]:
    """Certified people whom the actor may write down: all of the bureau for who manages, else oneself."""
    rows = User.objects.filter(bureau=actor.bureau, is_active=True, certificates__isnull=False).distinct()
    if not (actor.may("draws.recusal_manage") or actor.may("draws.skill_manage")):
        rows = rows.filter(pk=actor.pk)
    return rows.select_related("organisation").order_by("organisation", "name")


def towns_of(actor: User) -> list[Region]:
    """Townships of a pool's condition."""
    return townships_of(actor)


def public_draws(bureau: Bureau) -> ScopedQuerySet[Draw]:
    """Every draw that was ever announced, aborted and repeated ones included, the newest first."""
    rows = Draw.objects.filter(bureau=bureau).committed().defer(*LONG)
    return rows.select_related("lead_organ", "predecessor", "successor", "plan_row__plan").order_by(
        "-frozen_at", "-pk"
    )


def public_draw(bureau: Bureau, uid: UUID) -> Draw | None:
    """One announced draw."""
    return public_draws(bureau).filter(uid=uid).first()


def reports_of(draw: Draw) -> list[OutboxMessage]:
    """What was handed to other systems about a draw, with its state and receipt."""
    return list(OutboxMessage.objects.filter(subject_uid=draw.uid).order_by("pk"))


def findings_of(draw: Draw) -> dict[int, Visit]:
    """Visits of a draw by institution, with the number of problems found."""
    problems = Count("findings", filter=~Q(findings__status="VOID"), distinct=True)
    rows = Visit.objects.filter(deployment__drawn_places__draw=draw).annotate(problem_count=problems)
    return {row.institution_id: row for row in rows.order_by("pk")}
