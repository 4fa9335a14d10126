"""What this room contributes to the shared registries."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse

from accounts.models import User
from accounts.roles import AUTHORITY_ROLES, Role, grant
from casework import events
from casework.errors import Reason
from casework.models import EvidenceFile, OfficialDocument
from casework.registries import (
    Action,
    NavEntry,
    Panel,
    Worklist,
    actions,
    add_blocker,
    add_document_owner,
    add_evidence_owner,
    add_kpis,
    add_nav,
    add_worklist,
    object_urls,
    panels,
)
from institutions.events import InstitutionStateChanged


def register() -> None:
    """Permissions, navigation, figures, work lists, the panel on an institution's file, owners, events."""
    from blacklist import indicators, workflow  # noqa: F401
    from blacklist.services import listings_end_on_close

    _grant_all()
    _register_screens()
    indicators.register_all()
    events.subscribe(InstitutionStateChanged, listings_end_on_close)
    for model in ("blacklist.listentry", "blacklist.listbatch"):
        add_evidence_owner(model, _may_see_evidence)
        add_document_owner(model, _may_see_document)
    add_blocker("casework.OfficialDocument", "withdraw", _own_withdrawal)
    object_urls["blacklist.listentry"] = lambda uid: reverse("blacklist:entry_detail", args=[uid])
    object_urls["blacklist.listbatch"] = lambda uid: reverse("blacklist:batch_detail", args=[uid])


def _own_withdrawal(document: OfficialDocument, actor: User) -> Iterable[Reason]:
    """Papers of the lists follow their entries."""
    if document.subject_type.startswith("blacklist."):
        yield Reason("名单文书随名单记录变更。", cleared_by="请在名单管理中办理移出或撤销。", gate="own")


def _grant_all() -> None:
    heads = [Role.SECTION_HEAD, Role.LEADER]
    grant("blacklist.list_view", "查看黑白名单", AUTHORITY_ROLES)
    grant("blacklist.batch_edit", "拟定名单批次", [Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK])
    grant("blacklist.batch_approve", "审定名单批次", heads)
    grant("blacklist.batch_publish", "公布名单批次", heads)
    grant("blacklist.entry_edit", "拟列入黑名单", [Role.SECTION_HEAD, Role.OFFICER])
    grant("blacklist.entry_review", "复核陈述申辩", [*heads, Role.LEGAL_REVIEWER])
    grant("blacklist.entry_publish", "列入黑名单", heads)
    grant("blacklist.entry_remove", "移出名单", heads)
    grant("blacklist.entry_rule", "依规则移出名单", heads)
    grant("blacklist.own_entry_view", "查看本机构名单告知", [Role.INSTITUTION_MANAGER])


def _register_screens() -> None:
    from blacklist import desk

    add_nav(NavEntry("黑白名单", "blacklist:overview", "list-check", 200, "blacklist.list_view"))
    add_nav(
        NavEntry(
            "名单告知",
            "blacklist_portal:own_entries",
            "list-check",
            60,
            "blacklist.own_entry_view",
            face="portal",
        )
    )
    add_kpis(desk.list_figures)
    add_worklist(Worklist("blacklist", "黑白名单", desk.desk_work, permission="blacklist.list_view"))
    add_worklist(
        Worklist(
            "blacklist_reply",
            "名单告知",
            desk.portal_work,
            face="portal",
            permission="blacklist.own_entry_view",
        )
    )
    panels.register(
        "institutions.Institution",
        Panel("lists", "名单", "blacklist/_panel.html", desk.panel, 60, "blacklist.list_view"),
    )
    actions.register(
        "institutions.Institution",
        Action(
            "拟列入黑名单",
            desk.black_entry_url,
            "blacklist.entry_edit",
            icon="ban",
            is_offered=desk.may_start_black_entry,
        ),
    )


def _may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Staff who reach the entry; the institution sees what it handed in itself."""
    from blacklist.models import ListEntry

    if not ListEntry.objects.visible_to(actor).filter(uid=evidence.subject_uid).exists():
        return False
    if actor.is_counterpart:
        return evidence.received_by_id == actor.pk
    return actor.may("blacklist.list_view")


def _may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Whoever reaches the batch or the entry, the institution its own papers."""
    from blacklist.models import ListBatch, ListEntry

    uid: UUID = document.subject_uid
    if ListEntry.objects.visible_to(actor).filter(uid=uid).exists():
        return True
    return actor.may("blacklist.list_view") and ListBatch.objects.visible_to(actor).filter(uid=uid).exists()
