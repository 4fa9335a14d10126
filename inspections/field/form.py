"""The form of a visit: kinds in the order in which they are carried over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.models import User
from casework.errors import Reason
from fieldwork.positions import position_told
from fieldwork.registries import FieldForm, FieldKind
from inspections import guards, selectors
from inspections.field import applying, bundle
from inspections.models import Visit


def find(actor: User, uid: UUID) -> Visit | None:
    """The visit inside the actor's reach."""
    if not actor.may("inspections.deployment_view"):
        return None
    return selectors.visit_file(actor).filter(uid=uid).first()


def load(uid: UUID) -> Visit:
    """The visit, for merging."""
    return Visit.objects.select_related("deployment", "institution", "region", "bureau").get(uid=uid)


def admit(visit: Visit, actor: User) -> Iterable[Reason]:
    """G05: only officers of the team fill in a visit; a helper's or a monitor's words never count."""
    if not actor.may("inspections.visit_record"):
        yield Reason(
            f"{actor.name}没有“实施并记录检查”的权限。",
            guards.PENALTY_42,
            "内容已保留，请由检查组执法人员办理。",
            "G05",
        )
        return
    yield from guards.takes_part(visit, actor)


def _constant(value: Any) -> object:
    return ""


def _state(value: Any) -> object:
    return value.get("state")


def _text(value: dict[str, Any]) -> str:
    return str(value.get("text") or "")


def _answer_told(value: dict[str, Any]) -> str:
    words = [str(value.get("label") or value.get("value") or ""), str(value.get("note") or "")]
    return "：".join(word for word in words if word)


def _finding_told(value: dict[str, Any]) -> str:
    if value.get("removed"):
        return "撤销"
    modes = {"ON_SPOT": "当场改正", "IN_TERM": "限期整改", "REFER": "移送或立案"}
    return f"{value.get('text', '')}（{modes.get(str(value.get('mode')), '未选处理方式')}）"


def _person_told(value: dict[str, Any]) -> str:
    if value.get("removed"):
        return "已删除"
    return " ".join(str(value.get(name) or "") for name in ("name", "role")).strip()


def _signature_told(value: dict[str, Any]) -> str:
    labels = {"SIGNED": "已签字", "REFUSED": "拒绝签字", "ABSENT": "不在场"}
    name = str(value.get("name") or value.get("representative") or "")
    words = [labels.get(str(value.get("state")), "已签名"), name]
    if witness := value.get("witness"):
        words.append(f"见证人 {witness}")
    return " ".join(word for word in words if word)


def _photo_told(value: dict[str, Any]) -> str:
    return str(value.get("caption") or value.get("code") or "照片")


a = applying
VISIT_FORM = FieldForm(
    key="inspections.visit",
    label="检查",
    kinds=(
        FieldKind("start", "进场", a.start, same=_constant, blend=a.first),
        FieldKind("position", "位置", a.kept, same=_constant, told=position_told),
        FieldKind(
            "answer",
            "清单",
            a.answer,
            same=a.answer_same,
            blend=a.answer_blend,
            apply_many=a.answers,
            told=_answer_told,
        ),
        FieldKind("answer_photo", "清单照片", a.answer_photo, same=_constant, told=_photo_told),
        FieldKind("finding", "问题", a.finding, same=a.finding_same, told=_finding_told),
        FieldKind("finding_photo", "问题照片", a.finding_photo, same=_constant, told=_photo_told),
        FieldKind("fix", "当场改正", a.fix, same=_constant),
        FieldKind("note", "现场记录", a.note, same=_text, told=_text),
        FieldKind("person", "在场人员", a.kept, told=_person_told),
        FieldKind("sketch", "草图", a.sketch, same=_constant, told=_photo_told),
        FieldKind("signature", "签字", a.signature, same=_state, told=_signature_told),
        FieldKind("pad", "现场交办单", a.pad, same=_constant),
        FieldKind("end", "离场", a.end, same=_constant),
    ),
    find=find,
    load=load,
    admit=admit,
    bundle=bundle.visits_bundle,
    extras=bundle.extras,
    permission="inspections.visit_record",
)
