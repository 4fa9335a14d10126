"""What the tests of this room share."""

from __future__ import annotations

import pytest

from casework.management.commands.load_reference import load_policies


@pytest.fixture
def reference_data(db: None) -> None:
    """The dated policy values as shipped."""
    load_policies()
