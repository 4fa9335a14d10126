"""Lines of a deposit account against the movements that the bureau registered."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from funds.models import (
    DepositMovement,
    Direction,
    Entry,
    LinePosting,
    MatchedBy,
    MovementStatus,
    StatementLine,
)

NEAR = timedelta(days=1)
WAITING = (MovementStatus.PROPOSED, MovementStatus.POSTED)


def deposit_match(line: StatementLine) -> tuple[MatchedBy, Entry | None] | None:
    """The movement that a line proves, by its number, serial, or amount and day if there is but one.

    The same day goes before a day apart. Movements name no payer, so none is compared.

    An entry of None: the movement is registered but waits for its second person, and so does the line.
    """
    taken = LinePosting.objects.filter(entry_uid=OuterRef("entry_uid"), undone_at__isnull=True)
    rows = list(
        DepositMovement.objects.filter(
            account=line.account,
            direction=Direction.IN if line.fen > 0 else Direction.RETURN,
            amount_fen=abs(line.fen),
            status__in=WAITING,
            booked_on__range=(line.booked_on - NEAR, line.booked_on + NEAR),
        )
        .exclude(Exists(taken))
        .order_by("booked_on", "pk")
    )
    by, row = _chosen(line, rows)
    if row is None:
        return None
    if row.status == MovementStatus.PROPOSED:
        return by, None
    return by, Entry.objects.get(uid=str(row.entry_uid))


def _chosen(line: StatementLine, rows: list[DepositMovement]) -> tuple[MatchedBy, DepositMovement | None]:
    words = f"{line.reference} {line.summary}"
    steps = (
        (MatchedBy.INSTRUCTION, [row for row in rows if row.reference in words]),
        (MatchedBy.SERIAL, [row for row in rows if line.serial and row.reference == line.serial]),
        (MatchedBy.UNIQUE, [row for row in rows if row.booked_on == line.booked_on]),
        (MatchedBy.UNIQUE, rows),
    )
    for by, found in steps:
        if len(found) == 1:
            return by, found[0]
    return MatchedBy.NONE, None
