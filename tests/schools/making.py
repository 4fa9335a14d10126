"""Builders for the tests of this room; everything goes through services."""

from __future__ import annotations

from typing import Any

from accounts.models import Region, User
from accounts.roles import Role
from schools import services
from schools.models import School
from schools.services.registry import organisation_of
from tests.conftest import World, make_user

_serial = iter(range(100_000, 1_000_000))


def make_school(world: World, name: str, region: Region, **values: Any) -> School:
    """A school with its body and one contact."""
    number = next(_serial)
    fields = {
        "code": f"3150{number}",
        "name": name,
        "stage": "PRIMARY",
        "class_count": 12,
        "pupil_count": 480,
        "contact_desk": "德育处",
        **values,
    }
    school = services.school_create(actor=world.head, region=region, values=fields)
    body = organisation_of(actor=world.head, school=school)
    make_user(f"school{number}", f"联系人{number}", body, Role.SCHOOL_CONTACT)
    school.refresh_from_db()
    return school


def contact_of(school: School) -> User:
    """Who answers for the school."""
    return User.objects.get(organisation=school.organisation)
