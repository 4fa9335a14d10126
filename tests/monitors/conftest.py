"""What the tests of this room share."""

from __future__ import annotations

import pytest

from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    making.load_law()
    return world
