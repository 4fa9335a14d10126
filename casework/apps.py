"""The office machinery: workflow, audit, numbering, deadlines, evidence, documents, jobs, registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from accounts.models import User
    from casework.models import EvidenceFile


class CaseworkConfig(AppConfig):
    """Shared mechanisms, each built once."""

    name = "casework"
    verbose_name = "办公机制"

    def ready(self) -> None:
        from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant
        from casework.registries import NavEntry, add_evidence_owner, add_nav, object_urls

        grant("casework.desk_open", "使用工作台", (*AUTHORITY_ROLES, Role.ADMIN))
        grant(
            "casework.portal_open",
            "使用办事大厅",
            (Role.INSTITUTION_MANAGER, Role.SCHOOL_CONTACT, Role.BANK_CLERK),
        )
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
        grant("casework.documents_view", "查看文书登记", (*BUREAU_ROLES, Role.PARTNER, Role.SUPERVISOR))
        grant("casework.document_withdraw", "撤回文书", (Role.LEADER, Role.SECTION_HEAD))
        grant("casework.document_posting", "登记张贴照片", (Role.SECTION_HEAD, Role.OFFICER, Role.PARTNER))
        grant("casework.kinds_view", "查看文书目录", (*BUREAU_ROLES, Role.ADMIN))
        grant("casework.kinds_edit", "维护文号格式", (Role.ADMIN,))
        grant("casework.keys_view", "查看签名密钥", (Role.ADMIN, Role.LEADER))
        grant("casework.keys_edit", "更换签名密钥、提出吊销", (Role.ADMIN,))
        grant("casework.key_revoke", "确认吊销签名密钥", (Role.ADMIN, Role.LEADER))
        grant("casework.outbox_view", "查看对外报送", (*BUREAU_ROLES, Role.ADMIN))
        grant("casework.outbox_retry", "重新报送", (Role.ADMIN, Role.SECTION_HEAD, Role.DATA_CLERK))
        grant("casework.users_edit", "管理用户与角色", (Role.ADMIN,))
        self._activities()
        add_nav(NavEntry("工作台", "casework:home", "layout-dashboard", 0, "casework.desk_open"))
        add_nav(NavEntry("文书登记", "casework:document_list", "files", 901, "casework.documents_view"))
        add_nav(NavEntry("文书目录", "casework:kind_list", "template", 902, "casework.kinds_view"))
        add_nav(NavEntry("签名密钥", "casework:key_list", "key", 935, "casework.keys_view"))
        add_evidence_owner("casework.officialdocument", _may_see_posting)
        object_urls["casework.officialdocument"] = _document_url
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


def _may_see_posting(actor: User, evidence: EvidenceFile) -> bool:
    """Photos of a posted document: whoever may open the document."""
    from casework.documents.selectors import document_on, may_open

    document = document_on(evidence)
    return document is not None and may_open(actor, document)


def _document_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("casework:document_detail", kwargs={"uid": uid})
