"""Issuing, withdrawing, superseding and rendering official documents."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit, events, jobs, typesetting
from casework.canonical import sha256_hex
from casework.documents import rehearsal
from casework.documents.selectors import recall_reasons
from casework.documents.signing import current_key, new_code, sign
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import DocumentKind, DocumentState, EvidenceFile, OfficialDocument
from casework.numbering import number_take

TEMPLATE_VERSION = "1"


@transaction.atomic
def document_issue(
    *,
    actor: User,
    organ: Organisation,
    kind: str,
    subject: models.Model,
    content: dict[str, Any],
    title: str,
    party: str = "",
    at: datetime | None = None,
    number: str | None = None,
    is_public: bool | None = None,
) -> OfficialDocument:
    """Freeze `content`, number it in `organ`'s series, sign it and queue its rendering.

    `content` is a typesetting source as JSON values, without number and QR. `number` given (also "")
    means no number is taken: the record is unnumbered or carries another document's. `is_public` not
    given means as the catalogue says. The counter is the last lock taken.
    """
    at = at or timezone.now()
    issued_on = timezone.localdate(at)
    uid: UUID = getattr(subject, "uid")  # noqa: B009
    known = DocumentKind.objects.filter(code=kind).first()
    if is_public is None:
        is_public = known.is_public if known else True
    document = OfficialDocument(
        bureau=organ.bureau,
        organ=organ,
        kind=kind,
        kind_name=known.name if known else title,
        title=title,
        party=party,
        subject_type=subject._meta.label_lower,
        subject_uid=uid,
        template_version=TEMPLATE_VERSION,
        code=new_code(),
        is_public=is_public,
        issued_on=issued_on,
        issued_at=at,
        issued_by=actor,
    )
    key = current_key(actor=actor, bureau=organ.bureau, at=at)
    typesetting.from_dict({**content, "number": "", "qr": None})
    document.number = (
        number_take(organ=organ, kind=kind, subject=document, at=at).text if number is None else number
    )
    document.content = {**content, "number": document.number, "qr": None}
    document.content_hash = sha256_hex(document.content)
    document.signed_payload = sign(
        key, code=document.code, issued_on=issued_on, content_hash=document.content_hash
    )
    document.save(force_insert=True)
    rehearsal.keep(kind, document.content)
    audit.record(
        actor=actor,
        verb="casework.document_issue",
        target=document,
        number=document.number,
        changes={"content_hash": [None, document.content_hash]},
        about=getattr(subject, "file_uid", None),
        at=at,
    )
    jobs.enqueue("casework.tasks.document_render", document.pk)
    return document


@transaction.atomic
def document_withdraw(
    *,
    actor: User,
    document: OfficialDocument,
    reason: str,
    at: datetime | None = None,
    about: UUID | None = None,
) -> OfficialDocument:
    """Withdraw a valid document; the number stays used and `/verify/` says why."""
    return _end(actor, document, DocumentState.WITHDRAWN, reason, at or timezone.now(), None, about)


@transaction.atomic
def document_supersede(
    *,
    actor: User,
    document: OfficialDocument,
    by: OfficialDocument,
    reason: str,
    at: datetime | None = None,
    about: UUID | None = None,
) -> OfficialDocument:
    """Replace a valid document by a newer one."""
    return _end(actor, document, DocumentState.SUPERSEDED, reason, at or timezone.now(), by, about)


def _end(
    actor: User,
    document: OfficialDocument,
    state: DocumentState,
    reason: str,
    at: datetime,
    by: OfficialDocument | None,
    about: UUID | None,
) -> OfficialDocument:
    if not reason.strip():
        raise Unlawful(f"文书{state.label}须写明原因。")
    locked = OfficialDocument.objects.select_for_update().get(pk=document.pk)
    if locked.state != DocumentState.VALID:
        raise WrongState(f"文书{locked.get_state_display()}，不能再次变更。")
    locked.state, locked.state_reason, locked.state_changed_at, locked.superseded_by = (
        state,
        reason[:200],
        at,
        by,
    )
    locked.save(update_fields=["state", "state_reason", "state_changed_at", "superseded_by"])
    audit.record(
        actor=actor,
        verb=f"casework.document_{state.lower()}",
        target=locked,
        changes={"state": [DocumentState.VALID, state]},
        reason=reason,
        about=about,
        at=at,
    )
    return locked


@dataclasses.dataclass(frozen=True)
class DocumentRecalled:
    """A document was withdrawn on its register page; rooms may follow."""

    document_uid: UUID
    subject_type: str
    subject_uid: UUID
    reason: str


@transaction.atomic
def document_recall(
    *, actor: User, document: OfficialDocument, reason: str, at: datetime | None = None
) -> OfficialDocument:
    """Withdraw a document by hand from the register, in the name of the organ that issued it.

    Publishes DocumentRecalled. Raises NotAllowed, and Blocked when the room that owns the subject
    withdraws its documents itself.
    """
    if not actor.may("casework.document_withdraw"):
        raise NotAllowed("您没有“撤回文书”的权限，请联系单位负责人。")
    if actor.organisation_id != document.organ_id:
        raise NotAllowed(f"文书由{document.organ.name}制发，请由该单位撤回。")
    reasons = recall_reasons(actor, document)
    if reasons:
        raise Blocked(reasons)
    gone = document_withdraw(actor=actor, document=document, reason=reason, at=at)
    events.publish(DocumentRecalled(gone.uid, gone.subject_type, gone.subject_uid, reason))
    return gone


def posting_add(
    *,
    actor: User,
    document: OfficialDocument,
    upload: UploadedFile[bytes] | ContentFile[bytes],
    captured_at: datetime | None = None,
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep a photo of the posted document, so that a torn-down notice stays provable.

    Raises NotAllowed, and Unlawful for a file that is no photo.
    """
    if not actor.may("casework.document_posting") or actor.bureau_id != document.bureau_id:
        raise NotAllowed("您没有“登记张贴照片”的权限，请联系承办人。")
    head = upload.read(16)
    upload.seek(0)
    if not head.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise Unlawful("张贴照片须为 JPG 或 PNG 图片，请重新拍摄或选择。")
    moment = at or timezone.now()
    if captured_at and captured_at > moment:
        raise Unlawful("张贴时间不能晚于现在，请改正。")
    return evidence_receive(
        actor=actor, subject=document, upload=upload, caption="张贴照片", captured_at=captured_at, at=moment
    )


def verify_url(document: OfficialDocument) -> str:
    """The address that the QR code opens, with the signed payload for offline checking."""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}/verify/{document.code}/?p={document.signed_payload}"


def printable(document: OfficialDocument) -> typesetting.DocumentContent:
    """The frozen content with its QR code."""
    frozen = typesetting.from_dict(document.content)
    short = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/verify/{document.code}/"
    qr = typesetting.Qr(payload=verify_url(document), caption="扫码核验", verify_url=short)
    return dataclasses.replace(frozen, qr=qr)


def document_render(*, document: OfficialDocument) -> OfficialDocument:
    """Render PDF and DOCX from the frozen data and keep both; repeating gives the same bytes."""
    content = printable(document)
    pdf, docx = typesetting.render_pdf(content), typesetting.render_docx(content)
    folder = f"documents/{document.bureau_id}/{document.uid.hex[:4]}/{document.uid.hex}"
    values = {
        "pdf_name": _keep(f"{folder}.pdf", pdf),
        "pdf_sha256": sha256_hex(pdf),
        "docx_name": _keep(f"{folder}.docx", docx),
        "docx_sha256": sha256_hex(docx),
        "font_notes": [str(item) for item in typesetting.font_fallbacks(settings.DOCUMENT_FONT_DIR)],
    }
    OfficialDocument.objects.filter(pk=document.pk).update(**values)
    for name, value in values.items():
        setattr(document, name, value)
    return document


def document_file(*, document: OfficialDocument, suffix: str) -> tuple[bytes, str]:
    """Bytes and download name of the `pdf` or `docx`; renders when the worker has not yet."""
    name = document.pdf_name if suffix == "pdf" else document.docx_name
    if not name or not default_storage.exists(name):
        document_render(document=document)
        name = document.pdf_name if suffix == "pdf" else document.docx_name
    with default_storage.open(name) as stored:
        return stored.read(), f"{document.number or document.kind_name}.{suffix}"


def _keep(name: str, data: bytes) -> str:
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(data))


audit.verb("casework.document_issue", "制发文书")
audit.verb("casework.document_withdrawn", "撤回文书")
audit.verb("casework.document_superseded", "替换文书")
