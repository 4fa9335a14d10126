"""Lists with due process, and the public portal."""

from __future__ import annotations

from django.apps import AppConfig


class BlacklistConfig(AppConfig):
    """White, black and red lists; what the public reads."""

    name = "blacklist"
    verbose_name = "黑白名单"

    def ready(self) -> None:
        from blacklist import registration

        registration.register()
