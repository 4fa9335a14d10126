"""One JSON line per log record, with the request id and without personal data or query strings."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

# The personal link of a family is its key: it confirms lessons and asks for money back.
FAMILY_LINK = re.compile(r"(/my-fees/)[^/\s\"']+")


def without_links(text: str) -> str:
    """`text` with the secret part of families' links hidden."""
    return FAMILY_LINK.sub(r"\1***", text)


class RequestIdFilter(logging.Filter):
    """Adds the current request id to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", ""),
            "message": without_links(record.getMessage()),
        }
        if record.exc_info:
            entry["error"] = without_links(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
