"""Roles and what they may do.

Rooms grant their permissions to roles when they start (`grant`), so that this room stays unaware
of theirs. A permission is a dotted text `<app>.<entity>_<verb>`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models


class Role(models.TextChoices):
    """What a person is in the bureau's work."""

    ADMIN = "ADMIN", "系统管理员"
    LEADER = "LEADER", "局领导"
    SECTION_HEAD = "SECTION_HEAD", "监管股负责人"
    OFFICER = "OFFICER", "执法人员"
    DATA_CLERK = "DATA_CLERK", "数据报送员"
    LEGAL_REVIEWER = "LEGAL_REVIEWER", "法制审核员"
    PARTNER = "PARTNER", "协同部门联络员"
    TOWNSHIP_CLERK = "TOWNSHIP_CLERK", "乡镇（街道）工作人员"
    SUPERVISOR = "SUPERVISOR", "上级监管人员"
    INSTITUTION_MANAGER = "INSTITUTION_MANAGER", "机构负责人"
    MONITOR = "MONITOR", "社会监督员"
    SCHOOL_CONTACT = "SCHOOL_CONTACT", "学校联系人"
    BANK_CLERK = "BANK_CLERK", "银行经办人"


BUREAU_ROLES = (Role.LEADER, Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK, Role.LEGAL_REVIEWER)
AUTHORITY_ROLES = (*BUREAU_ROLES, Role.PARTNER, Role.TOWNSHIP_CLERK, Role.SUPERVISOR)

_granted: dict[str, set[str]] = defaultdict(set)
_labels: dict[str, str] = {}


def grant(permission: str, label: str, roles: Iterable[Role]) -> None:
    """Declare a permission with its Chinese label and the roles that hold it."""
    _labels[permission] = label
    for role in roles:
        _granted[role.value].add(permission)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All permissions held through `roles`."""
    return frozenset().union(*(_granted[role] for role in roles))


def all_permissions() -> frozenset[str]:
    """Every declared permission."""
    return frozenset(_labels)


def label_of(permission: str) -> str:
    """Chinese label of a permission, for refusals and the role table."""
    return _labels.get(permission, permission)


def table() -> list[tuple[str, str, tuple[str, ...]]]:
    """(permission, label, roles) sorted, for the documentation page and the operations screen."""
    return [
        (permission, label, tuple(sorted(role for role, held in _granted.items() if permission in held)))
        for permission, label in sorted(_labels.items())
    ]
