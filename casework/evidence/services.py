"""Receiving evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from casework import audit, registries
from casework.canonical import sha256_hex
from casework.documents import rehearsal
from casework.errors import Blocked, Unlawful
from casework.evidence.checks import JPEG, SUFFIX, CleanImage, clean_image, hash_distance, sniff
from casework.models import EvidenceFile

FAR_METRES = 500
NEAR_BITS = 6
BELIEVED_FROM = 2000  # a camera that says 1970 has forgotten the time


@dataclass(frozen=True)
class Position:
    """Where the device said it was; metres of accuracy. Zero accuracy or `is_mock` marks a mock provider."""

    longitude: float
    latitude: float
    accuracy_m: float | None = None
    is_mock: bool = False


@transaction.atomic
def evidence_receive(
    *,
    actor: User,
    subject: models.Model,
    upload: UploadedFile[Any] | ContentFile[bytes],
    caption: str = "",
    captured_at: datetime | None = None,
    position: Position | None = None,
    site: tuple[float, float] | None = None,
    picture: CleanImage | None = None,
    at: datetime | None = None,
) -> EvidenceFile:
    """Check, hash and keep one file for `subject`; the same bytes twice give the first row.

    Photos are re-encoded without EXIF and the original is kept sealed, unless the caller gives only the
    re-encoded `picture` of bytes that must not be kept. `site` is (longitude, latitude) of the place for
    the distance flag. Raises Unlawful with what to do, Blocked when a room
    refuses these bytes for this subject.
    """
    at = at or timezone.now()
    data = _read(upload)
    mime = sniff(data[:16], data)
    digest = sha256_hex(data)
    uid: UUID = getattr(subject, "uid")  # noqa: B009
    known = EvidenceFile.objects.filter(subject_uid=uid, sha256=digest, discarded_at__isnull=True).first()
    if known:
        return known
    bureau = getattr(subject, "bureau", None) or actor.bureau
    subject_type = subject._meta.label_lower
    if refused := [r for ask in registries.evidence_refusals for r in ask(subject_type, digest, bureau)]:
        raise Blocked(refused)
    evidence = EvidenceFile(
        bureau=bureau,
        subject_type=subject_type,
        subject_uid=uid,
        caption=caption,
        original_name=(upload.name or "")[-120:],
        sha256=digest,
        mime=mime,
        size=len(data),
        captured_at=captured_at,
        received_at=at,
        received_by=actor,
    )
    _set_position(evidence, position)
    _store(evidence, data, picture)
    evidence.flags = _flags(evidence, site, at)
    evidence.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="casework.evidence_receive",
        target=evidence,
        changes={"sha256": [None, digest]},
        about=getattr(subject, "file_uid", None),
        at=at,
    )
    return evidence


@transaction.atomic
def evidence_discard(*, actor: User, files: Iterable[EvidenceFile], rule: str, at: datetime) -> int:
    """Remove the bytes of files whose retention ran out; returns how many. Rows and digests stay.

    `rule` is the policy key that says how long such files are kept; it goes on the audit chain. The stored
    bytes go once the transaction holds, so that a broken run leaves no row without its file; what a process that was
    killed between the two left behind goes with `discarded_remove`.
    """
    names: list[tuple[str, str]] = []
    discarded = []
    for file in files:
        names += [("default", file.stored_as), ("sealed", file.sealed_as)]
        file.stored_as = file.sealed_as = file.phash = ""
        file.discarded_at = at
        file.save(update_fields=["stored_as", "sealed_as", "phash", "discarded_at"])
        discarded.append(file)
    if discarded:
        audit.record(
            actor=actor,
            verb="casework.evidence_discard",
            changes={
                "count": [None, len(discarded)],
                "rows_sha256": [None, sha256_hex([str(file.uid) for file in discarded])],
            },
            reason=rule,
            at=at,
        )
    transaction.on_commit(lambda: _remove(names))
    return len(discarded)


def discarded_remove(*, since: datetime) -> int:
    """Delete bytes that files discarded since then have left in storage; how many. Their names follow from their rows."""
    count = 0
    for file in EvidenceFile.objects.filter(discarded_at__gte=since).iterator():
        for storage, name in (("default", _name(file) + _suffix(file)), ("sealed", _name(file))):
            if storages[storage].exists(name):
                storages[storage].delete(name)
                count += 1
    return count


def _name(evidence: EvidenceFile) -> str:
    return f"evidence/{evidence.bureau_id}/{evidence.uid.hex[:4]}/{evidence.uid.hex}"


def _suffix(evidence: EvidenceFile) -> str:
    return SUFFIX[JPEG] if evidence.is_image else SUFFIX[evidence.mime]


def _remove(names: list[tuple[str, str]]) -> None:
    for storage, name in names:
        if name:
            storages[storage].delete(name)


def _read(upload: UploadedFile[Any] | ContentFile[bytes]) -> bytes:
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise Unlawful(f"文件超过 {limit} MB，请压缩后再传。")
    data = upload.read()
    if not data:
        raise Unlawful("文件是空的，请重新选择。")
    return bytes(data)


def _store(evidence: EvidenceFile, data: bytes, picture: CleanImage | None) -> None:
    name = _name(evidence)
    if evidence.is_image:
        cleaned = picture or clean_image(data, evidence.mime)
        if picture is None:
            evidence.sealed_as = _kept("sealed", name, data)
        evidence.stored_as = _kept("default", name + _suffix(evidence), cleaned.data)
        evidence.mime, evidence.phash = cleaned.mime, cleaned.phash
        if evidence.captured_at is None and cleaned.claimed_at and cleaned.claimed_at.year >= BELIEVED_FROM:
            evidence.captured_at = timezone.make_aware(cleaned.claimed_at)
        return
    evidence.stored_as = _kept("default", name + _suffix(evidence), data)


def _kept(storage: str, name: str, data: bytes) -> str:
    """The name under which the bytes are stored; a rehearsed step stores nothing."""
    return name if rehearsal.is_on() else str(storages[storage].save(name, ContentFile(data)))


def _set_position(evidence: EvidenceFile, position: Position | None) -> None:
    if position is None:
        return
    evidence.longitude, evidence.latitude = position.longitude, position.latitude
    evidence.accuracy_m = position.accuracy_m
    evidence.is_mock_position = position.is_mock or position.accuracy_m == 0


def _flags(evidence: EvidenceFile, site: tuple[float, float] | None, at: datetime) -> list[dict[str, Any]]:
    flags: list[dict[str, Any]] = []
    if evidence.is_mock_position:
        flags.append({"code": "MOCK_POSITION", "text": "定位可能由模拟软件提供"})
    if evidence.captured_at and abs(evidence.captured_at - at) > timedelta(days=1):
        flags.append(
            {
                "code": "OLD_CAPTURE",
                "text": f"拍摄时间为 {timezone.localtime(evidence.captured_at):%Y-%m-%d %H:%M}",
            }
        )
    if site and evidence.longitude is not None and evidence.latitude is not None:
        metres = distance_m((evidence.longitude, evidence.latitude), site)
        if metres > FAR_METRES + (evidence.accuracy_m or 0):
            flags.append({"code": "FAR", "text": f"拍摄位置距登记地址约 {metres / 1000:.1f} 公里"})
    if evidence.phash and (twin := _similar_photo(evidence)):
        flags.append(
            {
                "code": "SEEN_BEFORE",
                "text": f"与 {timezone.localtime(twin.received_at):%Y-%m-%d} 收到的照片相似",
                "uid": str(twin.uid),
            }
        )
    return flags


def _similar_photo(evidence: EvidenceFile) -> EvidenceFile | None:
    earlier = (
        EvidenceFile.objects.filter(bureau_id=evidence.bureau_id).exclude(phash="").exclude(uid=evidence.uid)
    )
    for candidate in earlier.order_by("-pk").only("uid", "phash", "received_at", "subject_uid")[:5000]:
        if hash_distance(candidate.phash, evidence.phash) <= NEAR_BITS:
            return candidate
    return None


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Great-circle distance in metres of two (longitude, latitude) pairs."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*first, *second))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6_371_000 * math.asin(math.sqrt(half))


audit.verb("casework.evidence_receive", "上传材料")
audit.verb("casework.evidence_discard", "按保存期限清除材料")
