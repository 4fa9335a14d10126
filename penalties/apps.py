"""行政处罚."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import BUREAU_ROLES, Role, grant

HANDLING = (Role.SECTION_HEAD, Role.OFFICER)


class PenaltiesConfig(AppConfig):
    """Stands on inspections: cases from clue to archive, with the gates of the law."""

    name = "penalties"
    verbose_name = "行政处罚"

    def ready(self) -> None:
        from penalties import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("penalties.case_view", "查看处罚案件", [*BUREAU_ROLES, Role.SUPERVISOR])
    grant("penalties.case_edit", "办理处罚案件", HANDLING)
    grant("penalties.case_approve", "审批处罚案件", [Role.LEADER])
    grant("penalties.case_manage", "组织听证、集体讨论和补充调查", [Role.SECTION_HEAD, Role.LEADER])
    grant("penalties.legal_review", "法制审核", [Role.LEGAL_REVIEWER])
    grant("penalties.paper_serve", "送达处罚文书", HANDLING)
    grant("penalties.case_archive", "案卷归档", [*HANDLING, Role.DATA_CLERK])
    grant("penalties.credit_publish", "公示和撤下处罚决定", [Role.DATA_CLERK, Role.SECTION_HEAD])
    grant("penalties.credit_repair", "办理信用修复", [Role.SECTION_HEAD, Role.LEADER])
    grant("penalties.rule_edit", "录入裁量基准", [Role.LEGAL_REVIEWER, Role.LEADER])
    grant("penalties.party_reveal", "查看当事人住址和学生姓名", HANDLING)
    grant("penalties.portal_view", "查看本机构处罚案件", [Role.INSTITUTION_MANAGER])
    grant("penalties.party_answer", "提交本机构陈述申辩和听证申请", [Role.INSTITUTION_MANAGER])
