"""Looking at a place for a clue: the request comes up by event, the answer goes down by the clue room's service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, Region, User
from accounts.services import system_user
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from complaints.events import VerificationRequested
from complaints.models import Verification, VerifyStatus, VerifyWay
from complaints.services import Look, verification_record
from monitors.models import LookAsk, Monitor, MonitorStatus, Squad, Tie

DO, EDIT = "monitors.patrol_do", "monitors.monitor_edit"
SOURCE = "monitors.lookask"


@database.atomic
def look_receive(event: VerificationRequested) -> LookAsk | None:
    """Take a request in and give it to the squad of the place; nothing happens where no monitor serves."""
    bureau = Bureau.objects.get(pk=event.bureau_id)
    region = Region.objects.get(pk=event.region_id)
    if not Monitor.objects.filter(bureau=bureau, status=MonitorStatus.APPOINTED).exists():
        return None
    actor = system_user()
    ask = LookAsk(
        **root_fields(actor=actor, region=region, bureau=bureau),
        verification=Verification.objects.get(uid=event.ask_uid),
        clue_no=event.number,
        asked=event.asked,
        brief=event.brief,
        place_text=event.place_text,
        due_on=event.due_on,
        squad=Squad.objects.filter(bureau=bureau, is_active=True, towns=region).order_by("pk").first(),
    )
    return record_create(actor=actor, obj=ask, verb="monitors.look_receive")


@database.atomic
def look_assign(*, actor: User, look: LookAsk, squad: Squad | None, at: datetime | None = None) -> LookAsk:
    """Give a waiting request to another squad, or to all. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = lock(look)
    _check_waiting(locked)
    if squad is not None and (squad.bureau_id != locked.bureau_id or not squad.is_active):
        raise Unlawful("只能交给本单位正在使用的小分队。")
    return record_update(actor=actor, obj=locked, values={"squad": squad}, verb="monitors.look_assign", at=at)


def _check_waiting(look: LookAsk) -> None:
    status = Verification.objects.filter(pk=look.verification_id).values_list("status", flat=True).get()
    if look.answered_at is not None or status != VerifyStatus.ASKED:
        raise WrongState("这项核查请求已经答复或撤回。")


@database.atomic
def look_answer(
    *,
    actor: User,
    look: LookAsk,
    monitors: Sequence[Monitor],
    facts: str,
    looked_at: datetime,
    suggestion: str = "",
    files: Iterable[Any] = (),
    at: datetime | None = None,
) -> LookAsk:
    """Say what at least two monitors saw; the words go down to the clue as its verification.

    Raises NotAllowed, WrongState (answered, withdrawn, clue closed), Unlawful (one person, a term that has ended,
    a tie with the place, no words).
    """
    require(actor, DO)
    at = at or timezone.now()
    locked = lock(look)
    _check_waiting(locked)
    people = list({person.pk: person for person in monitors}.values())
    if all(person.user_id != actor.pk for person in people):
        raise NotAllowed("只能答复您本人参加的核查。")
    _check_people(locked, people, looked_at)
    if not facts.strip():
        raise Unlawful("请写明看到的情况。")
    verification = Verification.objects.select_related("clue").get(pk=locked.verification_id)
    cards = "、".join(person.card_no for person in people)
    verification_record(
        actor=system_user(),
        clue=verification.clue,
        look=Look(
            VerifyWay.MONITOR,
            facts.strip(),
            looked_at,
            f"社会监督员 {len(people)} 人（{cards}）"[:100],
            suggestion=suggestion.strip(),
            source_kind=SOURCE,
            source_no=str(locked.uid),
        ),
        files=files,
        ask=verification,
        at=at,
    )
    answered = record_update(
        actor=actor,
        obj=locked,
        values={"facts": facts.strip(), "looked_at": looked_at, "answered_at": at},
        verb="monitors.look_answer",
        at=at,
    )
    answered.lookers.set(people)
    return answered


def _check_people(look: LookAsk, people: list[Monitor], looked_at: datetime) -> None:
    if len(people) < 2:
        raise Unlawful("核查至少两人同行，请再选一名监督员。")
    day = timezone.localdate(looked_at)
    for person in people:
        if person.bureau_id != look.bureau_id or not person.serves_on(day):
            raise Unlawful(f"{person.name}当天不在任期内，不能参加核查。")
    place = look.verification.clue.institution
    tie = Tie.objects.filter(monitor__in=people, institution=place, ended_at__isnull=True).first()
    if place is not None and tie is not None:
        raise Unlawful(f"{tie.monitor.name}申报过与{place.name}的利害关系，须回避。")


for code, sentence in {
    "look_receive": "收到核查请求",
    "look_assign": "调整核查小分队",
    "look_answer": "答复核查请求",
}.items():
    audit.verb(f"monitors.{code}", sentence)
