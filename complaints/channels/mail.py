"""A mail file (.eml) as a report: words, sender, pictures. Every part of it is hostile input."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256

from django.utils import timezone

from casework.errors import Unlawful
from complaints.wall import Contact

MAIL_MAX_BYTES = 25 * 1024 * 1024
WORDS_MAX = 4000
PICTURES_MAX = 9
PICTURE_TYPES = {"image/jpeg", "image/png"}
TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Mail:
    """What a mail says. `key` is the digest of its Message-ID (of its bytes without one): once per mail."""

    key: str
    subject: str
    words: str
    sender: Contact
    sent_at: datetime | None
    pictures: list[bytes] = field(default_factory=list)
    left_out: int = 0


def read_mail(data: bytes) -> Mail:
    """Parse one .eml file; raises Unlawful when it is none or says nothing."""
    if len(data) > MAIL_MAX_BYTES:
        raise Unlawful(f"邮件超过 {MAIL_MAX_BYTES // 1024 // 1024} MB，请只导入正文和照片。")
    message = BytesParser(policy=policy.default).parsebytes(data)
    if not isinstance(message, EmailMessage) or not (
        message["From"] or message["Subject"] or message["Date"]
    ):
        raise Unlawful("这不是邮件文件。请在邮箱里用“另存为 .eml”导出后再传。")
    subject = _header(message, "Subject")
    words = f"{subject}\n{_body(message)}".strip()[:WORDS_MAX]
    if not words:
        raise Unlawful("邮件没有正文，无法登记。请打开邮件查看，再手工登记线索。")
    pictures, left_out = _pictures(message)
    name, address = parseaddr(_header(message, "From"))
    known = _header(message, "Message-ID").encode() or data
    return Mail(
        key=sha256(known).hexdigest()[:40],
        subject=subject,
        words=words,
        sender=Contact(name=name[:40], email=address[:120]),
        sent_at=_sent_at(message),
        pictures=pictures,
        left_out=left_out,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "").replace("\x00", "").strip()
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""  # a malformed header of a hostile mail is no header


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError, ValueError):
        raw = part.get_payload(decode=True)
        text = raw.decode("gb18030", "replace") if isinstance(raw, bytes) else ""
    if part.get_content_type() == "text/html":
        text = html.unescape(TAG.sub(" ", text))
    return re.sub(r"[ \t\x00]+", " ", text).strip()


def _pictures(message: EmailMessage) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    left_out = 0
    for part in message.walk():
        if part.is_multipart() or part.get_content_maintype() == "text":
            continue
        content = part.get_payload(decode=True)
        is_picture = part.get_content_type() in PICTURE_TYPES and isinstance(content, bytes) and bool(content)
        if is_picture and len(found) < PICTURES_MAX and isinstance(content, bytes):
            found.append(content)
        else:
            left_out += 1
    return found, left_out


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
