"""Redaction of this room's texts; the mechanism stands in `casework.redaction`, where other rooms use it too."""

from __future__ import annotations

from casework.redaction import MASK, Redacted, redact

__all__ = ["MASK", "Redacted", "redact"]
