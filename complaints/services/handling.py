"""The way of a clue through the house: first look, assignment, verification, end, and back again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import F
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.models.organisations import COUNTERPARTS
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_update
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from complaints import guards
from complaints.events import ClueClosed
from complaints.models import Clue, Outcome, Transfer, TransferKind, Verification, VerifyStatus
from complaints.services import clocks
from complaints.services.register import admission
from complaints.services.sites import clue_placed, clue_unplaced

FOUND = (Outcome.CONFIRMED, Outcome.PARTLY)


@database.atomic
def clue_release(*, actor: User, clue: Clue, at: datetime | None = None) -> Clue:
    """Let a quarantined report into the register: number, clock of acceptance. Raises NotAllowed, WrongState."""
    return _enter(actor, clue, "release", "", at or timezone.now())


@database.atomic
def clue_readmit(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Take a refused report up after all. Raises NotAllowed, WrongState, Unlawful."""
    return _enter(actor, clue, "readmit", reason, at or timezone.now())


def _enter(actor: User, clue: Clue, step: str, reason: str, at: datetime) -> Clue:
    locked = lock(clue)
    ready(locked, step, actor)
    admitted, event = admission(actor=actor, clue=locked, at=at)
    values = {**admitted, "rejected_reason": "", "is_spam_suspect": False}
    entered = transition(locked, step, actor=actor, reason=reason, at=at, values=values, event=event)
    if event is None:
        clue_placed(actor=actor, clue=entered, at=at)
    return entered


@database.atomic
def clue_reject(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Do not take a report up, with the reason. Raises NotAllowed, WrongState, Unlawful without a reason."""
    at = at or timezone.now()
    locked = lock(clue)
    clocks.clocks_cancel(actor, locked, timezone.localdate(at), reason)
    refused = transition(
        locked, "reject", actor=actor, reason=reason, at=at, values={"rejected_reason": reason}
    )
    if refused.number:
        clue_unplaced(actor=actor, clue=refused, at=at)
    return refused


@dataclass(frozen=True)
class Assignment:
    """To whom a clue goes. `assignee` is a person of the organ, or nobody yet."""

    organ: Organisation
    assignee: User | None = None
    is_complex: bool = False


@database.atomic
def clue_assign(*, actor: User, clue: Clue, to: Assignment, at: datetime | None = None) -> Clue:
    """Accept a clue and give it to a body: acceptance ends, handling begins.

    Raises NotAllowed, WrongState (somebody was faster), Unlawful for a body or person outside.
    """
    return _hand(actor, clue, "assign", TransferKind.ASSIGN, to, "", at or timezone.now())


@database.atomic
def clue_reassign(
    *, actor: User, clue: Clue, to: Assignment, reason: str, at: datetime | None = None
) -> Clue:
    """Give a clue to another body or person; its clock goes on. Raises NotAllowed, WrongState, Unlawful."""
    at = at or timezone.now()
    locked = lock(clue)
    if locked.assigned_organ_id == to.organ.pk:
        ready(locked, "reassign", actor)
        _check(locked, to)
        return record_update(
            actor=actor,
            obj=locked,
            values={"assignee": to.assignee},
            verb="complaints.clue_assignee",
            reason=reason,
            at=at,
        )
    values = _check(locked, to)
    Verification.objects.filter(clue=locked, status=VerifyStatus.ASKED).update(status=VerifyStatus.DROPPED)
    before = locked.assigned_organ
    moved = transition(locked, "reassign", actor=actor, reason=reason, at=at, values=values)
    _transfer(actor, moved, TransferKind.REASSIGN, before, to.organ, reason, at)
    return moved


def _hand(
    actor: User,
    clue: Clue,
    step: str,
    kind: TransferKind,
    to: Assignment,
    reason: str,
    at: datetime,
    **more: Any,
) -> Clue:
    locked = lock(clue)
    ready(locked, step, actor)
    values = {**_check(locked, to), **more}
    today = timezone.localdate(at)
    before = locked.assigned_organ
    clocks.accept_finish(actor, locked, today)
    clocks.handle_start(actor, locked, today, is_complex=to.is_complex)
    values |= {"due_on": locked.due_on, "due_explanation": locked.due_explanation}
    moved = transition(locked, step, actor=actor, reason=reason, at=at, values=values)
    _transfer(actor, moved, kind, before, to.organ, reason, at)
    return moved


def _check(clue: Clue, to: Assignment) -> dict[str, Any]:
    organ = to.organ
    if organ.bureau_id != clue.bureau_id or not organ.is_active or organ.kind in COUNTERPARTS:
        raise Unlawful("承办单位须是本级在用的行政部门或乡镇（街道）。")
    person = to.assignee
    if person is not None and (person.organisation_id != organ.pk or not person.is_active):
        raise Unlawful(f"{person.name}不在{organ.short_name}，请重新选择承办人。")
    return {"assigned_organ": organ, "assignee": person}


def _transfer(
    actor: User,
    clue: Clue,
    kind: TransferKind,
    before: Organisation | None,
    after: Organisation | None,
    reason: str,
    at: datetime,
) -> None:
    Transfer.objects.create(
        clue=clue,
        kind=kind,
        from_organ=before,
        to_organ=after,
        reason=reason[:300],
        done_at=at,
        done_by=actor,
    )


@database.atomic
def clue_give_back(*, actor: User, clue: Clue, reason: str, at: datetime | None = None) -> Clue:
    """Return a wrongly routed clue; it waits for acceptance again. Raises NotAllowed, WrongState, Blocked."""
    at = at or timezone.now()
    locked = lock(clue)
    ready(locked, "give_back", actor)
    today = timezone.localdate(at)
    before = locked.assigned_organ
    clocks.clocks_cancel(actor, locked, today, reason)
    clocks.accept_start(actor, locked, today)
    Verification.objects.filter(clue=locked, status=VerifyStatus.ASKED).update(status=VerifyStatus.DROPPED)
    values = {
        "assigned_organ": None,
        "assignee": None,
        "assigned_at": None,
        "due_on": None,
        "due_explanation": [],
        "accept_due_on": locked.accept_due_on,
        "accept_explanation": locked.accept_explanation,
    }
    back = transition(locked, "give_back", actor=actor, reason=reason, at=at, values=values)
    _transfer(actor, back, TransferKind.GIVE_BACK, before, None, reason, at)
    return back


@database.atomic
def clue_start(*, actor: User, clue: Clue, at: datetime | None = None) -> Clue:
    """Begin to look; who begins is in charge unless somebody was named. Raises NotAllowed, WrongState, Blocked."""
    locked = lock(clue)
    is_own = actor.organisation_id == locked.assigned_organ_id
    values = {"assignee": actor} if locked.assignee_id is None and is_own else {}
    return transition(locked, "start", actor=actor, at=at, values=values)


@database.atomic
def clue_close(
    *,
    actor: User,
    clue: Clue,
    outcome: str,
    outcome_note: str,
    public_answer: str,
    at: datetime | None = None,
) -> Clue:
    """End handling with one outcome, what was done, and an answer to the reporter.

    Raises NotAllowed, WrongState, Blocked without a look, Unlawful without outcome, note or answer.
    """
    at = at or timezone.now()
    if outcome and outcome not in Outcome.values:
        raise Unlawful("请选择办理结果。")
    locked = lock(clue)
    today = timezone.localdate(at)
    values = {
        "outcome": outcome,
        "outcome_note": outcome_note.strip(),
        "public_answer": public_answer.strip(),
        "closed_by": actor,
        "reopen_asked_at": None,
    }
    closed = transition(
        locked,
        "close",
        actor=actor,
        at=at,
        values=values,
        event=ClueClosed(
            locked.uid,
            locked.bureau_id,
            locked.number,
            locked.source_kind,
            locked.source_no,
            outcome,
            today,
        ),
    )
    Verification.objects.filter(clue=closed, status=VerifyStatus.ASKED).update(status=VerifyStatus.DROPPED)
    clocks.handle_finish(actor, closed, today)
    return closed


@database.atomic
def clue_fixed(*, actor: User, clue: Clue, note: str, at: datetime | None = None) -> Clue:
    """Confirm that the problem is gone; closing alone never says so. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, clocks.HANDLE)
    at = at or timezone.now()
    locked = lock(clue)
    refuse(guards.own_organ(locked, actor))
    if locked.outcome not in FOUND:
        raise WrongState("只有办结为属实或部分属实的线索才登记整改。")
    if locked.fixed_at is not None:
        raise WrongState("已经登记过整改。")
    if not note.strip():
        raise Unlawful("请写明怎样确认问题已经整改。")
    return record_update(
        actor=actor,
        obj=locked,
        values={"fixed_at": at},
        verb="complaints.clue_fixed",
        reason=note,
        at=at,
    )


@database.atomic
def clue_reopen(*, actor: User, clue: Clue, to: Assignment, reason: str, at: datetime | None = None) -> Clue:
    """Take a closed clue up again: new assignment, new clock, the earlier result stays in the trail.

    Raises NotAllowed, WrongState, Unlawful.
    """
    at = at or timezone.now()
    locked = lock(clue)
    earlier = locked.get_outcome_display()
    locked.merged_clues.exclude(solved="").update(solved="", solved_at=None, version=F("version") + 1)
    return _hand(
        actor,
        locked,
        "reopen",
        TransferKind.REOPEN,
        to,
        f"{reason}（原结果：{earlier}）" if reason.strip() else "",
        at,
        outcome="",
        closed_at=None,
        closed_by=None,
        verified_at=None,
        fixed_at=None,
        solved="",
        solved_at=None,
        reopen_asked_at=None,
        reopened_count=locked.reopened_count + 1,
    )


@database.atomic
def clue_edit(
    *,
    actor: User,
    clue: Clue,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Clue:
    """Put matter, violation, place or institution right while the clue is open. Raises NotAllowed, WrongState."""
    if not (actor.may("complaints.clue_triage") or actor.may(clocks.HANDLE)):
        require(actor, "complaints.clue_triage")
    locked = lock(clue)
    if not locked.is_open:
        raise WrongState(f"线索{locked.get_status_display()}，不能修改。")
    unknown = set(values) - {"kind", "violation", "institution", "region", "place_text"}
    if unknown:
        raise Unlawful(f"不能修改这些内容：{'、'.join(sorted(unknown))}。")
    edited = record_update(
        actor=actor, obj=clue, values=values, verb="complaints.clue_edit", version=version, at=at
    )
    clue_placed(actor=actor, clue=edited, at=at)
    return edited


for code, sentence in {
    "clue_release": "筛查通过",
    "clue_reject": "不予受理",
    "clue_readmit": "恢复受理",
    "clue_assign": "受理并分派",
    "clue_reassign": "改派",
    "clue_assignee": "变更承办人",
    "clue_give_back": "退回分派",
    "clue_start": "开始核查",
    "clue_close": "办结线索",
    "clue_fixed": "确认问题已整改",
    "clue_reopen": "重新办理",
    "clue_edit": "修改线索",
}.items():
    audit.verb(f"complaints.{code}", sentence)
