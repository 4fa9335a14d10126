"""The conversation with the reporter, who is known by a receipt code only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_update
from casework.steps import lock, refuse, require
from complaints import guards
from complaints.models import Clue, ClueMessage, MessageSide

WORDS_MAX = 2000
OFFICE = ("complaints.clue_handle", "complaints.clue_assign")


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
    "reopen_refuse": "不予重办",
}.items():
    audit.verb(f"complaints.{code}", sentence)
