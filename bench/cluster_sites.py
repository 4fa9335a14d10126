"""The product's clustering on generated clues: `python -m bench.cluster_quality --cluster bench.cluster_sites:cluster`.

A generated clue becomes what a handler would see of it: words are redacted first, numbers are taken only from the
field of the reported side's contact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta, timezone

from bench.clue_county import Clue, Pattern
from complaints.matching import Signals, signals_of
from complaints.matching.whole import clusters_of
from complaints.redaction import redact

SHANGHAI = timezone(timedelta(hours=8))
WEEKDAYS = "一二三四五六日"


def note_of(pattern: Pattern | None) -> str:
    """The pattern as an officer types it."""
    if pattern is None:
        return ""
    days = "、".join(f"周{WEEKDAYS[day]}" for day in sorted(pattern.weekdays))
    return f"{days}{pattern.hour_from}点到{pattern.hour_to}点"


def contact_of(clue: Clue) -> str:
    """The reported side's numbers as they stand in one field."""
    return "、".join([*clue.phones, *([f"微信 {clue.wechat}"] if clue.wechat else [])])


def signals_for(clue: Clue) -> Signals:
    """What is compared of a generated clue."""
    seen = clue.happened_at
    return signals_of(
        place_text=redact(clue.place_text).text,
        text=redact(clue.text).text,
        subject_name=redact(clue.operator or "").text,
        party_contact=contact_of(clue),
        happened_note=note_of(clue.pattern),
        happened_at=(seen if seen.tzinfo else seen.replace(tzinfo=UTC)).astimezone(SHANGHAI)
        if seen
        else None,
        longitude=clue.lng,
        latitude=clue.lat,
        accuracy_m=clue.accuracy,
        received_at=clue.received_at,
    )


def cluster(clues: Sequence[Clue]) -> Mapping[str, int]:
    """A cluster's number for each clue's id."""
    parts = clusters_of({clue.id: signals_for(clue) for clue in clues})
    return {name: number for number, part in enumerate(parts) for name in part}
