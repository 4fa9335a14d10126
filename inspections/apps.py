"""Plans, visits, findings, rectification."""

from __future__ import annotations

from uuid import UUID

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, Role, grant

FIELD = (Role.SECTION_HEAD, Role.OFFICER)
HEADS = (Role.LEADER, Role.SECTION_HEAD)


class InspectionsConfig(AppConfig):
    """Stands above institutions and below complaints: what officers do on site and what follows."""

    name = "inspections"
    verbose_name = "联合检查与整改"

    def ready(self) -> None:
        from inspections import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("inspections.deployment_view", "查看联合检查", AUTHORITY_ROLES)
    grant("inspections.deployment_edit", "编制检查方案", FIELD)
    grant("inspections.deployment_approve", "审批检查", [Role.LEADER])
    grant("inspections.deployment_notify", "下达检查通知", FIELD)
    grant("inspections.deployment_cancel", "取消检查", [*HEADS, Role.OFFICER])
    grant("inspections.cap_override", "批准超频次检查", [Role.LEADER])
    grant("inspections.recusal_declare", "提出回避", AUTHORITY_ROLES)
    grant("inspections.recusal_decide", "决定回避", [Role.LEADER])
    grant("inspections.visit_record", "实施并记录检查", FIELD)
    grant("inspections.finding_edit", "登记检查问题", FIELD)
    grant("inspections.notice_view", "查看整改台账", AUTHORITY_ROLES)
    grant("inspections.notice_issue", "制发整改通知书", FIELD)
    grant("inspections.notice_serve", "送达整改通知书", FIELD)
    grant("inspections.notice_recheck", "复查整改", FIELD)
    grant("inspections.extension_decide", "决定延期", HEADS)
    grant("inspections.notice_escalate", "升级处理整改", HEADS)
    grant("inspections.notice_withdraw", "撤回整改通知书", HEADS)
    grant("inspections.notice_answer", "报告整改情况", [Role.INSTITUTION_MANAGER, *FIELD])
    grant("inspections.portal_view", "查看本机构检查与整改", [Role.INSTITUTION_MANAGER])
    grant("inspections.extension_request", "申请延期整改", [Role.INSTITUTION_MANAGER, *FIELD])


def detail_url(name: str, uid: UUID) -> str:
    """Address of one record of this room."""
    from django.urls import reverse

    return reverse(f"inspections:{name}_detail", kwargs={"uid": uid})
