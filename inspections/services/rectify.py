"""Answers, extensions, re-checks and reminders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events, policy
from casework.deadlines import (
    compute,
    deadline_extend,
    deadline_finish,
    deadline_start,
    load_calendar,
)
from casework.documents.services import document_issue
from casework.errors import Blocked, NotAllowed, Reason, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import OfficialDocument
from casework.records import clean, record_create, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from inspections import guards, papers
from inspections.events import RectificationClosed
from inspections.models import (
    ExtensionRequest,
    ExtensionStatus,
    FindingStatus,
    NoticeItem,
    NoticeReminder,
    NoticeStatus,
    Recheck,
    RecheckConclusion,
    RecheckItem,
    RecheckOfficer,
    RecheckResult,
    RectificationNotice,
    RectificationReply,
    ReminderKind,
    ReplyItem,
    Visit,
)
from inspections.services.notices import RECHECK, RECTIFY

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
def extension_request(
    *,
    actor: User,
    notice: RectificationNotice,
    reason: str,
    until: date,
    is_from_recheck: bool = False,
    at: datetime | None = None,
) -> ExtensionRequest:
    """Ask for more time before the term ends (G10); one undecided application at a time.

    Raises Blocked after the term, Unlawful outside policy (how often, how long), WrongState.
    """
    at = at or timezone.now()
    require(actor, "inspections.extension_request")
    locked = lock(notice)
    _only_own(actor, locked)
    if known := locked.extensions.filter(status=ExtensionStatus.OPEN).first():
        return known
    if locked.status not in {NoticeStatus.SERVED, NoticeStatus.ANSWERED}:
        raise WrongState(f"整改通知书现在是“{locked.get_status_display()}”，不能申请延期。")
    _check_extension(locked, reason, until, timezone.localdate(at))
    request = ExtensionRequest(
        notice=locked,
        reason=reason.strip(),
        requested_until=until,
        requested_at=at,
        requested_by=actor,
        is_from_recheck=is_from_recheck,
    )
    clean(request)
    request.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="inspections.extension_request",
        target=request,
        changes={"until": [locked.due_on, until]},
        reason=reason,
        about=locked.file_uid,
        number=locked.number,
        at=at,
    )
    return request


def _check_extension(notice: RectificationNotice, reason: str, until: date, today: date) -> None:
    due_on = notice.due_on
    if due_on is None or today > due_on:
        raise Blocked(
            [
                Reason(
                    f"整改期限已于 {due_on:%Y-%m-%d} 届满，不能再申请延期。",
                    "延期须在期限届满前提出",
                    "请尽快提交整改报告，或者联系制发机关。",
                    "G10",
                )
            ]
        )
    if not reason.strip():
        raise Unlawful("申请延期须写明理由。")
    if until <= due_on:
        raise Unlawful(f"延期日期须晚于现在的到期日 {due_on:%Y-%m-%d}。")
    times = int(policy.value("rectification.extension.times", region=notice.region, on=today).value)
    if notice.extended_times >= times:
        raise Unlawful(f"每份整改通知书最多延期 {times} 次，本通知书已延期 {notice.extended_times} 次。")
    longest = policy.term("rectification.extension.maximum", region=notice.region, on=today)
    limit = compute(replace(longest, rolls_to_workday=False), due_on, load_calendar()).due_on
    if until > limit:
        raise Unlawful(f"一次延期不超过 {longest}，最晚可申请至 {limit:%Y-%m-%d}。")


@database.atomic
def extension_decide(
    *,
    actor: User,
    request: ExtensionRequest,
    is_granted: bool,
    note: str,
    until: date | None = None,
    at: datetime | None = None,
) -> ExtensionRequest:
    """Grant (until the asked or an earlier day) or refuse; the one who asked never decides (G10)."""
    at = at or timezone.now()
    require(actor, "inspections.extension_decide")
    notice = lock(request.notice)
    refuse(guards.acts_for_organ(notice, actor))
    locked = lock(request)
    if locked.status != ExtensionStatus.OPEN:
        raise WrongState("这件延期申请已经决定。")
    if locked.requested_by_id == actor.pk:
        raise NotAllowed("提出延期的人不能自己决定，请由其他负责人办理。")
    if not note.strip():
        raise Unlawful("决定延期申请须写明理由。")
    locked.status = ExtensionStatus.GRANTED if is_granted else ExtensionStatus.REFUSED
    locked.decided_at, locked.decided_by, locked.decision_note = at, actor, note.strip()
    locked.granted_until = (until or locked.requested_until) if is_granted else None
    if locked.granted_until and locked.granted_until > locked.requested_until:
        raise Unlawful("批准的日期不能晚于申请的日期。")
    locked.save()
    audit.record(
        actor=actor,
        verb="inspections.extension_decide",
        target=locked,
        changes={"status": [ExtensionStatus.OPEN, locked.status]},
        reason=note,
        about=notice.file_uid,
        number=notice.number,
        at=at,
    )
    if is_granted and locked.granted_until:
        _extend(actor, notice, locked.granted_until, note, at)
    return locked


def _extend(actor: User, notice: RectificationNotice, until: date, reason: str, at: datetime) -> None:
    extended = transition(
        notice,
        "extend",
        actor=actor,
        reason=reason,
        at=at,
        values={"extended_times": notice.extended_times + 1, "recheck_due_on": None},
    )
    deadline_extend(actor=actor, subject_uid=extended.uid, kind=RECTIFY, due_on=until, reason=reason)
    deadline_finish(actor=actor, subject_uid=extended.uid, kind=RECHECK, on=timezone.localdate(at))


@dataclass(frozen=True)
class ItemResult:
    """The result of looking at one item again."""

    result: str
    note: str = ""
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class RecheckDetails:
    """How the re-check was done and what the officers propose for what is not done."""

    method: str = "ON_SITE"
    conclusion: str = ""
    note: str = ""
    party_opinion: str = ""
    extend_until: date | None = None
    officers: Sequence[User] = field(default_factory=tuple)


@database.atomic
def recheck_record(
    *,
    actor: User,
    notice: RectificationNotice,
    results: Mapping[int, ItemResult],
    details: RecheckDetails,
    visit: Visit | None = None,
    uid: UUID | None = None,
    at: datetime | None = None,
) -> Recheck:
    """Two certified officers of the issuing organ look at every open item; done items are closed (G09).

    When all are done the notice closes (销号). Otherwise `details.conclusion` says what follows:
    CONTINUE sends it back, EXTEND asks for more time, ESCALATE proposes a case; a head decides the
    last two. `visit` is the later visit during which they looked. The same `uid` again gives the first
    re-check. Raises Unlawful for a visit to another place.
    """
    at = at or timezone.now()
    require(actor, "inspections.notice_recheck")
    locked = lock(notice)
    refuse(guards.acts_for_organ(locked, actor))
    if uid and (known := Recheck.objects.filter(notice=locked, uid=uid).first()):
        return known
    if locked.status not in {NoticeStatus.SERVED, NoticeStatus.ANSWERED}:
        raise WrongState(f"整改通知书现在是“{locked.get_status_display()}”，不能复查。")
    if visit is not None and visit.institution_id != locked.institution_id:
        raise Unlawful("这次检查不是对该机构的检查，不能作为复查依据。")
    open_items = list(locked.items.filter(finding__status=FindingStatus.IN_NOTICE).order_by("position"))
    _check_results(open_items, results)
    is_done = all(results[item.pk].result == RecheckResult.DONE for item in open_items)
    conclusion = _conclusion(details, is_done=is_done)
    recheck = Recheck(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        **({"uid": uid} if uid else {}),
        notice=locked,
        visit=visit,
        method=details.method,
        rechecked_at=at,
        conclusion=conclusion,
        note=details.note.strip(),
        party_opinion=details.party_opinion.strip(),
    )
    record_create(actor=actor, obj=recheck, verb="inspections.recheck_record", at=at)
    _officers_put(recheck, details.officers, timezone.localdate(at))
    _items_put(actor, recheck, open_items, results, at)
    recheck.document = _record_issue(actor, recheck, at)
    recheck.save(update_fields=["document"])
    _follow(actor, locked, recheck, details, at)
    return recheck


def _check_results(items: list[NoticeItem], results: Mapping[int, ItemResult]) -> None:
    for item in items:
        given = results.get(item.pk)
        if given is None or given.result not in RecheckResult.values:
            raise Unlawful(f"第 {item.position} 项没有填写复查结果，请逐项复查。")
        if given.result != RecheckResult.DONE and not given.note.strip():
            raise Unlawful(f"第 {item.position} 项没有整改到位，请写明情况。")


def _conclusion(details: RecheckDetails, *, is_done: bool) -> str:
    if is_done:
        return RecheckConclusion.CLOSE
    if details.conclusion not in RecheckConclusion.values or details.conclusion == RecheckConclusion.CLOSE:
        raise Unlawful("还有事项没有整改到位，不能销号。请选择退回继续整改、提请延期，或者立案移送。")
    return details.conclusion


def _officers_put(recheck: Recheck, officers: Iterable[User], day: date) -> None:
    organ = recheck.notice.organ
    people = list(dict.fromkeys(officers))
    reasons = [reason for person in people for reason in guards.certificate_reasons(person, organ, day)]
    if len(people) < guards.MIN_OFFICERS:
        sentence = f"复查须有{organ.short_name}两名以上持证执法人员，现在只有 {len(people)} 人。"
        reasons.append(Reason(sentence, guards.PENALTY_42, "请补充复查人员。", "G09"))
    refuse(reasons)
    for person in people:
        certificate = guards.certificate_for(person, organ, day)
        RecheckOfficer.objects.create(
            recheck=recheck,
            user=person,
            person_name=person.name,
            organ=organ,
            certificate_no=certificate.number if certificate else "",
        )


def _items_put(
    actor: User, recheck: Recheck, items: list[NoticeItem], results: Mapping[int, ItemResult], at: datetime
) -> None:
    for item in items:
        given = results[item.pk]
        row = RecheckItem(recheck=recheck, item=item, result=given.result, note=given.note.strip())
        row.save(force_insert=True)
        for upload in given.uploads:
            evidence_receive(
                actor=actor, subject=row, upload=upload, caption=f"第{item.position}项复查照片", at=at
            )
        if given.result == RecheckResult.DONE:
            transition(item.finding, "close", actor=actor, at=at)


def _record_issue(actor: User, recheck: Recheck, at: datetime) -> OfficialDocument:
    return document_issue(
        actor=actor,
        organ=recheck.notice.organ,
        kind="RECHECK_RECORD",
        subject=recheck,
        content=papers.source(papers.recheck_record(recheck, at=at)),
        title="整改复查记录",
        party=recheck.notice.party_name,
        at=at,
        is_public=False,
    )


def _follow(
    actor: User, notice: RectificationNotice, recheck: Recheck, details: RecheckDetails, at: datetime
) -> None:
    today = timezone.localdate(at)
    if recheck.conclusion == RecheckConclusion.CLOSE:
        _close(actor, notice, at)
    elif recheck.conclusion == RecheckConclusion.CONTINUE and notice.status == NoticeStatus.ANSWERED:
        reason = details.note.strip() or "复查发现没有整改到位。"
        transition(notice, "continue", actor=actor, reason=reason, at=at, values={"recheck_due_on": None})
        deadline_finish(actor=actor, subject_uid=notice.uid, kind=RECHECK, on=today)
    elif recheck.conclusion == RecheckConclusion.EXTEND:
        if details.extend_until is None:
            raise Unlawful("提请延期须填写延期日期。")
        reason = details.note.strip()
        extension_request(
            actor=actor, notice=notice, reason=reason, until=details.extend_until, is_from_recheck=True, at=at
        )


def _close(actor: User, notice: RectificationNotice, at: datetime) -> None:
    """销号: the last item was found done."""
    today = timezone.localdate(at)
    closed = transition(notice, "close", actor=actor, at=at)
    done_on = timezone.localdate(closed.answered_at) if closed.answered_at else today
    deadline = deadline_finish(actor=actor, subject_uid=closed.uid, kind=RECTIFY, on=done_on)
    deadline_finish(actor=actor, subject_uid=closed.uid, kind=RECHECK, on=today)
    closed.extensions.filter(status=ExtensionStatus.OPEN).update(
        status=ExtensionStatus.REFUSED,
        decided_at=at,
        decided_by=actor,
        decision_note="整改已销号，无需延期。",
    )
    events.publish(
        RectificationClosed(
            closed.uid,
            closed.institution.uid,
            closed.number,
            today,
            was_late=deadline is not None and deadline.state == "LATE",
        )
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
    "extension_request": "申请延期整改",
    "extension_decide": "决定延期申请",
    "recheck_record": "复查整改",
    "notice_remind": "催办整改",
}.items():
    audit.verb(f"inspections.{code}", sentence)
