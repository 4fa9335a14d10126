"""双随机抽查."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, Role, grant

HEADS = (Role.LEADER, Role.SECTION_HEAD)
FIELD = (*HEADS, Role.OFFICER)


class DrawsConfig(AppConfig):
    """Stands on inspections: frozen pools, public entropy, drawn places and officers, published results."""

    name = "draws"
    verbose_name = "双随机抽查"

    def ready(self) -> None:
        from draws import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("draws.draw_view", "查看双随机抽查", AUTHORITY_ROLES)
    grant("draws.draw_edit", "拟定双随机抽查", (Role.SECTION_HEAD, Role.OFFICER))
    grant("draws.draw_freeze", "冻结抽查名录", HEADS)
    grant("draws.draw_enter", "录入和复核公开值", (*FIELD, Role.LEGAL_REVIEWER, Role.DATA_CLERK))
    grant("draws.draw_run", "抽取", FIELD)
    grant("draws.draw_publish", "公示抽查结果", HEADS)
    grant("draws.draw_abort", "中止抽取", HEADS)
    grant("draws.plan_edit", "编制年度双随机抽查计划", (Role.SECTION_HEAD, Role.OFFICER))
    grant("draws.plan_approve", "批准年度双随机抽查计划", [Role.LEADER])
    grant("draws.plan_publish", "公布年度双随机抽查计划", [Role.SECTION_HEAD])
    grant("draws.recusal_declare", "登记本人的回避关系", FIELD)
    grant("draws.recusal_manage", "管理回避关系", HEADS)
    grant("draws.skill_manage", "管理执法人员专业", (*HEADS, Role.ADMIN))
