"""Recording stops; red-line items become a clue the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from casework.records import root_fields
from casework.steps import require
from complaints.models import Channel, Clue
from complaints.services import ClueReport, clue_register
from fieldwork.models import ChecklistItem, ChecklistVersion
from fieldwork.selectors import items_of, version_in_force
from institutions.models import Institution
from monitors import rules
from monitors.models import (
    Cover,
    Outing,
    OutingStatus,
    Stop,
    Tie,
)
from monitors.services.patrols.common import DO, EDIT

CHECKLIST = "DAILY_43"

SOURCE = "monitors.stop"

STOPS_MAX = 60
PHOTOS_MAX = 9


@dataclass(frozen=True)
class Sight:
    """What was seen at one place, as filled in. `answers` by item code; `notes` where something is wrong.

    `version` is the list that was filled in, when it is not that of the day on which the patrol began.
    """

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
    uid: UUID | None = None
    version: ChecklistVersion | None = None


KEPT = (
    "place", "spot_kind", "cover", "longitude", "latitude", "accuracy_m", "licence", "pupils", "stage",
    "teachers", "activity", "subject", "summary", "is_told",
)  # fmt: skip


@database.atomic
def stop_record(
    *,
    actor: User,
    outing: Outing,
    sight: Sight,
    files: Iterable[Any] = (),
    may_be_late: bool = False,
    at: datetime | None = None,
) -> Stop:
    """Record one stop with its photos. See `stops_record`."""
    (stop,) = stops_record(actor=actor, outing=outing, sights=[sight], may_be_late=may_be_late, at=at)
    for upload in files:
        _keep_photo(actor, stop, upload, None, at)
    return stop


@database.atomic
def stop_photo_add(
    *,
    actor: User,
    stop: Stop,
    upload: Any,
    captured_at: datetime | None = None,
    at: datetime | None = None,
) -> EvidenceFile:
    """Add a photo that arrives after the stop it was taken at; its clue gets it too. It has no position.

    Raises NotAllowed, WrongState (a void patrol), Unlawful (taken after the patrol ended, too many photos).
    """
    outing = Outing.objects.select_for_update(of=("self",)).get(pk=stop.outing_id)
    if outing.status == OutingStatus.VOID:
        raise WrongState("这次巡查已作废，不能再加照片。")
    _is_own(actor, outing)
    taken = captured_at or at or timezone.now()
    if outing.ended_at is not None and taken > outing.ended_at:
        raise Unlawful("照片拍摄时间晚于巡查结束时间，不能加到这次巡查。")
    here = EvidenceFile.objects.filter(subject_uid=stop.uid, discarded_at__isnull=True)
    if here.count() >= PHOTOS_MAX:
        raise Unlawful(f"一家最多传 {PHOTOS_MAX} 张照片。")
    return _keep_photo(actor, stop, upload, captured_at, at)


def _keep_photo(
    actor: User, stop: Stop, upload: Any, captured_at: datetime | None, at: datetime | None
) -> EvidenceFile:
    about: dict[str, Any] = {"upload": upload, "caption": "巡查照片", "captured_at": captured_at, "at": at}
    kept = evidence_receive(actor=actor, subject=stop, **about)
    if stop.clue is not None:
        upload.seek(0)
        evidence_receive(actor=actor, subject=stop.clue, **about)
    return kept


@database.atomic
def stops_record(
    *,
    actor: User,
    outing: Outing,
    sights: Sequence[Sight],
    may_be_late: bool = False,
    at: datetime | None = None,
) -> list[Stop]:
    """Record stops of a running outing; one event names their count and hash.

    A red-line item answered with a problem becomes a clue at once. Words of a companion's phone may come when
    another phone has ended the patrol already: with `may_be_late` a submitted outing takes places that were
    reached before its end. Raises NotAllowed, WrongState, Unlawful (an item not answered, a problem without
    words, a place twice, a place that a member has a tie with, a place reached after the end).
    """
    at = at or timezone.now()
    locked = (
        Outing.objects.select_for_update(of=("self",)).select_related("bureau", "region").get(pk=outing.pk)
    )
    is_late = may_be_late and locked.status == OutingStatus.SUBMITTED
    _may_fill(actor, locked, is_late=is_late)
    if is_late:
        _check_arrivals(locked, sights, at)
    known = list(locked.stops.values_list("institution", flat=True))
    if len(known) + len(sights) > STOPS_MAX:
        raise Unlawful(f"一次巡查最多记录 {STOPS_MAX} 家，请提交后另开一次。")
    version = version_in_force(code=CHECKLIST, on=timezone.localdate(locked.started_at), bureau=locked.bureau)
    if version is None:
        raise Unlawful("没有施行中的巡查清单，请在“检查清单”中发布。")
    places = [sight.institution for sight in sights if sight.institution is not None]
    _check_places(locked, places, {pk for pk in known if pk})
    made = [
        _stop(actor, locked, len(known) + place, sight, sight.version or version, at)
        for place, sight in enumerate(sights, start=1)
    ]
    Stop.objects.bulk_create(made)
    audit.record(
        actor=actor,
        verb="monitors.stops_late" if is_late else "monitors.stops_record",
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


def _check_arrivals(outing: Outing, sights: Sequence[Sight], at: datetime) -> None:
    """Before the end of a patrol that is over. Raises Unlawful."""
    ended = outing.ended_at
    if ended is not None and any((sight.arrived_at or at) > ended for sight in sights):
        raise Unlawful(
            f"到达时间晚于这次巡查的结束时间 {timezone.localtime(ended):%H:%M}，不能记入这次巡查，请联系教育部门。"
        )


def _may_fill(actor: User, outing: Outing, *, is_late: bool) -> None:
    if outing.status != OutingStatus.RUNNING and not is_late:
        raise WrongState(f"这次巡查{outing.get_status_display()}，不能再记录。")
    _is_own(actor, outing)


def _is_own(actor: User, outing: Outing) -> None:
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
    at: datetime,
) -> Stop:
    items = {item.code: item for item in items_of(version)}
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
        **({"uid": sight.uid} if sight.uid else {}),
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
