"""Black entries: draft, evidence, notice, reply, review, publication."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import User
from blacklist import papers, rules
from blacklist.events import ListEntryPublished
from blacklist.models import EntryStatus, ListEntry, ListKind, RemovalKind, ReplyOutcome
from blacklist.services.common import issuing_organ, paper_issue, projection_write, require, startable
from blacklist.services.removal import take_off
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.documents.services import document_withdraw
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from casework.records import record_create, record_update, root_fields
from casework.workflow import transition
from institutions.models import Institution

EDITABLE = (
    "ground_codes",
    "ground_text",
    "basis",
    "decision_no",
    "planned_end_on",
    "earliest_exit_on",
    "way_out",
)
if TYPE_CHECKING:
    Upload = UploadedFile[Any] | ContentFile[bytes]


@transaction.atomic
def black_entry_create(
    *,
    actor: User,
    institution: Institution,
    values: dict[str, Any],
    uploads: list[Upload] | None = None,
    at: datetime | None = None,
) -> ListEntry:
    """Draft a black entry with its ground, period, way out and evidence. Raises NotAllowed, Unlawful when
    the institution is already on the list or in procedure."""
    require(actor, "blacklist.entry_edit", "拟列入黑名单")
    at = at or timezone.now()
    held = ListEntry.objects.filter(institution=institution, kind=ListKind.BLACK)
    if held.in_force().exists():
        raise Unlawful(f"{institution.name}已在黑名单中，不能重复列入。")
    if held.in_procedure().exists():
        raise Unlawful(f"{institution.name}已有一件正在办理的列入程序，请先办结。")
    entry = ListEntry(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        kind=ListKind.BLACK,
        **{name: values[name] for name in EDITABLE if name in values},
    )
    record_create(actor=actor, obj=entry, verb="blacklist.listentry_create", at=at)
    for upload in uploads or []:
        entry = _attach(actor, entry, upload, "列入依据", at)
    return entry


@transaction.atomic
def black_entry_edit(
    *,
    actor: User,
    entry: ListEntry,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> ListEntry:
    """Change a draft. Raises WrongState once the institution was told, StaleVersion."""
    require(actor, "blacklist.entry_edit", "拟列入黑名单")
    if entry.status != EntryStatus.DRAFT:
        raise WrongState("已告知机构的内容不能修改。确需修改的，请先“不予列入”，再重新拟列。")
    wanted = {name: value for name, value in values.items() if name in EDITABLE}
    return record_update(
        actor=actor, obj=entry, values=wanted, verb="blacklist.listentry_edit", version=version, at=at
    )


@transaction.atomic
def entry_evidence_add(
    *, actor: User, entry: ListEntry, upload: Upload, caption: str = "", at: datetime | None = None
) -> ListEntry:
    """Attach one file to an entry in procedure; the count kept on the entry guards the notice."""
    require(actor, "blacklist.entry_edit", "拟列入黑名单")
    locked = ListEntry.objects.select_for_update(of=("self",)).select_related("institution").get(pk=entry.pk)
    if locked.status not in {EntryStatus.DRAFT, EntryStatus.NOTIFIED, EntryStatus.REVIEWED}:
        raise WrongState("程序已办结，不能再补充证据。")
    return _attach(actor, locked, upload, caption, at or timezone.now())


@transaction.atomic
def entry_notify(*, actor: User, entry: ListEntry, at: datetime | None = None) -> ListEntry:
    """Tell the institution of the intended entry: document, number, and the last day for its reply.

    The term is the policy value `list.reply_window`; its working is kept on the entry. Raises Blocked
    with everything that is missing (G39).
    """
    at = at or timezone.now()
    day = timezone.localdate(at)
    with rules.acting_on(day):
        locked = startable(_locked(entry), "notify", actor)
        term = policy.term("list.reply_window", region=locked.region, on=day)
        window = compute(term, day, load_calendar())
        document = _notice(actor, locked, day, window.due_on, at)
        return transition(
            locked,
            "notify",
            actor=actor,
            at=at,
            values={
                "notified_on": day,
                "reply_until": window.due_on,
                "reply_basis": list(window.explanation),
                "notice_document": document,
            },
        )


@transaction.atomic
def entry_reply(
    *,
    actor: User,
    entry: ListEntry,
    text: str,
    uploads: list[Upload] | None = None,
    at: datetime | None = None,
) -> ListEntry:
    """Record the institution's statement within the window; by its own account, or by an officer from
    paper. Raises Unlawful after the last day, NotAllowed for strangers."""
    at = at or timezone.now()
    locked = ListEntry.objects.select_for_update(of=("self",)).select_related("institution").get(pk=entry.pk)
    if not (_is_own(actor, locked) or actor.may("blacklist.entry_edit")):
        raise NotAllowed("只有当事机构可以提出陈述申辩。")
    if locked.status != EntryStatus.NOTIFIED:
        raise WrongState(f"现在是“{locked.get_status_display()}”，不能提出陈述申辩。")
    if not locked.is_reply_open(timezone.localdate(at)):
        raise Unlawful(f"陈述申辩期已于 {locked.reply_until:%Y-%m-%d} 届满。如有新的事实，请联系监管股。")
    if not text.strip():
        raise Unlawful("请写明陈述申辩的内容。")
    for upload in uploads or []:
        evidence_receive(actor=actor, subject=locked, upload=upload, caption="机构陈述申辩材料", at=at)
    return record_update(
        actor=actor,
        obj=locked,
        values={"reply_text": text.strip(), "replied_at": at},
        verb="blacklist.listentry_reply",
        at=at,
    )


@transaction.atomic
def entry_review(
    *, actor: User, entry: ListEntry, outcome: str, note: str, at: datetime | None = None
) -> ListEntry:
    """Record the review of the reply, by somebody else than the drafter. Raises Blocked, Unlawful."""
    at = at or timezone.now()
    if outcome not in ReplyOutcome.values:
        raise Unlawful("请选择复核结论。理由成立的，请用“不予列入”。")
    if (outcome == ReplyOutcome.NONE_GIVEN) != (entry.replied_at is None):
        raise Unlawful("复核结论与机构是否提出陈述申辩不一致，请重新选择。")
    if outcome != ReplyOutcome.NONE_GIVEN and not note.strip():
        raise Unlawful("请写明对陈述申辩意见的复核理由。")
    with rules.acting_on(timezone.localdate(at)):
        return transition(
            entry,
            "review",
            actor=actor,
            at=at,
            values={"reply_outcome": outcome, "review_note": note.strip(), "reviewed_by": actor},
        )


@transaction.atomic
def entry_drop(*, actor: User, entry: ListEntry, reason: str, at: datetime | None = None) -> ListEntry:
    """Decide not to list; the reason is kept and a notice already sent is withdrawn."""
    dropped = transition(entry, "drop", actor=actor, reason=reason, at=at)
    if dropped.notice_document is not None:
        document_withdraw(
            actor=actor,
            document=dropped.notice_document,
            reason=f"不予列入：{reason}",
            at=at,
            about=dropped.file_uid,
        )
    return dropped


@transaction.atomic
def entry_publish(*, actor: User, entry: ListEntry, at: datetime | None = None) -> ListEntry:
    """Put the institution on the black list and take it off the others, in one transaction.

    Raises Blocked with every missing part of due process (G39).
    """
    at = at or timezone.now()
    day = timezone.localdate(at)
    with rules.acting_on(day):
        locked = startable(_locked(entry), "publish", actor)
        institution = Institution.objects.select_for_update(of=("self",)).get(pk=locked.institution_id)
        organ = issuing_organ(actor, locked.bureau)
        document = paper_issue(
            actor=actor,
            bureau=locked.bureau,
            kind=papers.BLACK_KIND[0],
            subject=locked,
            content=papers.black_decision(locked, organ=organ, day=day),
            party=institution.name,
            at=at,
        )
        for other in (
            ListEntry.objects.in_force().filter(institution=institution).exclude(kind=ListKind.BLACK)
        ):
            reason = f"已列入黑名单（{document.number}）"
            take_off(actor=actor, entry=other, kind=RemovalKind.BLACKLISTED, reason=reason, at=at)
        done = transition(
            locked,
            "publish",
            actor=actor,
            at=at,
            values={"starts_on": day, "document": document, "span": DateRange(day, None)},
            event=ListEntryPublished(locked.uid, institution.uid, locked.kind, day, document.number),
        )
    projection_write(actor=actor, institution=institution, since=day, source_no=document.number)
    return done


def _locked(entry: ListEntry) -> ListEntry:
    rows = ListEntry.objects.select_for_update(of=("self",))
    return rows.select_related("institution", "bureau__region", "region", "notice_document").get(pk=entry.pk)


def _notice(actor: User, entry: ListEntry, day: date, reply_until: date, at: datetime) -> Any:
    organ = issuing_organ(actor, entry.bureau)
    return paper_issue(
        actor=actor,
        bureau=entry.bureau,
        kind=papers.NOTICE_KIND[0],
        subject=entry,
        content=papers.prior_notice(entry, organ=organ, day=day, reply_until=reply_until),
        party=entry.institution.name,
        at=at,
    )


def _attach(actor: User, entry: ListEntry, upload: Upload, caption: str, at: datetime) -> ListEntry:
    evidence_receive(actor=actor, subject=entry, upload=upload, caption=caption, at=at)
    count = EvidenceFile.objects.filter(subject_type=entry._meta.label_lower, subject_uid=entry.uid).count()
    return record_update(
        actor=actor,
        obj=entry,
        values={"evidence_count": count},
        verb="blacklist.listentry_evidence_add",
        at=at,
    )


def _is_own(actor: User, entry: ListEntry) -> bool:
    organisation_id = entry.institution.organisation_id
    return organisation_id is not None and actor.organisation_id == organisation_id


audit.verb("blacklist.listentry_create", "拟列入黑名单")
audit.verb("blacklist.listentry_edit", "修改拟列入内容")
audit.verb("blacklist.listentry_evidence_add", "补充列入证据")
audit.verb("blacklist.listentry_notify", "告知拟列入黑名单")
audit.verb("blacklist.listentry_reply", "提出陈述申辩")
audit.verb("blacklist.listentry_review", "复核陈述申辩")
audit.verb("blacklist.listentry_publish", "列入名单并公布")
audit.verb("blacklist.listentry_drop", "不予列入")
