"""Patrols: start with at least two, record stops, submit. Red-line items become a clue the same moment.

Nothing here issues a document or asks the other side for anything; that is the officers' work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.canonical import sha256_hex
from casework.deadlines import load_calendar
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.numbering import number_take
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from complaints.models import Channel, Clue
from complaints.services import ClueReport, clue_register
from fieldwork.models import ChecklistItem, ChecklistVersion
from fieldwork.selectors import items_of, version_in_force
from institutions.models import Institution
from monitors import rules
from monitors.models import (
    Cover,
    Monitor,
    Outing,
    OutingMember,
    OutingStatus,
    PatrolTask,
    Slot,
    Squad,
    Stop,
    Tie,
)
from monitors.services.monitors import issuing_organ

DO, EDIT = "monitors.patrol_do", "monitors.monitor_edit"
CHECKLIST = "DAILY_43"
NUMBER_KIND = "PATROL"
NUMBER_PATTERN = "{organ}巡查〔{year}〕{n}号"
SOURCE = "monitors.stop"
EVENING_FROM, DAY_FROM = 18, 6
LONGEST = timedelta(hours=24)
STOPS_MAX = 60


@dataclass(frozen=True)
class Sight:
    """What was seen at one place, as filled in. `answers` by item code; `notes` where something is wrong."""

    place: str
    spot_kind: str
    activity: str
    answers: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    institution: Institution | None = None
    seen_name: str = ""
    cover: str = Cover.SCHOOL
    arrived_at: datetime | None = None
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    licence: str = "UNSEEN"
    pupils: int = 0
    stage: str = ""
    teachers: int = 0
    subject: str = ""
    summary: str = ""
    is_told: bool = False


KEPT = (
    "place", "spot_kind", "cover", "longitude", "latitude", "accuracy_m", "licence", "pupils", "stage",
    "teachers", "activity", "subject", "summary", "is_told",
)  # fmt: skip


def slot_of(moment: datetime) -> str:
    """Which time of day and week an outing falls into; unknown calendars count by the weekday."""
    local = timezone.localtime(moment)
    calendar = load_calendar()
    known = local.year in calendar.years
    is_workday = calendar.is_workday(local.date()) if known else local.weekday() < 5
    if local.hour >= EVENING_FROM or local.hour < DAY_FROM:
        return Slot.EVENING
    return Slot.DAY if is_workday else Slot.REST_DAY


@database.atomic
def outing_start(
    *,
    actor: User,
    monitors: Sequence[Monitor],
    started_at: datetime | None = None,
    task: PatrolTask | None = None,
    note: str = "",
    at: datetime | None = None,
) -> Outing:
    """Begin a patrol with at least two monitors, the first of them leading.

    A monitor starts for the own group, the desk may enter one afterwards. Raises NotAllowed, Unlawful (one
    person, a term that has ended, somebody who is on another patrol then, a task of another squad or day).
    """
    at = at or timezone.now()
    begun = started_at or at
    if begun > at:
        raise Unlawful("巡查开始时间不能晚于现在。")
    people = _locked(monitors)
    _may_start(actor, people)
    _check_people(people, begun)
    squad = people[0].squad
    _check_task(task, squad, begun)
    outing = Outing(
        **root_fields(actor=actor, region=people[0].region, bureau=people[0].bureau),
        squad=squad,
        task=task,
        started_at=begun,
        slot=slot_of(begun),
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
        OutingMember(outing=outing, monitor=person, span=DateTimeTZRange(begun, None), is_leader=place == 0)
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


def _check_people(people: list[Monitor], begun: datetime) -> None:
    if not people:
        raise Unlawful("请选择参加巡查的监督员。")
    day = timezone.localdate(begun)
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
    busy = (
        OutingMember.objects.filter(
            monitor__in=people, is_void=False, span__overlap=DateTimeTZRange(begun, None)
        )
        .select_related("monitor__person", "outing")
        .order_by("pk")
        .first()
    )
    if busy is not None:
        raise Unlawful(_busy_words(busy))


def _busy_words(busy: OutingMember) -> str:
    begun = timezone.localtime(busy.outing.started_at)
    if busy.outing.status == OutingStatus.RUNNING:
        return (
            f"{busy.monitor.name} {begun:%m-%d %H:%M} 开始的巡查 {busy.outing.number} 还没有提交，请先提交。"
        )
    return f"{busy.monitor.name}在这段时间参加了另一次巡查 {busy.outing.number}，一个人不能同时在两处巡查。"


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
def stop_record(
    *, actor: User, outing: Outing, sight: Sight, files: Iterable[Any] = (), at: datetime | None = None
) -> Stop:
    """Record one stop with its photos. See `stops_record`."""
    (stop,) = stops_record(actor=actor, outing=outing, sights=[sight], at=at)
    for upload in files:
        evidence_receive(actor=actor, subject=stop, upload=upload, caption="巡查照片", at=at)
        if stop.clue is not None:
            upload.seek(0)
            evidence_receive(actor=actor, subject=stop.clue, upload=upload, caption="巡查照片", at=at)
    return stop


@database.atomic
def stops_record(
    *, actor: User, outing: Outing, sights: Sequence[Sight], at: datetime | None = None
) -> list[Stop]:
    """Record stops of a running outing; one event names their count and hash.

    A red-line item answered with a problem becomes a clue at once. Raises NotAllowed, WrongState, Unlawful
    (an item not answered, a problem without words, a place twice, a place that a member has a tie with).
    """
    at = at or timezone.now()
    locked = (
        Outing.objects.select_for_update(of=("self",)).select_related("bureau", "region").get(pk=outing.pk)
    )
    _may_fill(actor, locked)
    known = list(locked.stops.values_list("institution", flat=True))
    if len(known) + len(sights) > STOPS_MAX:
        raise Unlawful(f"一次巡查最多记录 {STOPS_MAX} 家，请提交后另开一次。")
    version = version_in_force(code=CHECKLIST, on=timezone.localdate(locked.started_at), bureau=locked.bureau)
    if version is None:
        raise Unlawful("没有施行中的巡查清单，请在“检查清单”中发布。")
    items = {item.code: item for item in items_of(version)}
    places = [sight.institution for sight in sights if sight.institution is not None]
    _check_places(locked, places, {pk for pk in known if pk})
    made = [
        _stop(actor, locked, len(known) + place, sight, version, items, at)
        for place, sight in enumerate(sights, start=1)
    ]
    Stop.objects.bulk_create(made)
    audit.record(
        actor=actor,
        verb="monitors.stops_record",
        target=locked,
        changes={
            "stops": [len(known), len(known) + len(made)],
            "sha256": [None, sha256_hex([_hashed(stop) for stop in made])],
        },
        at=at,
    )
    return made


def _hashed(stop: Stop) -> dict[str, Any]:
    return {
        "uid": str(stop.uid),
        "party": stop.party,
        "place": stop.place,
        "answers": stop.answers,
        "notes": stop.notes,
        "pupils": stop.pupils,
        "teachers": stop.teachers,
    }


def _may_fill(actor: User, outing: Outing) -> None:
    if outing.status != OutingStatus.RUNNING:
        raise WrongState(f"这次巡查{outing.get_status_display()}，不能再记录。")
    if actor.may(EDIT):
        return
    require(actor, DO)
    if not outing.members.filter(monitor__user=actor).exists():
        raise NotAllowed("只能填写您本人参加的巡查。")


def _check_places(outing: Outing, places: list[Institution], known: set[int]) -> None:
    for place in places:
        if place.bureau_id != outing.bureau_id:
            raise Unlawful(f"{place.name}不在本辖区。")
        if place.pk in known:
            raise Unlawful(f"{place.name}在这次巡查中已经记录过。")
        known.add(place.pk)
    tie = (
        Tie.objects.filter(monitor__outings__outing=outing, institution__in=places, ended_at__isnull=True)
        .select_related("monitor__person", "institution")
        .first()
    )
    if tie is not None:
        raise Unlawful(
            f"{tie.monitor.name}申报过与{tie.institution.name}的利害关系（{tie.get_kind_display()}），"
            "须回避，不能巡查这家机构。"
        )


def _stop(
    actor: User,
    outing: Outing,
    ordinal: int,
    sight: Sight,
    version: ChecklistVersion,
    items: Mapping[str, ChecklistItem],
    at: datetime,
) -> Stop:
    name = sight.seen_name.strip()
    if (sight.institution is None) == (not name):
        raise Unlawful("请选择名录中的机构；不在名录的，填写看到的名称（没有招牌的写“无招牌”）。")
    arrived = sight.arrived_at or at
    if not outing.started_at <= arrived <= at:
        raise Unlawful("到达时间须在巡查开始之后，且不晚于现在。")
    answers, notes = _checked(sight, version, items)
    failed = [items[code] for code, value in answers.items() if value == version.failing_answer]
    place = sight.institution
    region = place.region if place else outing.region
    stop = Stop(
        **root_fields(actor=actor, region=region, bureau=outing.bureau),
        outing=outing,
        ordinal=ordinal,
        institution=place,
        seen_name=name,
        arrived_at=arrived,
        checklist_version=version,
        answers=answers,
        notes=notes,
        problem_count=len(failed),
        star_count=sum(item.is_star for item in failed),
        **{name: getattr(sight, name) for name in KEPT},
    )
    if stop.star_count:
        stop.clue = _clue(stop, [item for item in failed if item.is_star], version, at)
    _fields_fit(stop)
    return stop


def _fields_fit(stop: Stop) -> None:
    """Lengths, choices and ranges; what it points at was read a moment ago. Raises Unlawful."""
    try:
        stop.clean_fields(
            exclude={"bureau", "region", "created_by", "outing", "institution", "checklist_version", "clue"}
        )
    except ValidationError as error:
        raise Unlawful("；".join(error.messages)) from error


def _checked(
    sight: Sight, version: ChecklistVersion, items: Mapping[str, ChecklistItem]
) -> tuple[dict[str, str], dict[str, str]]:
    """Answers in the order of the list and the words at problems. Raises Unlawful."""
    if strange := next((code for code in sight.answers if code not in items), None):
        raise Unlawful(f"清单中没有 {strange} 这一项，请刷新页面后重新填写。")
    answers: dict[str, str] = {}
    for code in items:
        value = sight.answers.get(code, "")
        if value not in version.answer_values:
            raise Unlawful(f"{code} 没有填写。没看到的请选“未看到”。")
        answers[code] = value
    notes = {code: text.strip()[:300] for code, text in sight.notes.items() if text.strip() and code in items}
    for code, value in answers.items():
        if value == version.failing_answer and code not in notes:
            raise Unlawful(f"{code} 选了“{version.answer_labels[value]}”，请写明看到的情况。")
    return answers, notes


def _clue(stop: Stop, stars: list[ChecklistItem], version: ChecklistVersion, at: datetime) -> Clue:
    """Hand the red-line problems to the register of clues; the register does not say which monitor it was."""
    lines = [
        f"{item.code} {item.text}：{version.answer_labels[version.failing_answer]}。{stop.notes[item.code]}"
        for item in stars
    ]
    seen = f"看到学生约 {stop.pupils} 人、教师 {stop.teachers} 人，{stop.get_activity_display()}。"
    return clue_register(
        actor=system_user(),
        bureau=stop.bureau,
        report=ClueReport(
            channel=Channel.MONITOR,
            kind=rules.clue_kind(stop, [item.code for item in stars]),
            text="\n".join(["社会监督员巡查看到：", *lines, seen, stop.summary]).strip()[:4000],
            place_text=stop.place,
            region=stop.region,
            longitude=stop.longitude,
            latitude=stop.latitude,
            accuracy_m=stop.accuracy_m,
            subject_name=stop.seen_name,
            institution=stop.institution,
            happened_at=stop.arrived_at,
            source_kind=SOURCE,
            source_no=stop.number,
        ),
        at=at,
    ).clue


@database.atomic
def outing_submit(
    *, actor: User, outing: Outing, ended_at: datetime | None = None, at: datetime | None = None
) -> Outing:
    """End a patrol; it counts from now on. Raises WrongState, NotAllowed, Blocked without a stop, Unlawful."""
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
    done = transition(locked, "submit", actor=actor, at=at, values={"ended_at": ended})
    done.members.update(span=DateTimeTZRange(done.started_at, ended))
    return done


@database.atomic
def outing_void(*, actor: User, outing: Outing, reason: str, at: datetime | None = None) -> Outing:
    """Take an outing out of the counts; its clues stay. Raises WrongState, NotAllowed, Unlawful."""
    gone = transition(
        outing, "void", actor=actor, at=at, reason=reason, values={"void_reason": reason.strip()[:200]}
    )
    gone.members.update(is_void=True)
    return gone


@database.atomic
def task_create(
    *, actor: User, values: dict[str, Any], places: Iterable[Institution] = (), at: datetime | None = None
) -> PatrolTask:
    """Give a squad a task. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    squad: Squad = values["squad"]
    if squad.bureau_id != actor.bureau_id:
        raise Unlawful("只能给本单位的小分队派任务。")
    if values["ends_on"] < timezone.localdate(at or timezone.now()):
        raise Unlawful("任务的截止日期不能早于今天。")
    task = PatrolTask(**root_fields(actor=actor, region=squad.region, bureau=squad.bureau), **values)
    record_create(actor=actor, obj=task, verb="monitors.task_create", at=at)
    task.places.set(places)
    return task


def task_finish(*, actor: User, task: PatrolTask, at: datetime | None = None) -> PatrolTask:
    """The task is done. Raises WrongState, NotAllowed."""
    return transition(task, "finish", actor=actor, at=at)


def task_cancel(*, actor: User, task: PatrolTask, reason: str, at: datetime | None = None) -> PatrolTask:
    """The task is dropped, with the reason. Raises WrongState, NotAllowed, Unlawful."""
    return transition(task, "cancel", actor=actor, at=at, reason=reason)


for code, sentence in {
    "outing_start": "开始巡查",
    "outing_submit": "提交巡查",
    "outing_void": "作废巡查",
    "stops_record": "记录巡查的机构",
    "task_create": "派巡查任务",
    "patroltask_finish": "完成巡查任务",
    "patroltask_cancel": "取消巡查任务",
}.items():
    audit.verb(f"monitors.{code}", sentence)
