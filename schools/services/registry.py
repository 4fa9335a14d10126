"""Entering schools, changing them, and opening their accounts in the portal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, Region, User
from accounts.roles import Role
from casework import audit
from casework.errors import Unlawful
from casework.people.services import account_make
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from schools.models import School

EDIT = "schools.school_edit"


@database.atomic
def school_create(
    *, actor: User, region: Region, values: dict[str, Any], at: datetime | None = None
) -> School:
    """Enter a school. Raises NotAllowed, Unlawful (place, code or name taken)."""
    require(actor, EDIT)
    row = School(**root_fields(actor=actor, region=region), **values)
    return record_create(actor=actor, obj=row, verb="schools.school_create", at=at)


@database.atomic
def school_edit(
    *,
    actor: User,
    school: School,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> School:
    """Change facts of a school. Raises NotAllowed, StaleVersion, Unlawful."""
    require(actor, EDIT)
    return record_update(
        actor=actor, obj=school, values=values, verb="schools.school_edit", version=version, at=at
    )


@database.atomic
def school_close(*, actor: User, school: School, on: date, reason: str, at: datetime | None = None) -> School:
    """Note that a school ended or was merged; its records stay. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    at = at or timezone.now()
    locked = lock(school)
    if not locked.is_open:
        raise Unlawful("这所学校已经登记停办或撤并。")
    if on > timezone.localdate(at):
        raise Unlawful("停办或撤并日期不能晚于今天。")
    return record_update(
        actor=actor,
        obj=locked,
        values={"closed_on": on, "closed_reason": reason.strip()},
        verb="schools.school_close",
        reason=reason,
        at=at,
    )


@database.atomic
def school_account_open(*, actor: User, school: School, username: str, name: str) -> tuple[User, str]:
    """Give a school's contact an account; returns it with the first password, which is shown once.

    The first account also makes the body that the school acts as. Raises NotAllowed, Unlawful.
    """
    require(actor, "schools.account_open")
    locked = lock(school)
    if not locked.is_open:
        raise Unlawful("学校已停办或撤并，不能开通办事账号。")
    body = organisation_of(actor=actor, school=locked)
    return account_make(
        actor=actor,
        username=username,
        values={"name": name, "title": locked.contact_desk, "phone": locked.phone, "organisation": body},
        roles=[Role.SCHOOL_CONTACT],
    )


def organisation_of(*, actor: User, school: School) -> Organisation:
    """The body that the school acts as, made when there is none; `school` is locked."""
    if school.organisation is not None:
        return school.organisation
    body = Organisation.objects.create(
        bureau=school.bureau,
        kind=OrganisationKind.SCHOOL,
        name=school.name,
        short_name=school.name[:40],
        region=school.region,
        region_path=school.region_path,
        phone=school.phone,
        address=school.address,
    )
    record_update(actor=actor, obj=school, values={"organisation": body}, verb="schools.school_account_link")
    return body


for code, sentence in {
    "school_create": "登记学校",
    "school_edit": "修改学校",
    "school_close": "登记学校停办或撤并",
    "school_account_link": "关联学校办事主体",
}.items():
    audit.verb(f"schools.{code}", sentence)
