"""What this room tells, inside the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class InstructionEnded:
    """An instruction to the bank came to an end: POSTED, VOIDED or RETURNED."""

    uid: UUID
    kind: str
    subject_uid: UUID
    status: str
    version: int = 1
