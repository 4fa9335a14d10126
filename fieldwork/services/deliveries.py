"""Words that more than one phone brings: whoever comes first must not keep those out who may speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db.models import Prefetch

from accounts.models import User
from fieldwork.models import FieldDelivery, FieldDevice, FieldOperation, FieldOutcome, OutcomeState
from fieldwork.services.files import file_bytes

OPEN = {OutcomeState.RECEIVED, OutcomeState.WAITING, OutcomeState.HELD, OutcomeState.UNKNOWN}
DELIVERIES = Prefetch(
    "deliveries",
    FieldDelivery.objects.select_related("device", "received_by__bureau", "received_by__organisation"),
)


@dataclass(frozen=True)
class Brought:
    """What came again from others: operations to look at once more, and rows to be kept as new ones."""

    woken: set[UUID]
    anew: list[FieldOperation]


def words_bring(rows: Iterable[FieldOperation]) -> Brought:
    """Note who else brought words that are here already.

    A word that found no record when it first came cannot be attached to one any more: it is given another uid
    and kept anew.
    """
    given = {row.uid: row for row in rows}
    known = (
        FieldOperation.objects.filter(uid__in=given)
        .select_related("outcome", "device", "received_by")
        .prefetch_related(DELIVERIES)
    )
    fresh, found = [], Brought(set(), [])
    for word in known:
        row = given[word.uid]
        if (row.received_by_id, row.device_id) in {(user.pk, device.pk) for user, device in bearers(word)}:
            continue
        fresh.append(_delivery(word, row))
        if word.record_id is None:
            found.anew.extend(_anew(word, row))
        elif word.outcome.state in OPEN:
            found.woken.add(word.uid)
    FieldDelivery.objects.bulk_create(fresh, ignore_conflicts=True)
    # Answered anew: who brings their own words is not told what a stranger was refused.
    FieldOutcome.objects.filter(operation__uid__in=found.woken).update(state=OutcomeState.RECEIVED, reason="")
    return found


def _delivery(word: FieldOperation, row: FieldOperation) -> FieldDelivery:
    return FieldDelivery(
        operation=word,
        device=row.device,
        received_by=row.received_by,
        channel=row.channel,
        received_at=row.received_at,
    )


def _anew(word: FieldOperation, row: FieldOperation) -> Iterator[FieldOperation]:
    if row.record is not None:
        row.uid = uid_anew(word.uid, row.record.uid)
        yield row


def uid_anew(uid: UUID, record: UUID) -> UUID:
    """The uid under which a word is kept once somebody brings it who has a record for it."""
    return uuid5(uid, str(record))


def bearers(word: FieldOperation) -> Iterator[tuple[User, FieldDevice]]:
    """Everybody who brought a word, the first first."""
    yield word.received_by, word.device
    for one in word.deliveries.all():
        yield one.received_by, one.device


def bytes_of(word: FieldOperation, sha256: str, *, own_only: bool) -> bytes | None:
    """A file that a word names, from the phones that brought the word; see `file_bytes`."""
    for _, device in bearers(word):
        if (found := file_bytes(device, sha256, own_only=own_only)) is not None:
            return found
    return None
