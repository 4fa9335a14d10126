"""What the public may read. Nothing here needs an actor; every read is bound to one bureau."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.core.cache import caches
from django.db.models import Count, Q

from accounts.models import Bureau
from blacklist.models import BatchStatus, EntryStatus, ListBatch, ListEntry, ListKind
from blacklist.public.gathered import best_hits
from blacklist.querysets import ListEntryQuerySet
from casework.models import AuditAnchor, ViolationType
from institutions.models import Institution
from institutions.models.choices import ENDED
from institutions.querysets import SEARCH_COLUMNS, InstitutionQuerySet
from institutions.search import bigrams, core_name, normalise
from institutions.selectors import institution_by_public_id, public_institutions

QUERY_MAX = 60
HITS = 20
ALIKE = 0.25
COUNTS_SECONDS = 60
MOBILE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


def clean_query(text: str) -> str:
    """A typed query without control characters, at most 60 characters."""
    kept = "".join(sign for sign in text if unicodedata.category(sign)[0] != "C")
    return kept.strip()[:QUERY_MAX]


def public_phone(institution: Institution) -> str:
    """The telephone if it is a fixed or service line; a mobile number belongs to a person."""
    phone: str = institution.phone.strip()
    return "" if MOBILE.search(re.sub(r"[\s-]", "", phone)) else phone


def counts(bureau: Bureau) -> dict[str, int]:
    """Present places by list and papers, in one query."""
    rows = Institution.objects.filter(bureau=bureau).order_by()
    present = ~Q(operating_state__in=ENDED)
    return rows.aggregate(
        white=Count("pk", filter=Q(list_status=ListKind.WHITE)),
        black=Count("pk", filter=Q(list_status=ListKind.BLACK)),
        red=Count("pk", filter=Q(list_status=ListKind.RED)),
        licensed=Count("pk", filter=present & Q(licence_state="VALID")),
        unlicensed=Count("pk", filter=present & Q(standing__in=["UNLICENSED", "REGISTERED_ONLY"])),
    )


def counts_lately(bureau: Bureau) -> dict[str, int]:
    """`counts` as they stood at most a minute ago, for pages that only mention them."""
    key = f"public:counts:{bureau.pk}"
    return caches["pages"].get_or_set(key, lambda: counts(bureau), COUNTS_SECONDS) or {}


def search(bureau: Bureau, query: str) -> list[Institution]:
    """The best hits of a cleaned query, one more than a page shows."""
    return best_hits(bureau, query, HITS + 1)


def black_grounds(institutions: list[Institution]) -> dict[int, ListEntry]:
    """Black entries in force of the institutions that have one."""
    ids = [item.pk for item in institutions if item.list_status == ListKind.BLACK]
    if not ids:
        return {}
    rows = ListEntry.objects.in_force().filter(institution_id__in=ids, kind=ListKind.BLACK)
    return {entry.institution_id: entry for entry in rows}


def alike(bureau: Bureau, query: str) -> list[Institution]:
    """Names that resemble a query without hits: those that share two neighbouring characters of its core."""
    text, pairs = normalise(query), bigrams(core_name(query))
    if not pairs:
        return []
    near = Institution.objects.filter(bureau=bureau, name_grams__overlap=pairs).defer(*SEARCH_COLUMNS)
    rows = near.annotate(like=TrigramSimilarity("name_norm", text))
    return list(rows.filter(like__gte=ALIKE).select_related("region").order_by("-like", "pk")[:5])


def elsewhere(bureau: Bureau, query: str) -> list[dict[str, Any]]:
    """Neighbouring bureaus of the same city where a query has hits, with the number of hits."""
    if bureau.parent_id is None or len(normalise(query)) < 3:
        return []
    rows = Institution.objects.filter(bureau__parent=bureau.parent_id, bureau__is_active=True)
    found = rows.exclude(bureau=bureau).search(query).order_by()
    counted = found.values("bureau__slug", "bureau__short_name").annotate(n=Count("pk"))
    return [dict(row) for row in counted.order_by("-n", "bureau__slug")[:5]]


def institution(bureau: Bureau, public_id: str) -> Institution | None:
    """One place of the bureau by its public number."""
    return institution_by_public_id(public_id, bureau)


def entries(bureau: Bureau, kind: str) -> ListEntryQuerySet:
    """Entries in force on one list."""
    rows = ListEntry.objects.in_force().filter(bureau=bureau, kind=kind)
    return rows.select_related("institution", "institution__region", "batch", "document").order_by(
        "-starts_on", "institution__name_norm", "pk"
    )


def entries_on(bureau: Bureau, kind: str, day: date) -> ListEntryQuerySet:
    """What a list said on a past day; grounds of removed entries are not repeated by the pages."""
    rows = ListEntry.objects.listed_on(day).filter(bureau=bureau, kind=kind)
    return rows.select_related("institution", "institution__region", "batch", "document").order_by(
        "-starts_on", "institution__name_norm", "pk"
    )


def entry(bureau: Bureau, uid: UUID) -> ListEntry | None:
    """One entry that is or was published."""
    rows = ListEntry.objects.listed().filter(bureau=bureau, uid=uid)
    return rows.select_related("institution", "institution__region", "batch", "document").first()


def batches(bureau: Bureau, kind: str) -> list[ListBatch]:
    """Published batches, newest first."""
    rows = ListBatch.objects.filter(bureau=bureau, list_kind=kind, status=BatchStatus.PUBLISHED)
    return list(rows.select_related("document").order_by("-batch_no"))


def recent_removals(bureau: Bureau, kind: str, limit: int = 10) -> list[ListEntry]:
    """Who left a list lately."""
    rows = ListEntry.objects.filter(bureau=bureau, kind=kind, status=EntryStatus.REMOVED)
    return list(rows.select_related("institution").order_by("-removed_on", "-pk")[:limit])


def violation_names(codes: list[str]) -> list[str]:
    """Names of violation types, in the order given."""
    if not codes:
        return []
    names = dict(ViolationType.objects.filter(code__in=codes).values_list("code", "name"))
    return [names[code] for code in codes if code in names]


def all_institutions(bureau: Bureau) -> InstitutionQuerySet:
    """Every place of the bureau for open data, in a stable order."""
    rows: InstitutionQuerySet = public_institutions(bureau)
    return rows.order_by("pk")


def all_listings(bureau: Bureau) -> ListEntryQuerySet:
    """Every entry in force for open data, in a stable order."""
    rows = ListEntry.objects.in_force().filter(bureau=bureau)
    return rows.select_related("institution", "institution__region", "batch", "document").order_by("pk")


def anchors(bureau: Bureau) -> Any:
    """Published heads of the bureau's audit chain, newest first."""
    return AuditAnchor.objects.filter(bureau=bureau).order_by("-day")
