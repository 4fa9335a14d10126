"""Answers of the party and reminders before the term ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.deadlines import (
    deadline_start,
)
from casework.errors import NotAllowed, WrongState
from casework.evidence.services import evidence_receive
from casework.records import clean
from casework.steps import lock, refuse, require
from casework.workflow import transition
from inspections import guards
from inspections.models import (
    FindingStatus,
    NoticeItem,
    NoticeReminder,
    NoticeStatus,
    RectificationNotice,
    RectificationReply,
    ReminderKind,
    ReplyItem,
)
from inspections.services.notices import RECHECK

Upload: TypeAlias = "UploadedFile[bytes] | ContentFile[bytes]"


@dataclass(frozen=True)
class ItemAnswer:
    """What the institution says about one item, with its files."""

    text: str
    uploads: tuple[Upload, ...] = ()


@database.atomic
def notice_answer(
    *,
    actor: User,
    notice: RectificationNotice,
    statement: str,
    answers: Mapping[int, ItemAnswer],
    is_paper: bool = False,
    uid: UUID | None = None,
    at: datetime | None = None,
) -> RectificationReply:
    """Report on rectification, item by item with files; `answers` is keyed by item id.

    Closes nothing: it asks for the re-check and starts its term. The same `uid` again gives the first
    reply. Raises Blocked when an item is left out, Unlawful, WrongState, NotAllowed.
    """
    at = at or timezone.now()
    require(actor, "inspections.notice_answer")
    locked = lock(notice)
    _only_own(actor, locked)
    if uid and (known := RectificationReply.objects.filter(notice=locked, uid=uid).first()):
        return known
    if locked.status != NoticeStatus.SERVED:
        raise WrongState(f"整改通知书现在是“{locked.get_status_display()}”，不能提交整改报告。")
    today = timezone.localdate(at)
    reply = RectificationReply(
        notice=locked,
        **({"uid": uid} if uid else {}),
        statement=statement.strip() or "详见逐项整改情况。",
        is_paper=is_paper,
        submitted_at=at,
        submitted_by=actor,
        is_late=locked.due_on is not None and today > locked.due_on,
    )
    clean(reply)
    reply.save(force_insert=True)
    for item in locked.items.filter(finding__status=FindingStatus.IN_NOTICE, pk__in=list(answers)):
        _answer_item(actor, reply, item, answers[item.pk], at)
    answered = transition(locked, "answer", actor=actor, at=at)
    term = policy.term("rectification.recheck", region=locked.region, on=today)
    deadline = deadline_start(
        actor=actor,
        bureau=locked.bureau,
        subject=locked,
        kind=RECHECK,
        label="整改复查",
        term=term,
        starts_on=today,
    )
    answered.recheck_due_on = deadline.due_on
    answered.save(update_fields=["recheck_due_on"])
    return reply


def _only_own(actor: User, notice: RectificationNotice) -> None:
    if actor.is_counterpart and notice.institution.organisation_id != actor.organisation_id:
        raise NotAllowed("只能办理本机构的整改通知书。")
    if not actor.is_counterpart:
        refuse(guards.acts_for_organ(notice, actor))


def _answer_item(
    actor: User, reply: RectificationReply, item: NoticeItem, answer: ItemAnswer, at: datetime
) -> None:
    if not answer.text.strip():
        return
    row = ReplyItem(reply=reply, item=item, text=answer.text.strip())
    row.save(force_insert=True)
    for upload in answer.uploads:
        evidence_receive(
            actor=actor, subject=row, upload=upload, caption=f"第{item.position}项整改证明", at=at
        )


@database.atomic
def reminders_send(*, actor: User, at: datetime) -> int:
    """Remind institutions whose term ends in 7, 3 or 1 days (policy) or is over; returns how many.

    Running twice on a day, or after a missed day, sends each reminder once.
    """
    today = timezone.localdate(at)
    sent = 0
    horizon = today + timedelta(days=31)
    waiting = RectificationNotice.objects.filter(status=NoticeStatus.SERVED, due_on__lte=horizon)
    for notice in waiting.select_related("region").order_by("pk").iterator(chunk_size=500):
        sent += _remind(actor, notice, today, at)
    return sent


def _remind(actor: User, notice: RectificationNotice, today: date, at: datetime) -> int:
    if notice.due_on is None:
        return 0
    left = (notice.due_on - today).days
    leads = policy.value("rectification.reminder.lead_days", region=notice.region, on=today).value
    reached = [int(lead) for lead in leads if left <= int(lead)]
    if left >= 0 and not reached:
        return 0
    kind = ReminderKind.OVERDUE if left < 0 else ReminderKind.DUE_SOON
    _, is_new = NoticeReminder.objects.get_or_create(
        notice=notice,
        kind=kind,
        lead_days=0 if left < 0 else min(reached),
        due_on=notice.due_on,
        defaults={"sent_at": at},
    )
    if is_new:
        audit.record(
            actor=actor,
            verb="inspections.notice_remind",
            target=notice,
            changes={"days_left": [None, left]},
            about=notice.file_uid,
            at=at,
        )
    return int(is_new)


for code, sentence in {
    "notice_remind": "催办整改",
}.items():
    audit.verb(f"inspections.{code}", sentence)
