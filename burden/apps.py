"""涉企检查统筹：年度计划、频次、综合查一次、扫码入企、无记名评价。"""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, Role, grant

FIELD = (Role.SECTION_HEAD, Role.OFFICER)


class BurdenConfig(AppConfig):
    """Stands on inspections: what may be inspected this year, how often, and how it was felt."""

    name = "burden"
    verbose_name = "检查计划与减负"

    def ready(self) -> None:
        from burden import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("burden.plan_view", "查看年度检查计划", AUTHORITY_ROLES)
    grant("burden.plan_edit", "编制年度检查计划", FIELD)
    grant("burden.plan_approve", "审批年度检查计划", [Role.LEADER])
    grant("burden.plan_publish", "公布年度检查计划", [Role.SECTION_HEAD])
    grant("burden.outing_link", "把检查列入年度计划", FIELD)
    grant("burden.visit_merge", "合并检查（综合查一次）", FIELD)
    grant("burden.visit_scan", "扫码入企", FIELD)
    grant("burden.rating_view", "查看评价汇总", [Role.LEADER, Role.SECTION_HEAD])
    grant("burden.rating_give", "评价检查人员", [Role.INSTITUTION_MANAGER])
