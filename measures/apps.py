"""专项措施."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant

FIELD = (Role.SECTION_HEAD, Role.OFFICER)
HEADS = (Role.LEADER, Role.SECTION_HEAD)


class MeasuresConfig(AppConfig):
    """Stands on inspections: ads, seized materials, talks, stop notices, rosters, meetings, whistles."""

    name = "measures"
    verbose_name = "专项措施"

    def ready(self) -> None:
        from measures import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    answering = [*FIELD, Role.PARTNER]
    grant("measures.view", "查看专项措施", AUTHORITY_ROLES)
    grant("measures.ad_edit", "登记违规广告", [*answering, Role.TOWNSHIP_CLERK])
    grant("measures.ad_handle", "责令清除和移送广告", FIELD)
    grant("measures.talk_edit", "办理约谈", FIELD)
    grant("measures.whistle_call", "吹哨", [Role.TOWNSHIP_CLERK])
    grant("measures.whistle_answer", "报到处置", answering)
    grant("measures.meeting_edit", "办理联席会议", HEADS)
    grant("measures.decision_report", "报告议定事项落实", [*answering, Role.TOWNSHIP_CLERK])
    grant("measures.directive_edit", "办理措施文书", FIELD)
    grant("measures.directive_withdraw", "撤回措施文书", HEADS)
    grant("measures.ban_issue", "签发取缔通知书", HEADS)
    grant("measures.closure_edit", "起草和核查应急停课", FIELD)
    grant("measures.closure_issue", "发布和恢复应急停课", HEADS)
    grant("measures.handover_edit", "办理材料移交", FIELD)
    grant("measures.roster_edit", "排班", HEADS)
    grant("measures.duty_swap", "换班", [*FIELD, Role.PARTNER, Role.DATA_CLERK, Role.LEADER])
    grant("measures.mystery_view", "查看明察暗访", [*FIELD, Role.LEADER, Role.SUPERVISOR])
    grant("measures.mystery_edit", "登记明察暗访", FIELD)
    grant("measures.mystery_decide", "处置明察暗访", HEADS)
    grant("measures.officer_view", "查看执法队伍", BUREAU_ROLES)
    grant("measures.recusal_edit", "申报回避", FIELD)
    grant("measures.recusal_manage", "管理长期回避", HEADS)
    grant("measures.camera_view", "查看执法记录仪文件", [*FIELD, Role.LEADER, Role.LEGAL_REVIEWER])
    grant("measures.camera_edit", "登记执法记录仪文件", FIELD)
    grant("measures.exchange_view", "查看部门交换", [*BUREAU_ROLES, Role.PARTNER])
    grant("measures.exchange_edit", "登记部门交换", [*FIELD, Role.DATA_CLERK])
    grant("measures.portal_view", "查看本机构措施和约谈", [Role.INSTITUTION_MANAGER])
