"""Telling whether a row of a sheet is a known institution, a new one, or perhaps a duplicate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Bureau, Region
from institutions.models import FormerName, Institution, RowKind, SubjectKind, Track
from institutions.models.choices import ENDED
from institutions.search import core_name, normalise
from institutions.sheets.cleaning import complete

COMPARED = (
    "name",
    "aliases",
    "standing",
    "uscc",
    "licence_no",
    "licence_from",
    "licence_to",
    "licence_organ",
    "licence_scope",
    "subject_kind",
    "track",
    "profit_kind",
    "is_online",
    "age_groups",
    "established_on",
    "address",
    "floors",
    "place_kind",
    "longitude",
    "latitude",
    "floor_area_m2",
    "capacity",
    "head_name",
    "contact_name",
    "phone",
    "note",
)
NAME_ADDRESS_MIN = 6


@dataclass
class Verdict:
    """What an import would do with a row."""

    kind: RowKind
    values: dict[str, Any]
    institution_id: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)


@dataclass
class Register:
    """A bureau's institutions in memory, by everything that identifies them, and the rows seen so far."""

    places: tuple[str, ...] = ()
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    by_uscc: dict[str, int] = field(default_factory=dict)
    by_licence: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_core: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_phone: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_address: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)


def load_register(bureau: Bureau) -> Register:
    """Read the bureau's register once (three queries)."""
    region = bureau.region
    names = [region.name, *([region.parent.name] if region.parent else [])]
    if region.parent and region.parent.parent:
        names.append(region.parent.parent.name)
    register = Register(places=tuple(names))
    fields = ("pk", "region__code", "region__name", "operating_state", "name_norm", *COMPARED)
    for row in Institution.objects.filter(bureau=bureau).order_by("pk").values(*fields).iterator(5000):
        _remember(register, row)
    former = FormerName.objects.filter(institution__bureau=bureau).values_list("institution_id", "name")
    for pk, name in former:
        register.by_name[normalise(name)].append(pk)
    return register


def _remember(register: Register, row: dict[str, Any]) -> None:
    pk = row["pk"]
    register.rows[pk] = row
    if row["uscc"]:
        register.by_uscc[row["uscc"]] = pk
    if row["licence_no"]:
        register.by_licence[normalise(row["licence_no"])].append(pk)
    for name in {row["name_norm"], *map(normalise, row["aliases"])}:
        register.by_name[name].append(pk)
    register.by_core[core_name(row["name_norm"], register.places)].append(pk)
    for phone in filter(None, row["phone"].split("、")):
        register.by_phone[phone].append(pk)
    if len(address := normalise(row["address"])) >= NAME_ADDRESS_MIN:
        register.by_address[address].append(pk)


def classify(register: Register, number: int, values: dict[str, Any]) -> Verdict:
    """Judge one clean row; earlier rows of the same sheet are remembered."""
    repeated = _repeated(register, number, values)
    if repeated:
        return Verdict(RowKind.REJECTED, values, reasons=[repeated])
    known, why = _known(register, values)
    if why:
        return Verdict(RowKind.SUSPECT, complete(values), known, reasons=[why])
    if known is not None:
        return _compare(register, number, known, values)
    return _new(register, values)


def _keys(values: dict[str, Any]) -> list[str]:
    keys = [f"uscc:{values['uscc']}"] if values.get("uscc") else []
    if values.get("licence_no"):
        keys.append(f"licence:{normalise(values['licence_no'])}")
    if not keys:
        keys.append(f"name:{normalise(values['name'])}|{values.get('region', '')}")
    return keys


def _repeated(register: Register, number: int, values: dict[str, Any]) -> str:
    for key in _keys(values):
        earlier = register.seen.get(key)
        if earlier is None:
            continue
        first, before = earlier
        if before == values:
            return f"与第 {first} 行重复，已按第 {first} 行处理。"
        return f"与第 {first} 行是同一机构（{_key_words(key)}），但内容不同，请核对后只保留一行。"
    for key in _keys(values):
        register.seen[key] = (number, values)
    return ""


def _key_words(key: str) -> str:
    return {"uscc": "信用代码相同", "licence": "许可证号相同", "name": "名称和乡镇相同"}[key.split(":", 1)[0]]


def _known(register: Register, values: dict[str, Any]) -> tuple[int | None, str]:
    """(the institution that this row certainly is, "") or (a perhaps, why one cannot be sure)."""
    by_code = register.by_uscc.get(values.get("uscc", ""))
    by_licence = (
        register.by_licence.get(normalise(values.get("licence_no", "")), [])
        if values.get("licence_no")
        else []
    )
    if by_code is not None:
        if by_licence and by_code not in by_licence:
            other = register.rows[by_licence[0]]["name"]
            return by_code, f"信用代码与“{register.rows[by_code]['name']}”相同，许可证号却与“{other}”相同。"
        return by_code, ""
    named = list(dict.fromkeys(register.by_name.get(normalise(values["name"]), [])))
    if len(by_licence) == 1 and _compatible(register, by_licence[0], values):
        return by_licence[0], ""
    if by_licence:
        return by_licence[0], f"许可证号与“{register.rows[by_licence[0]]['name']}”相同，信用代码不同。"
    return _named(register, named, values)


def _named(register: Register, named: list[int], values: dict[str, Any]) -> tuple[int | None, str]:
    if len(named) > 1:
        here = [pk for pk in named if register.rows[pk]["region__code"] == values.get("region")]
        named = here if len(here) == 1 else named
    if len(named) == 1:
        if _compatible(register, named[0], values):
            return named[0], ""
        return named[0], f"与已登记的“{register.rows[named[0]]['name']}”同名，信用代码或乡镇不同。"
    if named:
        return named[0], f"有 {len(named)} 家已登记的机构叫这个名字，不能确定是哪一家。"
    return None, ""


def _compatible(register: Register, pk: int, values: dict[str, Any]) -> bool:
    row = register.rows[pk]
    same_code = not values.get("uscc") or not row["uscc"] or values["uscc"] == row["uscc"]
    same_place = (
        "region" not in values or values["region"] == row["region__code"] or bool(values.get("licence_no"))
    )
    return same_code and same_place


def _new(register: Register, values: dict[str, Any]) -> Verdict:
    if "region" not in values:
        return Verdict(RowKind.REJECTED, values, reasons=["没有乡镇（街道），地址里也看不出来，请补充。"])
    full = complete(values)
    added = [] if "standing" in values else ["证照情况按证照号码推定。"]
    near = _near(register, full)
    if near:
        return Verdict(RowKind.SUSPECT, full, near[0], reasons=[near[1], *added])
    return Verdict(RowKind.NEW, full, reasons=added)


def _near(register: Register, values: dict[str, Any]) -> tuple[int, str] | None:
    core = core_name(values["name"], register.places)
    address = normalise(values.get("address", ""))
    phones = [phone for phone in values.get("phone", "").split("、") if phone]
    candidates = [
        ("名称相近", register.by_core.get(core, []) if len(core) >= 2 else []),
        ("联系电话相同", [pk for phone in phones for pk in register.by_phone.get(phone, [])]),
        ("地址相同", register.by_address.get(address, []) if len(address) >= NAME_ADDRESS_MIN else []),
    ]
    for why, keys in candidates:
        for pk in keys:
            row = register.rows[pk]
            both = values.get("uscc") and row["uscc"]
            if not both or why == "名称相近":
                return pk, f"{why}：已登记的“{row['name']}”（{row['region__name']}）。"
    return None


def _compare(register: Register, number: int, pk: int, values: dict[str, Any]) -> Verdict:
    if pk in register.taken:
        why = f"与第 {register.taken[pk]} 行是同一机构（{register.rows[pk]['name']}），请核对后只保留一行。"
        return Verdict(RowKind.REJECTED, values, pk, reasons=[why])
    register.taken[pk] = number
    row = register.rows[pk]
    values = _agree(row, values)
    changes = {
        name: [_json(row[name]), values[name]]
        for name in COMPARED
        if name in values and not _equal(row[name], values[name])
    }
    if "region" in values and values["region"] != row["region__code"]:
        changes["region"] = [row["region__code"], values["region"]]
    reasons = _state_note(row, values)
    if "name" in changes:
        if normalise(values["name"]) in {row["name_norm"], *map(normalise, row["aliases"])}:
            changes.pop("name")
        else:
            reasons.append(f"将更名，原名“{row['name']}”保留为曾用名。")
    kind = RowKind.CHANGED if changes else RowKind.UNCHANGED
    return Verdict(kind, values, pk, changes, reasons)


def _agree(row: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Subject and track kept in step when the sheet names only one of them."""
    kind = values.get("subject_kind", row["subject_kind"])
    track = values.get("track", row["track"])
    if kind == SubjectKind.SUBJECT and track != Track.SUBJECT:
        return {**values, "track": Track.SUBJECT.value}
    if kind != SubjectKind.SUBJECT and track == Track.SUBJECT:
        return {**values, "track": Track.UNKNOWN.value}
    return values


def _state_note(row: dict[str, Any], values: dict[str, Any]) -> list[str]:
    given = values.get("operating_state")
    if not given or given == row["operating_state"]:
        return []
    what = "注销、取缔" if given in ENDED else "办学状态变化"
    return [f"表中办学状态与档案不同，导入不改办学状态；如确有{what}，请在机构档案中办理。"]


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, Decimal):
        return new is not None and old == Decimal(str(new))
    if isinstance(old, list):
        return sorted(old) == sorted(new)
    return bool((_json(old) or "") == (new or ""))


def regions_by_code(bureau: Bureau) -> dict[str, Region]:
    """Regions of a bureau that rows may name."""
    rows = Region.objects.filter(path__startswith=bureau.region.path, valid_to__isnull=True)
    return {region.code: region for region in rows}
