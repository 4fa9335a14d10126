"""Templates and what names them: a page never meets a template that is not there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
ROOMS = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
TEMPLATE_NAME = re.compile(r"(?:[\w-]+/)*[\w-]+\.html")
INCLUDED = re.compile(r"{%-?\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")


def _named_in_python() -> Iterator[tuple[str, str]]:
    for path in sorted(path for room in [*ROOMS, ROOT / "config"] for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and TEMPLATE_NAME.fullmatch(node.value)
            ):
                yield node.value, str(path.relative_to(ROOT))


def _named_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for name in INCLUDED.findall(path.read_text(encoding="utf-8")):
            yield name, str(path.relative_to(ROOT))


NAMED = dict([*_named_in_python(), *_named_in_templates()])


def test_names_were_found() -> None:
    assert len(NAMED) > 150


@pytest.mark.parametrize("name", sorted(NAMED))
def test_named_template_exists(name: str) -> None:
    get_template(name)


def test_every_template_is_named_somewhere() -> None:
    """A page that nothing renders is left over, and goes."""
    by_status = {f"{status}.html" for status in (400, 403, 404, 429, 500, 503)}
    all_of_them = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    assert sorted(all_of_them - set(NAMED) - by_status) == []
