"""The exchange folder: files for other systems, complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from casework.canonical import canonical_bytes
from casework.models import OutboxMessage


def exchange_folder(name: str) -> Path:
    """One system's part of the exchange folder."""
    return Path(settings.EXCHANGE_DIR) / name


def file_put(target: Path, content: bytes) -> None:
    """Write a file beside its place and move it in; what stood there is replaced."""
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


def message_put(folder: str, message: OutboxMessage) -> None:
    """Leave a message's payload as canonical JSON under its hash, so that delivering twice leaves one file."""
    file_put(exchange_folder(folder) / f"{message.payload_hash}.json", canonical_bytes(message.payload))
