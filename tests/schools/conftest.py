"""What the tests of this room share."""

from __future__ import annotations

import pytest

from accounts.models import User
from schools.models import School
from tests.conftest import World
from tests.inspections import making as law_making
from tests.schools import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    law_making.load_law()
    return world


@pytest.fixture
def school(law: World) -> School:
    """A primary school in the first township, with a contact who may sign in."""
    return making.make_school(law, "示例青柑小学", law.town)


@pytest.fixture
def contact(school: School) -> User:
    """Who answers for the school."""
    return making.contact_of(school)


@pytest.fixture
def other(law: World, school: School) -> School:
    """Another school, in the second township."""
    return making.make_school(law, "示例霁溪初级中学", law.town2, stage="JUNIOR")
