"""双随机抽查."""

from __future__ import annotations

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    """Stands on inspections: frozen pools, public entropy, drawn places and officers, published results."""

    name = "draws"
    verbose_name = "双随机抽查"
