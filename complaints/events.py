"""What this room tells higher rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class ClueRegistered:
    """A clue came in and was numbered; higher rooms learn the number of what they handed on."""

    clue_uid: UUID
    bureau_id: int
    number: str
    channel: str
    source_kind: str
    source_no: str


@dataclass(frozen=True)
class ClueClosed:
    """Handling ended with an outcome; whoever handed the clue on learns it by `source_no`."""

    clue_uid: UUID
    bureau_id: int
    number: str
    source_kind: str
    source_no: str
    outcome: str
    closed_on: date


@dataclass(frozen=True)
class VerificationRequested:
    """Somebody outside the enforcement team is asked to look at a place (C7).

    The brief is redacted. Rooms of monitors and grids answer with `complaints.services.verification_record`.
    """

    clue_uid: UUID
    bureau_id: int
    number: str
    asked: str
    brief: str
    place_text: str
    region_id: int
    due_on: date
    ask_uid: UUID
