"""The register of institutions."""

from __future__ import annotations

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """Every place of off-campus training of a county, licensed or not."""

    name = "institutions"
    verbose_name = "机构档案"

    def ready(self) -> None:
        from institutions import registration

        registration.register()
