"""Delivery to the superior office's folder; delivering twice leaves the same file."""

from __future__ import annotations

from pathlib import Path

from django.core.files.storage import default_storage

from accounts.services import system_user
from casework.exchange import exchange_folder, file_put
from casework.models import OutboxMessage

CHANNEL = "PROVINCE_FOLDER"
FOLDER_CHANNELS = frozenset({"NATIONAL_PLATFORM", "PROVINCE_PLATFORM", CHANNEL})


def outgoing() -> Path:
    """The folder that the superior office's transfer reads."""
    return exchange_folder("outgoing")


def incoming() -> Path:
    """The folder into which receipts come."""
    return exchange_folder("incoming")


def deliver(message: OutboxMessage) -> None:
    """Put the edition's package and its check sum into the folder; each appears complete or not at all."""
    from reports.models import ExportKind, ReportEdition
    from reports.services.exports import edition_export

    edition = ReportEdition.objects.get(uid=message.payload["edition"])
    package = edition_export(actor=system_user(), edition=edition, kind=ExportKind.PACKAGE)
    with default_storage.open(package.stored_name) as stored:
        content = stored.read()
    file_put(outgoing() / package.file_name, content)
    file_put(outgoing() / f"{package.file_name}.sha256", f"{package.sha256}  {package.file_name}\n".encode())
