"""Where higher rooms say what a phone may fill in: a visit, a patrol, an observation.

A form names its kinds of operations in the order in which they are carried into the room's own records.
This room stores, merges and answers; what an operation means is the higher room's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from django.db import models

    from accounts.models import User
    from casework.errors import Reason
    from fieldwork.merging import Register
    from fieldwork.models import FieldOperation


class NotYet(Exception):
    """An operation waits for something that may still come; the message says for what."""


@dataclass(frozen=True)
class Doing:
    """One merged item on its way into the room's records.

    `actor` is who sent the standing operation, `at` when it happened by a clock that can be believed,
    `blob(sha256)` the bytes of a received file, `taken_at` the corrected time of the phone or None.
    """

    subject: models.Model
    register: Register[FieldOperation]
    value: dict[str, Any]
    actor: User
    at: datetime
    taken_at: datetime | None
    blob: Callable[[str], bytes]
    merged: Mapping[tuple[str, str], Register[FieldOperation]]
    unsettled: Callable[[], str]


def _whole(value: Any) -> object:
    return value


def _last(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return values[-1]


@dataclass(frozen=True)
class FieldKind:
    """One kind of operation of a form.

    `same` gives the part of the value that two phones must agree on; `blend` makes one value of several
    that agree; `apply` carries one into the records and raises a domain error or NotYet.
    `apply_many` may carry many at once; when it refuses they are tried one by one.
    """

    code: str
    label: str
    apply: Callable[[Doing], None]
    same: Callable[[Any], object] = _whole
    blend: Callable[[Sequence[dict[str, Any]]], dict[str, Any]] = _last
    apply_many: Callable[[list[Doing]], None] | None = None
    told: Callable[[dict[str, Any]], str] = lambda value: ""


@dataclass(frozen=True)
class FieldForm:
    """A form that phones fill in. `key` is the label of the subject's model ("inspections.visit").

    `find(actor, uid)` gives the subject inside the actor's reach or None; `load(uid)` without reach, for
    settling; `admit(subject, actor)` the reasons why that person's words do not count here;
    `bundle(actor, day)` what the phone needs to work offline, one dict per subject. Who lacks `permission`
    does not get the form.

    A subject that begins on the phone is unknown here when its first words come: `begin(actor, uid)` gives
    what its record needs (bureau, region_path, a name), None when this person may not begin one under that
    uid. `is_there(subject)` tells whether it has a page of its own by now. `fleeting` names the extras that
    leave the phone with the extracts. With `own_files_only` a file counts only from the phone that named it.
    """

    key: str
    label: str
    kinds: tuple[FieldKind, ...]
    find: Callable[[User, UUID], Any]
    load: Callable[[UUID], Any]
    admit: Callable[[Any, User], Iterable[Reason]]
    bundle: Callable[[User, date], Iterable[dict[str, Any]]]
    extras: Callable[[User, date], dict[str, Any]] = lambda actor, day: {}
    permission: str = ""
    begin: Callable[[User, UUID], Any] | None = None
    is_there: Callable[[Any], bool] = lambda subject: True
    fleeting: tuple[str, ...] = ()
    own_files_only: bool = False
    by_code: dict[str, FieldKind] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {kind.code: kind for kind in self.kinds})


forms: dict[str, FieldForm] = {}


def add_field_form(form: FieldForm) -> None:
    """Register a form once, by its key."""
    forms[form.key] = form
