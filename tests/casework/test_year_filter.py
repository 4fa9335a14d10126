"""A year that is none is a mistake of the filter bar, never an error of the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.conftest import World

LISTS = (
    "inspections:visit_list", "penalties:case_list", "draws:draw_list", "draws:plan_list", "burden:plan_list",
    "casework:number_list",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_year_that_is_none(world: World, sign_in: Any, name: str) -> None:
    client = sign_in(world.leader)
    for year in ("99999999", "0", "-1", "abcd", "2026.5", "9999", "2026"):
        assert client.get(reverse(name), {"year": year}).status_code == 200, year
