"""White and red list batches: drawing up, review, publication."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone

from accounts.models import Bureau, User
from blacklist import papers, rules
from blacklist.events import ListEntryPublished
from blacklist.models import BatchCandidate, BatchStatus, EntryStatus, ListBatch, ListEntry, ListKind
from blacklist.services.common import issuing_organ, paper_issue, projection_write, require, startable
from casework import audit, events
from casework.errors import Unlawful, WrongState
from casework.models import OfficialDocument
from casework.records import record_create, record_update, root_fields
from casework.workflow import transition
from institutions.models import Institution


@transaction.atomic
def batch_create(
    *,
    actor: User,
    title: str,
    basis: str,
    note: str = "",
    list_kind: str = ListKind.WHITE,
    at: datetime | None = None,
    bureau: Bureau | None = None,
) -> ListBatch:
    """Open a batch and draw its candidates up from the register: every place that has not ended, with the
    reasons against it; eligible ones are ticked. Raises NotAllowed, Unlawful."""
    require(actor, "blacklist.batch_edit", "拟定名单批次")
    owner = bureau or actor.bureau
    if owner is None:
        raise Unlawful("系统账号拟定批次时须指明主管部门。")
    at = at or timezone.now()
    batch = ListBatch(
        **root_fields(actor=actor, region=owner.region, bureau=owner),
        list_kind=list_kind,
        title=title.strip(),
        basis=basis.strip(),
        note=note.strip(),
    )
    record_create(actor=actor, obj=batch, verb="blacklist.listbatch_create", at=at)
    return _draw(actor, batch, at)


@transaction.atomic
def batch_edit(
    *, actor: User, batch: ListBatch, values: dict[str, Any], version: int | None = None
) -> ListBatch:
    """Change title, basis or note of a batch being drawn up. Raises StaleVersion, WrongState."""
    require(actor, "blacklist.batch_edit", "拟定名单批次")
    _only_draft(batch)
    return record_update(
        actor=actor, obj=batch, values=values, verb="blacklist.listbatch_edit", version=version
    )


@transaction.atomic
def batch_redraw(*, actor: User, batch: ListBatch, at: datetime | None = None) -> ListBatch:
    """Check the register again; ticks that officers took away stay away. Raises WrongState after submission."""
    require(actor, "blacklist.batch_edit", "拟定名单批次")
    locked = ListBatch.objects.select_for_update().get(pk=batch.pk)
    _only_draft(locked)
    return _draw(actor, locked, at or timezone.now())


@transaction.atomic
def batch_choose(
    *, actor: User, batch: ListBatch, included: Iterable[int], version: int | None = None
) -> ListBatch:
    """Tick exactly the candidates with these ids. Raises Unlawful when one of them is not eligible."""
    require(actor, "blacklist.batch_edit", "拟定名单批次")
    _only_draft(batch)
    wanted = set(included)
    before = list(batch.candidates.filter(is_included=True).values_list("pk", flat=True))
    refused = list(
        batch.candidates.filter(pk__in=wanted, is_eligible=False).select_related("institution")[:3]
    )
    if refused:
        names = "、".join(item.institution.name for item in refused)
        raise Unlawful(f"{names}不符合条件，不能勾选。请取消勾选后保存。")
    locked = ListBatch.objects.select_for_update().get(pk=batch.pk)
    locked = record_update(
        actor=actor, obj=locked, values={}, verb="blacklist.listbatch_choose", version=version
    )
    if wanted == set(before):
        return locked
    batch.candidates.filter(is_eligible=True).exclude(pk__in=wanted).update(is_included=False)
    batch.candidates.filter(is_eligible=True, pk__in=wanted).update(is_included=True)
    now = batch.candidates.filter(is_included=True).count()
    locked.version += 1
    locked.save(update_fields=["version", "updated_at"])
    audit.record(
        actor=actor,
        verb="blacklist.listbatch_choose",
        target=locked,
        changes={"included": [len(before), now]},
    )
    return locked


@transaction.atomic
def batch_submit(*, actor: User, batch: ListBatch, at: datetime | None = None) -> ListBatch:
    """Send a drawn-up batch to review. Raises Blocked with every institution that no longer qualifies."""
    at = at or timezone.now()
    with rules.acting_on(timezone.localdate(at)):
        return transition(batch, "submit", actor=actor, at=at)


@transaction.atomic
def batch_approve(*, actor: User, batch: ListBatch, at: datetime | None = None) -> ListBatch:
    """Approve a reviewed batch; who drew it up cannot. Raises Blocked, NotAllowed."""
    at = at or timezone.now()
    with rules.acting_on(timezone.localdate(at)):
        return transition(batch, "approve", actor=actor, at=at, values={"approved_by": actor})


@transaction.atomic
def batch_return(*, actor: User, batch: ListBatch, reason: str, at: datetime | None = None) -> ListBatch:
    """Send a batch back to drawing up, with the reason."""
    return transition(
        batch, "return", actor=actor, reason=reason, at=at, values={"approved_by": None, "approved_at": None}
    )


@transaction.atomic
def batch_drop(*, actor: User, batch: ListBatch, reason: str, at: datetime | None = None) -> ListBatch:
    """Give a batch up before publication; it stays listed as 已作废."""
    return transition(batch, "drop", actor=actor, reason=reason, at=at)


@transaction.atomic
def batch_publish(*, actor: User, batch: ListBatch, at: datetime | None = None) -> ListBatch:
    """Publish an approved batch: entries, list status of every institution, announcement with number.

    Everything commits together, so the public pages and the register agree at any moment. The batch
    number and the document number are taken here. Raises Blocked, WrongState, NotAllowed.
    """
    at = at or timezone.now()
    day = timezone.localdate(at)
    Bureau.objects.select_for_update(no_key=True).get(pk=batch.bureau_id)
    rows = ListBatch.objects.select_for_update(of=("self",)).select_related("bureau__region")
    with rules.acting_on(day):
        locked = startable(rows.get(pk=batch.pk), "publish", actor)
        institutions = _chosen(locked)
        batch_no = _next_batch_no(locked)
        document = _announce(actor, locked, institutions, batch_no, at)
        published = transition(
            locked,
            "publish",
            actor=actor,
            at=at,
            values={"batch_no": batch_no, "published_on": day, "document": document},
        )
    for institution in institutions:
        _enter(actor, published, institution, document, at)
    return published


def _announce(
    actor: User, batch: ListBatch, institutions: list[Institution], batch_no: int, at: datetime
) -> OfficialDocument:
    organ = issuing_organ(actor, batch.bureau)
    content = papers.batch_announcement(
        batch, organ=organ, batch_no=batch_no, institutions=institutions, day=timezone.localdate(at)
    )
    kind = papers.BATCH_KINDS[batch.list_kind][0]
    return paper_issue(
        actor=actor, bureau=batch.bureau, kind=kind, subject=batch, content=content, party="", at=at
    )


def _enter(
    actor: User, batch: ListBatch, institution: Institution, document: OfficialDocument, at: datetime
) -> None:
    day = timezone.localdate(at)
    entry = ListEntry(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
        kind=batch.list_kind,
        batch=batch,
        status=EntryStatus.PUBLISHED,
        basis=batch.basis,
        starts_on=day,
        published_at=at,
        document=document,
        span=DateRange(day, None),
    )
    record_create(actor=actor, obj=entry, verb="blacklist.listentry_publish", at=at)
    projection_write(actor=actor, institution=institution, since=day, source_no=document.number)
    events.publish(ListEntryPublished(entry.uid, institution.uid, entry.kind, day, document.number))


def _chosen(batch: ListBatch) -> list[Institution]:
    """Ticked institutions, locked in primary-key order."""
    ids = batch.candidates.filter(is_included=True).values("institution_id")
    rows = Institution.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    return list(rows.select_related("region", "bureau__region").order_by("pk"))


def _next_batch_no(batch: ListBatch) -> int:
    last = ListBatch.objects.filter(bureau=batch.bureau, list_kind=batch.list_kind).aggregate(
        n=Max("batch_no")
    )["n"]
    return int(last or 0) + 1


def _only_draft(batch: ListBatch) -> None:
    if batch.status != BatchStatus.DRAFT:
        raise WrongState(f"批次现在是“{batch.get_status_display()}”，退回拟定后才能修改。")


def _draw(actor: User, batch: ListBatch, at: datetime) -> ListBatch:
    day: date = timezone.localdate(at)
    untick = set(
        batch.candidates.filter(is_eligible=True, is_included=False).values_list("institution_id", flat=True)
    )
    institutions = list(Institution.objects.filter(bureau=batch.bureau).present().order_by("name_norm", "pk"))
    found = rules.reasons_by_institution(list_kind=batch.list_kind, institutions=institutions, day=day)
    batch.candidates.all().delete()
    rows = [
        BatchCandidate(
            batch=batch,
            institution=item,
            is_eligible=not found[item.pk],
            is_included=not found[item.pk] and item.pk not in untick,
            reasons=found[item.pk],
        )
        for item in institutions
    ]
    BatchCandidate.objects.bulk_create(rows, batch_size=500)
    included = sum(row.is_included for row in rows)
    batch.drawn_on = day
    batch.version += 1
    batch.save(update_fields=["drawn_on", "version", "updated_at"])
    audit.record(
        actor=actor,
        verb="blacklist.listbatch_redraw",
        target=batch,
        changes={"candidates": [None, len(rows)], "included": [None, included]},
        at=at,
    )
    return batch


audit.verb("blacklist.listbatch_create", "拟定名单批次")
audit.verb("blacklist.listbatch_edit", "修改名单批次")
audit.verb("blacklist.listbatch_choose", "勾选拟列入机构")
audit.verb("blacklist.listbatch_redraw", "核查候选机构")
audit.verb("blacklist.listbatch_submit", "名单批次送审")
audit.verb("blacklist.listbatch_approve", "审定名单批次")
audit.verb("blacklist.listbatch_return", "退回名单批次")
audit.verb("blacklist.listbatch_drop", "作废名单批次")
audit.verb("blacklist.listbatch_publish", "公布名单批次")
