"""Registers the system checks of the roof."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The composing package; holds no models."""

    name = "config"
    verbose_name = "配置"

    def ready(self) -> None:
        from django.forms import Field

        from config import checks  # noqa: F401

        Field.default_error_messages["required"] = "请填写此项。"
