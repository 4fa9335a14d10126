"""A clue finds its neighbours and its site. Runs in the transaction in which the clue is registered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db import transaction as database
from django.db.models import Q
from django.utils import timezone

from accounts.models import Bureau, Region, User
from casework import audit
from casework.one_by_one import OneByOne
from complaints.events import ClueRegistered
from complaints.matching import SCHEME, Signals, Verdict, score, signals_of, thresholds
from complaints.models import Clue, ClueLink, ClueSignals, LinkDecision, SiteMembership
from complaints.services.sites.changed import Before, place_again
from complaints.services.sites.grouping import OUT_OF_PLAY
from complaints.services.sites.newcomer import newcomer_place

CLUE_READ = ("bureau__region", "region", "institution")
LOCK_CLASS = 0x5317E  # first half of the advisory lock; the second is the bureau


def sites_lock(bureau: Bureau | int) -> None:
    """One writer of a bureau's sites at a time, until the transaction ends."""
    pk = bureau if isinstance(bureau, int) else bureau.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, pk])


def on_clue_registered(event: ClueRegistered) -> None:
    """Place a clue when it enters the register."""
    clue = Clue.objects.select_related(*CLUE_READ).get(uid=event.clue_uid)
    clue_placed(actor=clue.created_by, clue=clue, at=clue.received_at)


@database.atomic
def clue_placed(*, actor: User, clue: Clue, at: datetime | None = None) -> None:
    """Compare a clue with those that may speak of the same place, keep the links, put it into its site.

    Also after its place, name or institution was corrected: links that no person decided are made anew.
    A refused clue loses its site.
    """
    at = at or timezone.now()
    sites_lock(clue.bureau_id)
    before = None if _is_newcomer(clue) else Before.of([clue.pk])
    if clue.status in OUT_OF_PLAY:
        if before is not None:
            place_again(actor=actor, before=before, at=at)
        return
    signals = signals_of_clue(clue)
    ClueSignals.objects.update_or_create(
        clue=clue,
        defaults={
            "bureau_id": clue.bureau_id,
            "scheme": SCHEME,
            "content": signals.to_dict(),
            "digest": signals.digest,
            "keys": signals.keys,
            "cut_from": 0,
        },
    )
    _links_make(clue, signals)
    if before is None:
        newcomer_place(actor=actor, clue=clue.pk, at=at)
    else:
        place_again(actor=actor, before=before, at=at, is_machine=True)


def older_place_again(*, actor: User, limit: int, at: datetime) -> int:
    """Place up to `limit` clues anew whose normal forms are of an older scheme, each in its own transaction; how many.

    One that fails stops no other; RuntimeError names them at the end.
    """
    older = ClueSignals.objects.filter(scheme__lt=SCHEME).order_by("-clue")
    keys = list(older.exclude(clue__status__in=OUT_OF_PLAY).values_list("clue", flat=True)[:limit])

    def place(key: int) -> int:
        clue_placed(actor=actor, clue=Clue.objects.select_related(*CLUE_READ).get(pk=key), at=at)
        return 1

    run = OneByOne("placing clues anew")
    count = run.each(keys, place)
    run.finish()
    return count


@database.atomic
def clue_unplaced(*, actor: User, clue: Clue, at: datetime | None = None) -> None:
    """Take a refused clue out of its site; its links stay for the case that it is admitted again."""
    sites_lock(clue.bureau_id)
    place_again(actor=actor, before=Before.of([clue.pk]), at=at or timezone.now())


def signals_of_clue(clue: Clue, places: tuple[str, ...] | None = None) -> Signals:
    """The clue in normal form. Only what handlers see is used, never the sealed report.

    `places` are the county's `place_names`, when they were read before for many clues.
    """
    return signals_of(
        place_text=clue.place_text,
        text=clue.text,
        subject_name=clue.subject_name,
        party_contact=clue.party_contact,
        happened_note=clue.happened_note,
        happened_at=timezone.localtime(clue.happened_at) if clue.happened_at else None,
        longitude=clue.longitude,
        latitude=clue.latitude,
        accuracy_m=clue.accuracy_m,
        institution=str(clue.institution.uid) if clue.institution else "",
        received_at=timezone.localtime(clue.received_at),
        places=place_names(clue.bureau.region) if places is None else places,
    )


def place_names(county: Region) -> tuple[str, ...]:
    """Names of the county, what lies above and the townships inside, for prefixes of addresses."""
    above = [int(part) for part in county.path.strip("/").split("/")]
    inside = Q(path__startswith=county.path, valid_to__isnull=True, level__in=["COUNTY", "TOWNSHIP"])
    return tuple(
        Region.objects.filter(Q(pk__in=above) | inside).order_by("pk").values_list("name", flat=True)
    )


def link_lines(verdict: Verdict) -> list[list[str | int]]:
    """Reasons as they are kept with a link."""
    return [[line.sentence, line.points] for line in verdict.lines]


def _is_newcomer(clue: Clue) -> bool:
    """Whether nothing hangs on the clue yet: neither a link nor a site."""
    mine = ClueLink.objects.filter(Q(first=clue) | Q(second=clue))
    return not mine.exists() and not SiteMembership.objects.filter(clue=clue, until__isnull=True).exists()


def _links_make(clue: Clue, signals: Signals) -> None:
    """Score the candidates; pairs that people decided about keep their decision and get today's reasons."""
    mine = ClueLink.objects.filter(Q(first=clue) | Q(second=clue))
    decided = {(link.first_id, link.second_id): link for link in mine.exclude(decision=LinkDecision.NONE)}
    mine.filter(decision=LinkDecision.NONE).delete()
    fresh = []
    for other_id, verdict in _scored(clue, signals):
        pair = (min(clue.pk, other_id), max(clue.pk, other_id))
        if pair in decided or verdict.total < thresholds.WEAK:
            continue
        fresh.append(
            ClueLink(
                bureau_id=clue.bureau_id,
                first_id=pair[0],
                second_id=pair[1],
                points=verdict.total,
                lines=link_lines(verdict),
            )
        )
    ClueLink.objects.bulk_create(fresh)


def _scored(clue: Clue, signals: Signals) -> Iterable[tuple[int, Verdict]]:
    probes = signals.probes
    if not probes:
        return
    rows = (
        ClueSignals.objects.filter(bureau_id=clue.bureau_id, keys__overlap=probes)
        .exclude(clue_id=clue.pk)
        .exclude(clue__status__in=OUT_OF_PLAY)
        .values_list("clue_id", "content")
    )
    for other_id, content in rows:
        yield other_id, score(signals, Signals.from_dict(content))


audit.verb("complaints.site_found", "系统发现疑似培训点")
audit.verb("complaints.site_clues", "归入线索")
audit.verb("complaints.suspectedsite_withdraw", "撤销建立疑似培训点")
audit.verb("complaints.suspectedsite_absorb", "并入另一培训点")
