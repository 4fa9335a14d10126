"""A world with reference data, institutions and a started visit."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inspections.models import Deployment, Visit
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    making.load_law()
    return world


@pytest.fixture
def place(law: World) -> Institution:
    """A licensed institution with an account in the portal."""
    return making.make_place(law, organisation=law.institution_org)


@pytest.fixture
def shed(law: World) -> Institution:
    """A place without any papers."""
    return making.make_place(
        law, "示例无证班", standing="UNLICENSED", subject_kind="SUBJECT", track="SUBJECT"
    )


@pytest.fixture
def plan(law: World, place: Institution) -> Deployment:
    """A draft outing with one stop and two certified officers."""
    return making.make_plan(law, place)


@pytest.fixture
def started(law: World, plan: Deployment) -> Visit:
    """A visit under way."""
    return making.start(law, plan)


@pytest.fixture
def photo() -> SimpleUploadedFile:
    """A small photo."""
    return making.photo()
