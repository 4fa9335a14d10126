"""Confirmed lessons become the institution's money: set-wise, each lesson once, one entry per institution and run.

The k-th paid lesson earns floor(P·k/N) − floor(P·(k−1)/N). The institution's account takes one line per entry,
not one per lesson, so that a night's run does not queue on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import DomainError
from casework.models.base import uuid7
from funds import ledger
from funds.ledger import credit, debit
from funds.models import (
    OPEN_REFUND,
    RUNNING,
    AccountKind,
    ChargingMode,
    Contract,
    EntryKind,
    Lesson,
    LessonStatus,
    Refund,
)
from institutions.models import Institution

CHUNK = 1000


@dataclass(frozen=True)
class Settled:
    """What a run did."""

    count: int = 0
    fen: int = 0
    failed: tuple[str, ...] = ()

    def __add__(self, other: Settled) -> Settled:
        return Settled(self.count + other.count, self.fen + other.fen, self.failed + other.failed)


@database.atomic
def lessons_settle(
    *,
    actor: User,
    institution: Institution,
    lesson_ids: list[int],
    status: LessonStatus,
    at: datetime,
    sources: tuple[str, ...] = ("TAUGHT",),
    **values: Any,
) -> Settled:
    """Confirm those of the lessons that still stand in `sources` and whose contract is running; post their value.

    The clock does not confirm lessons of suspended contracts, nor of those with an open refund: its amount is
    not made smaller by silence. A person may settle them. Raises Overdrawn when a contract's money is not there.
    """
    contracts = _contracts(institution, lesson_ids, is_clock=status == LessonStatus.AUTO_CONFIRMED)
    lessons = list(
        Lesson.objects.select_for_update()
        .filter(pk__in=lesson_ids, status__in=sources, contract__in=contracts)
        .order_by("contract_id", "taught_on", "slot", "pk")
    )
    if not lessons:
        return Settled()
    sums = _value(contracts, lessons)
    uid = _post(actor, institution, contracts, sums, lessons, at)
    _mark(lessons, status, at, uid, values)
    _count(actor, contracts, at)
    total = sum(sums.values())
    audit.record(
        actor=actor,
        verb="funds.lessons_settle",
        target=institution,
        changes={
            "lessons": [0, len(lessons)],
            "fen": [0, total],
            "sha256": [None, sha256_hex(sorted([str(row.uid), row.fen] for row in lessons))],
        },
        about=institution.uid,
        at=at,
    )
    return Settled(len(lessons), total)


def _contracts(institution: Institution, lesson_ids: list[int], *, is_clock: bool) -> dict[int, Contract]:
    keys = Lesson.objects.filter(pk__in=lesson_ids, institution=institution).values("contract")
    rows = Contract.objects.select_for_update().filter(pk__in=keys, status__in=RUNNING).order_by("pk")
    if is_clock:
        rows = rows.filter(status="ACTIVE").exclude(pk__in=_refunding())
    return {row.pk: row for row in rows}


def _refunding() -> models.QuerySet[Refund, int]:
    """Contracts whose rest somebody asked back."""
    return Refund.objects.filter(status__in=OPEN_REFUND).order_by().values_list("contract", flat=True)


def _value(contracts: dict[int, Contract], lessons: list[Lesson]) -> dict[int, int]:
    """Give each lesson its fen, bonus lessons last and for nothing; the sum of each contract."""
    sums: dict[int, int] = {}
    for lesson in lessons:
        row = contracts[lesson.contract_id]
        if row.used < row.lessons:
            lesson.fen = row.earned(row.used + 1) - row.earned(row.used)
            row.used += 1
        else:
            lesson.fen = 0
            row.bonus_used += 1
        sums[row.pk] = sums.get(row.pk, 0) + lesson.fen
    return sums


def _post(
    actor: User,
    institution: Institution,
    contracts: dict[int, Contract],
    sums: dict[int, int],
    lessons: list[Lesson],
    at: datetime,
) -> UUID | None:
    parts = {pk: fen for pk, fen in sums.items() if fen}
    if not parts:
        return None
    is_custody = all(contracts[pk].mode == ChargingMode.CUSTODY for pk in parts)
    earned = ledger.account_of(
        kind=AccountKind.INST_RELEASABLE if is_custody else AccountKind.CLAIM_ON_INST,
        subject_uid=institution.uid,
        institution=institution,
    )
    claims = ledger.accounts_of(
        kind=AccountKind.CONTRACT_UNEARNED,
        subject_uids=[contracts[pk].uid for pk in parts],
        institution=institution,
    )
    uid = uuid7()
    marks = [str(row.uid) for row in lessons]
    entry = ledger.entry_post(
        actor=actor,
        kind=EntryKind.CONSUME if is_custody else EntryKind.CONSUME_DEPOSIT_MODE,
        key=marks[0] if len(marks) == 1 else sha256_hex(sorted(marks)),
        legs=(
            *(debit(claims[contracts[pk].uid], fen) for pk, fen in parts.items()),
            credit(earned, sum(parts.values())),
        ),
        booked_on=timezone.localdate(at),
        memo=f"确认 {len(lessons)} 课时",
        at=at,
        uid=uid,
    )
    return entry.uid


def _mark(
    lessons: list[Lesson], status: LessonStatus, at: datetime, uid: UUID | None, values: dict[str, Any]
) -> None:
    for lesson in lessons:
        lesson.status, lesson.confirmed_at = status, at
        lesson.entry_uid = uid if lesson.fen else None
        for name, value in values.items():
            setattr(lesson, name, value)
    if values:
        names = ["status", "confirmed_at", "entry_uid", "fen", *values]
        Lesson.objects.bulk_update(lessons, names)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE funds_lesson l
               SET status = %s, confirmed_at = %s, fen = v.fen,
                   entry_uid = CASE WHEN v.fen > 0 THEN %s::uuid END
              FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, fen)
             WHERE l.id = v.id
            """,
            [str(status), at, uid, [row.pk for row in lessons], [row.fen for row in lessons]],
        )


def _count(actor: User, contracts: dict[int, Contract], at: datetime) -> None:
    """Counters of the contracts; those whose lessons are all used are complete, each with its own event."""
    today = timezone.localdate(at)
    changes: dict[int, dict[str, list[Any]]] = {}
    for row in contracts.values():
        if row.used == row.lessons and row.bonus_used == row.bonus_lessons:
            changes[row.pk] = {"status": [row.status, "COMPLETED"], "ended_on": [row.ended_on, today]}
            row.status, row.ended_on = "COMPLETED", today
        row.version += 1
    Contract.objects.bulk_update(
        contracts.values(), ["used", "bonus_used", "status", "ended_on", "version"], batch_size=CHUNK
    )
    for pk, change in changes.items():
        row = contracts[pk]
        audit.record(
            actor=actor, verb="funds.contract_complete", target=row, changes=change, about=row.file_uid, at=at
        )


def lessons_auto_confirm(*, actor: User, today: date, at: datetime) -> Settled:
    """Confirm every lesson whose clock ran out before `today`, institution by institution; safe to run again.

    Each chunk is its own transaction, so that one institution's trouble does not stop the night.
    """
    due = Lesson.objects.filter(status=LessonStatus.TAUGHT, due_on__lt=today, contract__status="ACTIVE")
    due = due.exclude(contract__in=_refunding())
    places = Institution.objects.in_bulk(due.order_by().values_list("institution", flat=True).distinct())
    total = Settled()
    for pk in sorted(places):
        ids = (
            due.filter(institution=pk)
            .order_by("contract_id", "taught_on", "slot", "pk")
            .values_list("pk", flat=True)
        )
        total += _auto_of(actor, places[pk], list(ids), at)
    return total


def _auto_of(actor: User, place: Institution, ids: list[int], at: datetime) -> Settled:
    total = Settled()
    try:
        for start in range(0, len(ids), CHUNK):
            total += lessons_settle(
                actor=actor,
                institution=place,
                lesson_ids=ids[start : start + CHUNK],
                status=LessonStatus.AUTO_CONFIRMED,
                at=at,
            )
    except DomainError as error:
        return total + Settled(failed=(f"{place.name}：{error.message}",))
    return total
