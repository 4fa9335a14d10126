"""Records in words, for pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.audit.events import plain
from casework.models import AuditEvent, EvidenceFile
from institutions.models import OPEN_END, AgeGroup, ImportRow, Institution, InstitutionState, RowKind
from institutions.selectors import import_traces
from institutions.services.registry import EDITABLE

OPTIONAL = {"终止", "备注", "别名、门牌名称"}
TONES = {"close": "mute", "ban": "bad", "suspend": "warn", "register": "ok", "reopen": "ok", "resume": "ok"}


def as_record(institution: Institution) -> dict[str, Any]:
    """The editable values of a record, for checks."""
    return {name: getattr(institution, name) for name in EDITABLE if name not in {"region", "legal_person"}}


def value_words(name: str, value: object) -> str:
    """A stored value of a field as a person reads it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        labels = dict(AgeGroup.choices)
        return "、".join(str(labels.get(item, item)) for item in value)
    try:
        choices = getattr(Institution._meta.get_field(name), "flatchoices", ())
    except FieldDoesNotExist:
        choices = ()
    return str(dict(choices).get(str(value), value))


def field_label(name: str) -> str:
    """Chinese name of a field."""
    try:
        return str(getattr(Institution._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


def _days(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return ""
    return f"{first or '…'} 至 {last or '长期'}"


def fact_groups(institution: Institution) -> list[dict[str, Any]]:
    """Facts of the file, grouped."""
    row = institution
    stop = row.enrolment_stopped_until
    stopped = "" if stop is None else "至另行通知" if stop == OPEN_END else f"至 {stop}"
    place = (
        f"{row.latitude:.5f}, {row.longitude:.5f}"
        if row.longitude is not None and row.latitude is not None
        else ""
    )
    groups: dict[str, list[tuple[str, Any]]] = {
        "基本情况": [
            ("公开编号", row.public_id),
            ("别名、门牌名称", "、".join(row.aliases)),
            ("乡镇（街道）", row.region.name),
            ("地址", row.address),
            ("成立日期", row.established_on),
            ("终止", f"{row.get_end_kind_display()}（{row.ended_on}）" if row.ended_on else ""),
        ],
        "证照": [
            ("证照情况", row.get_standing_display()),
            ("统一社会信用代码", row.uscc),
            ("办学许可证号", row.licence_no),
            ("许可证有效期", _days(row.licence_from, row.licence_to)),
            ("许可证状态", row.get_licence_state_display()),
            ("发证机关", row.licence_organ),
            ("办学内容", row.licence_scope),
        ],
        "培训属性": [
            ("学科属性", row.get_subject_kind_display()),
            ("培训类别", row.get_track_display()),
            ("营利性质", row.get_profit_kind_display()),
            ("招生对象", row.age_group_words),
            ("线上培训", "是" if row.is_online else "否"),
            ("行业主管部门", str(row.competent_department or "")),
        ],
        "监管状态": [
            ("名单", row.get_list_status_display()),
            ("信用等级", row.credit_grade or "未评定"),
            ("风险等级", row.get_risk_level_display() or "未评定"),
            ("暂停招生", stopped or "否"),
        ],
        "场所": [
            ("场所类型", row.get_place_kind_display()),
            ("所在楼层", row.floors),
            ("建筑面积", f"{row.floor_area_m2} 平方米" if row.floor_area_m2 is not None else ""),
            ("同时段最多学员", f"{row.capacity} 人" if row.capacity is not None else ""),
            ("纬度、经度", place),
        ],
        "联系人": [
            ("负责人", row.head_name),
            ("联系人", row.contact_name),
            ("联系电话", row.phone),
            ("备注", row.note),
        ],
    }
    return [
        {
            "title": title,
            "facts": [{"label": label, "value": value} for label, value in facts if value],
            "missing": [label for label, value in facts if not value and label not in OPTIONAL],
        }
        for title, facts in groups.items()
    ]


def state_rows(states: Iterable[InstitutionState]) -> list[dict[str, Any]]:
    """Spans as lines of a table, days included on both ends."""
    rows = []
    for state in states:
        upper = state.span.upper
        rows.append(
            {
                "kind": state.get_kind_display(),
                "value": state.value_label,
                "first": state.span.lower,
                "last": upper - timedelta(days=1) if upper else None,
                "is_current": state.span.lower is None or state.span.lower <= timezone.localdate(),
                "source_no": state.source_no,
                "by": state.recorded_by.name,
            }
        )
    return rows


def timeline_items(actor: User, institution: Institution) -> list[dict[str, Any]]:
    """Everything that happened to the institution, newest first."""
    items = [_event(event) for event in audit.timeline(actor=actor, about=institution.uid)]
    items += [_import(row) for row in import_traces(institution)]
    return sorted(items, key=lambda item: item["at"], reverse=True)


def _import(row: ImportRow) -> dict[str, Any]:
    by = row.batch.created_by
    is_change = row.kind == RowKind.CHANGED
    return {
        "at": row.batch.applied_at,
        "actor": by.name,
        "organisation": by.organisation.name if by.organisation else "",
        "sentence": f"由表格导入{'变更' if is_change else '登记'}：{row.batch.file_name} 第 {row.number} 行",
        "tone": "info" if is_change else "ok",
        "changes": change_lines(row) if is_change else [],
    }


def change_lines(row: ImportRow) -> list[dict[str, str]]:
    """What a row changes, in words."""
    return [
        {"label": field_label(name), "old": value_words(name, old), "new": value_words(name, new)}
        for name, (old, new) in row.changes.items()
    ]


def _event(event: AuditEvent) -> dict[str, Any]:
    is_own = event.object_type == "institutions.institution"
    about = "" if is_own or not event.object_label else f"：{event.object_label}"
    return {
        "at": event.occurred_at,
        "actor": event.actor_name,
        "organisation": event.organisation_name,
        "sentence": f"{audit.describe(event)}{about if event.object_label != event.object_no else ''}",
        "detail": event.reason,
        "tone": TONES.get(event.verb.rsplit("_", 1)[-1], "info"),
        "changes": [
            {"label": field_label(name), "old": value_words(name, old), "new": value_words(name, new)}
            for name, (old, new) in event.changes.items()
        ]
        if is_own
        else [],
    }


def evidence_items(files: Iterable[EvidenceFile]) -> list[dict[str, Any]]:
    """Data of the evidence list."""
    return [
        {
            "url": reverse("casework:evidence_file", args=[item.uid]),
            "thumb_url": reverse("casework:evidence_file", args=[item.uid]) if item.is_image else "",
            "name": item.caption or item.original_name,
            "kind": "photo" if item.is_image else "file",
            "taken_at": item.captured_at,
            "size": item.size,
            "sha256": item.sha256,
            "flags": item.flags,
        }
        for item in files
    ]


def conflict(current: Institution, form: forms.BaseForm, actor: User) -> dict[str, Any]:
    """Data of the version conflict: the other person's values beside those typed."""
    rows = []
    for name, field in form.fields.items():
        if not hasattr(current, name):
            continue
        mine, theirs = form.cleaned_data.get(name), getattr(current, name)
        if _same(mine, theirs):
            continue
        rows.append(
            {
                "label": field.label or field_label(name),
                "mine": value_words(name, mine),
                "theirs": value_words(name, theirs),
            }
        )
    events = audit.timeline(actor=actor, about=current.uid, limit=1)
    return {
        "actor": events[0].actor_name if events else "另一位工作人员",
        "at": current.updated_at,
        "rows": rows,
        "reload_url": reverse("institutions:institution_detail", args=[current.uid]),
    }


def _same(mine: object, theirs: object) -> bool:
    if isinstance(theirs, Decimal) and mine is not None:
        return theirs == mine
    return plain(mine or "") == plain(theirs or "")
