"""The office machinery: workflow, audit, numbering, deadlines, evidence, documents, jobs, registries."""

from __future__ import annotations

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Shared mechanisms, each built once."""

    name = "casework"
    verbose_name = "办公机制"

    def ready(self) -> None:
        from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant
        from casework.registries import NavEntry, add_nav

        grant("casework.desk_open", "使用工作台", (*AUTHORITY_ROLES, Role.ADMIN))
        grant("casework.portal_open", "使用办事大厅", (Role.INSTITUTION_MANAGER,))
        grant(
            "casework.audit_view",
            "查看审计记录",
            (Role.ADMIN, Role.LEADER, Role.LEGAL_REVIEWER, Role.SUPERVISOR),
        )
        grant("casework.operations_view", "查看运行状况", (Role.ADMIN, Role.LEADER))
        grant("casework.calendar_edit", "维护工作日历", (Role.ADMIN, Role.SECTION_HEAD))
        grant("casework.policy_view", "查看政策参数", (*BUREAU_ROLES, Role.ADMIN))
        grant("casework.policy_edit", "维护政策参数", (Role.ADMIN, Role.LEADER))
        grant("casework.numbers_view", "查看文号登记", (*BUREAU_ROLES, Role.ADMIN))
        grant("casework.number_void", "作废文号", (Role.LEADER, Role.SECTION_HEAD))
        grant("casework.outbox_view", "查看对外报送", (*BUREAU_ROLES, Role.ADMIN))
        grant("casework.outbox_retry", "重新报送", (Role.ADMIN, Role.SECTION_HEAD, Role.DATA_CLERK))
        grant("casework.users_edit", "管理用户与角色", (Role.ADMIN,))
        self._activities()
        add_nav(NavEntry("工作台", "casework:home", "layout-dashboard", 0, "casework.desk_open"))
        add_nav(NavEntry("文号登记", "casework:number_list", "hash", 900, "casework.numbers_view"))
        add_nav(NavEntry("工作日历", "casework:calendar", "calendar", 910, "casework.desk_open"))
        add_nav(NavEntry("政策参数", "casework:policy_list", "adjustments", 920, "casework.policy_view"))
        add_nav(NavEntry("对外报送", "casework:outbox_list", "send", 925, "casework.outbox_view"))
        add_nav(NavEntry("审计记录", "casework:audit_list", "shield-check", 930, "casework.audit_view"))
        add_nav(NavEntry("运行状况", "casework:operations", "activity", 940, "casework.operations_view"))
        add_nav(NavEntry("用户与角色", "casework:user_list", "users", 950, "casework.users_edit"))
        add_nav(
            NavEntry("办事大厅", "casework_portal:home", "home", 0, "casework.portal_open", face="portal")
        )

    def _activities(self) -> None:
        from accounts.roles import AUTHORITY_ROLES, Role, grant
        from casework.activities import indicators, services
        from casework.registries import NavEntry, add_evidence_owner, add_nav

        grant("casework.activity_view", "查看活动登记", AUTHORITY_ROLES)
        grant(
            "casework.activity_edit",
            "登记活动",
            (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK),
        )
        add_nav(NavEntry("活动登记", "casework:activity_list", "school", 95, "casework.activity_view"))
        add_evidence_owner("casework.activity", services.may_see_paper)
        indicators.register_all()
