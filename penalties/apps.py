"""行政处罚."""

from __future__ import annotations

from django.apps import AppConfig


class PenaltiesConfig(AppConfig):
    """Stands on inspections: cases from clue to archive, with the gates of the law."""

    name = "penalties"
    verbose_name = "行政处罚"
