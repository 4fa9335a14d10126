"""How much one sender may do, without knowing who it is.

Counters live in the cache only, under keyed digests of the address or the device's mark of the day. The key is
random, made anew each day, kept in the cache alone and gone after two days: yesterday's digests lead nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Bureau

HOUR, MINUTE = 3600, 60
KEY_SECONDS = 2 * 24 * HOUR
KEY_BYTES = 32
IPV6_NETWORK = 64
DEVICE_MARK_MAX = 64


@dataclass(frozen=True)
class Sender:
    """Digests of today for one request: of its network address and of the device's own mark of the day."""

    address: str
    device: str


@dataclass(frozen=True)
class Limit:
    """At most `most` events per `seconds` for one key."""

    name: str
    most: int
    seconds: int


# A class group behind one school's network may report together; a device hardly sends six an hour.
REPORT_DEVICE = Limit("report-device", 6, HOUR)
REPORT_ADDRESS = Limit("report-address", 20, HOUR)
REPORT_ADDRESS_HARD = Limit("report-address-hard", 200, HOUR)
REPORT_BUREAU = Limit("report-bureau", 60, MINUTE)
# Beyond this, reports that brought no work are turned away until the flood is over; worked ones are taken.
REPORT_BUREAU_HARD = Limit("report-bureau-hard", 300, MINUTE)
UPLOAD_ADDRESS = Limit("upload-address", 300, HOUR)
TRACK_ADDRESS = Limit("track-address", 30, 10 * MINUTE)
SAY_CLUE = Limit("say-clue", 10, HOUR)
SAME_WORDS = Limit("same-words", 3, HOUR)
CHALLENGE_ADDRESS = Limit("challenge-address", 120, HOUR)


def sender_of(request: Any, mark: str = "") -> Sender:
    """Today's digests of where a request comes from. Neither address nor mark is kept."""
    network = _network(_address(request))
    browser = request.META.get("HTTP_USER_AGENT", "")[:200]
    return Sender(
        address=_digest("address", network),
        device=_digest("device", mark[:DEVICE_MARK_MAX] or f"{network} {browser}"),
    )


def passes(limit: Limit, key: str) -> bool:
    """Count one event; False once the limit is passed."""
    name = f"report:limit:{limit.name}:{key}"
    cache.add(name, 0, limit.seconds)
    try:
        return int(cache.incr(name)) <= limit.most
    except ValueError:  # expired in between: the window begins anew
        cache.set(name, 1, limit.seconds)
        return True


def is_over(limit: Limit, key: str) -> bool:
    """Whether the limit is passed already; counts nothing."""
    return int(cache.get(f"report:limit:{limit.name}:{key}") or 0) > limit.most


def is_busy(bureau: Bureau) -> bool:
    """Whether more reports pour in than a county ever sends."""
    return is_over(REPORT_BUREAU, str(bureau.pk))


def words_digest(bureau: Bureau, text: str) -> str:
    """Today's digest of a text's Chinese characters and letters, so that copies are noticed."""
    bare = "".join(char for char in text if char.isalpha())
    return _digest(f"words-{bureau.pk}", bare)


def _address(request: Any) -> str:
    count = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if count and len(forwarded) >= count:
        return str(forwarded[-count])
    return str(request.META.get("REMOTE_ADDR", ""))


def _network(address: str) -> str:
    """An IPv6 customer holds a whole /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, IPV6_NETWORK), strict=False))
    return str(found)


def _digest(kind: str, value: str) -> str:
    return hmac.new(_key_of_today(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def _key_of_today() -> bytes:
    name = f"report:key:{timezone.localdate():%Y%m%d}"
    cache.add(name, secrets.token_bytes(KEY_BYTES), KEY_SECONDS)
    return bytes(cache.get(name) or secrets.token_bytes(KEY_BYTES))
