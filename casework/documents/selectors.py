"""Reading official documents."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from accounts.models import Bureau, User
from casework import registries
from casework.documents.signing import Payload, check, matches, normal_code
from casework.models import DocumentState, OfficialDocument, SigningKey


@dataclass(frozen=True)
class Verification:
    """The answer of `/verify/`: the document if the code exists, and what the scanned payload proves."""

    document: OfficialDocument | None
    claim: Payload | None
    is_genuine: bool


def may_open(actor: User, document: OfficialDocument) -> bool:
    """People who reach the issuing organ's rows, or whom the owner of the subject lets in."""
    if OfficialDocument.objects.visible_to(actor).filter(pk=document.pk).exists():
        return True
    owner = registries.document_owners.get(document.subject_type)
    return owner is not None and owner(actor, document)


def document_get(*, actor: User, uid: UUID) -> OfficialDocument:
    """One document, or Http404 for strangers."""
    document = OfficialDocument.objects.select_related("organ", "bureau").filter(uid=uid).first()
    if document is None or not may_open(actor, document):
        raise Http404
    return document


def documents_of(*, actor: User, subject_uids: list[UUID]) -> list[OfficialDocument]:
    """Documents of the given subjects that the actor may open, newest first."""
    found = OfficialDocument.objects.select_related("organ").filter(Q(subject_uid__in=subject_uids))
    return [item for item in found.order_by("-issued_at", "-pk") if may_open(actor, item)]


def verify(code: str, payload: str = "") -> Verification:
    """Look a code up and check a scanned payload against the frozen data."""
    document = OfficialDocument.objects.select_related("organ").filter(code=normal_code(code)).first()
    claim = check(payload) if payload else None
    genuine = (
        document is not None
        and claim is not None
        and claim.code == document.code
        and claim.issued_on == document.issued_on
        and matches(claim, document.content_hash)
    )
    return Verification(document, claim, genuine)


def verification_keys(bureau: Bureau) -> list[dict[str, str]]:
    """Public keys of a bureau and those above it, retired and revoked ones included, for checking paper offline."""
    found = SigningKey.objects.filter(bureau__in=_line_of(bureau)).select_related("bureau").order_by("pk")
    return [
        {
            "key_id": key.key_id,
            "public_key": base64.b64encode(bytes(key.public_key)).decode(),
            "issuer": key.bureau.name,
            "revoked_on": f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else "",
        }
        for key in found
    ]


def revocations(bureau: Bureau, limit: int = 5000) -> list[dict[str, str]]:
    """Codes of documents that are no longer in force, the newest first."""
    ended = OfficialDocument.objects.filter(bureau__in=_line_of(bureau)).exclude(state=DocumentState.VALID)
    return [
        {
            "code": row.code,
            "state": row.get_state_display(),
            "on": f"{row.state_changed_at:%Y-%m-%d}" if row.state_changed_at else "",
        }
        for row in ended.only("code", "state", "state_changed_at").order_by("-state_changed_at")[:limit]
    ]


def _line_of(bureau: Bureau) -> list[Bureau]:
    line: list[Bureau] = []
    above: Bureau | None = bureau
    while above is not None and above not in line:
        line.append(above)
        above = above.parent
    return line
