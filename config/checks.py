"""Settings that would be unsafe or broken fail `manage.py check`, each with an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.db.utils import OperationalError


@register(Tags.security, deploy=True)
def production_secrets(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Production needs its own secrets, named hosts and no debug pages."""
    problems: list[CheckMessage] = []
    if not settings.PRODUCTION:
        return problems
    if not settings.SECRET_KEY or settings.SECRET_KEY == settings.DEVELOPMENT_SECRET_KEY:
        problems.append(Error("SECRET_KEY must be set in production.", id="config.E001"))
    if settings.DEBUG:
        problems.append(Error("DEBUG must be off in production.", id="config.E002"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        problems.append(Error("ALLOWED_HOSTS must name the hosts in production.", id="config.E003"))
    problems += _key_problems()
    if not settings.PUBLIC_BASE_URL.startswith("https://"):
        problems.append(Error("PUBLIC_BASE_URL must be https in production.", id="config.E005"))
    return problems


def _key_problems() -> list[CheckMessage]:
    if not (settings.FIELD_KEYS and settings.BLIND_INDEX_KEY and settings.REPORTER_KEYS):
        hint = "FIELD_KEYS, REPORTER_KEYS and BLIND_INDEX_KEY must be set in production."
        return [Error(hint, id="config.E004")]
    if {key.partition(":")[2] for key in settings.REPORTER_KEYS} & {
        key.partition(":")[2] for key in settings.FIELD_KEYS
    }:
        return [Error("REPORTER_KEYS must not repeat a key of FIELD_KEYS.", id="config.E006")]
    return []


@register(Tags.database)
def chinese_search(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A database in the C locale gives no trigrams for Chinese text, so search would find nothing."""
    if not databases or "default" not in databases:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
            if not cursor.fetchone()[0]:
                return []
            cursor.execute("SELECT cardinality(show_trgm('培训学校'))")
            if not cursor.fetchone()[0]:
                return [
                    Error(
                        "The database locale breaks Chinese search; create it with C.UTF-8.", id="config.E010"
                    )
                ]
    except OperationalError as error:
        return [Error(f"The database cannot be reached: {error}", id="config.E011")]
    return []
