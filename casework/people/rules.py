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
ROLES_OF_KIND: dict[str, tuple[Role, ...]] = {
    OrganisationKind.EDUCATION: EDUCATION_ROLES,
    OrganisationKind.TOWNSHIP: (Role.TOWNSHIP_CLERK,),
    OrganisationKind.MONITORS: (Role.MONITOR,),
    OrganisationKind.SCHOOL: (Role.SCHOOL_CONTACT,),
    OrganisationKind.INSTITUTION: (Role.INSTITUTION_MANAGER,),
    OrganisationKind.BANK: (Role.BANK_CLERK,),
}


def roles_for(organisation: Organisation) -> tuple[Role, ...]:
    """Roles that people of `organisation` may hold, so that nobody of an institution sits at the desk."""
    return ROLES_OF_KIND.get(organisation.kind, DEPARTMENT_ROLES)


def misfits(organisation: Organisation, roles: Iterable[str]) -> list[str]:
    """Labels of the roles that do not fit the organisation."""
    fitting = set(roles_for(organisation))
    return [Role(role).label for role in roles if role not in fitting]
