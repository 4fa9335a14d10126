"""Sheets of grid staff: read, say what each row would do, write when somebody confirms.

The plan is made again at the confirmation, so that nothing is written on stale grounds; the same sheet twice changes
nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import Bureau, Region, User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from institutions.search import normalise
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import read_grids
from monitors.gridsheet import Line, lines_of
from monitors.models import PARENTS, GridDuty, GridKind, GridSheet, GridUnit, SheetState
from monitors.services.grids.units import Duty, duty_add, span_of, unit_save

EDIT = "monitors.grid_edit"
NEW, CHANGED, UNCHANGED, REJECTED = "NEW", "CHANGED", "UNCHANGED", "REJECTED"
KIND_WORDS = {NEW: "新增", CHANGED: "变更", UNCHANGED: "无变化", REJECTED: "不予导入"}


@dataclass
class Planned:
    """What one row would do and why not; `makes` is a unit that the row would set up first."""

    line: Line
    kind: str = REJECTED
    reasons: list[str] = field(default_factory=list)
    unit: GridUnit | None = None
    makes: dict[str, Any] | None = None
    duty: GridDuty | None = None

    def row(self) -> dict[str, Any]:
        """As kept on the sheet."""
        return {
            "number": self.line.number,
            "kind": self.kind,
            "reasons": self.reasons,
            "values": self.line.values,
        }


class Planner:
    """Reads the nets once and judges rows in the order of the sheet."""

    def __init__(self, actor: User, bureau: Bureau, today: date) -> None:
        self.reach, self.today = actor.reach.region_path, today
        self.bureau = bureau
        known = GridUnit.objects.filter(bureau=bureau)
        units = known.open().select_related("region")
        closed = known.filter(closed_on__isnull=False)
        self.closed = dict(closed.order_by().values_list("code", "name"))
        self.by_code: dict[str, Any] = {unit.code: unit for unit in units}
        self.by_name: dict[str, list[str]] = {}
        for unit in units:
            self.by_name.setdefault(normalise(unit.name), []).append(unit.code)
        towns = Region.objects.filter(parent=bureau.region, valid_to__isnull=True)
        self.towns = {normalise(town.name): town for town in towns}
        duties = GridDuty.objects.filter(unit__bureau=bureau).order_by("span")
        self.duties: dict[tuple[int, str], list[GridDuty]] = {}
        for row in duties:
            self.duties.setdefault((row.unit_id, row.name), []).append(row)
        self.seen: dict[tuple[str, str], int] = {}

    def plan(self, line: Line) -> Planned:
        """One row."""
        found = Planned(line, reasons=list(line.problems))
        code = self._code(line, found)
        self._usable(code, found)
        since, until = _span(line.values) if not line.problems else (None, None)
        if until is not None and since is None and until < self.today:
            found.reasons.append("在岗截止日期已过，请填写起始日期。")
        if found.reasons:
            return found
        key = (code, line.values["name"])
        if key in self.seen:
            found.reasons.append(f"与第 {self.seen[key]} 行重复。")
            return found
        known = self.by_code.get(code)
        spec = known if isinstance(known, dict) else None if known else self._spec(line, code, found)
        if found.reasons:
            return found
        path = known.region_path if isinstance(known, GridUnit) else spec["region"].path if spec else ""
        if not path.startswith(self.reach or "!"):
            found.reasons.append("不在本辖区，不能导入。")
            return found
        self.seen[key] = line.number
        return self._judged(found, known, code, spec)

    def _judged(self, found: Planned, known: Any, code: str, spec: dict[str, Any] | None) -> Planned:
        if isinstance(known, GridUnit):
            found.unit = known
            found.duty = self._duty(known, found.line.values)
            self._dated(found)
            if not found.reasons:
                found.kind = NEW if found.duty is None else CHANGED if changes_of(found) else UNCHANGED
            return found
        found.kind = NEW
        if known is None:
            self.by_code[code] = spec
            found.makes = spec
            found.reasons.append(f"同时新设网格“{spec['name'] if spec else ''}”。")
        else:
            found.makes = known
        return found

    def _dated(self, found: Planned) -> None:
        """Reasons why the days of the row do not fit those that are known of somebody on duty."""
        duty = found.duty
        if duty is None:
            return
        first, last = _days_of(found, duty)
        if last is not None and last < first:
            found.reasons.append(f"在岗截止日期 {last} 早于起始日期 {first}（含原有记录），请核对。")
            return
        for other in self.duties[duty.unit_id, duty.name]:
            before = last is not None and other.since is not None and last < other.since
            after = other.until is not None and other.until < first
            if other.pk != duty.pk and not before and not after:
                found.reasons.append(f"{duty.name}在这段时间已有另一条在岗记录，请先核对。")
                return

    def _duty(self, unit: GridUnit, values: dict[str, Any]) -> GridDuty | None:
        """The person's latest time in the unit, unless it was over before the one that the row names."""
        duty = next(reversed(self.duties.get((unit.pk, values["name"]), [])), None)
        since = _span(values)[0] or self.today
        return None if duty is not None and duty.until is not None and duty.until < since else duty

    def _code(self, line: Line, found: Planned) -> str:
        code: str = line.values["code"]
        if code or not line.values["unit"]:
            return code
        codes = self.by_name.get(normalise(line.values["unit"]), [])
        if len(codes) == 1:
            return codes[0]
        many = "有几个同名的网格，请填写网格编码。"
        found.reasons.append(
            many if codes else f"没有名为“{line.values['unit']}”的网格，请填写网格编码、级别和上级编码。"
        )
        return ""

    def _usable(self, code: str, found: Planned) -> None:
        """Reasons why nobody can be put under a code, whatever else the row says."""
        if "/" in code:
            found.reasons.append("网格编码中不能有“/”。")
        if code in self.closed:
            found.reasons.append(
                f"编码 {code} 的网格“{self.closed[code]}”已经停用，请改用正在使用的网格编码。"
            )

    def _spec(self, line: Line, code: str, found: Planned) -> dict[str, Any] | None:
        """The unit that the row would set up, or reasons why it cannot."""
        values = line.values
        if not values["unit"] or not values["kind"]:
            found.reasons.append(f"没有编码为 {code} 的网格；要新设的，请填写网格名称和级别。")
            return None
        parent = self.by_code.get(values["parent"])
        wanted = PARENTS.get(values["kind"], ())
        if wanted and (parent is None or _kind(parent) not in wanted):
            found.reasons.append("上级编码不对：没有这个上级，或者级别不是上一级。")
            return None
        town = self.towns.get(normalise(values["town"])) if values["town"] else None
        if values["town"] and town is None:
            found.reasons.append(f"没有找到乡镇（街道）“{values['town']}”。")
            return None
        region = town or (_region(parent) if parent is not None else self.bureau.region)
        if values["kind"] == GridKind.STREET and town is None:
            found.reasons.append("新设街道（乡镇）级网格，请填写乡镇（街道）。")
            return None
        return {
            "kind": values["kind"], "code": code, "name": values["unit"], "area": values["area"],
            "parent_code": values["parent"] if wanted else "", "region": region,
            "towns": [town] if values["kind"] == GridKind.STREET else [],
        }  # fmt: skip


def _kind(unit: Any) -> str:
    return str(unit["kind"] if isinstance(unit, dict) else unit.kind)


def _region(unit: Any) -> Region:
    found: Region = unit["region"] if isinstance(unit, dict) else unit.region
    return found


def changes_of(found: Planned) -> dict[str, Any]:
    """What the row says otherwise about somebody on duty; an empty cell says nothing."""
    duty, values = found.duty, found.line.values
    if duty is None:
        return {}
    changed = {
        name: values[name]
        for name in ("title", "phone", "post")
        if values[name] and values[name] != getattr(duty, name)
    }
    since, until = _span(values)
    if since and since != duty.since:
        changed["since"] = since
    if until and until != duty.until:
        changed["until"] = until
    return changed


def _span(values: dict[str, Any]) -> tuple[date | None, date | None]:
    since, until = (date.fromisoformat(values[key]) if values[key] else None for key in ("since", "until"))
    return since, until


def _days_of(found: Planned, duty: GridDuty) -> tuple[date, date | None]:
    """First and last day that the row would leave somebody with; an empty cell says nothing."""
    since, until = _span(found.line.values)
    return since or duty.since or date.min, until or duty.until


def _plan(actor: User, bureau: Bureau, lines: list[Line], today: date) -> list[Planned]:
    planner = Planner(actor, bureau, today)
    return [planner.plan(line) for line in lines]


def _counts(plans: list[Planned]) -> dict[str, int]:
    return {kind: sum(found.kind == kind for found in plans) for kind in KIND_WORDS}


@database.atomic
def sheet_receive(
    *, actor: User, upload: UploadedFile[Any] | ContentFile[bytes], name: str, at: datetime | None = None
) -> GridSheet:
    """Read a sheet and say what it would do; nothing is written to the grids. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    if actor.bureau is None or actor.organisation is None:
        raise Unlawful("系统账号不能导入网格人员。")
    if not actor.reach.region_path:
        raise NotAllowed("网格人员表由教育部门和乡镇（街道）导入。")
    kind = check_sheet(upload, upload.size or 0, name)
    upload.seek(0)
    data: bytes = upload.read()
    lines = lines_of(read_grids(data, kind))
    plans = _plan(actor, actor.bureau, lines, timezone.localdate(at or timezone.now()))
    sheet = GridSheet(
        **root_fields(actor=actor, region=actor.organisation.region),
        file_name=name[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        rows=[found.row() for found in plans],
        counts=_counts(plans),
    )
    return record_create(actor=actor, obj=sheet, verb="monitors.grid_sheet_receive", at=at)


@database.atomic
def sheet_apply(*, actor: User, sheet: GridSheet, at: datetime | None = None) -> GridSheet:
    """Write the rows that can be written; refused ones stay refused, telephones go. Raises NotAllowed, WrongState."""
    require(actor, EDIT)
    at = at or timezone.now()
    today = timezone.localdate(at)
    locked = lock(sheet)
    if locked.state != SheetState.CHECKED:
        raise WrongState(f"这张表{locked.get_state_display()}，不能再导入。")
    Bureau.objects.select_for_update().get(pk=locked.bureau_id)
    lines = [
        Line(row["number"], row["values"], row["reasons"] if row["kind"] == REJECTED else [])
        for row in locked.rows
    ]
    fresh: dict[str, GridUnit] = {}
    plans = _plan(actor, locked.bureau, lines, today)
    for found in plans:
        if found.kind in {NEW, CHANGED}:
            _write(actor, found, fresh, today, at)
    rows = without_phones([found.row() for found in plans])
    kept = record_update(
        actor=actor,
        obj=locked,
        values={"state": SheetState.APPLIED, "applied_at": at, "counts": _counts(plans)},
        verb="monitors.grid_sheet_apply",
        reason=f"写入行校验值 {sha256_hex(rows)}",
        at=at,
    )
    GridSheet.objects.filter(pk=kept.pk).update(rows=rows)
    kept.rows = rows
    return kept


def _write(actor: User, found: Planned, fresh: dict[str, GridUnit], today: date, at: datetime) -> None:
    unit = found.unit or _unit(actor, found.makes or {}, fresh, at)
    values = found.line.values
    if found.duty is None:
        since, until = _span(values)
        duty = Duty(values["name"], since or today, until, values["post"], values["title"], values["phone"])
        duty_add(actor=actor, unit=unit, duty=duty, at=at)
        return
    row, changed = found.duty, changes_of(found)
    for name in ("title", "phone", "post"):
        setattr(row, name, changed.get(name, getattr(row, name)))
    row.span = span_of(*_days_of(found, row))
    row.save()
    audit.record(
        actor=actor,
        verb="monitors.grid_duty_edit",
        target=unit,
        changes={"责任人": [row.name, {key: str(value) for key, value in changed.items() if key != "phone"}]},
        at=at,
    )


def _unit(actor: User, spec: dict[str, Any], fresh: dict[str, GridUnit], at: datetime) -> GridUnit:
    if spec["code"] in fresh:
        return fresh[spec["code"]]
    parent = None
    if code := spec["parent_code"]:
        parent = fresh.get(code) or GridUnit.objects.get(bureau=actor.bureau, code=code)
    unit = unit_save(
        actor=actor,
        region=spec["region"],
        values={**{key: spec[key] for key in ("kind", "code", "name", "area")}, "parent": parent},
        towns=spec["towns"],
        at=at,
    )
    fresh[spec["code"]] = unit
    return unit


def without_phones(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as kept once the sheet is settled: telephones stand with the people on duty and nowhere else."""
    return [
        {
            **row,
            "reasons": [
                reason.replace(row["values"]["phone"], "…") if row["values"]["phone"] else reason
                for reason in row["reasons"]
            ],
            "values": {**row["values"], "phone": ""},
        }
        for row in rows
    ]


@database.atomic
def sheet_drop(*, actor: User, sheet: GridSheet, at: datetime | None = None) -> GridSheet:
    """Give a sheet up; its telephones are cleared. Raises NotAllowed, WrongState."""
    require(actor, EDIT)
    locked = lock(sheet)
    if locked.state != SheetState.CHECKED:
        raise WrongState(f"这张表{locked.get_state_display()}，不能放弃。")
    kept = record_update(
        actor=actor, obj=locked, values={"state": SheetState.DROPPED}, verb="monitors.grid_sheet_drop", at=at
    )
    kept.rows = without_phones(kept.rows)
    GridSheet.objects.filter(pk=kept.pk).update(rows=kept.rows)
    return kept


for code, sentence in {
    "grid_sheet_receive": "上传网格人员表",
    "grid_sheet_apply": "导入网格人员表",
    "grid_sheet_drop": "放弃网格人员表",
    "grid_duty_edit": "修改网格责任人",
}.items():
    audit.verb(f"monitors.{code}", sentence)
