"""What this room tells higher rooms, inside the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class CaseFiled:
    """A case was filed."""

    case_uid: UUID
    institution_uid: UUID | None
    number: str


@dataclass(frozen=True)
class PenaltyDecided:
    """A penalty was decided. `kinds` are codes of measures; amounts in fen."""

    case_uid: UUID
    institution_uid: UUID | None
    decision_no: str
    on: date
    kinds: tuple[str, ...]
    fine_fen: int
    confiscated_fen: int
    violation_code: str


@dataclass(frozen=True)
class CaseEnded:
    """A case came to its end: closed on one of the lawful grounds, or not punished."""

    case_uid: UUID
    institution_uid: UUID | None
    ground: str
    source_kind: str
    source_no: str


@dataclass(frozen=True)
class PenaltyPublicityWithdrawn:
    """The publication of a decision was taken down or repaired."""

    case_uid: UUID
    institution_uid: UUID | None
    decision_no: str
    reason: str
