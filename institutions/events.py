"""What this room tells higher rooms, inside the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class InstitutionRegistered:
    """A place entered the register."""

    institution_uid: UUID


@dataclass(frozen=True)
class InstitutionStateChanged:
    """The operating state changed on a day; `transition` is the arrow taken."""

    institution_uid: UUID
    transition: str
    before: str
    after: str
    on: date
