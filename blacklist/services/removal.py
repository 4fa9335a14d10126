"""Taking institutions off the lists: by decision, by time, by the institution's end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from blacklist.events import ListEntryRemoved
from blacklist.models import ListEntry, ListKind, RemovalKind
from blacklist.services.common import projection_write
from casework import audit
from casework.documents.services import document_withdraw
from casework.errors import Blocked, Reason, Unlawful
from casework.models import DocumentState
from casework.workflow import transition
from institutions.events import InstitutionStateChanged

ENDING_STATES = {"CLOSED": "机构已注销", "BANNED": "机构已取缔"}


@transaction.atomic
def entry_remove(
    *, actor: User, entry: ListEntry, kind: str, reason: str, at: datetime | None = None
) -> ListEntry:
    """Take an institution off a list with the reason that the public reads.

    A black entry is not removed before its earliest exit, except to correct a mistake, which also
    withdraws the decision. Raises Blocked, Unlawful, NotAllowed.
    """
    at = at or timezone.now()
    if kind not in {
        RemovalKind.CORRECTED,
        RemovalKind.VIOLATION,
        RemovalKind.LICENCE_ENDED,
        RemovalKind.MISTAKE,
    }:
        raise Unlawful("请选择移出类型。")
    if entry.kind == ListKind.BLACK and kind not in {RemovalKind.CORRECTED, RemovalKind.MISTAKE}:
        raise Unlawful("移出黑名单只能选“整改到位提前移出”或“更正错误”。期满的由系统自动移出。")
    day = timezone.localdate(at)
    too_early = entry.earliest_exit_on is not None and day < entry.earliest_exit_on
    if entry.kind == ListKind.BLACK and kind == RemovalKind.CORRECTED and too_early:
        sentence = f"最早可于 {entry.earliest_exit_on:%Y-%m-%d} 移出，现在还不能移出。"
        raise Blocked([Reason(sentence, cleared_by="列入有误的，请选“更正错误”。", gate="G39")])
    removed = take_off(actor=actor, entry=entry, kind=kind, reason=reason, at=at)
    decision = removed.document if entry.kind == ListKind.BLACK and kind == RemovalKind.MISTAKE else None
    if decision is not None and decision.state == DocumentState.VALID:
        document_withdraw(actor=actor, document=decision, reason=reason, at=at, about=removed.file_uid)
    projection_write(actor=actor, institution=removed.institution, since=day, source_no=removed.number)
    return removed


def take_off(*, actor: User, entry: ListEntry, kind: str, reason: str, at: datetime) -> ListEntry:
    """End one entry in force; the caller writes the projection. Being blacklisted, or the end of the
    institution, ends an entry by rule, whoever acts."""
    day = timezone.localdate(at)
    first_off = day if entry.starts_on is None else max(day, entry.starts_on)
    by_rule = kind in {RemovalKind.BLACKLISTED, RemovalKind.CLOSED}
    return transition(
        entry,
        "give_way" if by_rule else "remove",
        actor=actor,
        reason=reason,
        at=at,
        values={
            "removal_kind": kind,
            "removal_reason": reason.strip()[:300],
            "removed_on": first_off,
            "span": DateRange(entry.starts_on, first_off),
        },
        event=ListEntryRemoved(entry.uid, entry.institution.uid, entry.kind, first_off, kind),
    )


@transaction.atomic
def entries_expire(*, actor: User, at: datetime | None = None) -> int:
    """Daily: end entries whose last day is past. Returns how many; a second run does nothing."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    due = ListEntry.objects.select_for_update(of=("self",)).in_force().filter(planned_end_on__lt=today)
    count = 0
    for entry in due.select_related("institution").order_by("institution_id", "pk"):
        assert entry.planned_end_on is not None
        first_off = entry.planned_end_on + timedelta(days=1)
        removed = transition(
            entry,
            "expire",
            actor=actor,
            reason=f"列入期限至 {entry.planned_end_on:%Y-%m-%d} 届满",
            at=at,
            values={
                "removal_kind": RemovalKind.EXPIRED,
                "removal_reason": f"列入期限至 {entry.planned_end_on:%Y-%m-%d} 届满",
                "removed_on": first_off,
                "span": DateRange(entry.starts_on, first_off),
            },
            event=ListEntryRemoved(
                entry.uid, entry.institution.uid, entry.kind, first_off, RemovalKind.EXPIRED
            ),
        )
        projection_write(
            actor=actor, institution=removed.institution, since=first_off, source_no=removed.number
        )
        count += 1
    return count


def listings_end_on_close(event: InstitutionStateChanged) -> None:
    """An institution that closes or is banned leaves the white and red lists on that day; a black entry
    runs on, so that closing is no way off it."""
    if event.after not in ENDING_STATES:
        return
    at = timezone.now()
    rows = (
        ListEntry.objects.select_for_update(of=("self",))
        .in_force()
        .filter(institution__uid=event.institution_uid, kind__in=[ListKind.WHITE, ListKind.RED])
    )
    entries = list(rows.select_related("institution").order_by("pk"))
    if not entries:
        return
    actor = system_user()
    for entry in entries:
        take_off(actor=actor, entry=entry, kind=RemovalKind.CLOSED, reason=ENDING_STATES[event.after], at=at)
    projection_write(
        actor=actor,
        institution=entries[0].institution,
        since=timezone.localdate(at),
        source_no=entries[0].number,
    )


audit.verb("blacklist.listentry_remove", "移出名单")
audit.verb("blacklist.listentry_expire", "期满移出名单")
audit.verb("blacklist.listentry_give_way", "依规则移出名单")
