"""Scoped reads of refunds."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from funds.models import Refund


def refunds_visible(actor: User) -> ScopedQuerySet[Refund]:
    """Refund applications, newest first."""
    rows: Any = Refund.objects.visible_to(actor)
    found: ScopedQuerySet[Refund] = rows.select_related(
        "contract", "contract__institution", "contract__family", "contract__account", "contract__account__bank",
        "region", "instruction", "decided_by", "created_by",
    ).order_by("-pk")  # fmt: skip
    return found
