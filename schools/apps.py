"""学校."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, Role, grant

DESK = (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK)
HEADS = (Role.LEADER, Role.SECTION_HEAD)
# Departments take part in checks of institutions, not in what the bureau asks of its schools.
READERS = tuple(role for role in AUTHORITY_ROLES if role != Role.PARTNER)


class SchoolsConfig(AppConfig):
    """Stands on clues and checks: the register of schools, what the bureau asks of them and what they answer."""

    name = "schools"
    verbose_name = "学校"

    def ready(self) -> None:
        from schools import registration

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("schools.school_view", "查看学校名册", READERS)
    grant("schools.school_edit", "维护学校名册", (Role.SECTION_HEAD, Role.DATA_CLERK))
    grant("schools.tip_view", "查看工作提示", READERS)
    grant("schools.tip_edit", "起草和跟踪工作提示", (Role.SECTION_HEAD, Role.OFFICER))
    grant("schools.tip_issue", "发出和撤回工作提示", HEADS)
    grant("schools.tip_escalated", "督促逾期未答复的学校", HEADS)
    grant("schools.tip_answer", "签收和答复工作提示", (Role.SCHOOL_CONTACT,))
    grant("schools.portal_view", "查看教育局要本校办的事", (Role.SCHOOL_CONTACT,))
    grant("schools.account_open", "开通学校办事账号", (Role.SECTION_HEAD, Role.DATA_CLERK))
