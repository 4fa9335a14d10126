"""Scoped reads of phone records, phones and pads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from fieldwork.merging import Register
from fieldwork.models import (
    FieldDevice,
    FieldFile,
    FieldOperation,
    FieldRecord,
    NumberPad,
    OutcomeState,
    PadNumber,
    PadNumberState,
)
from fieldwork.registries import forms
from fieldwork.services.settling import registers_of

UUID_SHAPE = re.compile(r"^[0-9a-fA-F-]{36}$")
TONES = {
    OutcomeState.RECEIVED: "info",
    OutcomeState.WAITING: "warn",
    OutcomeState.APPLIED: "ok",
    OutcomeState.SUPERSEDED: "mute",
    OutcomeState.DIFFERING: "bad",
    OutcomeState.HELD: "bad",
    OutcomeState.UNKNOWN: "bad",
}


@dataclass(frozen=True)
class Line:
    """One operation as the desk shows it."""

    operation: FieldOperation
    label: str
    words: str
    state: str
    tone: str
    reason: str
    files: list[tuple[str, bool]]


@dataclass(frozen=True)
class Difference:
    """One item on which phones differ, with every standing answer."""

    label: str
    choices: list[Line]


@dataclass(frozen=True)
class RecordView:
    """A record with everything that its page shows."""

    record: FieldRecord
    devices: list[FieldDevice]
    differences: list[Difference]
    troubles: list[Line]
    lines: list[Line]
    people: list[str]
    clock_notes: list[str]


def record_get(actor: User, uid: UUID) -> FieldRecord:
    """The record whose subject the actor may see, else Http404."""
    record = FieldRecord.objects.filter(uid=uid).first()
    form = forms.get(record.form) if record else None
    if record is None or form is None or form.find(actor, record.subject_uid) is None:
        raise Http404("没有找到这份手机记录，或您无权查看。")
    return record


def record_of(subject_uid: UUID) -> FieldRecord | None:
    """The record of a subject that the caller has checked already."""
    return FieldRecord.objects.filter(subject_uid=subject_uid).first()


def record_view(record: FieldRecord) -> RecordView:
    """Operations, differences and troubles of a record."""
    rows = list(
        record.operations.select_related("device__user", "received_by", "outcome").order_by("lamport", "pk")
    )
    here = _files_here(record, rows)
    lines = {row.pk: _line(record, row, here) for row in rows}
    registers = registers_of(record)
    troubled = {OutcomeState.HELD, OutcomeState.WAITING, OutcomeState.UNKNOWN}
    devices = {row.device_id: row.device for row in rows}
    return RecordView(
        record=record,
        devices=list(devices.values()),
        differences=[
            _difference(register, lines) for register in registers.values() if register.is_differing
        ],
        troubles=[line for line in lines.values() if line.operation.outcome.state in troubled],
        lines=list(lines.values()),
        people=[
            lines[register.current.pk].words
            for register in registers.values()
            if register.kind == "person" and not register.current.value.get("removed")
        ],
        clock_notes=list(
            dict.fromkeys(
                f"{row.device}：{row.clock_note}" for row in rows if row.clock_note and not row.device.is_desk
            )
        ),
    )


def _files_here(record: FieldRecord, rows: list[FieldOperation]) -> set[str]:
    wanted = {sha for row in rows for sha in row.files}
    found = FieldFile.objects.filter(sha256__in=wanted, state="RECEIVED", device__bureau=record.bureau_id)
    return set(found.values_list("sha256", flat=True))


def _line(record: FieldRecord, row: FieldOperation, here: set[str]) -> Line:
    kind = forms[record.form].by_code.get(row.kind)
    label = kind.label if kind else row.kind
    short = row.item if len(row.item) <= 12 and not row.item.startswith("officer:") else ""
    return Line(
        operation=row,
        label=f"{label} {short}".strip(),
        words=kind.told(row.value) if kind else "",
        state=row.outcome.get_state_display(),
        tone=TONES[OutcomeState(row.outcome.state)],
        reason=row.outcome.reason,
        files=[(sha, sha in here) for sha in row.files],
    )


def _difference(register: Register[FieldOperation], lines: dict[int, Line]) -> Difference:
    chosen = [lines[word.pk] for word in register.standing]
    return Difference(chosen[0].label, chosen)


def operation_of(record: FieldRecord, uid: UUID | None) -> FieldOperation | None:
    """One operation of a record."""
    return record.operations.filter(uid=uid).first() if uid else None


def records_sent(actor: User, uids: list[str]) -> list[FieldRecord]:
    """Records inside the actor's reach that the given operations belong to."""
    known = [uid for uid in uids if UUID_SHAPE.match(uid)]
    rows = FieldRecord.objects.filter(operations__uid__in=known).distinct().order_by("label")
    return [row for row in rows if (form := forms.get(row.form)) and form.find(actor, row.subject_uid)]


def phones_all() -> ScopedQuerySet[FieldDevice]:
    """Every phone; the caller scopes it."""
    return FieldDevice.objects.filter(is_desk=False).select_related("user")


def devices_visible(actor: User) -> QuerySet[Any]:
    """Phones inside the actor's reach; without the right to manage them only the actor's own."""
    rows = (
        FieldDevice.objects.visible_to(actor)
        .filter(is_desk=False)
        .select_related("user", "user__organisation")
    )
    own = rows if actor.may("fieldwork.device_revoke") else rows.filter(user=actor)
    return own.annotate(operation_count=Count("operations")).order_by("-last_seen_at", "-pk")


def pads_visible(actor: User) -> ScopedQuerySet[NumberPad]:
    """Pads with how many pages are in which state."""
    rows = NumberPad.objects.visible_to(actor).select_related("holder", "organ", "region", "bureau")
    counts: dict[str, Any] = {
        f"{state.lower()}_count": Count("numbers", filter=Q(numbers__state=state))
        for state in PadNumberState.values
    }
    return rows.annotate(**counts).order_by("-handed_on", "-pk")


def numbers_of(pad: NumberPad) -> list[PadNumber]:
    """Pages in order."""
    return list(pad.numbers.select_related("voided_by").order_by("serial"))


def holders(actor: User) -> QuerySet[User]:
    """Officers of the bureau who may get a pad."""
    rows = User.objects.filter(bureau=actor.bureau, is_active=True).exclude(organisation__number_word="")
    return (
        rows.filter(role_assignments__role__in=["OFFICER", "SECTION_HEAD"])
        .distinct()
        .select_related("organisation")
        .order_by("organisation", "name")
    )
