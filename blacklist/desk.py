"""Figures, work lists and the panel that this room puts on shared screens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from accounts.models import User
from blacklist import selectors
from blacklist.models import BatchStatus, EntryStatus, ListEntry
from casework.registries import Kpi, WorkItem
from institutions.models import Institution

BATCH_STEPS = {
    BatchStatus.DRAFT: ("blacklist.batch_edit", "勾选机构后送审"),
    BatchStatus.REVIEWING: ("blacklist.batch_approve", "等待审定"),
    BatchStatus.APPROVED: ("blacklist.batch_publish", "已审定，等待公布"),
}
ENTRY_STEPS = {
    EntryStatus.DRAFT: ("blacklist.entry_edit", "补齐材料后告知机构"),
    EntryStatus.NOTIFIED: ("blacklist.entry_review", "陈述申辩期"),
    EntryStatus.REVIEWED: ("blacklist.entry_publish", "已复核，决定是否列入"),
}


def list_figures(actor: User, today: date) -> Iterable[Kpi]:
    """How many institutions stand on the lists."""
    if not actor.may("blacklist.list_view"):
        return []
    counts = selectors.list_counts(actor)
    return [
        Kpi(
            "白名单 · 黑名单",
            f"{counts['white']} · {counts['black']}",
            "家",
            sub=f"红名单 {counts['red']} 家，办理中 {counts['pending']} 件",
            url=reverse("blacklist:overview"),
        )
    ]


def desk_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Batches and entries that wait for this person, lapsed licences on the white list."""
    for batch in selectors.open_batches(actor):
        permission, stage = BATCH_STEPS[BatchStatus(batch.status)]
        if actor.may(permission):
            yield WorkItem(
                title=f"名单批次：{batch.title}",
                url=reverse("blacklist:batch_detail", args=[batch.uid]),
                due_on=None,
                stage=stage,
                handler=batch.created_by.name,
            )
    yield from _procedure_work(actor, today)
    if actor.may("blacklist.entry_remove"):
        for entry in selectors.licence_lapsed_entries(actor):
            yield WorkItem(
                title=f"建议移出{entry.get_kind_display()}：办学许可证失效",
                url=reverse("blacklist:entry_remove", args=[entry.uid]),
                due_on=entry.institution.licence_to,
                institution=entry.institution.name,
                place=entry.institution.region.name,
                stage="等待移出",
                tone="bad",
            )


def _procedure_work(actor: User, today: date) -> Iterable[WorkItem]:
    for entry in selectors.procedures_visible(actor):
        permission, stage = ENTRY_STEPS[EntryStatus(entry.status)]
        if not actor.may(permission):
            continue
        if entry.status == EntryStatus.NOTIFIED and (entry.replied_at or not entry.is_reply_open(today)):
            stage = "等待复核"
        yield WorkItem(
            title="拟列入黑名单",
            url=reverse("blacklist:entry_detail", args=[entry.uid]),
            due_on=entry.reply_until,
            institution=entry.institution.name,
            place=entry.institution.region.name,
            stage=stage,
            tone="warn",
            explanation=tuple(entry.reply_basis),
        )


def portal_work(actor: User, today: date) -> Iterable[WorkItem]:
    """Notices that the institution may still answer."""
    for entry in selectors.own_entries(actor).filter(status=EntryStatus.NOTIFIED, replied_at=None):
        if entry.is_reply_open(today):
            yield WorkItem(
                title="拟列入黑名单告知书：可提出陈述申辩",
                url=reverse("blacklist_portal:own_entry", args=[entry.uid]),
                due_on=entry.reply_until,
                sub=entry.notice_document.number if entry.notice_document else "",
                stage="等待答复",
                tone="warn",
                explanation=tuple(entry.reply_basis),
            )


def panel(actor: User, institution: Institution) -> dict[str, Any]:
    """Lists on the institution's file."""
    return {"list_entries": selectors.entries_of(actor, institution)}


def black_entry_url(institution: Institution) -> str:
    """Where a black entry for this institution begins."""
    return reverse("blacklist:entry_create", args=[institution.uid])


def may_start_black_entry(actor: User, institution: Institution) -> bool:
    """Offered unless the institution is on the black list or on its way there."""
    rows = ListEntry.objects.visible_to(actor).filter(institution=institution, kind="BLACK")
    return not rows.filter(status__in=["DRAFT", "NOTIFIED", "REVIEWED", "PUBLISHED"]).exists()
