"""A world with reference data."""

from __future__ import annotations

import pytest

from tests.conftest import World
from tests.inspections import making as inspecting


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    inspecting.load_law()
    return world
