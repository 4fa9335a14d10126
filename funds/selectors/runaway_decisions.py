"""What one decision about a run-away's families would take in: unconfirmed lessons, and refunds ready for approval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from casework.canonical import sha256_hex
from funds.models import (
    OPEN_REFUND,
    UNDECIDED_REFUND,
    UNSETTLED,
    AccountKind,
    LedgerAccount,
    Lesson,
    Refund,
    RunawayClaim,
    RunawayEvent,
)
from funds.refunding import Working, refund_workings
from funds.selectors.runaways import AFFECTED

MEDIATE = "funds.refund_mediate"
AT_ONCE = 2000  # one transaction of a worker, well inside its time limit


def unconfirmed_lessons(event: RunawayEvent) -> QuerySet[Lesson]:
    """Lessons that no clock confirms any more, since the refund of their contract stands in the event's order."""
    claims = RunawayClaim.objects.filter(event=event, refund__status__in=OPEN_REFUND)
    return Lesson.objects.filter(status="TAUGHT", contract__in=claims.values("contract"))


def lessons_mark(event: RunawayEvent) -> str:
    """Digest of exactly the lessons that a page shows; another lesson, or one less, is another digest."""
    return sha256_hex(sorted(str(uid) for uid in unconfirmed_lessons(event).values_list("uid", flat=True)))


@dataclass(frozen=True)
class LessonTotals:
    """Lessons of an event's families: unconfirmed, of how many contracts, still inside the family's days, disputed."""

    lessons: int
    contracts: int
    in_time: int
    disputed: int


def lesson_totals(event: RunawayEvent, today: date) -> LessonTotals:
    """Counted now (two queries)."""
    claims = RunawayClaim.objects.filter(event=event, refund__status__in=OPEN_REFUND)
    disputed = Lesson.objects.filter(status="DISPUTED", contract__in=claims.values("contract"))
    found = unconfirmed_lessons(event).aggregate(
        lessons=Count("pk"),
        contracts=Count("contract", distinct=True),
        in_time=Count("pk", filter=Q(due_on__gte=today)),
    )
    return LessonTotals(**found, disputed=disputed.count())


def undecided_refunds(event: RunawayEvent) -> QuerySet[Refund]:
    """Refunds of the event's order that nobody decided yet."""
    claims = RunawayClaim.objects.filter(event=event, refund__isnull=False)
    rows = Refund.objects.filter(status__in=UNDECIDED_REFUND, pk__in=claims.values("refund"))
    return rows.select_related("contract", "contract__region").order_by("pk")


@dataclass(frozen=True)
class Decidable:
    """Refunds that one decision approves with their calculation of the day, and how many stay out and why; fen."""

    rows: tuple[tuple[Refund, Working], ...] = ()
    unsettled: int = 0
    waiting: int = 0
    unheard: int = 0
    objected: int = 0
    nothing: int = 0
    later: int = 0

    @property
    def count(self) -> int:
        """How many are approved."""
        return len(self.rows)

    def in_status(self, status: str) -> tuple[tuple[Refund, Working], ...]:
        """Those of them that stand in a state: MEDIATION and APPLIED are approved without the institution's word."""
        return tuple(row for row in self.rows if row[0].status == status)

    @property
    def fen(self) -> int:
        """What goes back to families."""
        return sum(working.amount for _, working in self.rows)

    @property
    def mark(self) -> str:
        """Digest of exactly these refunds with their amounts."""
        return sha256_hex(sorted([str(row.uid), told.amount, told.kept] for row, told in self.rows))

    @property
    def kept_fen(self) -> int:
        """What goes over to the institution."""
        return sum(working.kept for _, working in self.rows)


def decidable(actor: User, event: RunawayEvent, on: date) -> Decidable:
    """Sort the undecided refunds by what `actor` may decide about them at once (a fixed number of queries).

    What the institution objected to is mediated and decided one by one; so is what it may still answer.
    """
    found: dict[str, list[Refund]] = {"ready": [], "waiting": [], "unheard": [], "objected": []}
    may_mediate = actor.may(MEDIATE)
    for row in undecided_refunds(event):
        found[_standing(row, may_mediate=may_mediate)].append(row)
    workings = _workings(found["ready"], on)
    ready = [row for row in found["ready"] if not workings[row.pk].unsettled]
    due = [row for row in ready if workings[row.pk].amount > 0 and row.contract.status in AFFECTED]
    return Decidable(
        rows=tuple((row, workings[row.pk]) for row in due[:AT_ONCE]),
        later=max(0, len(due) - AT_ONCE),
        unsettled=len(found["ready"]) - len(ready),
        waiting=len(found["waiting"]),
        unheard=len(found["unheard"]),
        objected=len(found["objected"]),
        nothing=len(ready) - len(due),
    )


def _standing(row: Refund, *, may_mediate: bool) -> str:
    if row.status == "INST_REFUSED" or (row.status == "MEDIATION" and row.answer):
        return "objected"
    if row.status != "APPLIED":
        return "ready"
    if row.answer_due_on is not None:
        return "waiting"
    return "ready" if may_mediate else "unheard"


def _workings(rows: Iterable[Refund], on: date) -> dict[int, Working]:
    """The calculation of each refund, by its primary key."""
    by_ground: dict[str, list[Refund]] = {}
    for row in rows:
        by_ground.setdefault(row.ground, []).append(row)
    found: dict[int, Working] = {}
    for ground, some in by_ground.items():
        workings = refund_workings([row.contract for row in some], ground, on)
        found |= {row.pk: workings[row.contract_id] for row in some}
    return found


@dataclass(frozen=True)
class ToDecide:
    """Of one event (its primary key): unconfirmed lessons, and refunds that may be approved at once without them."""

    event: int
    lessons: int
    refunds: int


def to_decide(actor: User, events: Iterable[int]) -> list[ToDecide]:
    """Events on which `actor` should decide, in two queries; what the institution may still answer is left out,
    and so is a family for whom nothing is left.
    """
    keys = list(events)
    claims = RunawayClaim.objects.filter(event__in=keys).order_by()
    asked = claims.filter(refund__status__in=OPEN_REFUND, contract__taught__status="TAUGHT").values("event")
    lessons = dict(asked.annotate(count=Count("contract__taught")).values_list("event", "count"))
    ready = Q(refund__status__in=["INST_AGREED", "AUTO_AGREED"])
    ready |= Q(refund__status="MEDIATION", refund__answer="")
    if actor.may(MEDIATE):
        ready |= Q(refund__status="APPLIED", refund__answer_due_on__isnull=True)
    rest = LedgerAccount.objects.filter(
        subject_uid=OuterRef("contract__uid"), kind=AccountKind.CONTRACT_UNEARNED, balance_fen__gt=0
    )
    due = claims.filter(ready, Exists(rest), contract__status__in=AFFECTED)
    settled = due.exclude(contract__taught__status__in=UNSETTLED).values("event")
    refunds = dict(settled.annotate(count=Count("refund", distinct=True)).values_list("event", "count"))
    found = [ToDecide(key, lessons.get(key, 0), refunds.get(key, 0)) for key in keys]
    return [row for row in found if row.lessons or row.refunds]
