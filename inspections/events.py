"""What this room tells higher rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class VisitOutcomeRecorded:
    """A visit was recorded or closed; the room that asked for it learns the outcome by `source_no`."""

    visit_uid: UUID
    institution_uid: UUID
    bureau_id: int
    source_kind: str
    source_no: str
    premises: str
    outcome: str
    problem_count: int
    visited_on: date
    is_closed: bool


@dataclass(frozen=True)
class RectificationClosed:
    """Every item of a notice was re-checked as done (销号)."""

    notice_uid: UUID
    institution_uid: UUID
    number: str
    closed_on: date
    was_late: bool


@dataclass(frozen=True)
class RectificationEscalated:
    """A notice was not obeyed and goes on as a case or a transfer."""

    notice_uid: UUID
    institution_uid: UUID
    number: str
    target: str
    reason: str
