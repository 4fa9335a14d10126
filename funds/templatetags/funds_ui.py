"""Template tags of the money room."""

from __future__ import annotations

from typing import Any

from django import template

from funds import selectors

register = template.Library()


@register.simple_tag
def statement_lines(rows: list[Any], is_desk: bool) -> list[dict[str, Any]]:
    """The lines of a page with how each was posted, in two statements whatever their number."""
    from funds.views.statements import line_cells

    return [line_cells(item, is_desk=bool(is_desk)) for item in selectors.line_rows(rows)]


@register.simple_tag(takes_context=True)
def url_of_page(context: dict[str, Any]) -> str:
    """The address of the progress of this page's job."""
    return f"{context['request'].path}?part=progress"
