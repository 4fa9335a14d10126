"""Campaigns, versioned checklists, runs, answers and scores."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant


class FieldworkConfig(AppConfig):
    """Stands above casework and below institutions: what visits, clues and letters point to."""

    name = "fieldwork"
    verbose_name = "专项与清单"

    def ready(self) -> None:
        from casework import registries
        from fieldwork import workflow  # noqa: F401

        grant("fieldwork.campaign_view", "查看专项行动", AUTHORITY_ROLES)
        grant("fieldwork.campaign_edit", "部署和修改专项行动", [Role.LEADER, Role.SECTION_HEAD])
        grant("fieldwork.checklist_view", "查看检查清单", (*AUTHORITY_ROLES, Role.ADMIN))
        grant("fieldwork.checklist_edit", "起草检查清单", [Role.ADMIN, Role.SECTION_HEAD, Role.OFFICER])
        grant("fieldwork.checklist_publish", "发布检查清单版本", [Role.ADMIN, Role.SECTION_HEAD])
        grant("fieldwork.run_view", "查看检查记录", AUTHORITY_ROLES)
        grant(
            "fieldwork.run_answer",
            "填写检查清单",
            [Role.SECTION_HEAD, Role.OFFICER, Role.PARTNER, Role.TOWNSHIP_CLERK],
        )
        grant("fieldwork.run_cancel", "作废检查清单", [*BUREAU_ROLES])
        _field_permissions()
        _field_entries()
        registries.add_nav(
            registries.NavEntry("专项行动", "fieldwork:campaign_list", "flag", 40, "fieldwork.campaign_view")
        )
        registries.add_nav(
            registries.NavEntry(
                "检查清单", "fieldwork:checklist_list", "clipboard-check", 45, "fieldwork.checklist_view"
            )
        )
        registries.object_urls["fieldwork.campaign"] = _campaign_url
        registries.object_urls["fieldwork.checklistversion"] = _version_url


def _field_permissions() -> None:
    field = [Role.SECTION_HEAD, Role.OFFICER]
    grant("fieldwork.field_open", "使用现场应用", field)
    grant("fieldwork.field_view", "查看手机记录", AUTHORITY_ROLES)
    grant("fieldwork.field_decide", "选定手机填写不一致的内容", field)
    grant("fieldwork.field_import", "导入现场记录文件", field)
    grant("fieldwork.device_view", "查看现场手机", [Role.ADMIN, Role.SECTION_HEAD, Role.OFFICER])
    grant("fieldwork.device_revoke", "停用现场手机", [Role.ADMIN, Role.SECTION_HEAD])
    grant("fieldwork.pad_view", "查看现场号码簿", [Role.ADMIN, Role.LEADER, *field])
    grant("fieldwork.pad_hand_out", "发放现场号码簿", [Role.SECTION_HEAD])
    grant("fieldwork.pad_return", "交回现场号码簿", field)
    grant("fieldwork.pad_void", "作废现场编号", field)


def _field_entries() -> None:
    from casework import registries
    from fieldwork import blockers

    add = registries.add_nav
    add(registries.NavEntry("现场应用", "fieldwork_field:app", "device-mobile", 57, "fieldwork.field_open"))
    add(registries.NavEntry("现场号码簿", "fieldwork:pad_list", "notebook", 58, "fieldwork.pad_view"))
    add(
        registries.NavEntry(
            "现场手机", "fieldwork:device_list", "device-mobile-cog", 59, "fieldwork.device_view"
        )
    )
    registries.add_blocker("fieldwork.ChecklistRun", "finish", blockers.run_is_settled)
    registries.object_urls["fieldwork.numberpad"] = _pad_url
    registries.object_urls["fieldwork.fieldrecord"] = _record_url


def _pad_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:pad_detail", kwargs={"uid": uid})


def _record_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:record_detail", kwargs={"uid": uid})


def _campaign_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:campaign_detail", kwargs={"uid": uid})


def _version_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:checklist_version", kwargs={"uid": uid})
