"""The forms of monitors: kinds in the order in which they are carried over. None issues, numbers or signs."""

from __future__ import annotations

from typing import Any

from fieldwork.positions import position_told
from fieldwork.registries import FieldForm, FieldKind
from monitors.field import bundle, patrols, sightings
from monitors.field.subjects import DO, Reach
from monitors.models import Observation, Outing
from monitors.services import OUTING_FORM, WATCH_FORM


def _constant(value: Any) -> object:
    return ""


def _text(value: dict[str, Any]) -> object:
    return value.get("text")


def _answer_same(value: dict[str, Any]) -> object:
    return [value.get("value"), value.get("note")]


def _answer_told(value: dict[str, Any]) -> str:
    words = [str(value.get("label") or value.get("value") or ""), str(value.get("note") or "")]
    return "：".join(word for word in words if word)


def _people_told(value: dict[str, Any]) -> str:
    names = value.get("names")
    words = "、".join(str(name) for name in names) if isinstance(names, list) else ""
    return f"{words} {value.get('task_title') or '自由巡查'}".strip()


def _place_told(value: dict[str, Any]) -> str:
    return str(value.get("name") or "未登记场所")


def _fact_told(value: dict[str, Any]) -> str:
    return str(value.get("label") or value.get("text") or "")


def _stop_told(value: dict[str, Any]) -> str:
    return "删去" if value.get("removed") else str(value.get("name") or "")


def _photo_told(value: dict[str, Any]) -> str:
    return str(value.get("caption") or value.get("code") or "照片")


p, s = patrols, sightings
OUTINGS = Reach(OUTING_FORM, "巡查", Outing)
WATCHES = Reach(WATCH_FORM, "人流观察", Observation)
PATROL_FORM = FieldForm(
    key=OUTING_FORM,
    label="巡查",
    kinds=(
        FieldKind("start", "开始巡查", p.start, told=_people_told),
        FieldKind("stop", "保存这一家", p.stop, same=_constant, told=_stop_told),
        FieldKind("arrive", "到达", p.part, apply_many=p.parts, told=_place_told),
        FieldKind("fact", "情况", p.part, same=_text, apply_many=p.parts, told=_fact_told),
        FieldKind("answer", "清单", p.part, same=_answer_same, apply_many=p.parts, told=_answer_told),
        FieldKind("position", "位置", p.part, same=_constant, told=position_told),
        FieldKind("photo", "照片", p.photo, same=_constant, told=_photo_told),
        FieldKind("end", "结束巡查", p.end, same=_constant),
    ),
    find=OUTINGS.find,
    load=OUTINGS.load,
    admit=OUTINGS.admit,
    begin=OUTINGS.begin,
    is_there=OUTINGS.is_there,
    bundle=bundle.outings_bundle,
    extras=bundle.outing_extras,
    permission=DO,
    fleeting=bundle.FLEETING,
    own_files_only=True,
)
OBSERVATION_FORM = FieldForm(
    key=WATCH_FORM,
    label="人流观察",
    kinds=(
        FieldKind("done", "保存观察", s.done, same=_constant),
        FieldKind("fact", "情况", s.part, same=_text, apply_many=s.parts, told=_fact_told),
        FieldKind("position", "位置", s.part, same=_constant, told=position_told),
        FieldKind("photo", "照片", s.photo, same=_constant, told=_photo_told),
    ),
    find=WATCHES.find,
    load=WATCHES.load,
    admit=WATCHES.admit,
    begin=WATCHES.begin,
    is_there=WATCHES.is_there,
    bundle=bundle.nothing,
    extras=bundle.watch_extras,
    permission=DO,
    own_files_only=True,
)
