"""Rows of this room's registers as cells."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag
def row_cells(described: Any, row: Any) -> list[dict[str, Any]]:
    """Cells of one row as its register describes them."""
    cells: list[dict[str, Any]] = described.cells(row)
    return [{"label": label, **cell} for label, cell in zip(described.heads, cells, strict=True)]
