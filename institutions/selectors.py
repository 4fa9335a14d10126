"""Scoped reads of the register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import Bureau, Organisation, OrganisationKind, Region, RegionLevel, User
from accounts.querysets import ScopedQuerySet
from institutions.models import (
    Decision,
    FormerName,
    ImportBatch,
    ImportRow,
    ImportState,
    Institution,
    InstitutionState,
    MarketEntity,
    Milestone,
    Person,
    PlatformMilestone,
    RowKind,
    Standing,
    TrainingMaterial,
)
from institutions.models.choices import HOLDS_LICENCE
from institutions.querysets import SEARCH_COLUMNS, InstitutionQuerySet
from institutions.search import bigrams, core_name, normalise

ALIKE = 0.6
EXPIRY_NOTICE_DAYS = 60


def institutions_visible(actor: User) -> InstitutionQuerySet:
    """Every institution inside the actor's reach, by township and name."""
    rows: InstitutionQuerySet = Institution.objects.visible_to(actor)
    return rows.select_related("region", "bureau").order_by("region__code", "name_norm", "pk")


def institution_search(who: User | Bureau, query: str, limit: int = 20) -> list[Institution]:
    """The best hits for a typed query, inside the actor's reach or the whole bureau."""
    rows = (
        Institution.objects.filter(bureau=who)
        if isinstance(who, Bureau)
        else Institution.objects.visible_to(who)
    )
    return rows.select_related("region").ranked(query, limit)


def public_institutions(bureau: Bureau) -> InstitutionQuerySet:
    """Institutions that the public portal may show: all of the bureau, unlicensed and closed included."""
    return Institution.objects.filter(bureau=bureau).select_related("region", "bureau")


def institution_by_public_id(public_id: str, bureau: Bureau | None = None) -> Institution | None:
    """The institution behind a door sign's code; letters in any case."""
    rows = Institution.objects.filter(public_id=public_id.upper()).defer(*SEARCH_COLUMNS)
    if bureau is None:
        return rows.select_related("region", "bureau").first()
    found = rows.filter(bureau=bureau).select_related("region").first()
    if found is not None:
        found.bureau = bureau
    return found


def institution_by_uid(uid: UUID) -> Institution | None:
    """An institution by its lasting identity, without scope; for higher rooms' services."""
    return Institution.objects.filter(uid=uid).select_related("region", "bureau").first()


def institution_of_organisation(organisation: Organisation) -> Institution | None:
    """The institution whose portal account this organisation is."""
    return Institution.objects.filter(organisation=organisation).select_related("region", "bureau").first()


def institution_states(actor: User, institution: Institution) -> list[InstitutionState]:
    """All spans of one institution, newest first within each kind."""
    rows = InstitutionState.objects.visible_to(actor).filter(institution=institution)
    return list(rows.select_related("recorded_by").order_by("kind", "-span"))


def townships_of(actor: User) -> list[Region]:
    """Townships that the actor may choose for a place."""
    path = actor.organisation.region_path if actor.organisation else ""
    if actor.bureau is not None and not path.startswith(actor.bureau.region.path):
        path = actor.bureau.region.path
    rows = Region.objects.filter(path__startswith=path, valid_to__isnull=True)
    found = list(rows.filter(level=RegionLevel.TOWNSHIP).order_by("code"))
    return found or list(rows.order_by("code"))


def departments_of(bureau: Bureau) -> list[Organisation]:
    """Departments that can be the competent one for a kind of training."""
    kinds = [
        OrganisationKind.EDUCATION,
        OrganisationKind.CULTURE,
        OrganisationKind.SCIENCE,
        OrganisationKind.SPORT,
        OrganisationKind.HUMAN_RESOURCES,
    ]
    return list(
        Organisation.objects.filter(bureau=bureau, kind__in=kinds, is_active=True).order_by("kind", "name")
    )


@dataclass(frozen=True)
class Similar:
    """A registered place that may be the same as a given one, and why."""

    institution: Institution
    why: str


def institutions_similar(
    actor: User,
    *,
    name: str,
    uscc: str = "",
    licence_no: str = "",
    phone: str = "",
    address: str = "",
    but: int | None = None,
    limit: int = 5,
) -> list[Similar]:
    """Registered places that share a code, a phone or an address, or whose name is alike (pg_trgm 0.6)."""
    rows = Institution.objects.visible_to(actor)
    if but is not None:
        rows = rows.exclude(pk=but)
    found: dict[int, Similar] = {}
    exact = (
        ("统一社会信用代码相同", {"uscc": uscc} if uscc else {}),
        ("许可证号相同", {"licence_no": licence_no} if licence_no else {}),
        ("联系电话相同", {"phone": phone} if phone else {}),
        ("地址相同", {"address": address} if len(address) > 6 else {}),
    )
    for why, condition in exact:
        if condition:
            for row in rows.filter(**condition)[:limit]:
                found.setdefault(row.pk, Similar(row, why))
    for row in _alike(rows, name, limit):
        found.setdefault(row.pk, Similar(row, "名称相近"))
    return list(found.values())[:limit]


def _alike(rows: InstitutionQuerySet, name: str, limit: int) -> list[Institution]:
    text = normalise(name)
    if len(text) < 2:
        return []
    core = core_name(name)
    if len(core) >= 3 and (same := list(rows.filter(search_text__like=f"%{core}%")[:limit])):
        return same
    alike = rows.filter(name_grams__overlap=bigrams(core)).annotate(like=TrigramSimilarity("name_norm", text))
    return list(alike.filter(like__gte=ALIKE).order_by("-like")[:limit])


def register_counts(actor: User, today: date) -> dict[str, int]:
    """Counts of the places that operate now, in one query."""
    rows = Institution.objects.visible_to(actor).operating().order_by()
    soon = today + timedelta(days=EXPIRY_NOTICE_DAYS)
    licensed = Q(standing__in=HOLDS_LICENCE)
    return rows.aggregate(
        operating=Count("pk"),
        subject=Count("pk", filter=Q(subject_kind="SUBJECT")),
        half=Count("pk", filter=~Q(standing=Standing.LICENSED)),
        unlicensed=Count("pk", filter=Q(standing=Standing.UNLICENSED)),
        expiring=Count("pk", filter=licensed & Q(licence_to__gte=today, licence_to__lte=soon)),
        expired=Count("pk", filter=licensed & Q(licence_to__lt=today)),
    )


def former_names_of(actor: User, institution: Institution) -> list[FormerName]:
    """Names that the institution bore before, newest first."""
    return list(FormerName.objects.visible_to(actor).filter(institution=institution).order_by("-used_until"))


def led_by(actor: User, person: Person) -> list[Institution]:
    """Institutions inside the actor's reach that the person stands for, by name."""
    return list(institutions_visible(actor).filter(legal_person=person).order_by("name_norm", "pk"))


def public_url(institution: Institution) -> str:
    """The address of the public page that a door sign's QR code opens."""
    bureau = institution.bureau
    if bureau.host:
        return f"https://{bureau.host}/i/{institution.public_id}/"
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    prefix = "" if bureau.slug == settings.DEFAULT_BUREAU else f"/b/{bureau.slug}"
    return f"{base}{prefix}/i/{institution.public_id}/"


def imports_visible(actor: User) -> ScopedQuerySet[ImportBatch]:
    """Imports inside the actor's reach, newest first."""
    rows: ScopedQuerySet[ImportBatch] = ImportBatch.objects.visible_to(actor)
    return rows.select_related("created_by", "job").order_by("-pk")


def import_rows(batch: ImportBatch, kind: str) -> QuerySet[ImportRow]:
    """Rows of one outcome of an import, in the order of the sheet."""
    return batch.rows.filter(kind=kind).select_related("institution__region").order_by("number")


def import_counts(batch: ImportBatch) -> dict[str, int]:
    """How many rows each outcome has."""
    return {kind: int(batch.counts.get(kind, 0)) for kind in RowKind.values}


def decided_counts(batch: ImportBatch) -> dict[str, int]:
    """How many suspected duplicates were decided which way."""
    rows = batch.rows.filter(kind=RowKind.SUSPECT).order_by()
    return dict(rows.values_list("decision").annotate(n=Count("pk")))


def import_traces(institution: Institution) -> list[ImportRow]:
    """Rows of carried-out imports that created or changed an institution."""
    rows = ImportRow.objects.filter(institution=institution, batch__state=ImportState.APPLIED)
    written = Q(kind__in=[RowKind.NEW, RowKind.CHANGED]) | Q(
        kind=RowKind.SUSPECT, decision__in=[Decision.CREATE, Decision.MERGE]
    )
    return list(rows.filter(written).select_related("batch__created_by__organisation"))


def entities_visible(actor: User) -> ScopedQuerySet[MarketEntity]:
    """Market entities within reach, those that wait for somebody first."""
    rows: ScopedQuerySet[MarketEntity] = MarketEntity.objects.visible_to(actor)
    waits_first = (F("settled_on").asc(nulls_first=True), F("handed_on").asc(nulls_first=True))
    return rows.select_related("region", "institution").order_by(*waits_first, "name", "pk")


def licensed_places(actor: User) -> InstitutionQuerySet:
    """Institutions with a school licence that have not ended: only these go onto the national platform."""
    rows: InstitutionQuerySet = institutions_visible(actor).present()
    return rows.filter(standing__in=HOLDS_LICENCE)


def platform_places(actor: User) -> InstitutionQuerySet:
    """Licensed institutions that have not ended, each with where it stands now (`milestones_now`).

    A milestone is a mapping of `milestone`, `uid` and `reached_on` (ISO), read with the row: lists ask once.
    """
    stands = PlatformMilestone.objects.filter(institution=OuterRef("pk"), left_on__isnull=True)
    told = JSONObject(milestone="milestone", uid="uid", reached_on="reached_on")
    rows = licensed_places(actor)
    return rows.annotate(milestones_now=ArraySubquery(stands.order_by("pk").values(data=told)))


def platform_rates(actor: User) -> dict[str, int]:
    """How many licensed institutions have not ended, and how many of them stand at each milestone."""
    of = Q(platform_milestones__left_on__isnull=True)
    rows = licensed_places(actor).order_by()
    found: dict[str, int] = rows.aggregate(
        total=Count("pk", distinct=True),
        **{
            key: Count("pk", filter=of & Q(platform_milestones__milestone=key), distinct=True)
            for key in Milestone.values
        },
    )
    return found


def milestones_visible(actor: User) -> ScopedQuerySet[PlatformMilestone]:
    """Milestones within reach, the newest first."""
    rows: ScopedQuerySet[PlatformMilestone] = PlatformMilestone.objects.visible_to(actor)
    return rows.select_related("institution__region").order_by("-reached_on", "-pk")


def materials_visible(actor: User) -> ScopedQuerySet[TrainingMaterial]:
    """Training materials within reach, the newest first."""
    rows: ScopedQuerySet[TrainingMaterial] = TrainingMaterial.objects.visible_to(actor)
    people = ("institution__region", "reviewed_by", "decided_by")
    return rows.select_related(*people).order_by("-submitted_on", "-pk")


def materials_waiting(actor: User) -> ScopedQuerySet[TrainingMaterial]:
    """Materials that the actor may review, or decide on because another person reviewed them; the oldest first."""
    waits = Q(status="SUBMITTED")
    if actor.may("institutions.material_decide"):
        waits |= Q(status="REVIEWED") & ~Q(reviewed_by=actor)
    return materials_visible(actor).filter(waits).order_by("submitted_on", "pk")
