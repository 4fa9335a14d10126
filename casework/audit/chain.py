"""Linking events into an append-only chain per bureau, and proving it whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from accounts.models import Bureau
from casework.audit.events import payload_hash
from casework.errors import DomainError
from casework.models.audit import AuditAnchor, AuditEvent, AuditPending, AuditSeal

GENESIS = "0" * 64
LOCK_SPACE = 0x5EA1
COUNTS = """
    SELECT (SELECT coalesce(max(sequence), 0) FROM casework_auditseal WHERE bureau_id = %(key)s),
           (SELECT count(*) FROM casework_auditevent WHERE bureau_id IS NOT DISTINCT FROM %(bureau)s),
           (SELECT count(*) FROM casework_auditpending WHERE bureau_id IS NOT DISTINCT FROM %(bureau)s)
"""
NO_BUREAU = 0


@dataclass(frozen=True)
class ChainProblem:
    """The first thing wrong with a chain."""

    bureau_id: int
    sequence: int
    sentence: str


class ChainBroken(DomainError):
    """A verification found a chain that is not whole."""

    def __init__(self, problem: ChainProblem) -> None:
        super().__init__(f"审计链（主管部门 {problem.bureau_id}）{problem.sentence}")
        self.problem = problem


def link_hash(previous: str, sequence: int, event_id: int, event_hash: str) -> str:
    """SHA-256 over previous link, sequence, event id and event hash, joined by `|`."""
    return hashlib.sha256(f"{previous}|{sequence}|{event_id}|{event_hash}".encode()).hexdigest()


def seal_pending(*, limit: int = 5000) -> int:
    """Link committed events of every bureau; returns how many. Safe to run in several processes."""
    bureaus = AuditPending.objects.order_by().values_list("bureau_id", flat=True).distinct()
    return sum(_seal_bureau(bureau_id, limit) for bureau_id in list(bureaus))


@transaction.atomic
def _seal_bureau(bureau_id: int | None, limit: int) -> int:
    key = bureau_id or NO_BUREAU
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, key])
        if not cursor.fetchone()[0]:
            return 0
    queued = list(AuditPending.objects.filter(bureau_id=bureau_id).order_by("event_id")[:limit])
    hashes = dict(
        AuditEvent.objects.filter(pk__in=[item.event_id for item in queued]).values_list("pk", "payload_hash")
    )
    head = AuditSeal.objects.filter(bureau_id=key).order_by("-sequence").first()
    previous, sequence = (head.link, head.sequence) if head else (GENESIS, 0)
    now, seals = timezone.now(), []
    for item in queued:
        sequence += 1
        event_hash = hashes[item.event_id]
        link = link_hash(previous, sequence, item.event_id, event_hash)
        seals.append(
            AuditSeal(
                bureau_id=key,
                sequence=sequence,
                event_id=item.event_id,
                event_hash=event_hash,
                previous=previous,
                link=link,
                sealed_at=now,
            )
        )
        previous = link
    AuditSeal.objects.bulk_create(seals, batch_size=1000)
    AuditPending.objects.filter(pk__in=[item.pk for item in queued]).delete()
    return len(seals)


def unsealed_seconds(now: datetime) -> float:
    """Age in seconds of the oldest unsealed event; over 60 is an alarm."""
    oldest = AuditPending.objects.aggregate(oldest=Min("queued_at"))["oldest"]
    return (now - oldest).total_seconds() if oldest else 0.0


@transaction.atomic
def anchor_day(*, bureau: Bureau, day: date, now: datetime) -> AuditAnchor | None:
    """Record the head of the chain for `day`; the same day twice gives the first anchor."""
    head = AuditSeal.objects.filter(bureau_id=bureau.pk).order_by("-sequence").first()
    if head is None:
        return None
    anchor, _ = AuditAnchor.objects.get_or_create(
        bureau=bureau, day=day, defaults={"sequence": head.sequence, "link": head.link, "published_at": now}
    )
    return anchor


def verify(bureau_id: int) -> ChainProblem | None:
    """Recompute the whole chain of one bureau; None when whole, else the first problem."""
    key, previous, expected = bureau_id or NO_BUREAU, GENESIS, 1
    anchors = list(AuditAnchor.objects.filter(bureau_id=key).order_by("day"))
    for seal, event in _walk(key):
        if seal.sequence != expected:
            return ChainProblem(key, expected, f"第 {expected} 条封条缺失")
        if event is None:
            return ChainProblem(key, seal.sequence, f"第 {seal.sequence} 条对应的审计记录被删除")
        if payload_hash(event) != event.payload_hash or event.payload_hash != seal.event_hash:
            return ChainProblem(key, seal.sequence, f"第 {seal.sequence} 条审计记录内容被改动")
        if seal.previous != previous or seal.link != link_hash(
            previous, seal.sequence, seal.event_id, seal.event_hash
        ):
            return ChainProblem(key, seal.sequence, f"第 {seal.sequence} 条封条与前一条不衔接")
        previous, expected = seal.link, expected + 1
    return _check_anchors(key, expected - 1, anchors) or _check_unsealed(key)


def _walk(key: int, batch: int = 2000) -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
    last = 0
    while True:
        seals = list(AuditSeal.objects.filter(bureau_id=key, sequence__gt=last).order_by("sequence")[:batch])
        if not seals:
            return
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            yield seal, events.get(seal.event_id)
        last = seals[-1].sequence


def _check_anchors(key: int, length: int, anchors: list[AuditAnchor]) -> ChainProblem | None:
    """Anchors are read before the walk, so that one published meanwhile is not taken for a cut-off tail."""
    for anchor in anchors:
        if anchor.sequence > length:
            return ChainProblem(
                key, length + 1, f"{anchor.day} 锚点之后的尾部缺失：应至少有 {anchor.sequence} 条"
            )
        link = (
            AuditSeal.objects.filter(bureau_id=key, sequence=anchor.sequence)
            .values_list("link", flat=True)
            .first()
        )
        if link != anchor.link:
            return ChainProblem(key, anchor.sequence, f"与 {anchor.day} 公布的锚点不一致")
    return None


def _check_unsealed(key: int) -> ChainProblem | None:
    """An event neither sealed nor queued was put in behind the trigger, or its seal was cut off.

    One statement, hence one snapshot: people go on working while a chain is verified.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"key": key, "bureau": key or None})
        head, events, queued = cursor.fetchone()
    if events != head + queued:
        return ChainProblem(key, head + 1, "审计记录数与封条数不符：有记录未入链或封条被截断")
    return None
