"""What a phone fetches before it goes where no network is, and what it asks about later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import Bureau, User
from casework.documents.publication import public_keys, revocations
from fieldwork.models import FieldDevice, FieldFile, FieldOperation, FieldOutcome, FieldRecord
from fieldwork.registries import FieldForm, forms
from fieldwork.services.deliveries import uid_anew
from fieldwork.services.pads import pages_free
from fieldwork.services.settling import registers_of

EXTRACT_HOURS = 24


def bundle_for(*, actor: User, device: FieldDevice, at: datetime) -> dict[str, Any]:
    """Today's subjects of every form with what they need; extracts leave the phone at `expires_at`."""
    day = timezone.localdate(at)
    bureau = device.bureau
    return {
        "user": {
            "id": actor.pk,
            "name": actor.name,
            "organ": actor.organisation.name if actor.organisation else "",
        },
        "bureau": bureau.name,
        "day": f"{day:%Y-%m-%d}",
        "fetched_at": at.isoformat(),
        "expires_at": (at + timedelta(hours=EXTRACT_HOURS)).isoformat(),
        "skew_ms": device.skew_ms,
        "forms": [
            {
                "key": form.key,
                "label": form.label,
                "kinds": {kind.code: kind.label for kind in form.kinds},
                "fleeting": list(form.fleeting),
                "subjects": list(form.bundle(actor, day)),
                "extras": form.extras(actor, day),
            }
            for form in forms.values()
            if not form.permission or actor.may(form.permission)
        ],
        "pads": pages_free(actor),
        "keys": [key for one in _line_of(bureau) for key in public_keys(one)],
        "revocations": [row for one in _line_of(bureau) for row in revocations(one)["documents"]],
    }


def _line_of(bureau: Bureau) -> list[Bureau]:
    """A bureau and those above it, whose papers an officer may meet."""
    line: list[Bureau] = []
    above: Bureau | None = bureau
    while above is not None and above not in line:
        line.append(above)
        above = above.parent
    return line


def state_of(*, actor: User, device: FieldDevice, form: FieldForm, subject: UUID) -> dict[str, Any] | None:
    """What the desk holds of one subject: outcomes of this phone's words, and everybody's standing words.

    None when the subject is out of the actor's reach.
    """
    if form.find(actor, subject) is None:
        return None
    record = FieldRecord.objects.filter(form=form.key, subject_uid=subject).first()
    return {
        "outcomes": _outcomes(device, subject, record),
        "files": files_of(device),
        "merged": _merged(record) if record else [],
        "is_settled": record is not None and not record.is_dirty,
    }


def _outcomes(device: FieldDevice, subject: UUID, record: FieldRecord | None) -> list[dict[str, Any]]:
    """What became of the words that this phone brought, by the uid under which it knows them."""
    # Two reads by their indexes: one over both would look through every operation there is.
    rows = FieldOutcome.objects.filter(operation__subject_uid=subject).select_related("operation")
    brought = (rows.filter(operation__device=device), rows.filter(operation__deliveries__device=device))
    found = {row.operation.uid: row for some in brought for row in some}
    if record is not None:
        found |= {uid: found[anew] for uid in found if (anew := uid_anew(uid, record.uid)) in found}
    return [{"uid": str(uid), "state": row.state, "reason": row.reason} for uid, row in found.items()]


def file_of(device: FieldDevice, sha256: str) -> FieldFile | None:
    """One file of a phone, however far it has come."""
    return FieldFile.objects.filter(device=device, sha256=sha256).first()


def files_of(device: FieldDevice) -> list[dict[str, Any]]:
    """How far each file of a phone has come."""
    rows = FieldFile.objects.filter(device=device).order_by("-pk")[:2000]
    return [{"sha256": row.sha256, "state": row.state, "received": row.received_bytes} for row in rows]


def _merged(record: FieldRecord) -> list[dict[str, Any]]:
    return [
        {
            "kind": register.kind,
            "item": register.item,
            "is_differing": register.is_differing,
            "standing": [_word(word) for word in register.standing],
        }
        for register in registers_of(record).values()
    ]


def _word(word: FieldOperation) -> dict[str, Any]:
    return {
        "uid": str(word.uid),
        "device": str(word.device.uid),
        "by": word.received_by.name,
        "lamport": word.lamport,
        "state": word.outcome.state,
        "value": word.value,
    }
