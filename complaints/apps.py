"""线索和随手拍."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant

HEADS = (Role.LEADER, Role.SECTION_HEAD)
HANDLERS = (Role.SECTION_HEAD, Role.OFFICER, Role.PARTNER, Role.TOWNSHIP_CLERK)


class ComplaintsConfig(AppConfig):
    """Stands on the rooms of enforcement: clues from every channel, the wall, suspected sites, refund disputes."""

    name = "complaints"
    verbose_name = "线索和随手拍"

    def ready(self) -> None:
        from complaints import registration, workflow  # noqa: F401

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("complaints.clue_view", "查看线索", AUTHORITY_ROLES)
    grant("complaints.clue_register", "登记线索", (*HANDLERS, Role.DATA_CLERK))
    grant("complaints.clue_triage", "筛查和并案", (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK))
    grant("complaints.clue_assign", "受理和分派线索", HEADS)
    grant("complaints.clue_handle", "办理线索", HANDLERS)
    grant("complaints.reveal_ask", "申请查看反映人", (Role.SECTION_HEAD, Role.OFFICER))
    grant("complaints.reveal_decide", "批准查看反映人", HEADS)
    grant("complaints.reveal_open", "查看反映人申请台账", (Role.LEADER, Role.SECTION_HEAD, Role.OFFICER))
    grant("complaints.site_view", "查看疑似培训点", BUREAU_ROLES)
    grant("complaints.site_edit", "整理疑似培训点", (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK))
    grant("complaints.dispute_view", "查看退费纠纷", (*BUREAU_ROLES, Role.SUPERVISOR))
    grant("complaints.dispute_edit", "办理退费纠纷", (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK))
    grant("complaints.intake", "导入邮件和 12345 工单", (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK))
    grant("complaints.reward_view", "查看举报奖励", BUREAU_ROLES)
    grant("complaints.reward_propose", "提出举报奖励", (Role.SECTION_HEAD, Role.OFFICER))
    grant("complaints.reward_approve", "批准举报奖励", HEADS)
