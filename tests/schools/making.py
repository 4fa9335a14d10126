"""Builders for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Region, User
from accounts.roles import Role
from schools import services
from schools.models import School, WorkTip
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


def tip_text(**values: Any) -> services.TipText:
    """What a letter says unless told otherwise."""
    fields = {
        "pupil_count": 3,
        "found_on": timezone.localdate(),
        "situation": "在示例广场三楼一家无证培训点，周六上午上数学课。",
        "requirements": "核实学生参加情况。\n分级约谈。\n与家长沟通。",
        "contact": "股负责人 023-0000000",
        "source_note": "街道移送",
        **values,
    }
    return services.TipText(**fields)


def draft_tip(world: World, school: School, **values: Any) -> WorkTip:
    """A draft."""
    links = {name: values.pop(name) for name in ("visit", "clue") if name in values}
    if links:
        values.setdefault("source_note", "")
    return services.tip_draft(actor=world.head, school=school, text=tip_text(**values), **links)


def sent_tip(world: World, school: School, at: datetime | None = None, **values: Any) -> WorkTip:
    """A letter on its way."""
    values.setdefault("found_on", timezone.localdate(at))
    return services.tip_issue(actor=world.head, tip=draft_tip(world, school, **values), at=at)


def answer(**values: Any) -> services.Answer:
    """What a school answers."""
    fields = {
        "findings": "经核查，3 名学生周末参加。",
        "measures": "已分级约谈，联系家长，本周起不再参加。",
        "pupils_confirmed": 3,
        "pupils_left": 3,
        "parents_told": 3,
        **values,
    }
    return services.Answer(**fields)
