"""What the pages of this room share: its parts and the way back."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import User
from casework.web import crumbs, kit

PARTS = (
    ("机构档案", "institutions:institution_list", "institutions.institution_view"),
    ("市场主体清理", "institutions:entity_list", "institutions.entity_view"),
    ("国家平台", "institutions:platform_list", "institutions.platform_view"),
    ("培训材料", "institutions:material_list", "institutions.material_view"),
)


def parts(actor: User, here: str) -> dict[str, Any]:
    """Context of a list's tabs."""
    return {"tabs": kit.tabs(actor, here, PARTS), "tabs_label": "机构档案"}


def path_to(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Where a page stands."""
    return crumbs(("机构档案", reverse("institutions:institution_list")), *pairs)
