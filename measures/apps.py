"""专项措施."""

from __future__ import annotations

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """Stands on inspections: ads, seized materials, talks, stop notices, rosters, meetings, whistles."""

    name = "measures"
    verbose_name = "专项措施"
