"""What this room contributes to the shared registries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from accounts.roles import AUTHORITY_ROLES, Role, grant
from casework.models import EvidenceFile
from casework.registries import (
    Kpi,
    NavEntry,
    Worklist,
    add_evidence_owner,
    add_kpis,
    add_nav,
    add_worklist,
    object_urls,
)


def register() -> None:
    """Permissions, navigation, figures, owners and indicators."""
    from institutions import desk, indicators, workflow  # noqa: F401

    _grant_all()
    add_nav(
        NavEntry("机构档案", "institutions:institution_list", "building", 10, "institutions.institution_view")
    )
    add_nav(
        NavEntry(
            "我的档案",
            "institutions_portal:own_file",
            "building",
            10,
            "institutions.institution_own_view",
            face="portal",
        )
    )
    add_nav(
        NavEntry(
            "培训材料",
            "institutions_portal:own_materials",
            "notebook",
            24,
            "institutions.material_submit",
            face="portal",
        )
    )
    add_worklist(
        Worklist(
            "institutions.materials",
            "培训材料审核",
            desk.material_items,
            permission="institutions.material_review",
        )
    )
    add_kpis(register_figures)
    add_evidence_owner("institutions.institution", _may_see_evidence)
    add_evidence_owner("institutions.trainingmaterial", _may_see_pages)
    object_urls["institutions.trainingmaterial"] = _material_url
    object_urls["institutions.institution"] = _url
    object_urls["institutions.person"] = _person_url
    indicators.register_all()


def _grant_all() -> None:
    writers = [Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK]
    grant("institutions.institution_view", "查看机构档案", AUTHORITY_ROLES)
    grant("institutions.institution_register", "登记机构", [*writers, Role.TOWNSHIP_CLERK])
    grant("institutions.institution_edit", "修改机构档案", writers)
    grant("institutions.institution_suspend", "停业整顿与恢复", [Role.SECTION_HEAD, Role.LEADER])
    grant("institutions.institution_close", "注销与恢复登记", [Role.SECTION_HEAD, Role.LEADER])
    grant("institutions.institution_ban", "取缔机构", [Role.SECTION_HEAD, Role.LEADER])
    grant("institutions.institution_import", "导入机构表格", [Role.SECTION_HEAD, Role.DATA_CLERK])
    grant("institutions.institution_evidence", "上传机构材料", [*writers, Role.TOWNSHIP_CLERK])
    grant("institutions.account_open", "开通机构办事账号", [Role.SECTION_HEAD, Role.DATA_CLERK])
    grant(
        "institutions.person_view",
        "查看有关人员",
        [*writers, Role.LEADER, Role.LEGAL_REVIEWER],
    )
    grant("institutions.person_reveal", "查看证件号码和电话", [Role.SECTION_HEAD, Role.OFFICER])
    grant("institutions.institution_own_view", "查看本机构档案", [Role.INSTITUTION_MANAGER])
    grant("institutions.entity_view", "查看教育类市场主体", [*writers, Role.LEADER, Role.TOWNSHIP_CLERK])
    grant("institutions.entity_edit", "登记、移交教育类市场主体", writers)
    grant("institutions.platform_view", "查看国家平台进度", [*writers, Role.LEADER])
    grant("institutions.platform_edit", "登记国家平台进度", [Role.SECTION_HEAD, Role.DATA_CLERK])
    grant("institutions.material_view", "查看培训材料", [*writers, Role.LEADER])
    grant("institutions.material_review", "审核培训材料", [Role.SECTION_HEAD, Role.OFFICER])
    grant("institutions.material_decide", "审定培训材料", [Role.SECTION_HEAD])
    grant("institutions.material_submit", "报审培训材料", [Role.INSTITUTION_MANAGER])


def _url(uid: UUID) -> str:
    return reverse("institutions:institution_detail", args=[uid])


def _person_url(uid: UUID) -> str:
    return reverse("institutions:person_detail", args=[uid])


def _material_url(uid: UUID) -> str:
    return reverse("institutions:material_detail", args=[uid])


def _may_see_pages(actor: User, evidence: EvidenceFile) -> bool:
    from institutions.models import TrainingMaterial

    may = actor.may("institutions.material_view") or actor.may("institutions.material_submit")
    return may and TrainingMaterial.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()


def _may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    from institutions.models import Institution

    may = actor.may("institutions.institution_view") or actor.may("institutions.institution_own_view")
    return may and Institution.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists()


def register_figures(actor: User, today: date) -> Iterable[Kpi]:
    """Figures of the register on the desk's home page."""
    from institutions.selectors import register_counts

    if not actor.may("institutions.institution_view"):
        return []
    counts = register_counts(actor, today)
    base = reverse("institutions:institution_list")
    return [
        Kpi(
            "正常办学机构",
            str(counts["operating"]),
            "家",
            sub=f"其中学科类 {counts['subject']} 家",
            url=f"{base}?operating_state=OPERATING",
        ),
        Kpi(
            "证照不全的场所",
            str(counts["half"]),
            "家",
            sub=f"无证无照 {counts['unlicensed']} 家",
            url=f"{base}?operating_state=OPERATING&standing=INCOMPLETE",
            tone="bad" if counts["half"] else "",
        ),
        Kpi(
            "许可证 60 日内到期",
            str(counts["expiring"]),
            "家",
            sub=f"已过期仍在办 {counts['expired']} 家",
            url=f"{base}?operating_state=OPERATING&licence=EXPIRING",
            tone="bad" if counts["expired"] else "",
        ),
    ]
