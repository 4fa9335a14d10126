"""社会监督员和巡查."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import BUREAU_ROLES, Role, grant

EDITORS = (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK)
VIEWERS = (*BUREAU_ROLES, Role.TOWNSHIP_CLERK, Role.SUPERVISOR)


class MonitorsConfig(AppConfig):
    """Eyes on the ground: citizens who watch in public space. They bring clues; they never inspect."""

    name = "monitors"
    verbose_name = "社会监督员和巡查"

    def ready(self) -> None:
        from monitors import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room. A monitor opens the portal and the own rows, nothing else."""
    grant("casework.portal_open", "使用办事大厅", (Role.MONITOR,))
    grant("fieldwork.field_open", "使用现场应用", (Role.MONITOR,))
    grant("monitors.own_view", "查看本人监督员信息", (Role.MONITOR,))
    grant("monitors.monitor_view", "查看社会监督员", VIEWERS)
    grant("monitors.monitor_nominate", "推荐社会监督员", (*EDITORS, Role.TOWNSHIP_CLERK))
    grant("monitors.monitor_check", "审核监督员资格", (Role.SECTION_HEAD, Role.OFFICER))
    grant("monitors.monitor_appoint", "公示、聘任和解聘监督员", (Role.LEADER, Role.SECTION_HEAD))
    grant("monitors.monitor_edit", "管理监督员队伍", EDITORS)
    grant("monitors.patrol_do", "巡查", (Role.MONITOR,))
    grant("monitors.patrol_submit", "提交巡查", (Role.MONITOR, *EDITORS))
    grant("monitors.patrol_view", "查看巡查", VIEWERS)
    grant("monitors.duty_log", "登记履职", (Role.MONITOR,))
    grant("monitors.observe", "登记人流观察", (Role.MONITOR, *EDITORS, Role.TOWNSHIP_CLERK))
    grant("monitors.grid_view", "查看网格", (*VIEWERS, Role.PARTNER))
    grant("monitors.grid_phone", "查看网格责任人电话", (*BUREAU_ROLES, Role.TOWNSHIP_CLERK, Role.PARTNER))
    grant("monitors.grid_edit", "设置网格和责任人", (*EDITORS, Role.TOWNSHIP_CLERK))
    grant(
        "monitors.grid_do", "登记网格情况", (*EDITORS, Role.TOWNSHIP_CLERK, Role.PARTNER, Role.SCHOOL_CONTACT)
    )
    grant("monitors.sweep_run", "开展拉网排查", EDITORS)
    grant("monitors.audit_run", "督查巡查", (Role.SECTION_HEAD, Role.OFFICER))
    grant("monitors.monitor_assess", "考核监督员", (Role.LEADER, Role.SECTION_HEAD))
