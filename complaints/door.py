"""The public door: whom to let in, into which lane, and once only."""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.cache import cache
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from accounts.models import Bureau
from complaints import limits

NONCE_BYTES = 12
ONCE_SECONDS = 24 * 3600
LOCK_SECONDS = 60
WAIT_STEPS, WAIT_SECONDS = 40, 0.25
DRAFT_MIN = 16
REQUEST_MAX_BYTES = 40 * 1024 * 1024
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
LINKS_MAX = 2


@dataclass(frozen=True)
class Verdict:
    """What happens to a report: refused for now, set apart for a first look, marked as spam."""

    is_refused: bool = False
    is_quarantined: bool = False
    is_spam: bool = False


def judge(*, bureau: Bureau, sender: limits.Sender, text: str, has_worked: bool, is_trapped: bool) -> Verdict:
    """Which lane a report takes. Signs of automation set it apart; only a flood from one address is refused."""
    is_flood = not limits.passes(limits.REPORT_BUREAU_HARD, str(bureau.pk))
    if (is_flood and not has_worked) or not limits.passes(limits.REPORT_ADDRESS_HARD, sender.address):
        return Verdict(is_refused=True)
    is_calm = [
        limits.passes(limits.REPORT_DEVICE, sender.device),
        limits.passes(limits.REPORT_ADDRESS, sender.address),
        limits.passes(limits.REPORT_BUREAU, str(bureau.pk)),
    ]
    is_copied = not limits.passes(limits.SAME_WORDS, limits.words_digest(bureau, text))
    is_spam = is_trapped or is_copied or len(LINK.findall(text)) > LINKS_MAX
    return Verdict(is_quarantined=is_spam or not has_worked or not all(is_calm), is_spam=is_spam)


class Once:
    """A report that is sent twice (a lost answer, a double tap) is registered once.

    The receipt code is kept in the cache for a day, encrypted under the draft's own random key, which only the
    phone has. Without a draft key nothing is kept.
    """

    def __init__(self, draft: str) -> None:
        self.key = hashlib.sha256(b"draft:" + draft.encode()).digest() if len(draft) >= DRAFT_MIN else b""
        self.name = f"report:once:{hashlib.sha256(self.key).hexdigest()[:32]}" if self.key else ""

    def known(self) -> str:
        """The receipt code given before; waits for a send that is under way."""
        for _ in range(WAIT_STEPS if self.name else 0):
            if found := self._stored():
                return found
            if cache.add(f"{self.name}:lock", 1, LOCK_SECONDS):
                return self._stored()
            time.sleep(WAIT_SECONDS)
        return ""

    def keep(self, receipt: str) -> None:
        """Remember the code for a repeated send."""
        if self.name:
            nonce = os.urandom(NONCE_BYTES)
            cache.set(self.name, nonce + AESGCM(self.key).encrypt(nonce, receipt.encode(), b""), ONCE_SECONDS)
            self.release()

    def release(self) -> None:
        """Let another attempt in."""
        if self.name:
            cache.delete(f"{self.name}:lock")

    def _stored(self) -> str:
        blob = cache.get(self.name)
        if not blob:
            return ""
        try:
            return AESGCM(self.key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], b"").decode()
        except InvalidTag:
            return ""


class MemoryOnlyHandler(FileUploadHandler):
    """Takes files of a form into memory: nothing touches the disk before it is clean; the name is dropped."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.total = 0
        self.buffer = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.buffer = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece; files beyond the total are skipped and the request is marked."""
        self.total += len(raw_data)
        if self.total > REQUEST_MAX_BYTES:
            self.request.is_too_large = True  # type: ignore[union-attr]
            raise SkipFile
        self.buffer.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file without its name."""
        self.buffer.seek(0)
        return InMemoryUploadedFile(self.buffer, self.field_name, "file", self.content_type, file_size, None)
