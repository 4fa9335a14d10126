"""A world with the law loaded."""

from __future__ import annotations

import pytest

from tests.conftest import World
from tests.penalties import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types, document kinds and ranges of penalties."""
    making.load_law(world)
    return world
