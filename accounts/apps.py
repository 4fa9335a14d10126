"""Who: bureaus, regions, organisations, users, roles, row scope."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The lowest room; knows no other."""

    name = "accounts"
    verbose_name = "账户与辖区"
