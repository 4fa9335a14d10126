"""What grids report; a matter becomes a clue the same moment, through the one door for clues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import Region, User
from accounts.services import system_user
from casework import audit
from casework.errors import NotAllowed, Unlawful
from casework.evidence.services import evidence_receive
from casework.numbering import number_take
from casework.records import record_create, root_fields
from casework.steps import lock, require
from complaints.models import Channel, Clue
from complaints.services import ClueReport, clue_register
from institutions.models import Institution
from monitors.models import EVENT_CLUES, EventKind, GridEvent, GridSweep, GridUnit, Seen
from monitors.selectors.grids import towns_of_unit
from monitors.services.organs import organ_of

DO = "monitors.grid_do"
NUMBER_KIND = "GRID_EVENT"
NUMBER_PATTERN = "{organ}网格〔{year}〕{n}号"
SOURCE = "monitors.gridevent"


@dataclass(frozen=True)
class EventReport:
    """What was seen, as filled in. `region` is the township of a place that is not in the register."""

    kind: str
    place: str = ""
    institution: Institution | None = None
    seen_name: str = ""
    happened_at: datetime | None = None
    activity: str = Seen.UNKNOWN
    pupils: int = 0
    text: str = ""
    longitude: float | None = None
    latitude: float | None = None
    accuracy_m: float | None = None
    region: Region | None = None


@database.atomic
def event_report(
    *,
    actor: User,
    unit: GridUnit,
    report: EventReport,
    sweep: GridSweep | None = None,
    files: Iterable[Any] = (),
    at: datetime | None = None,
) -> GridEvent:
    """Record what a grid saw. Everything but “in order” becomes a clue of the matching kind with the photos.

    Raises NotAllowed (a grid out of reach), Unlawful (no words, no township or one that the grid does not have,
    a sweep that is over or of other grids, a place in order twice).
    """
    require(actor, DO)
    at = at or timezone.now()
    if not GridUnit.objects.visible_to(actor).filter(pk=unit.pk).exists():
        raise NotAllowed("只能登记本单位、本辖区网格的情况。")
    if not unit.is_open:
        raise Unlawful("这个网格已经停用，请选择正在使用的网格。")
    seen_at = report.happened_at or at
    _check(report, unit, seen_at, at)
    if sweep is not None:
        sweep = _swept(sweep, unit, report, seen_at)
    elif report.kind == EventKind.CLEAR:
        raise Unlawful("没有发现问题的，只在拉网排查中登记。")
    event = _event(actor, unit, report, sweep, seen_at)
    if report.kind != EventKind.CLEAR:
        event.clue = _clue(event, at)
    record_create(actor=actor, obj=event, verb="monitors.grid_event", at=at)
    for upload in files:
        evidence_receive(actor=actor, subject=event, upload=upload, caption="网格照片", at=at)
        if event.clue is not None:
            upload.seek(0)
            evidence_receive(actor=actor, subject=event.clue, upload=upload, caption="网格照片", at=at)
    return event


def _check(report: EventReport, unit: GridUnit, seen_at: datetime, at: datetime) -> None:
    if seen_at > at:
        raise Unlawful("看到的时间不能晚于现在。")
    if report.institution is not None and report.institution.bureau_id != unit.bureau_id:
        raise Unlawful(f"{report.institution.name}不在本辖区。")
    if report.kind == EventKind.NEW_SITE and (report.institution is not None or not report.seen_name.strip()):
        raise Unlawful("新发现的培训点请填写看到的名称，没有招牌的写“无招牌”；名录中已有的请选其他情况。")
    if report.kind != EventKind.CLEAR and not report.text.strip():
        raise Unlawful("请写明看到的情况。")
    if report.institution is None and not report.place.strip():
        raise Unlawful("请写明地点。")


def _swept(sweep: GridSweep, unit: GridUnit, report: EventReport, seen_at: datetime) -> GridSweep:
    """The sweep, locked, if it takes this event. Raises Unlawful."""
    locked = lock(sweep)
    day = timezone.localdate(seen_at)
    if locked.status != "OPEN":
        raise Unlawful("这次拉网排查已经结束，不能再登记。")
    if not locked.starts_on <= day <= locked.ends_on:
        raise Unlawful(f"这次排查的时间是 {locked.starts_on:%Y-%m-%d} 至 {locked.ends_on:%Y-%m-%d}。")
    if not locked.units.filter(pk=unit.pk).exists():
        raise Unlawful(f"{unit.name}不在这次排查的网格中。")
    if report.kind == EventKind.CLEAR:
        if report.institution is None:
            raise Unlawful("没有发现问题的，请选择是哪一家机构。")
        if locked.events.filter(kind=EventKind.CLEAR, institution=report.institution).exists():
            raise Unlawful(f"{report.institution.name}在这次排查中已经登记过。")
    return locked


def _event(
    actor: User, unit: GridUnit, report: EventReport, sweep: GridSweep | None, seen_at: datetime
) -> GridEvent:
    place = report.institution
    region = place.region if place else _town(unit, report.region)
    event = GridEvent(
        **root_fields(actor=actor, region=region, bureau=unit.bureau),
        unit=unit,
        sweep=sweep,
        kind=report.kind,
        institution=place,
        seen_name="" if place else report.seen_name.strip(),
        place=report.place.strip() or (place.address if place else "") or "地点未填",
        happened_at=seen_at,
        activity=report.activity,
        pupils=report.pupils,
        text=report.text.strip(),
        longitude=report.longitude,
        latitude=report.latitude,
        accuracy_m=report.accuracy_m,
    )
    event.number = number_take(
        organ=organ_of(unit.bureau), kind=NUMBER_KIND, subject=event, at=seen_at, pattern=NUMBER_PATTERN
    ).text
    return event


def _town(unit: GridUnit, chosen: Region | None) -> Region:
    """The township of a place outside the register; the only one of the grid needs no choice. Raises Unlawful."""
    towns = list(towns_of_unit(unit))
    if chosen is None and len(towns) == 1:
        return towns[0]
    if chosen is None:
        raise Unlawful("请选择这个地点所在的乡镇（街道）。")
    if chosen not in towns:
        raise Unlawful(f"{chosen.name}不在{unit.name}的范围内，请选择所在的乡镇（街道）或者换一个网格。")
    return chosen


def _clue(event: GridEvent, at: datetime) -> Clue:
    """Hand the matter to the register of clues; it says which grid, not who."""
    seen = f"看到学生约 {event.pupils} 人，{event.get_activity_display()}。" if event.pupils else ""
    head = f"{event.unit.name}网格巡查看到：{event.get_kind_display()}。"
    return clue_register(
        actor=system_user(),
        bureau=event.bureau,
        report=ClueReport(
            channel=Channel.SCHOOL if event.unit.net == "SCHOOL" else Channel.GRID,
            kind=EVENT_CLUES[event.kind],
            text="\n".join(line for line in (head, event.text, seen) if line),
            place_text=event.place,
            region=event.region,
            longitude=event.longitude,
            latitude=event.latitude,
            accuracy_m=event.accuracy_m,
            subject_name=event.seen_name,
            institution=event.institution,
            happened_at=event.happened_at,
            source_kind=SOURCE,
            source_no=event.number,
        ),
        at=at,
    ).clue


audit.verb("monitors.grid_event", "登记网格情况")
