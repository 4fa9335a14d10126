"""Decisions about all families of one run-away at once: unconfirmed lessons, and the approval of their refunds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import DomainError, Unlawful, WrongState
from casework.jobs import enqueue, job_fail, job_finish, job_start
from casework.models import JobRun, JobState
from casework.steps import lock, require
from funds.models import Contract, Lesson, LessonStatus, Refund, RunawayEvent
from funds.selectors.runaway_decisions import (
    Decidable,
    decidable,
    lessons_mark,
    unconfirmed_lessons,
    undecided_refunds,
)
from funds.services.consuming import CHUNK, lessons_settle
from funds.services.refunds import refund_approve, refund_mediate
from funds.services.runaway_claims import APPROVE_JOB, KIND, OVER
from funds.texting import tell

DECIDE = "funds.claims_decide"


@database.atomic
def claims_lessons_decide(
    *,
    actor: User,
    event: RunawayEvent,
    outcome: str,
    decision: str,
    mark: str = "",
    at: datetime | None = None,
) -> int:
    """Decide the unconfirmed lessons of the event's families: CONFIRMED (it counts) or CANCELLED; how many.

    `mark` is the digest of the lessons that were shown (`lessons_mark`). While a family may still answer, its lesson is
    not confirmed. Lessons to which a family objects stay for a decision of their own. Raises NotAllowed, WrongState
    (closed, applications are being opened, nothing waits), Unlawful (no reason, no such outcome, others than shown).
    """
    locked = _handled(actor, event, decision)
    at, words = at or timezone.now(), decision.strip()[:200]
    if outcome not in {"CONFIRMED", "CANCELLED"}:
        raise Unlawful("请选择认定已授课或者未授课。")
    _opening_is_over(locked, "认定")
    waiting = _lessons_locked(locked)
    if mark and mark != lessons_mark(locked):
        raise Unlawful("页面打开以后课时有变动。请按下面现在的课时重新核对，再认定。")
    settle = _upheld if outcome == "CONFIRMED" else _cancelled
    lessons, fen = settle(actor, locked, waiting, words, at)
    if not lessons:
        raise WrongState("没有等家长确认的课时，或者家长的答复期限都没有到。请刷新页面查看。")
    changes: dict[str, list[Any]] = {
        "lessons": [0, len(lessons)],
        "status": ["TAUGHT", outcome],
        "fen": [0, fen],
        "sha256": [None, sha256_hex(sorted(str(row.uid) for row in lessons))],
    }
    audit.record(
        actor=actor, verb="funds.claims_lessons_decide", target=locked, changes=changes, reason=words,
        about=locked.file_uid, at=at,
    )  # fmt: skip
    touched = Contract.objects.filter(pk__in={row.contract_id for row in lessons})
    for contract in touched.select_related("family", "bureau").order_by("pk"):
        tell(actor=actor, contract=contract, kind="REFUND", on=timezone.localdate(at))
    return len(lessons)


def _handled(actor: User, event: RunawayEvent, decision: str) -> RunawayEvent:
    require(actor, DECIDE)
    locked = lock(event)
    if locked.status != "HANDLING":
        raise WrongState(f"事件{locked.get_status_display()}，不能再统一办理。请先重新处置。")
    if not decision.strip():
        raise Unlawful("请写明意见和理由。")
    return locked


def _opening_is_over(event: RunawayEvent, what: str) -> None:
    if event.job is not None and event.job.kind == KIND and event.job.state not in OVER:
        raise WrongState(f"退费申请还在开立。请等开立完成后再统一{what}。")


def _lessons_locked(event: RunawayEvent) -> list[Lesson]:
    """All contracts first, in order, then their lessons: whoever decides a single one locks in the same order."""
    keys = unconfirmed_lessons(event).values("contract")
    list(Contract.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    rows = unconfirmed_lessons(event).select_for_update(of=("self",))
    return list(rows.order_by("contract_id", "taught_on", "slot", "pk"))


def _upheld(
    actor: User, event: RunawayEvent, lessons: list[Lesson], words: str, at: datetime
) -> tuple[list[Lesson], int]:
    today = timezone.localdate(at)
    waiting = [row for row in lessons if row.due_on is None or row.due_on < today]
    for start in range(0, len(waiting), CHUNK):
        lessons_settle(
            actor=actor, institution=event.institution, status=LessonStatus.CONFIRMED, at=at,
            lesson_ids=[row.pk for row in waiting[start : start + CHUNK]], decision=words, decided_by=actor,
        )  # fmt: skip
    done = Lesson.objects.filter(pk__in=[row.pk for row in waiting], status="CONFIRMED", confirmed_at=at)
    rows = list(done.filter(decided_by=actor))
    return rows, sum(row.fen for row in rows)


def _cancelled(
    actor: User, event: RunawayEvent, lessons: list[Lesson], words: str, at: datetime
) -> tuple[list[Lesson], int]:
    keys = [row.pk for row in lessons]
    Lesson.objects.filter(pk__in=keys).update(status="CANCELLED", decision=words, decided_by=actor)
    return lessons, 0


@database.atomic
def claims_approve(
    *,
    actor: User,
    event: RunawayEvent,
    count: int,
    fen: int,
    decision: str,
    mark: str = "",
    at: datetime | None = None,
) -> RunawayEvent:
    """Let a worker approve the event's refunds that are ready, exactly those that were shown.

    `count`, `fen` and `mark` (`Decidable.mark`) are what the page showed.
    Pressed again while it goes on: the same job. Raises NotAllowed, WrongState (closed, applications are being
    opened, nothing ready), Unlawful (no opinion; other refunds than those shown).
    """
    locked = _handled(actor, event, decision)
    job = locked.job
    runs = job is not None and job.state not in OVER
    _opening_is_over(locked, "审定")
    _same(decidable(actor, locked, timezone.localdate(at or timezone.now())), count, fen, mark)
    if job is None or not runs:
        label = f"审定退费：{locked.institution.name}"[:120]
        job = job_start(actor=actor, bureau=locked.bureau, kind=APPROVE_JOB, label=label)
        locked.job = job
        locked.save(update_fields=["job", "updated_at"])
    task = "funds.runaway_tasks.approve_claims"
    enqueue(
        task, locked.pk, actor.pk, job.pk, {"count": count, "fen": fen, "mark": mark, "decision": decision}
    )
    return locked


def _same(found: Decidable, count: int, fen: int, mark: str) -> None:
    if not found.count:
        raise WrongState("没有可以统一审定的退费。请刷新页面查看。")
    if (found.count, found.fen) != (count, fen):
        raise Unlawful(
            f"页面上是 {count:,} 件、{fen / 100:,.2f} 元，现在是 {found.count:,} 件、{found.fen / 100:,.2f} 元。"
            "请按下面现在的数重新核对后再审定。"
        )
    if mark and mark != found.mark:
        raise Unlawful("件数和合计没有变，但不是原来那些退费或者金额有变动。请重新核对后再审定。")


def claims_approve_run(
    *,
    actor: User,
    event_id: int,
    job_id: int,
    count: int,
    fen: int,
    decision: str,
    mark: str = "",
    at: datetime | None = None,
) -> int:
    """Approve all of them or none; how many. Run again after it was done it changes nothing.

    The job ends in every case. Raises NotAllowed, WrongState, Unlawful (others than those shown).
    """
    try:
        return _run(actor, event_id, job_id, (count, fen, mark), decision, at or timezone.now())
    except Exception as error:
        told = error.message if isinstance(error, DomainError) else "审定没有完成。"
        job = JobRun.objects.get(pk=job_id)
        if job.state != JobState.DONE:
            job_fail(job, f"{told}一件也没有审定，请再办理一次。")
        raise


@database.atomic
def _run(
    actor: User, event_id: int, job_id: int, shown: tuple[int, int, str], decision: str, at: datetime
) -> int:
    event = RunawayEvent.objects.select_for_update().get(pk=event_id)
    job = JobRun.objects.select_for_update().get(pk=job_id)
    if job.state == JobState.DONE:
        return 0
    _handled(actor, event, decision)
    found = _locked(actor, event, timezone.localdate(at))
    _same(found, *shown)
    marks = [_approved(actor, row, decision, at) for row, _ in found.rows]
    _record(actor, event, found, marks, decision, at)
    url = f"/desk/funds/runaways/{event.uid}/claims/"
    job_finish(job, message=f"已审定 {found.count} 件，合计 {found.fen / 100:,.2f} 元", result={"url": url})
    return found.count


def _locked(actor: User, event: RunawayEvent, today: date) -> Decidable:
    """Contracts before their refunds, as whoever decides a single one does."""
    rows = undecided_refunds(event)
    keys = list(rows.values_list("contract_id", flat=True))
    list(Contract.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    list(rows.select_for_update(of=("self",)))
    return decidable(actor, event, today)


def _approved(actor: User, refund: Refund, decision: str, at: datetime) -> list[Any]:
    """Through the same steps as a refund alone, each with its own place on the timeline."""
    try:
        row = refund_mediate(actor=actor, refund=refund, at=at) if refund.status == "APPLIED" else refund
        done = refund_approve(actor=actor, refund=row, decision=decision, at=at)
    except DomainError as error:
        raise Unlawful(f"退费 {refund.number} 不能审定：{error.message}") from error
    return [str(done.uid), str(done.contract.uid), done.amount_fen]


def _record(
    actor: User, event: RunawayEvent, found: Decidable, marks: list[list[Any]], decision: str, at: datetime
) -> None:
    changes: dict[str, list[Any]] = {
        "refunds": [0, found.count],
        "fen": [0, found.fen],
        "kept_fen": [0, found.kept_fen],
        "sha256": [None, sha256_hex(sorted(marks))],
    }
    audit.record(
        actor=actor, verb="funds.claims_approve", target=event, changes=changes, reason=decision.strip()[:200],
        about=event.file_uid, at=at,
    )  # fmt: skip


audit.verb("funds.claims_lessons_decide", "统一认定未确认课时")
audit.verb("funds.claims_approve", "统一审定退费")
