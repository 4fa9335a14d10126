"""A monitor's duty log, and observations of people going into a building, which become clues at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, OrganisationKind, Region, User
from accounts.services import system_user
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from casework.numbering import number_take
from casework.records import record_create, root_fields
from casework.steps import lock, require
from complaints.models import Channel, Clue, ClueKind
from complaints.services import ClueReport, clue_register
from institutions.models import Institution
from monitors.models import DutyEntry, DutyKind, Monitor, Observation, Seen
from monitors.services.organs import organ_of

LOG, EDIT, OBSERVE = "monitors.duty_log", "monitors.monitor_edit", "monitors.observe"
NUMBER_KIND = "OBSERVATION"
NUMBER_PATTERN = "{organ}观察〔{year}〕{n}号"
SOURCE, ADVICE_SOURCE = "monitors.observation", "monitors.dutyentry"
LONGEST = timedelta(hours=12)
PHOTOS_MAX = 9


@dataclass(frozen=True)
class Entry:
    """One line of the log. `is_advice`: hand the feedback on as a suggestion."""

    duty: str
    done_on: date
    text: str
    place: str = ""
    reach_count: int = 0
    is_advice: bool = False


@database.atomic
def duty_log(
    *,
    actor: User,
    monitor: Monitor,
    entry: Entry,
    files: Iterable[Any] = (),
    at: datetime | None = None,
) -> DutyEntry:
    """Enter what a monitor did, by the monitor or at the desk. Raises NotAllowed, Unlawful (a day out of term)."""
    at = at or timezone.now()
    _check_entry(actor, monitor, entry, timezone.localdate(at))
    is_publicity = entry.duty == DutyKind.PUBLICISE
    row = DutyEntry(
        **root_fields(actor=actor, region=monitor.region, bureau=monitor.bureau),
        monitor=monitor,
        duty=entry.duty,
        done_on=entry.done_on,
        text=entry.text.strip(),
        place=entry.place.strip(),
        reach_count=entry.reach_count if is_publicity else 0,
    )
    if entry.is_advice:
        row.clue = _advice(row, at)
    record_create(actor=actor, obj=row, verb="monitors.duty_log", at=at)
    for upload in files:
        evidence_receive(actor=actor, subject=row, upload=upload, caption="履职照片", at=at)
    return row


def _check_entry(actor: User, monitor: Monitor, entry: Entry, today: date) -> None:
    if not actor.may(EDIT):
        require(actor, LOG)
        if monitor.user_id != actor.pk:
            raise NotAllowed("只能登记您本人的履职记录。")
    if entry.done_on > today:
        raise Unlawful("日期不能晚于今天。")
    if not monitor.serves_on(entry.done_on):
        raise Unlawful("这一天不在任期内，不能登记。")
    if not entry.text.strip():
        raise Unlawful("请写明做了什么。")
    if entry.is_advice and entry.duty != DutyKind.FEEDBACK:
        raise Unlawful("只有“反馈”可以作为意见建议转交。")


def _advice(row: DutyEntry, at: datetime) -> Clue:
    return clue_register(
        actor=system_user(),
        bureau=row.bureau,
        report=ClueReport(
            channel=Channel.MONITOR,
            kind=ClueKind.ADVICE,
            text=f"社会监督员反馈：{row.text}",
            place_text=row.place,
            region=row.region,
            source_kind=ADVICE_SOURCE,
            source_no=str(row.uid),
        ),
        at=at,
    ).clue


@dataclass(frozen=True)
class Watch:
    """What was seen from public space, as filled in."""

    watched_from: datetime
    watched_until: datetime
    place: str
    spot_kind: str
    entered: int
    text: str
    is_public_only: bool
    floors: str = ""
    institution: Institution | None = None
    left: int = 0
    stage: str = ""
    adults: int = 0
    activity: str = Seen.UNKNOWN
    pattern: str = ""
    longitude: float | None = None
    latitude: float | None = None


@database.atomic
def observation_record(
    *,
    actor: User,
    watch: Watch,
    region: Region,
    monitor: Monitor | None = None,
    bureau: Bureau | None = None,
    files: Iterable[Any] = (),
    uid: UUID | None = None,
    at: datetime | None = None,
) -> Observation:
    """Record what was seen of people going into a building; it becomes a clue the same moment.

    No document comes of it and nobody is asked for anything (国办发〔2024〕54号).
    `uid` is the phone's, where it began on one. Raises NotAllowed (somebody else's
    term), Unlawful (a private room, times that cannot be, nobody seen, a tie with the institution).
    """
    require(actor, OBSERVE)
    at = at or timezone.now()
    if monitor is not None and monitor.user_id != actor.pk and not actor.may(EDIT):
        raise NotAllowed("只能登记您本人看到的情况。")
    if monitor is not None and not monitor.serves_on(timezone.localdate(watch.watched_from)):
        raise Unlawful("这一天不在任期内，不能登记。")
    _check(watch, monitor, at)
    row = Observation(
        **root_fields(actor=actor, region=region, bureau=bureau or (monitor.bureau if monitor else None)),
        **({"uid": uid} if uid else {}),
        monitor=monitor,
        **{**vars(watch), "text": watch.text.strip(), "place": watch.place.strip()},
    )
    row.number = number_take(
        organ=organ_of(row.bureau),
        kind=NUMBER_KIND,
        subject=row,
        at=watch.watched_from,
        pattern=NUMBER_PATTERN,
    ).text
    row.clue = _clue(row, at)
    record_create(actor=actor, obj=row, verb="monitors.observation_record", at=at)
    for upload in files:
        _keep_photo(actor, row, upload, None, at)
    return row


@database.atomic
def observation_photo_add(
    *,
    actor: User,
    row: Observation,
    upload: Any,
    captured_at: datetime | None = None,
    at: datetime | None = None,
) -> None:
    """Add a photo that arrives after what was seen; the clue gets it too. Raises NotAllowed, Unlawful."""
    require(actor, OBSERVE)
    locked = lock(row)
    if locked.created_by_id != actor.pk and not actor.may(EDIT):
        raise NotAllowed("只能给您本人登记的观察加照片。")
    here = EvidenceFile.objects.filter(subject_uid=row.uid, discarded_at__isnull=True)
    if here.count() >= PHOTOS_MAX:
        raise Unlawful(f"一次观察最多传 {PHOTOS_MAX} 张照片。")
    _keep_photo(actor, row, upload, captured_at, at)


def _keep_photo(
    actor: User, row: Observation, upload: Any, captured_at: datetime | None, at: datetime | None
) -> None:
    about: dict[str, Any] = {"upload": upload, "caption": "观察照片", "captured_at": captured_at, "at": at}
    evidence_receive(actor=actor, subject=row, **about)
    upload.seek(0)
    evidence_receive(actor=actor, subject=row.clue, **about)


def _check(watch: Watch, monitor: Monitor | None, at: datetime) -> None:
    if not watch.is_public_only:
        raise Unlawful("只能登记在公共场所看到的；进入过私人住所或者要求对方开门的，不能作为观察登记。")
    if not watch.watched_from < watch.watched_until <= at:
        raise Unlawful("观察结束须晚于开始，且不晚于现在。")
    if watch.watched_until - watch.watched_from > LONGEST:
        raise Unlawful("一次观察不超过 12 小时，请分开登记。")
    if watch.entered < 1 and watch.left < 1:
        raise Unlawful("没有看到学生进出的，不用登记观察；其他情况请在巡查中记录。")
    if not watch.text.strip():
        raise Unlawful("请写明看到的情况。")
    if monitor is None or watch.institution is None:
        return
    if monitor.ties.filter(institution=watch.institution, ended_at__isnull=True).exists():
        raise Unlawful(f"您申报过与{watch.institution.name}的利害关系，须回避，请由其他监督员观察。")


def _channel(row: Observation) -> Channel:
    """Whose eyes they were: a monitor's, a township's or a department's."""
    if row.monitor_id:
        return Channel.MONITOR
    body = row.created_by.organisation
    is_township = body is not None and body.kind == OrganisationKind.TOWNSHIP
    return Channel.GRID if is_township else Channel.DEPARTMENT


def _clue(row: Observation, at: datetime) -> Clue:
    """What was seen, without who saw it."""
    begun, ended = timezone.localtime(row.watched_from), timezone.localtime(row.watched_until)
    lines = [
        f"人流观察（未检查、未入户）：{begun:%Y-%m-%d %H:%M} 至 {ended:%H:%M}，进入学生约 {row.entered} 人，"
        f"离开约 {row.left} 人，疑似教师约 {row.adults} 人，{row.get_activity_display()}。",
        f"去向：{row.floors}" if row.floors else "",
        row.text,
    ]
    is_subject = row.activity == Seen.SUBJECT
    return clue_register(
        actor=system_user(),
        bureau=row.bureau,
        report=ClueReport(
            channel=_channel(row),
            kind=ClueKind.DISGUISED if is_subject and row.institution_id else ClueKind.UNLICENSED,
            text="\n".join(line for line in lines if line),
            place_text=row.place,
            region=row.region,
            longitude=row.longitude,
            latitude=row.latitude,
            institution=row.institution,
            happened_at=row.watched_from,
            happened_note=row.pattern,
            source_kind=SOURCE,
            source_no=row.number,
        ),
        at=at,
    ).clue


audit.verb("monitors.duty_log", "登记监督员履职")
audit.verb("monitors.observation_record", "登记人流观察")
