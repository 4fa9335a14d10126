"""The run-away day: every open contract of one institution gets its place in the order and its refund application.

Places are given at once, under a lock on the event; applications are opened set-wise, a chunk a transaction, in
the order of the places. Pressed again, by two people, or after a crash: each contract has one place and one open
application.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.canonical import sha256_hex
from casework.deadlines import CalendarMissing
from casework.deadlines.services import deadline_cancel, deadlines_start
from casework.errors import WrongState
from casework.jobs import enqueue, job_fail, job_finish, job_progress, job_start
from casework.models import JobRun, JobState
from casework.steps import lock, require
from funds.models import (
    OPEN_REFUND,
    UNDECIDED_REFUND,
    Contract,
    Refund,
    RefundGround,
    RunawayClaim,
    RunawayEvent,
    new_order_no,
)
from funds.refunding import Working, refund_workings
from funds.selectors.runaways import claim_totals, lapsed_claims, unlisted_contracts
from funds.services.refunds import AGREE, ANSWER, MAY_REFUND
from funds.texting import tell

CHUNK = 500
OPEN = "funds.claims_open"
OVER = (JobState.DONE, JobState.FAILED)
APPROVE_JOB = "runaway_approve"  # of the decision about all of them; one job of an event at a time
KIND = "runaway_claims"
STILL_OPEN = "机构还在办学，退费由各家自己申请。机构已经停业或者失联的，先“更正事件”，再开立。"
NO_WAIT = "机构失联，不等机构答复，由教育局直接受理（事件 {}）"


@database.atomic
def claims_list(*, actor: User, event: RunawayEvent, at: datetime | None = None) -> RunawayEvent:
    """Give every contract with money its place, behind those that have one, and let a worker open the applications.

    A place whose application was withdrawn or rejected waits again when the family still has money.
    A second press while the work goes on changes nothing and points at the same job. Raises NotAllowed,
    WrongState (closed, the institution is still running, nothing new and nothing waiting).
    """
    require(actor, OPEN)
    at = at or timezone.now()
    locked = lock(event)
    if locked.status != "HANDLING":
        raise WrongState(f"事件{locked.get_status_display()}，不能开立退费申请。")
    if not locked.is_over:
        raise WrongState(STILL_OPEN)
    if locked.job is not None and locked.job.kind == APPROVE_JOB and locked.job.state not in OVER:
        raise WrongState("正在统一审定退费。请等审定完成后再开立。")
    again, added = _again(locked), _list(locked, at)
    waiting = RunawayClaim.objects.filter(event=locked, state="WAITING").count()
    if not waiting:
        raise WrongState("没有还没列入的合同：有余额的合同都已开立退费申请。")
    if added or again:
        changes = {"claims": [None, added], "again": [None, again]}
        audit.record(
            actor=actor,
            verb="funds.claims_list",
            target=locked,
            changes=changes,
            about=locked.file_uid,
            at=at,
        )
    if locked.job is None or locked.job.kind != KIND or locked.job.state in OVER:
        label = f"开立退费申请：{locked.institution.name}"[:120]
        locked.job = job_start(actor=actor, bureau=locked.bureau, kind=KIND, label=label, total=waiting)
        locked.save(update_fields=["job", "updated_at"])
    enqueue("funds.runaway_tasks.open_claims", locked.pk, actor.pk)
    return locked


def _again(event: RunawayEvent) -> int:
    """Families whose application came to nothing wait again, at their own place."""
    return lapsed_claims(event).update(state="WAITING", refund=None, reason="", opened_at=None)


def _list(event: RunawayEvent, at: datetime) -> int:
    last = RunawayClaim.objects.filter(event=event).aggregate(seq=Max("seq"))["seq"] or 0
    keys = unlisted_contracts(event).values_list("pk", flat=True)
    rows = [
        RunawayClaim(event=event, seq=seq, contract_id=pk, listed_at=at)
        for seq, pk in enumerate(keys, start=last + 1)
    ]
    RunawayClaim.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def claims_open(*, actor: User, event_id: int, at: datetime | None = None) -> int:
    """Open the applications of all waiting places, chunk by chunk; how many were opened. Safe to run again.

    The job that people watch ends in every case, as done or as failed. Raises NotAllowed.
    """
    total = 0
    try:
        require(actor, OPEN)
        while (opened := _chunk(actor, event_id, at or timezone.now())) is not None:
            total += opened
            if (job := _job(event_id)) is not None:
                waiting = RunawayClaim.objects.filter(event=event_id, state="WAITING").count()
                job_progress(job, job.total - min(job.total, waiting))
    except Exception:
        if (job := _job(event_id)) is not None and job.state != JobState.DONE:
            job_fail(job, "开立没有完成，已开立的保留。请再按一次“开立退费申请”继续。")
        raise
    _finish(event_id)
    return total


def _job(event_id: int) -> JobRun | None:
    """The job that people watch now: a press after a failure has put a new one in the place of the old."""
    jobs = RunawayEvent.objects.filter(pk=event_id).values("job")
    return JobRun.objects.filter(pk__in=jobs, kind=KIND).first()


def _finish(event_id: int) -> None:
    """Whoever finds nothing left ends the job, however it stood: nobody else will."""
    job = _job(event_id)
    if job is None:
        return
    event = RunawayEvent.objects.get(pk=event_id)
    totals = claim_totals(event)
    job_finish(
        job,
        message=f"已开立 {totals.opened} 件，此前已有申请 {totals.stood} 件，没有余额 {totals.nothing} 件",
        result={"url": f"/desk/funds/runaways/{event.uid}/claims/"},
    )


@dataclass
class _Batch:
    """What one chunk found."""

    claims: list[RunawayClaim]
    contracts: dict[int, Contract]
    standing: dict[int, Refund]
    workings: dict[int, Working]


@database.atomic
def _chunk(actor: User, event_id: int, at: datetime) -> int | None:
    """The next places in order; None when no one waits."""
    event = RunawayEvent.objects.select_for_update().get(pk=event_id)
    claims = list(RunawayClaim.objects.filter(event=event, state="WAITING").order_by("seq")[:CHUNK])
    if not claims or event.status != "HANDLING":
        return None
    batch = _read(claims, timezone.localdate(at))
    opened = [_claim(actor, event, claim, batch, at) for claim in claims]
    fresh = [refund for refund in opened if refund is not None]
    _number(fresh)
    _answer_term(actor, event, fresh, timezone.localdate(at))
    Refund.objects.bulk_create(fresh, batch_size=500)
    restated = _restate(actor, event, batch, at)
    RunawayClaim.objects.bulk_update(claims, ["state", "refund", "reason", "opened_at"], batch_size=500)
    marks = sorted([str(row.uid), str(row.contract.uid), row.amount_fen] for row in (*fresh, *restated))
    changes: dict[str, list[Any]] = {
        "claims": [0, len(fresh)],
        "fen": [0, sum(row.amount_fen for row in fresh)],
        "restated": [0, len(restated)],
        "sha256": [None, sha256_hex(marks)],
    }
    audit.record(
        actor=actor, verb="funds.claims_open", target=event, changes=changes, about=event.file_uid, at=at
    )
    for row in (*fresh, *restated):
        tell(actor=actor, contract=row.contract, kind="REFUND", on=timezone.localdate(at))
    return len(fresh)


def _read(claims: list[RunawayClaim], today: date) -> _Batch:
    """Lock the contracts; whoever applies for a refund locks its contract too."""
    keys = [claim.contract_id for claim in claims]
    rows = Contract.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    rows = rows.select_related("region", "family", "institution", "bureau")
    contracts = {row.pk: row for row in rows.order_by("pk")}
    # Decided refunds are locked before their contract where the bank's answer is booked; here they are only read.
    undecided = Refund.objects.select_for_update().filter(contract__in=keys, status__in=UNDECIDED_REFUND)
    list(undecided.order_by("pk"))
    refunds = Refund.objects.filter(contract__in=keys, status__in=OPEN_REFUND)
    standing = {row.contract_id: row for row in refunds.order_by("pk")}
    decided = {pk for pk, row in standing.items() if row.status not in UNDECIDED_REFUND}
    asked = [row for row in contracts.values() if row.pk not in decided]
    return _Batch(claims, contracts, standing, refund_workings(asked, RefundGround.INSTITUTION, today))


def _claim(
    actor: User, event: RunawayEvent, claim: RunawayClaim, batch: _Batch, at: datetime
) -> Refund | None:
    """Fill the claim; the new application when there is one."""
    contract = batch.contracts[claim.contract_id]
    claim.opened_at = at
    if (stands := batch.standing.get(contract.pk)) is not None:
        claim.state, claim.refund = "STOOD", stands
        return None
    working = batch.workings[contract.pk]
    if contract.status not in MAY_REFUND or working.rest <= 0:
        claim.state = "NOTHING"
        claim.reason = (
            "学费已经消完" if contract.status in MAY_REFUND else f"合同{contract.get_status_display()}"
        )
        return None
    claim.state, claim.refund = "OPENED", _refund(actor, event, contract, working, at)
    return claim.refund


def _refund(actor: User, event: RunawayEvent, contract: Contract, working: Working, at: datetime) -> Refund:
    root: dict[str, Any] = {
        "bureau": contract.bureau, "region": contract.region, "region_path": contract.region_path,
        "created_by": actor,
    }  # fmt: skip
    return Refund(
        **root,
        contract=contract,
        ground=RefundGround.INSTITUTION,
        statement=f"{event.get_kind_display()}（{event.found_on:%Y-%m-%d} 发现），由教育局统一代家长申请",
        applied_at=at,
        working=working.stored(),
        amount_fen=working.amount,
        kept_fen=working.kept,
    )


def _restate(actor: User, event: RunawayEvent, batch: _Batch, at: datetime) -> list[Refund]:
    """Who had applied already is owed no less than those for whom the bureau applies, and waits no longer."""
    rows = [row for row in batch.standing.values() if row.status in UNDECIDED_REFUND]
    words = f"{event.get_kind_display()}（{event.found_on:%Y-%m-%d} 发现），改按机构原因计算"
    for row in rows:
        row.contract = batch.contracts[row.contract_id]
        working = batch.workings[row.contract_id]
        values = {
            "ground": RefundGround.INSTITUTION, "amount_fen": working.amount, "kept_fen": working.kept,
            "statement": f"{row.statement[: 299 - len(words)]}；{words}".strip("；"),
        }  # fmt: skip
        row.working = working.stored()
        changes: dict[str, list[Any]] = {}
        if row.status == "APPLIED" and not event.is_reachable:
            changes["answer_due_on"] = [row.answer_due_on, None]
            row.answer_due_on, row.due_explanation = None, [NO_WAIT.format(f"{event.found_on:%Y-%m-%d}")]
            deadline_cancel(
                actor=actor, subject_uid=row.uid, kind=ANSWER, on=timezone.localdate(at), reason=words
            )
        for name, value in values.items():
            changes[name] = [getattr(row, name), value]
            setattr(row, name, value)
        row.version, row.updated_at = row.version + 1, at
        audit.record(
            actor=actor, verb="funds.refund_restate", target=row, changes=changes, about=event.file_uid, at=at
        )
    names = [
        "ground", "amount_fen", "kept_fen", "statement", "working", "answer_due_on", "due_explanation", "version",
        "updated_at",
    ]  # fmt: skip
    Refund.objects.bulk_update(rows, names, batch_size=500)
    return rows


def _number(rows: Sequence[Refund]) -> None:
    """Numbers that no refund bears: drawn, then asked once for all."""
    open_rows = list(rows)
    while open_rows:
        for row in open_rows:
            row.number = f"T{new_order_no()}"
        drawn: dict[str, Refund] = {row.number: row for row in rows}
        taken = set(Refund.objects.filter(number__in=list(drawn)).values_list("number", flat=True))
        open_rows = [row for row in rows if row.number in taken or drawn[row.number] is not row]


def _answer_term(actor: User, event: RunawayEvent, rows: Sequence[Refund], today: date) -> None:
    """Who can be reached has its term to answer; nobody waits for who cannot."""
    if not rows:
        return
    if not event.is_reachable:
        for row in rows:
            row.due_explanation = [NO_WAIT.format(f"{event.found_on:%Y-%m-%d}")]
        return
    term = policy.term(AGREE, region=event.region, on=today)
    try:
        computed = deadlines_start(
            actor=actor, bureau=event.bureau, subjects=rows, kind=ANSWER, label="机构答复退费申请", term=term,
            starts_on=today,
        )  # fmt: skip
    except CalendarMissing as missing:
        for row in rows:
            row.due_explanation = [missing.message]
        return
    for row in rows:
        row.answer_due_on, row.due_explanation = computed.due_on, list(computed.explanation)


audit.verb("funds.claims_list", "把合同列入退费登记")
audit.verb("funds.claims_open", "批量开立退费申请")
audit.verb("funds.refund_restate", "机构停业失联，改按机构原因计算退费")
