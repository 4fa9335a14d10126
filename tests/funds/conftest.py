"""What the tests of this room share."""

from __future__ import annotations

import pytest

from casework.management.commands.load_reference import load_policies
from institutions.models import Institution
from tests.conftest import World
from tests.inspections.making import make_place


@pytest.fixture
def law(world: World) -> World:
    """The world with the dated policy values as shipped."""
    load_policies()
    return world


@pytest.fixture
def place(law: World) -> Institution:
    """A licensed institution that has a portal account."""
    return make_place(law, organisation=law.institution_org)
