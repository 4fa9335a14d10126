"""Summons talks: invited, held, promises followed up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Organisation, User
from casework import audit
from casework.documents.services import document_issue, document_withdraw
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from institutions.models import Institution
from measures import guards, papers
from measures.models import Attendance, Talk, TalkParty, TalkStatus


@database.atomic
def talk_draft(
    *,
    actor: User,
    organ: Organisation,
    values: dict[str, Any],
    institutions: Iterable[Institution],
    at: datetime | None = None,
) -> Talk:
    """Draw a talk up. One place: it lies in that place's township, else in the whole area."""
    require(actor, "measures.talk_edit")
    places = list(institutions)
    region = places[0].region if len(places) == 1 else organ.bureau.region
    talk = Talk(**root_fields(actor=actor, region=region), organ=organ, **values)
    refuse(guards.own("organ")(talk, actor))
    record_create(
        actor=actor,
        obj=talk,
        verb="measures.talk_draft",
        about=places[0].uid if len(places) == 1 else None,
        at=at,
    )
    for place in places:
        TalkParty.objects.create(talk=talk, institution=place)
    return talk


@database.atomic
def talk_edit(
    *,
    actor: User,
    talk: Talk,
    values: dict[str, Any],
    institutions: Iterable[Institution] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Talk:
    """Change a draft and whom it summons."""
    require(actor, "measures.talk_edit")
    locked = lock(talk)
    refuse(guards.own("organ")(locked, actor))
    if locked.status != TalkStatus.DRAFT:
        raise WrongState("约谈通知已发出，不能修改。需要变更的，请取消后重新起草。")
    edited = record_update(
        actor=actor, obj=locked, values=values, verb="measures.talk_edit", version=version, at=at
    )
    if institutions is not None:
        _set_parties(actor, edited, list(institutions), at)
    return edited


def _set_parties(actor: User, talk: Talk, places: list[Institution], at: datetime | None) -> None:
    before = {party.institution_id: party for party in talk.parties.select_related("institution")}
    wanted = {place.pk: place for place in places}
    if before.keys() == wanted.keys():
        return
    for pk in before.keys() - wanted.keys():
        before[pk].delete()
    for pk in wanted.keys() - before.keys():
        TalkParty.objects.create(talk=talk, institution=wanted[pk])
    names = [[party.institution.name for party in before.values()], [place.name for place in places]]
    audit.record(
        actor=actor, verb="measures.talk_edit", target=talk, changes={"约谈对象": list(names)}, at=at
    )


@database.atomic
def talk_invite(*, actor: User, talk: Talk, at: datetime | None = None) -> Talk:
    """Issue the invitation; the talk lies in the future."""
    at = at or timezone.now()
    locked = lock(talk)
    ready(locked, "invite", actor)
    if locked.planned_at <= at:
        raise Unlawful("约谈时间已过，请修改后再发通知。")
    names = list(locked.parties.values_list("institution__name", flat=True))
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="TALK_INVITATION",
        subject=locked,
        content=papers.source(papers.talk_invitation(locked, names=names, at=at)),
        title="约谈通知书",
        party="、".join(names)[:200],
        at=at,
    )
    return transition(
        locked, "invite", actor=actor, at=at, values={"invitation": document}, about=_about(locked)
    )


def _about(talk: Talk) -> Any:
    parties = list(talk.parties.select_related("institution")[:2])
    return parties[0].institution.uid if len(parties) == 1 else None


@dataclass(frozen=True)
class Came:
    """Who came for one institution, and what was promised until when."""

    attendance: str
    attendee: str = ""
    attendee_title: str = ""
    promise: str = ""
    promise_due_on: date | None = None


@database.atomic
def talk_hold(
    *,
    actor: User,
    talk: Talk,
    held_at: datetime,
    requirements: str,
    came: dict[int, Came],
    at: datetime | None = None,
) -> Talk:
    """Record the talk: who came (`came` maps party ids), what was required and promised; issue the record.

    Raises Unlawful when a party is missing, a time is in the future or a promise is undated.
    """
    at = at or timezone.now()
    locked = lock(talk)
    ready(locked, "hold", actor)
    if not requirements.strip():
        raise Unlawful("请填写约谈要求。")
    if held_at > at or (locked.invited_at and held_at < locked.invited_at.replace(second=0, microsecond=0)):
        raise Unlawful("约谈时间须在发出通知之后，且不晚于现在。")
    for party in locked.parties.select_related("institution"):
        _party_came(party, came.get(party.pk), timezone.localdate(held_at))
    locked.held_at, locked.requirements = held_at, requirements.strip()
    record = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="TALK_RECORD",
        subject=locked,
        content=papers.source(papers.talk_record(locked, at=at)),
        title="约谈记录",
        party="、".join(locked.parties.values_list("institution__name", flat=True))[:200],
        at=at,
        is_public=False,
    )
    values = {"requirements": requirements.strip(), "held_at": held_at, "record": record}
    return transition(locked, "hold", actor=actor, at=at, values=values, about=_about(locked))


def _party_came(party: TalkParty, came: Came | None, day: date) -> None:
    if came is None or not came.attendance:
        raise Unlawful(f"请登记{party.institution.name}的到场情况。")
    if came.attendance != Attendance.ABSENT and not came.attendee.strip():
        raise Unlawful(f"请填写{party.institution.name}的到场人。")
    if bool(came.promise.strip()) != (came.promise_due_on is not None):
        raise Unlawful(f"{party.institution.name}的承诺事项和承诺期限须同时填写。")
    if came.promise_due_on and came.promise_due_on < day:
        raise Unlawful(f"{party.institution.name}的承诺期限不能早于约谈当日。")
    for name, value in vars(came).items():
        setattr(party, name, value.strip() if isinstance(value, str) else value)
    clean(party)
    party.save()


@database.atomic
def promise_follow(
    *, actor: User, party: TalkParty, result: str, note: str, on: date, at: datetime | None = None
) -> TalkParty:
    """Follow one promise up; the result is final. Raises WrongState, Unlawful."""
    at = at or timezone.now()
    require(actor, "measures.talk_edit")
    talk = lock(party.talk)
    refuse(guards.own("organ")(talk, actor))
    locked = lock(party)
    if talk.status != TalkStatus.HELD or not locked.is_waiting:
        raise WrongState("没有待跟踪的承诺。")
    if talk.held_at and not timezone.localdate(talk.held_at) <= on <= timezone.localdate(at):
        raise Unlawful("跟踪日期须在约谈之后，且不晚于今天。")
    locked.result, locked.result_note, locked.followed_on = result, note.strip(), on
    clean(locked)
    locked.save()
    audit.record(
        actor=actor,
        verb="measures.promise_follow",
        target=talk,
        changes={locked.institution.name: ["", locked.get_result_display()]},
        reason=note,
        about=locked.institution.uid,
        at=at,
    )
    return locked


@database.atomic
def talk_close(*, actor: User, talk: Talk, at: datetime | None = None) -> Talk:
    """Every promise was followed up."""
    return transition(talk, "close", actor=actor, at=at, about=_about(talk))


@database.atomic
def talk_cancel(*, actor: User, talk: Talk, reason: str, at: datetime | None = None) -> Talk:
    """Call it off; a sent invitation is withdrawn and keeps its number."""
    at = at or timezone.now()
    cancelled = transition(talk, "cancel", actor=actor, reason=reason, at=at, about=_about(talk))
    if cancelled.invitation:
        document_withdraw(actor=actor, document=cancelled.invitation, reason=reason, at=at)
    return cancelled


for code, sentence in {
    "talk_draft": "起草约谈",
    "talk_edit": "修改约谈",
    "promise_follow": "跟踪约谈承诺",
    "talk_invite": "发出约谈通知",
    "talk_hold": "登记约谈",
    "talk_close": "约谈办结",
    "talk_cancel": "取消约谈",
}.items():
    audit.verb(f"measures.{code}", sentence)
