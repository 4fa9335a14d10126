"""Which roles fit which kind of organisation."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Organisation, OrganisationKind
from accounts.roles import Role

EDUCATION_ROLES = (
    Role.ADMIN,
    Role.LEADER,
    Role.SECTION_HEAD,
    Role.OFFICER,
    Role.DATA_CLERK,
    Role.LEGAL_REVIEWER,
    Role.SUPERVISOR,
)
DEPARTMENT_ROLES = (Role.OFFICER, Role.PARTNER, Role.LEGAL_REVIEWER)
TOWNSHIP_ROLES = (Role.TOWNSHIP_CLERK,)
COUNTERPART_ROLES = (Role.INSTITUTION_MANAGER,)
SCHOOL_ROLES = (Role.SCHOOL_CONTACT,)


def roles_for(organisation: Organisation) -> tuple[Role, ...]:
    """Roles that people of `organisation` may hold, so that nobody of an institution sits at the desk."""
    if organisation.kind == OrganisationKind.SCHOOL:
        return SCHOOL_ROLES
    if organisation.is_counterpart:
        return COUNTERPART_ROLES
    if organisation.kind == OrganisationKind.EDUCATION:
        return EDUCATION_ROLES
    if organisation.kind == OrganisationKind.TOWNSHIP:
        return TOWNSHIP_ROLES
    return DEPARTMENT_ROLES


def misfits(organisation: Organisation, roles: Iterable[str]) -> list[str]:
    """Labels of the roles that do not fit the organisation."""
    fitting = set(roles_for(organisation))
    return [Role(role).label for role in roles if role not in fitting]
