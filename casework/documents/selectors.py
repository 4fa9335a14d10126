"""Reading official documents."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.http import Http404

from accounts.models import Bureau, Organisation, User
from accounts.querysets import ScopedQuerySet
from casework import registries
from casework.documents.publication import public_keys, revocations
from casework.documents.signing import Payload, check, matches, normal_code
from casework.errors import Reason
from casework.evidence.checks import hash_distance
from casework.evidence.services import NEAR_BITS
from casework.models import DocumentKind, EvidenceFile, OfficialDocument, SigningKey

__all__ = ["public_keys", "revocations"]
PHOTO_CAP = 5000
PHOTO_HITS = 5


@dataclass(frozen=True)
class Verification:
    """The answer of `/verify/`: the document if the code exists, and what the scanned payload proves."""

    document: OfficialDocument | None
    claim: Payload | None
    is_genuine: bool
    revoked_key: SigningKey | None = None


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


def register(actor: User) -> ScopedQuerySet[OfficialDocument]:
    """The register of official documents that the actor reaches, the newest first, without their contents."""
    rows = OfficialDocument.objects.visible_to(actor).select_related("organ", "superseded_by")
    return rows.defer("content", "superseded_by__content").order_by("-issued_at", "-pk")


def organs_of(actor: User) -> QuerySet[Organisation]:
    """Organs that have issued documents the actor reaches."""
    issued = OfficialDocument.objects.visible_to(actor).order_by().values("organ")
    return Organisation.objects.filter(pk__in=issued).order_by("name")


def kind_choices() -> list[tuple[str, str]]:
    """Kinds of the catalogue for filters."""
    return list(DocumentKind.objects.order_by("name").values_list("code", "name"))


def chain_of(document: OfficialDocument) -> list[OfficialDocument]:
    """The document with those it replaced and those that replaced it, oldest first."""
    found = {document.pk: document}
    waiting = [document]
    while waiting:
        one = waiting.pop()
        near = list(one.supersedes.select_related("organ"))
        if one.superseded_by:
            near.append(one.superseded_by)
        fresh = [item for item in near if item.pk not in found]
        found.update({item.pk: item for item in fresh})
        waiting.extend(fresh)
    return sorted(found.values(), key=lambda item: (item.issued_at, item.pk))


def services_of(actor: User, document: OfficialDocument) -> list[registries.ServiceFact]:
    """How a document was served, told by the room that owns its subject."""
    told = registries.document_services.get(document.subject_type)
    return list(told(actor, document)) if told else []


def recall_reasons(actor: User, document: OfficialDocument) -> list[Reason]:
    """Why a document is not withdrawn from the register page: rooms that withdraw their own say so."""
    rows = registries.blockers.of("casework.OfficialDocument", "withdraw")
    return [reason for blocker in rows for reason in blocker(document, actor)]


def postings_of(document: OfficialDocument) -> list[EvidenceFile]:
    """Photos of the posted document, oldest first."""
    rows = EvidenceFile.objects.filter(subject_type="casework.officialdocument", subject_uid=document.uid)
    return list(rows.select_related("received_by").order_by("pk"))


def keys_of(bureau: Bureau) -> list[KeyUse]:
    """Keys of a bureau with the number of documents that each has signed, the newest first."""
    prefix = Func(F("signed_payload"), Value("."), Value(1), function="SPLIT_PART", output_field=TextField())
    rows = OfficialDocument.objects.filter(bureau=bureau).annotate(signer=prefix).order_by()
    counts = dict(rows.values_list("signer").annotate(total=Count("pk")))
    keys = SigningKey.objects.filter(bureau=bureau).select_related("revoke_asked_by", "revoked_by")
    return [KeyUse(key, counts.get(key.key_id, 0)) for key in keys.order_by("-created_at", "-pk")]


def key_get(bureau: Bureau, key_id: str) -> SigningKey:
    """One key of a bureau, or Http404."""
    key = SigningKey.objects.filter(bureau=bureau, key_id=key_id).select_related("bureau").first()
    if key is None:
        raise Http404("没有这把签名密钥。")
    return key


@dataclass(frozen=True)
class KeyUse:
    """One key and how many documents it has signed."""

    key: SigningKey
    documents: int


def catalogue() -> list[DocumentKind]:
    """Kinds of documents by group and place in the catalogue."""
    return sorted(
        DocumentKind.objects.all(),
        key=lambda kind: (not kind.group, kind.group, kind.catalogue_no or 99, kind.pk),
    )


def numbering_organs(actor: User) -> list[Organisation]:
    """Organs of the actor's bureau that number documents."""
    rows = Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).exclude(number_word="")
    return list(rows.select_related("bureau").order_by("pk"))


def kind_get(code: str) -> DocumentKind:
    """One kind, or Http404."""
    kind = DocumentKind.objects.filter(code=code).first()
    if kind is None:
        raise Http404("文书目录中没有这个种类。")
    return kind


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
    revoked = None
    if document is not None:
        revoked = SigningKey.objects.filter(key_id=document.key_id, revoked_at__isnull=False).first()
    return Verification(document, claim, genuine, revoked)


@dataclass(frozen=True)
class PhotoMatch:
    """A registered posting photo that an uploaded photo is, or resembles."""

    document: OfficialDocument
    photo: EvidenceFile
    is_same: bool


def photo_matches(*, bureau: Bureau, sha256: str, phash: str) -> list[PhotoMatch]:
    """Registered posting photos of a bureau that are the same file, or look nearly the same.

    The same file comes alone. A picture that went through a messenger is smaller but looks the same;
    the newest `PHOTO_CAP` photos are compared.
    """
    kinds = ["casework.officialdocument", *registries.posting_evidence]
    rows = EvidenceFile.objects.filter(bureau=bureau, subject_type__in=kinds).order_by("-pk")
    same = list(rows.filter(sha256=sha256)[:PHOTO_HITS])
    near = (
        same
        or [
            row
            for row in rows.exclude(phash="").only(
                "phash", "subject_type", "subject_uid", "sha256", "received_at", "captured_at"
            )[:PHOTO_CAP]
            if hash_distance(row.phash, phash) <= NEAR_BITS
        ][:PHOTO_HITS]
    )
    found = [(document_on(row), row) for row in near]
    return [PhotoMatch(document, row, bool(same)) for document, row in found if document is not None]


def document_on(photo: EvidenceFile) -> OfficialDocument | None:
    """The document that a posting photo shows."""
    if photo.subject_type == "casework.officialdocument":
        return OfficialDocument.objects.select_related("organ").filter(uid=photo.subject_uid).first()
    named = registries.posting_evidence.get(photo.subject_type)
    return named(photo) if named else None
