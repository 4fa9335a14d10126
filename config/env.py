"""Strict readers for environment variables: a bad value stops the start, not the first request."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Value of `name`, or of the file named by `name_FILE` (container secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    """A boolean; anything but true/false/1/0 raises ImproperlyConfigured."""
    raw = text(name, str(default)).lower()
    if raw in {"1", "true"}:
        return True
    if raw in {"0", "false"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}")


def number(name: str, default: int) -> int:
    """An integer; raises ImproperlyConfigured otherwise."""
    raw = text(name, str(default))
    try:
        return int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}") from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty items."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(url: str) -> dict[str, object]:
    """Django's database settings for a `postgres://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres://")
    options = dict(parse_qsl(parts.query))
    options["options"] = "-c search_path=public,sealed -c jit=off"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
