"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest

from casework.data import policies
from casework.management.commands.load_reference import load_policies
from casework.models import ViolationType
from institutions.models import Institution
from tests.blacklist.making import make_institution
from tests.conftest import World


@pytest.fixture
def place(world: World) -> Institution:
    """A licensed place."""
    return make_institution(world, "示例启航艺术培训中心")


@pytest.fixture
def unlicensed(world: World) -> Institution:
    """A place without any papers."""
    return make_institution(
        world,
        "示例晨光托管服务部",
        standing="UNLICENSED",
        licence_no="",
        licence_from=None,
        licence_to=None,
    )


@pytest.fixture
def reference(world: World) -> None:
    """Policy values and a violation type."""
    assert policies()
    load_policies()
    ViolationType.objects.create(code="UNLICENSED_OPERATION", name="擅自举办校外培训机构", group="办学许可")
