"""A world with reference data, institutions and a lawful outing."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from inspections.models import Deployment, RectificationNotice, Visit
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    making.load_law()
    return world


@pytest.fixture
def now() -> datetime:
    """This moment."""
    return timezone.now()


@pytest.fixture
def place(law: World) -> Institution:
    """A licensed institution with an account in the portal."""
    return making.make_place(law, organisation=law.institution_org)


@pytest.fixture
def plan(law: World, place: Institution) -> Deployment:
    """A draft with one stop and two certified officers of the leading organ."""
    return making.make_plan(law, place)


@pytest.fixture
def started(law: World, plan: Deployment) -> Visit:
    """A visit under way: approved, notified, entered."""
    return making.start(law, plan)


@pytest.fixture
def notice(law: World, started: Visit) -> RectificationNotice:
    """A draft notice of the education organ with two items."""
    return making.draft_notice(law, started)


@pytest.fixture
def served(law: World, notice: RectificationNotice) -> RectificationNotice:
    """An issued and served notice."""
    return making.serve(law, making.issue(law, notice))


@pytest.fixture
def photo() -> SimpleUploadedFile:
    """A small photo."""
    return making.photo()
