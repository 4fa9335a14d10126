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


def _campaign_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:campaign_detail", kwargs={"uid": uid})


def _version_url(uid: object) -> str:
    from django.urls import reverse

    return reverse("fieldwork:checklist_version", kwargs={"uid": uid})
