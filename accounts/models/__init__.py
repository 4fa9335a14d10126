"""Bureaus, regions, organisations, users, roles and officers' certificates."""

from accounts.models.organisations import Bureau, Organisation, OrganisationKind
from accounts.models.people import OfficerCertificate, RoleAssignment, User
from accounts.models.regions import Region, RegionLevel

__all__ = [
    "Bureau",
    "OfficerCertificate",
    "Organisation",
    "OrganisationKind",
    "Region",
    "RegionLevel",
    "RoleAssignment",
    "User",
]
