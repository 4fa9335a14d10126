"""Re-checks: results per item, their record, what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, events
from casework.deadlines import (
    deadline_finish,
)
from casework.documents.services import document_issue
from casework.errors import Reason, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import OfficialDocument
from casework.records import record_create, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from inspections import guards, papers
from inspections.events import RectificationClosed
from inspections.models import (
    ExtensionStatus,
    FindingStatus,
    NoticeItem,
    NoticeStatus,
    Recheck,
    RecheckConclusion,
    RecheckItem,
    RecheckOfficer,
    RecheckResult,
    RectificationNotice,
    Visit,
)
from inspections.services.notices import RECHECK, RECTIFY
from inspections.services.rectify.answers import Upload
from inspections.services.rectify.extensions import extension_request


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


for code, sentence in {
    "recheck_record": "复查整改",
}.items():
    audit.verb(f"inspections.{code}", sentence)
