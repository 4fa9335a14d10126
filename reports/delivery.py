"""Delivery to the superior office's folder; delivering twice leaves the same file."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from accounts.services import system_user
from casework.models import OutboxMessage

CHANNEL = "PROVINCE_FOLDER"
FOLDER_CHANNELS = frozenset({"NATIONAL_PLATFORM", "PROVINCE_PLATFORM", CHANNEL})


def outgoing() -> Path:
    """The folder that the superior office's transfer reads."""
    return Path(settings.EXCHANGE_DIR) / "outgoing"


def incoming() -> Path:
    """The folder into which receipts come."""
    return Path(settings.EXCHANGE_DIR) / "incoming"


def deliver(message: OutboxMessage) -> None:
    """Put the edition's package and its check sum into the folder; each appears complete or not at all."""
    from reports.models import ExportKind, ReportEdition
    from reports.services.exports import edition_export

    edition = ReportEdition.objects.get(uid=message.payload["edition"])
    package = edition_export(actor=system_user(), edition=edition, kind=ExportKind.PACKAGE)
    with default_storage.open(package.stored_name) as stored:
        content = stored.read()
    put(outgoing() / package.file_name, content)
    put(outgoing() / f"{package.file_name}.sha256", f"{package.sha256}  {package.file_name}\n".encode())


def put(target: Path, content: bytes) -> None:
    """Write a file beside its place and move it in."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with half.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
