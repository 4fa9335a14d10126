"""Proof of work in front of the public door: a sum that a phone solves in a second, asked by ourselves.

The challenge is signed and single-use. A solved one gives a pass for one report with its files; passes live in
the cache only, under keyed digests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import altcha
from django.conf import settings
from django.core.cache import cache

from accounts.models import Bureau

ALGORITHM = "PBKDF2/SHA-256"
CHALLENGE_SECONDS = 20 * 60
PASS_SECONDS = 3 * 3600
PASS_BYTES = 24
PREFIX_CALM, PREFIX_BUSY = "00", "000"


def _secret(purpose: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"report-{purpose}".encode(), hashlib.sha256).digest()


def challenge(bureau: Bureau, *, is_busy: bool = False) -> dict[str, Any]:
    """A fresh challenge; sixteen times the work while automated reports pour in."""
    made = altcha.create_challenge(
        ALGORITHM,
        settings.REPORT_WORK_COST,
        key_prefix=PREFIX_BUSY if is_busy else PREFIX_CALM,
        expires_at=int(time.time()) + CHALLENGE_SECONDS,
        data={"bureau": bureau.slug},
        hmac_secret=_secret("challenge"),
    )
    found: dict[str, Any] = made.to_dict()
    return found


def redeem(bureau: Bureau, answer: str) -> str:
    """A pass for a solved challenge of this bureau; empty when it is wrong, late or was used before."""
    parameters = _parameters(answer)
    if parameters.get("data") != {"bureau": bureau.slug}:
        return ""
    if not altcha.verify_solution(answer, _secret("challenge")).verified:
        return ""
    if not cache.add(f"report:work:{_digest(str(parameters['nonce']))}", 1, CHALLENGE_SECONDS):
        return ""
    given = secrets.token_urlsafe(PASS_BYTES)
    cache.set(_pass_key(bureau, given), 1, PASS_SECONDS)
    return given


def is_pass(bureau: Bureau, given: str) -> bool:
    """Whether the pass is known and not spent."""
    return bool(given) and cache.get(_pass_key(bureau, given)) is not None


def spend(bureau: Bureau, given: str) -> bool:
    """Use the pass up; False when it was not there (any more)."""
    return bool(given) and bool(cache.delete(_pass_key(bureau, given)))


def _parameters(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(answer))["challenge"]["parameters"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _pass_key(bureau: Bureau, given: str) -> str:
    return f"report:pass:{bureau.pk}:{_digest(given)}"


def _digest(text: str) -> str:
    return hmac.new(_secret("pass"), text.encode(), hashlib.sha256).hexdigest()[:32]
