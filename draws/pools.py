"""What a draft would draw from, and the pool file that freezing writes."""

from __future__ import annotations

import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import OfficerCertificate, Region
from draws import strata
from draws.models import Draw, OfficerRecusal, OfficerSkill, Skill, SkillRule, StratumBy
from draws.strata import UNRATED
from fieldwork.sampling import POOL_FORMAT, SAMPLER
from inspections.models import Visit
from institutions.models import Institution, RiskLevel, Standing, SubjectKind, Track
from institutions.selectors import institutions_visible

CHOICE_FILTERS: dict[str, tuple[str, str, Any]] = {
    "standings": ("standing", "证照情况", Standing),
    "subject_kinds": ("subject_kind", "学科属性", SubjectKind),
    "tracks": ("track", "培训类别", Track),
    "risk_levels": ("risk_level", "风险等级", RiskLevel),
}
OPEN_VISITS = ("PLANNED", "STARTED")


@dataclass(frozen=True)
class Layer:
    """One layer of a preview: how many places it has and how many would be drawn."""

    code: str
    label: str
    size: int
    percent: float
    drawn: int


@dataclass(frozen=True)
class Preview:
    """What a draft would draw from."""

    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """Places in the pool."""
        return sum(layer.size for layer in self.layers)

    @property
    def drawn(self) -> int:
        """Places that would be drawn."""
        return sum(layer.drawn for layer in self.layers)


def candidates(draw: Draw) -> QuerySet[Institution]:
    """Places of the pool: not ended, inside the drafter's reach, within the conditions."""
    filters = draw.filters
    rows = institutions_visible(draw.created_by).filter(bureau=draw.bureau).present()
    for name, (column, _, _) in CHOICE_FILTERS.items():
        if chosen := filters.get(name):
            rows = rows.filter(**{f"{column}__in": ["" if code == UNRATED else code for code in chosen]})
    if chosen := filters.get("regions"):
        rows = rows.filter(region_id__in=chosen)
    if since := parse_date(filters.get("not_visited_since") or ""):
        visits = Visit.objects.filter(institution=OuterRef("pk"), planned_on__gte=since).carried_out()
        rows = rows.filter(~Exists(visits))
    return rows.order_by()


def preview(draw: Draw) -> Preview:
    """Sizes by layer with what the shares would draw; shares are rounded up."""
    # A condition may join one place several times; the inner query names each once.
    once = Institution.objects.filter(pk__in=candidates(draw).values("pk")).order_by()
    rows = list(once.values(*_columns(draw)).annotate(n=Count("pk")))
    return Preview(
        tuple(
            Layer(row.code, row.label, row.size, row.per_10000 / 100, _drawn_of(row.size, row.per_10000))
            for row in strata.strata_of(draw, rows)
        )
    )


def _columns(draw: Draw) -> list[str]:
    """Only the columns that the layers need, so that a count groups by nothing else."""
    names: dict[str, tuple[str, ...]] = {
        StratumBy.RISK: ("risk_level",),
        StratumBy.TOWN: ("region__code", "region__name"),
        StratumBy.KIND: ("subject_kind",),
        StratumBy.CREDIT: ("credit_grade",),
    }
    return [column for name in draw.strata_by for column in names[name]]


def _drawn_of(size: int, per_10000: int) -> int:
    return min(-(-size * per_10000 // 10_000), size)


def frozen_preview(draw: Draw) -> Preview:
    """The layers of a frozen pool."""
    data = json.loads(draw.pool_text)
    sizes = Counter(row["stratum"] for row in data["targets"])
    return Preview(
        tuple(
            Layer(
                row["code"],
                row["label"],
                sizes[row["code"]],
                row["per_10000"] / 100,
                _drawn_of(sizes[row["code"]], row["per_10000"]),
            )
            for row in data["strata"]
        )
    )


def certificates(draw: Draw) -> QuerySet[OfficerCertificate]:
    """Certificates of the taking-part organs that are valid today or on the day of the check."""
    organs = (
        {draw.lead_organ_id, *draw.organs.values_list("pk", flat=True)} if draw.pk else {draw.lead_organ_id}
    )
    return certificates_of(organs, draw.planned_on)


def certificates_of(organs: Iterable[int], day: date) -> QuerySet[OfficerCertificate]:
    """Certificates of organs that are valid today or on a day."""
    today = timezone.localdate()
    return (
        OfficerCertificate.objects.filter(organ__in=list(organs), user__is_active=True)
        .filter(Q(validity__contains=day) | Q(validity__contains=today))
        .exclude(revoked_on__lte=today)
        .select_related("user", "organ")
        .order_by("pk")
    )


def officers_by_organ(draw: Draw) -> Counter[int]:
    """How many people of each organ are certified on the day of the check."""
    return Counter(row.organ_id for row in certificates(draw) if row.is_valid_on(draw.planned_on))


def needs_of(rules: Iterable[str], subject_kind: str, risk_level: str, is_online: bool) -> list[str]:
    """Skills that the team for a place must bring."""
    wanted = {
        SkillRule.SUBJECT_PLACES: (Skill.SUBJECT, subject_kind == SubjectKind.SUBJECT),
        SkillRule.ONLINE_PLACES: (Skill.ONLINE, is_online),
        SkillRule.RISKY_PLACES: (Skill.FINANCE, risk_level == RiskLevel.HIGH),
        SkillRule.ALL_FIRE: (Skill.FIRE, True),
    }
    found = (wanted[SkillRule(rule)] for rule in rules)
    return sorted(skill.value for skill, applies in found if applies)


def conditions(draw: Draw) -> list[str]:
    """The conditions of the pool in words."""
    lines = ["在册且未注销、未取缔的机构和场所"]
    for name, (_, label, choices) in CHOICE_FILTERS.items():
        if chosen := draw.filters.get(name):
            words = ["未评定" if code == UNRATED else str(choices(code).label) for code in chosen]
            lines.append(f"{label}：{'、'.join(words)}")
    if chosen := draw.filters.get("regions"):
        names = Region.objects.filter(pk__in=chosen).order_by("code").values_list("name", flat=True)
        lines.append(f"乡镇（街道）：{'、'.join(names)}")
    if since := draw.filters.get("not_visited_since"):
        lines.append(f"{since} 以来没有检查过")
    return lines


def pool_data(draw: Draw, number: str) -> dict[str, Any]:
    """The pool file of a draw as JSON values."""
    before, row = draw.predecessor, draw.plan_row
    columns = ("public_id", "name", "is_online", *strata.COLUMNS)
    places = list(candidates(draw).order_by("public_id").values(*columns).distinct())
    return {
        "format": POOL_FORMAT,
        "sampler": SAMPLER,
        "nonce": secrets.token_hex(16),
        "number": number,
        "title": draw.title,
        "organ": draw.lead_organ.name,
        "plan": {"number": row.plan.number, "row": row.position, "item": row.item} if row else None,
        "planned_on": draw.planned_on.isoformat(),
        "planned_until": draw.planned_until.isoformat(),
        "conditions": conditions(draw),
        "entropy_rule": {
            "kind": draw.entropy_kind,
            "source": draw.entropy_source,
            "at": moment_text(draw.entropy_due_at),
        },
        "predecessor": {"number": before.number, "reason": draw.repeat_reason} if before else None,
        "strata_by": [{"code": name, "label": str(StratumBy(name).label)} for name in draw.strata_by],
        "strata": [
            {"code": layer.code, "label": layer.label, "per_10000": layer.per_10000}
            for layer in strata.strata_of(draw, places)
        ],
        "targets": [_target(draw, place) for place in places],
        "officers": _officers(draw),
        "team": {"size": draw.team_size, "places": draw.places_per_team},
    }


def _target(draw: Draw, place: dict[str, Any]) -> dict[str, Any]:
    values = strata.values_of(draw.strata_by, place)
    return {
        "id": place["public_id"],
        "name": place["name"],
        "place": place["region__name"],
        "attributes": {name: value.code for name, value in zip(draw.strata_by, values, strict=True)},
        "stratum": strata.code_of(values),
        "needs": needs_of(draw.skill_rules, place["subject_kind"], place["risk_level"], place["is_online"]),
    }


def moment_text(moment: datetime) -> str:
    """A moment in Asia/Shanghai, ISO 8601 to the second."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def officer_id(certificate: OfficerCertificate) -> str:
    """The id of an officer in the pool: one certificate of one organ."""
    return f"C{certificate.pk}"


def _officers(draw: Draw) -> list[dict[str, Any]]:
    rows = list(certificates(draw))
    users = {row.user_id for row in rows}
    skills: dict[int, list[str]] = defaultdict(list)
    for user, skill in OfficerSkill.objects.filter(user__in=users, ended_at__isnull=True).values_list(
        "user", "skill"
    ):
        skills[user].append(skill)
    recused: dict[int, list[str]] = defaultdict(list)
    standing = OfficerRecusal.objects.filter(user__in=users, ended_at__isnull=True)
    for user, place in standing.values_list("user", "institution__public_id"):
        recused[user].append(place)
    return [
        {
            "id": officer_id(row),
            "name": row.user.name,
            "organ": f"O{row.organ_id}",
            "organ_name": row.organ.name,
            "certificate": {"number": row.number, **_span(row)},
            "skills": sorted(skills[row.user_id]),
            "recused": sorted(recused[row.user_id]),
        }
        for row in rows
    ]


def _span(row: OfficerCertificate) -> dict[str, str]:
    ends = [day for day in (row.validity.upper, row.revoked_on) if day]
    start = row.validity.lower
    return {"from": start.isoformat() if start else "", "until": min(ends).isoformat() if ends else ""}


def visits_of(draw: Draw) -> QuerySet[Visit]:
    """Visits of the outings made from a draw."""
    return Visit.objects.filter(deployment__drawn_places__draw=draw).distinct()


def open_visits(draw: Draw) -> QuerySet[Visit]:
    """Visits of a draw that are not over."""
    return visits_of(draw).filter(status__in=OPEN_VISITS)
