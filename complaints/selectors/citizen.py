"""What the public door and the reporter's own page read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings

from accounts.models import Bureau
from casework.models import EvidenceFile
from complaints import wall
from complaints.forms.citizen import ReportForm
from complaints.models import Clue, ClueKind, ClueMessage, ClueStatus
from complaints.redaction import redact
from complaints.services import Sent
from institutions.models import Institution

LANDMARKS_MAX = 150
KIND_HINTS = {
    ClueKind.UNLICENSED: "没有办学许可证或营业执照，在小区、写字楼里办班",
    ClueKind.HOLIDAY: "周末、节假日、寒暑假教语文数学英语等",
    ClueKind.DISGUISED: "以托管、家政、咨询、研学、“一对一”、“众筹”名义补课",
    ClueKind.OVERCHARGE: "一次收费超过 3 个月或 60 课时、5000 元以上，劝人贷款",
    ClueKind.STAFF: "在职教师有偿补课，老师没有资格",
    ClueKind.LATE_HOURS: "晚上八点半以后还在上课，或和上学时间冲突",
    ClueKind.AD: "发传单、电梯广告、朋友圈招生",
    ClueKind.SAFETY: "消防、食品、场地有危险",
    ClueKind.REFUND: "退费难、关门跑路",
}
# What the reporter reads; a stage in plain words and what happens next.
STAGES = {
    ClueStatus.QUARANTINED: ("已收到，等待筛查", "工作人员先看一遍，确认是真实反映后登记。"),
    ClueStatus.RECEIVED: ("已登记，等待受理", "正在确定由哪个单位办理。"),
    ClueStatus.ASSIGNED: ("已受理，交给承办单位", "承办单位将去核实。"),
    ClueStatus.VERIFYING: ("正在核查", "承办人正在核实您反映的情况。"),
    ClueStatus.INSPECTING: ("已提请执法检查", "执法人员将到现场检查，时间不提前公开。"),
    ClueStatus.CLOSED: ("已办结", "下面是办理结果。"),
    ClueStatus.REJECTED: ("没有受理", "理由见下面。"),
}


def preview_of(values: dict[str, Any], contact: wall.Contact | Sequence[str]) -> dict[str, Any]:
    """What the handler will see of a report, and which kinds of marks were taken out."""
    known = (
        [item for item in asdict(contact).values() if item] if isinstance(contact, wall.Contact) else contact
    )
    found: list[str] = []
    rows = []

    def add(label: str, text: str) -> None:
        if text:
            shown = redact(text, known)
            found.extend(shown.found)
            rows.append({"label": label, "text": shown.text})

    add("事项", str(dict(ClueKind.choices).get(values.get("kind") or "", "")))
    add("地点", " ".join(str(part) for part in (values.get("town"), values.get("place_text")) if part))
    if values.get("longitude") is not None:
        rows.append(
            {"label": "地图位置", "text": f"{values['longitude']:.4f}，{values['latitude']:.4f}（约 10 米）"}
        )
    if values.get("happened_at"):
        rows.append({"label": "时间", "text": f"{values['happened_at']:%Y-%m-%d %H:%M}"})
    add("规律", values.get("happened_note") or "")
    add("机构或老师", values.get("subject_name") or "")
    if values.get("party_contact"):
        rows.append({"label": "对方联系方式", "text": values["party_contact"]})
    add("经过", values.get("text") or "")
    return {"rows": rows, "found": list(dict.fromkeys(found)), "has_contact": bool(list(known))}


def sent_of(form: ReportForm, files: tuple[bytes, ...]) -> Sent:
    """The report of a valid form."""
    values = form.cleaned_data
    same = (
        "kind", "text", "place_text", "longitude", "latitude", "accuracy_m", "subject_name", "party_contact",
        "happened_at", "happened_note",
    )  # fmt: skip
    return Sent(
        **{name: values[name] for name in same},
        region=values["town"],
        contact=form.contact(),
        upload_keys=form.upload_keys(),
        files=files,
    )


def map_of(bureau: Bureau) -> dict[str, Any]:
    """Landmarks for the map without tiles: institutions of the public register, by name and position."""
    rows = (
        Institution.objects.filter(bureau=bureau, longitude__isnull=False, licence_state="VALID")
        .order_by("pk")
        .values_list("name", "longitude", "latitude")[:LANDMARKS_MAX]
    )
    points = [
        [name, round(longitude, 4), round(latitude, 4)]
        for name, longitude, latitude in rows
        if longitude is not None and latitude is not None
    ]
    return {"points_json": json.dumps(points, ensure_ascii=False)}


def report_of(pk: int) -> dict[str, Any]:
    """One report as its reporter sees it; a merged one shows the stage of the clue that leads."""
    own = Clue.objects.select_related("assigned_organ", "merged_into__assigned_organ").get(pk=pk)
    leading = own.leading
    stage, next_step = STAGES.get(ClueStatus(leading.status), ("正在办理", ""))
    is_closed = leading.status == ClueStatus.CLOSED
    return {
        "own": own,
        "stage": stage,
        "next": next_step,
        "is_merged": leading.pk != own.pk,
        "is_closed": is_closed,
        "can_judge": is_closed,
        "can_add": own.status != ClueStatus.REJECTED,
        "has_asked_reopen": leading.has_reopen_request,
        "clue": leading,
        "due_on": None if is_closed else (leading.due_on or leading.accept_due_on),
        "due_label": "办结期限" if leading.due_on else "受理期限",
        "explanation": leading.due_explanation if leading.due_on else leading.accept_explanation,
        "organ": leading.assigned_organ.name if leading.assigned_organ else "",
        "messages": list(ClueMessage.objects.filter(clue=own).order_by("said_at", "pk")),
        "pictures": EvidenceFile.objects.filter(
            subject_type=own._meta.label_lower, subject_uid=own.uid, caption__startswith="反映人提供"
        ).count(),
    }


def report_url(bureau: Bureau, place: str = "report/") -> str:
    """The public address of the door, for QR codes and posters."""
    if bureau.host:
        return f"https://{bureau.host}/{place}"
    prefix = "" if bureau.slug == settings.DEFAULT_BUREAU else f"/b/{bureau.slug}"
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{prefix}/{place}"
