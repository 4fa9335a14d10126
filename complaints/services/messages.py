"""The conversation with the reporter, who is known by a receipt code only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.context import NO_TRACE, current_trace
from casework.deadlines import compute, load_calendar
from casework.errors import Unlawful, WrongState
from casework.records import record_update
from casework.steps import lock, refuse, require
from complaints import guards, rules, wall
from complaints.models import Clue, ClueMessage, ClueStatus, MessageSide, Solved
from complaints.redaction import redact

WORDS_MAX = 2000
OFFICE = ("complaints.clue_handle", "complaints.clue_assign")


@contextmanager
def untraced() -> Iterator[None]:
    """Audit events inside carry no address and no request: they come from a citizen's request."""
    token = current_trace.set(NO_TRACE)
    try:
        yield
    finally:
        current_trace.reset(token)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise Unlawful("请写明要说的内容。")
    if len(words) > WORDS_MAX:
        raise Unlawful(f"一次最多 {WORDS_MAX} 字，请分几次说。")
    return words


@database.atomic
def message_send(*, actor: User, clue: Clue, text: str, at: datetime | None = None) -> ClueMessage:
    """Ask or tell the reporter something; whoever holds the receipt code reads it.

    Raises NotAllowed, Blocked, WrongState before the clue is registered, Unlawful without words.
    """
    if not any(actor.may(permission) for permission in OFFICE):
        require(actor, OFFICE[0])
    at = at or timezone.now()
    locked = lock(clue)
    if not locked.number:
        raise WrongState("线索还没有登记，不能与反映人联系。请先筛查。")
    if locked.assigned_organ_id is not None:
        refuse(guards.own_organ(locked, actor))
    message = ClueMessage.objects.create(
        clue=locked, side=MessageSide.OFFICE, text=_words(text), said_at=at, author=actor
    )
    audit.record(
        actor=actor,
        verb="complaints.message_send",
        target=locked,
        changes={"message": [None, str(message.uid)]},
        at=at,
    )
    return message


@database.atomic
def reporter_add(*, clue: Clue, text: str, at: datetime | None = None) -> ClueMessage:
    """The reporter adds something by receipt code: redacted for handlers, sealed as written. Raises Unlawful."""
    at = at or timezone.now()
    words = _words(text)
    with untraced():
        locked = lock(clue)
        message = ClueMessage.objects.create(
            clue=locked, side=MessageSide.REPORTER, text=redact(words).text[:WORDS_MAX], said_at=at
        )
        today = timezone.localdate(at)
        term = replace(policy.term(rules.RETENTION, region=locked.region, on=today), rolls_to_workday=False)
        wall.seal(
            clue_uid=locked.uid,
            content={"message": str(message.uid), "words": {"text": words}},
            shred_on=compute(term, today, load_calendar()).due_on,
            at=at,
        )
        audit.record(
            actor=system_user(),
            verb="complaints.reporter_add",
            target=locked,
            changes={"message": [None, str(message.uid)]},
            at=at,
        )
    return message


@database.atomic
def reporter_solved(*, clue: Clue, is_solved: bool, at: datetime | None = None) -> Clue:
    """The reporter says whether the problem is gone. Raises WrongState before handling ended."""
    at = at or timezone.now()
    with untraced():
        locked = lock(clue)
        _closed(locked)
        solved = Solved.YES if is_solved else Solved.NO
        return record_update(
            actor=system_user(),
            obj=locked,
            values={"solved": solved, "solved_at": at},
            verb="complaints.reporter_solved",
            at=at,
        )


@database.atomic
def reporter_reopen_ask(*, clue: Clue, text: str, at: datetime | None = None) -> Clue:
    """The reporter asks, with a reason, that a closed clue be handled again; the head decides.

    Raises WrongState before the end or while asked already, Unlawful after the days that policy gives.
    """
    at = at or timezone.now()
    with untraced():
        locked = lock(clue)
        _closed(locked)
        if locked.reopen_asked_at is not None:
            raise WrongState("您已经提出重办要求，请等待答复。")
        closed_on = timezone.localdate(locked.closed_at)
        most = policy.term("clue.reopen.window", region=locked.region, on=closed_on)
        last = compute(replace(most, rolls_to_workday=False), closed_on, load_calendar()).due_on
        if timezone.localdate(at) > last:
            raise Unlawful(f"办结已超过 {most}，不能再要求重办。情况有变化的，请重新反映。")
        reporter_add(clue=locked, text=text, at=at)
        return record_update(
            actor=system_user(),
            obj=locked,
            values={"reopen_asked_at": at, "solved": Solved.NO, "solved_at": at},
            verb="complaints.reporter_reopen_ask",
            at=at,
        )


def _closed(clue: Clue) -> None:
    if clue.status != ClueStatus.CLOSED:
        raise WrongState("这条线索还没有办结，办结后再请您评价。")


@database.atomic
def reopen_refuse(*, actor: User, clue: Clue, text: str, at: datetime | None = None) -> Clue:
    """Decline to handle a clue again, telling the reporter why. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, "complaints.clue_assign")
    at = at or timezone.now()
    locked = lock(clue)
    if locked.reopen_asked_at is None:
        raise WrongState("反映人没有要求重办。")
    message_send(actor=actor, clue=locked, text=text, at=at)
    return record_update(
        actor=actor,
        obj=locked,
        values={"reopen_asked_at": None},
        verb="complaints.reopen_refuse",
        reason=text[:300],
        at=at,
    )


for code, sentence in {
    "message_send": "向反映人发送消息",
    "reporter_add": "反映人补充情况",
    "reporter_solved": "反映人评价办理结果",
    "reporter_reopen_ask": "反映人要求重办",
    "reopen_refuse": "不予重办",
}.items():
    audit.verb(f"complaints.{code}", sentence)
