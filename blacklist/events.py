"""What this room announces to higher rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class ListEntryPublished:
    """An institution was put on a list. Version 1."""

    entry_uid: UUID
    institution_uid: UUID
    kind: str
    starts_on: date
    number: str


@dataclass(frozen=True)
class ListEntryRemoved:
    """An institution left a list. Version 1."""

    entry_uid: UUID
    institution_uid: UUID
    kind: str
    removed_on: date
    removal_kind: str
