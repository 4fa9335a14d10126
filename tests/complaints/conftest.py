"""What the tests of this room share."""

from __future__ import annotations

import pytest

from casework.management.commands.load_reference import load_policies
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def reference_data(db: None) -> None:
    """The dated policy values as shipped."""
    load_policies()


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    making.load_law()
    return world


@pytest.fixture
def shed(law: World) -> Institution:
    """A place without any papers."""
    return making.make_place(
        law, "示例无证班", standing="UNLICENSED", subject_kind="SUBJECT", track="SUBJECT"
    )
