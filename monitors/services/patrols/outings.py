"""Starting, submitting and voiding outings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.errors import NotAllowed, Unlawful
from casework.numbering import number_take
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from fieldwork.models import FieldRecord
from fieldwork.services import records_wake
from monitors import rules
from monitors.models import (
    Monitor,
    Outing,
    OutingMember,
    OutingStatus,
    PatrolTask,
    Squad,
)
from monitors.services.monitors import issuing_organ
from monitors.services.patrols.common import DO, EDIT, OUTING_FORM, fits_window, slot_of

NUMBER_KIND = "PATROL"

NUMBER_PATTERN = "{organ}巡查〔{year}〕{n}号"

LONGEST = timedelta(hours=24)


@database.atomic
def outing_start(
    *,
    actor: User,
    monitors: Sequence[Monitor],
    started_at: datetime | None = None,
    task: PatrolTask | None = None,
    note: str = "",
    uid: UUID | None = None,
    until: datetime | None = None,
    at: datetime | None = None,
) -> Outing:
    """Begin a patrol with at least two monitors, the first of them leading.

    A monitor starts for the own group, the desk may enter one afterwards. A patrol that was made on a phone
    brings its `uid`, and `until`, its end, when that is known by now. Raises NotAllowed, Unlawful (one
    person, a term that has ended, somebody who is on another patrol then, a task of another squad or day).
    """
    at = at or timezone.now()
    begun = started_at or at
    if begun > at:
        raise Unlawful("巡查开始时间不能晚于现在。")
    span = DateTimeTZRange(begun, until if until and until > begun else None)
    people = _locked(monitors)
    _may_start(actor, people)
    _check_people(people, span)
    squad = people[0].squad
    _check_task(task, squad, begun)
    outing = Outing(
        **root_fields(actor=actor, region=people[0].region, bureau=people[0].bureau),
        **({"uid": uid} if uid else {}),
        squad=squad,
        task=task,
        started_at=begun,
        slot=slot_of(begun),
        is_in_window=fits_window(task, begun) if task is not None else None,
        people=len(people),
        note=note.strip(),
    )
    outing.number = number_take(
        organ=issuing_organ(people[0]), kind=NUMBER_KIND, subject=outing, at=begun, pattern=NUMBER_PATTERN
    ).text
    record_create(
        actor=actor,
        obj=outing,
        verb="monitors.outing_start",
        at=at,
        reason="、".join(person.name for person in people),
    )
    OutingMember.objects.bulk_create(
        OutingMember(outing=outing, monitor=person, span=span, is_leader=place == 0)
        for place, person in enumerate(people)
    )
    return outing


def _locked(monitors: Sequence[Monitor]) -> list[Monitor]:
    """The monitors locked in the order of their keys, given back in the order asked for; doubles dropped."""
    order = list(dict.fromkeys(person.pk for person in monitors))
    rows = (
        Monitor.objects.select_for_update(of=("self",))
        .select_related("person", "squad", "region", "bureau__region")
        .filter(pk__in=order)
        .order_by("pk")
    )
    known = {person.pk: person for person in rows}
    return [known[pk] for pk in order]


def _may_start(actor: User, people: list[Monitor]) -> None:
    if actor.may(EDIT):
        return
    require(actor, DO)
    if all(person.user_id != actor.pk for person in people):
        raise NotAllowed("只能登记您本人参加的巡查。")


def _check_people(people: list[Monitor], span: DateTimeTZRange) -> None:
    if not people:
        raise Unlawful("请选择参加巡查的监督员。")
    day = timezone.localdate(span.lower)
    least = int(policy.value(rules.LEAST, region=people[0].region, on=day).value)
    if len(people) < max(2, least):
        raise Unlawful(f"巡查至少 {max(2, least)} 人同行，一个人不能开始。请再选一名监督员。")
    if len({person.bureau_id for person in people}) > 1:
        raise Unlawful("只能和本单位的监督员一起巡查。")
    for person in people:
        if not person.serves_on(day):
            until = person.term_until
            ended = f"任期已于 {until:%Y-%m-%d} 结束" if until and until < day else "当天不在任期内"
            raise Unlawful(f"{person.name}{ended}，不能参加巡查。")
    _check_free(OutingMember.objects.filter(monitor__in=people), span, people)


def _check_free(
    others: QuerySet[OutingMember], span: DateTimeTZRange, people: Sequence[Monitor] = ()
) -> None:
    """None of the `others` was out in that time. Raises Unlawful; the same `people` are told to go on there."""
    busy = (
        others.filter(is_void=False, span__overlap=span)
        .select_related("monitor__person", "outing")
        .order_by("pk")
        .first()
    )
    if busy is not None:
        raise Unlawful(_busy_words(busy) + _same_words(busy.outing, people))


def _busy_words(busy: OutingMember) -> str:
    begun = timezone.localtime(busy.outing.started_at)
    if busy.outing.status == OutingStatus.RUNNING:
        return (
            f"{busy.monitor.name} {begun:%m-%d %H:%M} 开始的巡查 {busy.outing.number} 还没有提交，请先提交。"
        )
    return f"{busy.monitor.name}在这段时间参加了另一次巡查 {busy.outing.number}，一个人不能同时在两处巡查。"


def _same_words(outing: Outing, people: Sequence[Monitor]) -> str:
    """What companions do who both pressed “begin”."""
    together = set(outing.members.values_list("monitor", flat=True))
    if not people or {person.pk for person in people} != together:
        return ""
    return (
        "这是同一组人已经开始的巡查：一次巡查只由一人开始，"
        f"请点“更新资料”，在 {outing.number} 里接着填；这一次记的几家请在那里重新记录，原文已保留。"
    )


def _check_task(task: PatrolTask | None, squad: Squad | None, begun: datetime) -> None:
    if task is None:
        return
    if squad is None or task.squad_id != squad.pk:
        raise Unlawful("这项任务交给了另一个小分队。")
    if task.status != "OPEN" or not task.starts_on <= timezone.localdate(begun) <= task.ends_on:
        raise Unlawful(
            f"任务“{task.title}”的时间是 {task.starts_on:%Y-%m-%d} 至 {task.ends_on:%Y-%m-%d}，现在不能按任务巡查。"
        )


@database.atomic
def outing_submit(
    *, actor: User, outing: Outing, ended_at: datetime | None = None, at: datetime | None = None
) -> Outing:
    """End a patrol; it counts from now on.

    Raises WrongState, NotAllowed, Blocked without a stop, Unlawful (times that cannot be, a member who was on
    another patrol by then).
    """
    at = at or timezone.now()
    locked = lock(outing)
    if not actor.may(EDIT) and not locked.members.filter(monitor__user=actor).exists():
        raise NotAllowed("只能提交您本人参加的巡查。")
    ended = ended_at or at
    if not locked.started_at < ended <= at:
        raise Unlawful("结束时间须晚于开始时间，且不晚于现在。")
    if ended - locked.started_at > LONGEST:
        raise Unlawful("一次巡查不能超过 24 小时，请填写实际结束时间。")
    last = locked.stops.order_by("-arrived_at").values_list("arrived_at", flat=True).first()
    if last is not None and ended < last:
        raise Unlawful("结束时间不能早于最后一家的到达时间。")
    span = DateTimeTZRange(locked.started_at, ended)
    people = locked.members.values("monitor")
    _check_free(OutingMember.objects.filter(monitor__in=people).exclude(outing=locked), span)
    done = transition(locked, "submit", actor=actor, at=at, values={"ended_at": ended})
    done.members.update(span=span)
    _wake_others(done)
    return done


@database.atomic
def outing_void(*, actor: User, outing: Outing, reason: str, at: datetime | None = None) -> Outing:
    """Take an outing out of the counts; its clues stay. Raises WrongState, NotAllowed, Unlawful."""
    gone = transition(
        outing, "void", actor=actor, at=at, reason=reason, values={"void_reason": reason.strip()[:200]}
    )
    gone.members.update(is_void=True)
    _wake_others(gone)
    return gone


def _wake_others(outing: Outing) -> None:
    """Patrols from phones that were refused because their people were still on this one are tried again."""
    named = Q()
    for uid in outing.members.values_list("monitor__uid", flat=True):
        named |= Q(operations__value__people__contains=[str(uid)])
    refused = FieldRecord.objects.filter(named, form=OUTING_FORM, bureau=outing.bureau_id, held_count__gt=0)
    records_wake(pks=refused.exclude(subject_uid=outing.uid).values_list("pk", flat=True))
