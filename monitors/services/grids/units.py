"""Setting up the nets: units, their areas, who is on duty from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Region, User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, require
from institutions.models import Institution
from institutions.selectors import institutions_visible
from monitors.models import NETS, PARENTS, DutyPost, GridDuty, GridUnit

EDIT = "monitors.grid_edit"


@dataclass(frozen=True)
class Duty:
    """Who is on duty from `since` to `until` (inclusive; None: until further notice)."""

    name: str
    since: date
    until: date | None = None
    post: str = DutyPost.WORKER
    title: str = ""
    phone: str = ""


def may_manage(actor: User, path: str) -> None:
    """Townships manage the nets of their own place. Raises NotAllowed."""
    require(actor, EDIT)
    if not actor.is_system and not path.startswith(actor.reach.region_path or "!"):
        raise NotAllowed("只能设置本辖区的网格。")


@database.atomic
def unit_save(
    *,
    actor: User,
    region: Region,
    values: dict[str, Any],
    towns: Iterable[Region] = (),
    places: Iterable[Institution] = (),
    unit: GridUnit | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> GridUnit:
    """Set up a unit or change it; `kind`, `code` and `parent` stay as they were set up.

    Raises NotAllowed, StaleVersion, Unlawful (a parent of another level, a taken code, a strange area).
    """
    may_manage(actor, region.path)
    area = list(towns), list(places)
    if unit is not None:
        may_manage(actor, unit.region_path)
        kept: dict[str, Any] = {
            name: values[name] for name in ("name", "organisation", "area") if name in values
        }
        row = record_update(
            actor=actor,
            obj=unit,
            values={**kept, "region": region},
            verb="monitors.grid_unit_save",
            version=version,
            at=at,
        )
    else:
        row = _created(actor, region, values, at)
    _area(actor, row, *area, at)
    return row


def _created(actor: User, region: Region, values: dict[str, Any], at: datetime | None) -> GridUnit:
    parent: GridUnit | None = values.get("parent")
    code = str(values["code"]).strip()
    if not code or "/" in code:
        raise Unlawful("请填写编码，编码中不能有“/”。")
    row = GridUnit(**root_fields(actor=actor, region=region), **{**values, "code": code})
    row.net = NETS[row.kind]
    _check_parent(row, parent)
    row.path = f"{parent.path if parent else '/'}{code}/"
    if GridUnit.objects.filter(bureau=row.bureau, code=code).exists():
        raise Unlawful(f"编码 {code} 已经用过，请换一个。")
    if row.organisation is None and parent is not None and row.net == "DEPARTMENT":
        row.organisation = parent.organisation
    return record_create(actor=actor, obj=row, verb="monitors.grid_unit_save", at=at)


def _check_parent(row: GridUnit, parent: GridUnit | None) -> None:
    wanted = PARENTS.get(row.kind, ())
    if parent is None:
        if wanted:
            names = "或".join(str(kind.label) for kind in wanted)
            raise Unlawful(f"“{row.get_kind_display()}”须有上级，请选择一个{names}。")
        return
    if parent.kind not in wanted or parent.bureau_id != row.bureau_id or not parent.is_open:
        names = "或".join(str(kind.label) for kind in wanted) or "没有上级"
        raise Unlawful(f"“{row.get_kind_display()}”的上级应为本单位正在使用的{names}。")


def _area(
    actor: User, row: GridUnit, towns: list[Region], places: list[Institution], at: datetime | None
) -> None:
    """Write the area as far as the actor reaches; what lies beyond stays as it was.

    Raises NotAllowed (something added out of reach), Unlawful (another county's).
    """
    if any(not town.path.startswith(row.bureau.region.path) for town in towns):
        raise Unlawful("负责的乡镇（街道）须在本辖区内。")
    if any(place.bureau_id != row.bureau_id for place in places):
        raise Unlawful("负责的机构须在本辖区内。")
    towns = _reached(towns, list(row.towns.all()), _towns_in_reach(actor, row))
    asked = {place.pk for place in places} | set(row.places.values_list("pk", flat=True))
    near = institutions_visible(actor).present().filter(pk__in=asked)
    places = _reached(places, list(row.places.all()), set(near))
    before = set(row.towns.values_list("name", flat=True)), set(row.places.values_list("name", flat=True))
    row.towns.set(towns)
    row.places.set(places)
    after = {town.name for town in towns}, {place.name for place in places}
    if before != after:
        audit.record(
            actor=actor,
            verb="monitors.grid_area",
            target=row,
            changes={
                name: [sorted(was), sorted(now)]
                for name, was, now in zip(("towns", "places"), before, after, strict=True)
                if was != now
            },
            at=at,
        )


def _towns_in_reach(actor: User, row: GridUnit) -> set[Region]:
    rows = Region.objects.filter(path__startswith=row.bureau.region.path, valid_to__isnull=True)
    return set(rows if actor.is_system else rows.filter(path__startswith=actor.reach.region_path or "!"))


def _reached(given: list[Any], known: list[Any], reach: set[Any]) -> list[Any]:
    """What stands afterwards: the given, and the known that the actor does not reach. Raises NotAllowed."""
    if strange := next((item for item in given if item not in reach and item not in known), None):
        raise NotAllowed(f"{strange.name}不在您的管理范围内，不能加入这个网格。")
    kept = [item for item in known if item not in reach and item not in given]
    return [*given, *kept]


@database.atomic
def unit_close(*, actor: User, unit: GridUnit, reason: str, at: datetime | None = None) -> GridUnit:
    """Take a unit out of use; its people leave, those who were to come do not come.

    Raises NotAllowed, WrongState (out of use already), Unlawful while units below it stand.
    """
    unit = lock(unit)
    may_manage(actor, unit.region_path)
    moment = at or timezone.now()
    if not unit.is_open:
        raise WrongState(f"{unit.name}已经停用。")
    if not reason.strip():
        raise Unlawful("请写明停用的原因。")
    if unit.children.filter(closed_on__isnull=True).exists():
        raise Unlawful("下面还有正在使用的网格，请先停用下级。")
    today = timezone.localdate(moment)
    row = record_update(
        actor=actor,
        obj=unit,
        values={"closed_on": today},
        verb="monitors.grid_unit_close",
        reason=reason.strip()[:200],
        at=moment,
    )
    for duty in row.duties.filter(span__contains=today):
        _end(actor, duty, today, moment)
    for duty in row.duties.filter(span__startswith__gt=today):
        _void(actor, duty, moment)
    return row


def _void(actor: User, duty: GridDuty, at: datetime) -> None:
    """Take back a time on duty that has not begun."""
    audit.record(
        actor=actor,
        verb="monitors.grid_duty_void",
        target=duty.unit,
        changes={"在岗期间": [f"{duty.name} {span_words(duty)}", ""]},
        at=at,
    )
    duty.delete()


@database.atomic
def duty_add(*, actor: User, unit: GridUnit, duty: Duty, at: datetime | None = None) -> GridDuty:
    """Put somebody on duty. Raises NotAllowed, Unlawful (twice at once, an end before the beginning)."""
    locked = lock(unit)
    may_manage(actor, locked.region_path)
    if not locked.is_open:
        raise Unlawful("这个网格已经停用，不能再安排人员。")
    if duty.until is not None and duty.until < duty.since:
        raise Unlawful("在岗截止日期不能早于起始日期。")
    span = span_of(duty.since, duty.until)
    name = duty.name.strip()
    if locked.duties.filter(name=name, span__overlap=span).exists():
        raise Unlawful(f"{name}在这段时间已经是{locked.name}的责任人。")
    row = GridDuty(
        unit=locked, post=duty.post, name=name, title=duty.title.strip(), phone=duty.phone.strip(),
        span=span,
    )  # fmt: skip
    clean(row)
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="monitors.grid_duty_add",
        target=locked,
        changes={"责任人": ["", name], "在岗期间": ["", span_words(row)]},
        at=at,
    )
    return row


def span_of(first: date, last: date | None) -> DateRange:
    """The days from the first to the last, None meaning no end. Raises Unlawful."""
    if last == date.max:
        raise Unlawful("截止日期太远；没有期限的，截止日期不填。")
    return DateRange(first, last + timedelta(days=1) if last else None)


def span_words(row: GridDuty) -> str:
    """From when to when, in words."""
    return f"{row.since} 起至 {row.until}" if row.until else f"{row.since} 起"


@database.atomic
def duty_end(*, actor: User, duty: GridDuty, last_day: date, at: datetime | None = None) -> GridDuty:
    """Say which day was the last one. Raises NotAllowed, Unlawful (before the first day, after the end)."""
    may_manage(actor, duty.unit.region_path)
    locked = lock(duty)
    if locked.since and last_day < locked.since:
        raise Unlawful("在岗截止日期不能早于起始日期。")
    if last_day > (locked.until or date.max - timedelta(days=1)):
        raise Unlawful("最后在岗日期不能晚于原定的截止日期；要延长的，请另外安排一段在岗时间。")
    return _end(actor, locked, last_day + timedelta(days=1), at)


def _end(actor: User, duty: GridDuty, upper: date, at: datetime | None) -> GridDuty:
    before = span_words(duty)
    if duty.since is not None and upper <= duty.since:
        upper = duty.since + timedelta(days=1)
    duty.span = DateRange(duty.since, upper)
    duty.save(update_fields=["span"])
    audit.record(
        actor=actor,
        verb="monitors.grid_duty_end",
        target=duty.unit,
        changes={"在岗期间": [f"{duty.name} {before}", f"{duty.name} {span_words(duty)}"]},
        at=at,
    )
    return duty


for code, sentence in {
    "grid_unit_save": "设置网格",
    "grid_unit_close": "停用网格",
    "grid_area": "调整网格范围",
    "grid_duty_add": "安排网格责任人",
    "grid_duty_end": "结束网格责任人在岗",
    "grid_duty_void": "取消未到岗的网格责任人",
}.items():
    audit.verb(f"monitors.{code}", sentence)
