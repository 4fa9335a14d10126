"""How each kind of a phone's words is carried into the visit: always through this room's own services.

Every gate of a visit holds here as at the desk: nothing counts before a lawful entry, and what a service
refuses is answered with its sentence. No number is taken and nothing is signed on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile

from accounts.models import User
from casework.errors import Blocked, Reason, Unlawful, WrongState
from casework.evidence.services import Position, evidence_receive
from casework.models import EvidenceFile, ViolationType
from fieldwork.models import ChecklistAnswer, ChecklistVersion, VersionState
from fieldwork.positions import position_in
from fieldwork.registries import Doing, NotYet
from fieldwork.services import pad_number_use, wait_for_rest
from inspections import services
from inspections.guards import INSPECTION_RULES
from inspections.models import (
    Finding,
    FindingMode,
    FindingStatus,
    PhotoPhase,
    SignatureState,
    Visit,
    VisitStatus,
)
from inspections.selectors import organ_choices

NOTE_FIELDS = frozenset(
    {
        "place_note",
        "premises",
        "summary",
        "students_present",
        "representative",
        "representative_title",
        "party_opinion",
        "camera_note",
    }
)
NOTE_MAX, REASON_MAX = 500, 100
MIN_SIGNATURES = 2
ENTERED = frozenset({VisitStatus.STARTED, VisitStatus.RECORDED, VisitStatus.CLOSED})


def current(doing: Doing) -> Visit:
    """The visit as it stands now."""
    visit: Visit = Visit.objects.select_related(
        "institution", "deployment", "checklist_run__checklist_version", "region"
    ).get(pk=doing.subject.pk)
    return visit


def entered(doing: Doing) -> Visit:
    """The visit, once somebody has lawfully entered; until then words wait."""
    visit = current(doing)
    if visit.status == VisitStatus.CANCELLED:
        raise WrongState("这家检查已取消。内容已保留，请与检查组联系。")
    if visit.status not in ENTERED:
        raise NotYet("还没有“进场”记录，收到后自动写入。")
    return visit


def start(doing: Doing) -> None:
    """Enter the place at the time of the first phone that says so."""
    visit = current(doing)
    if visit.status in ENTERED:
        return
    if visit.status == VisitStatus.CANCELLED:
        raise WrongState("这家检查已取消，不能进场。内容已保留，请与检查组联系。")
    notified_at = visit.deployment.notified_at
    at = doing.at
    if notified_at and at < notified_at and doing.taken_at is not None:
        raise Blocked(
            [
                Reason(
                    "进场时间早于检查通知时间。",
                    INSPECTION_RULES,
                    "检查须先通知后实施，请在工作台核对手机时间或另行安排检查。",
                    "G02",
                )
            ]
        )
    note = str(doing.value.get("place_note", ""))
    services.visit_start(actor=doing.actor, visit=visit, place_note=note, at=at)


def first(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The earliest of several: who entered first, or ended first."""
    return values[0]


def kept(doing: Doing) -> None:
    """Words that are shown with the record as they are and change nothing else."""
    entered(doing)


def answer_same(value: Any) -> object:
    """Two officers agree when they chose the same answer; their notes are put together."""
    return value.get("value") if isinstance(value, dict) else value


def answer_blend(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One answer with everybody's notes."""
    return {
        **values[-1],
        "note": _joined(values, "note", NOTE_MAX),
        "no_photo_reason": _joined(values, "no_photo_reason", REASON_MAX),
    }


def _joined(values: Sequence[dict[str, Any]], name: str, size: int) -> str:
    words = dict.fromkeys(str(value.get(name) or "").strip() for value in values)
    return "；".join(word for word in words if word)[:size]


def answers(doings: list[Doing]) -> None:
    """Answers of the checklist, those of one officer at once."""
    by_actor: dict[User, dict[str, dict[str, str]]] = defaultdict(dict)
    for doing in doings:
        by_actor[doing.actor][doing.register.item] = {
            name: str(doing.value.get(name) or "") for name in ("value", "note", "no_photo_reason")
        }
    for actor, given in by_actor.items():
        visit = _with_checklist(doings[0])
        services.checklist_save(actor=actor, visit=visit, answers=given)


def answer(doing: Doing) -> None:
    """One answer of the checklist."""
    answers([doing])


def _with_checklist(doing: Doing) -> Visit:
    visit = entered(doing)
    if visit.checklist_run:
        _same_version(visit, doing)
        return visit
    uid = str(doing.value.get("version") or "")
    version = _version(uid)
    if version.state == VersionState.RETIRED:
        raise Unlawful(f"{version}已停用。您的填写已保留；请在工作台选用现行清单，对照手机记录核实后登记。")
    services.checklist_open(actor=doing.actor, visit=visit, version=version, at=doing.at)
    return current(doing)


def _same_version(visit: Visit, doing: Doing) -> None:
    run = visit.checklist_run
    if run and str(run.checklist_version.uid) != str(doing.value.get("version") or ""):
        raise WrongState(
            f"本次检查用的是{run.checklist_version}，手机上填的是另一份清单。填写已保留，请在工作台对照核实。"
        )


def _version(uid: str) -> ChecklistVersion:
    try:
        found = ChecklistVersion.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise Unlawful("没有找到手机上用的清单版本。填写已保留，请联网更新清单。")
    return found


def answer_photo(doing: Doing) -> None:
    """A photo of one item."""
    visit = entered(doing)
    code = str(doing.value.get("code") or "")
    row = (
        ChecklistAnswer.objects.filter(run=visit.checklist_run, item__code=code).first()
        if visit.checklist_run
        else None
    )
    if row is None:
        raise NotYet(f"{code} 还没有结果，收到后写入照片。")
    _evidence(doing, visit, row, caption=code)


def _evidence(doing: Doing, visit: Visit, subject: Any, caption: str) -> EvidenceFile:
    sha256 = str(doing.value.get("sha256") or "")
    name = str(doing.value.get("name") or f"{sha256[:12]}.jpg")
    return evidence_receive(
        actor=doing.actor,
        subject=subject,
        upload=ContentFile(doing.blob(sha256), name=name),
        caption=caption[:120],
        captured_at=doing.taken_at,
        position=_position(doing.value.get("position")),
        site=_site(visit),
    )


def _position(raw: Any) -> Position | None:
    found = position_in(raw)
    return Position(*found) if found else None


def _site(visit: Visit) -> tuple[float, float] | None:
    place = visit.institution
    return (place.longitude, place.latitude) if place.longitude and place.latitude else None


def finding_same(value: Any) -> object:
    """Two officers agree on a problem when kind and handling agree."""
    return [value.get(name) for name in ("violation", "mode", "removed")]


def finding(doing: Doing) -> None:
    """Register, correct or strike out a problem. Its item is the checklist code, or its own uid."""
    visit = entered(doing)
    known = _finding(visit, doing.register.item)
    if doing.value.get("removed"):
        if known and known.status == FindingStatus.OPEN:
            services.finding_void(actor=doing.actor, finding=known, reason="现场核对后撤销")
        return
    values = _finding_values(doing)
    if known is None:
        uid = _uid(doing.register.item) or _uid(doing.value.get("uid"))
        services.finding_add(actor=doing.actor, visit=visit, values=values, uid=uid, at=doing.at)
    elif known.status == FindingStatus.OPEN:
        services.finding_edit(actor=doing.actor, finding=known, values=values)


def _finding(visit: Visit, key: str) -> Finding | None:
    standing = visit.findings.exclude(status=FindingStatus.VOID)
    uid = _uid(key)
    return standing.filter(uid=uid).first() if uid else standing.filter(item_code=key).first()


def _uid(raw: Any) -> UUID | None:
    try:
        return UUID(str(raw))
    except ValueError:
        return None


def _finding_values(doing: Doing) -> dict[str, Any]:
    value = doing.value
    violation = ViolationType.objects.filter(code=str(value.get("violation") or ""), is_active=True).first()
    if violation is None:
        raise Unlawful("问题没有选择类型。内容已保留，请在手机上补选后再发送。")
    text = str(value.get("text") or "").strip()
    if not text:
        raise Unlawful("问题没有写明事实。内容已保留，请在手机上补写后再发送。")
    mode = str(value.get("mode") or "")
    if mode not in FindingMode.values:
        raise Unlawful("问题没有选择处理方式。内容已保留，请在手机上补选后再发送。")
    organ = organ_choices(doing.actor).filter(pk=_number(value.get("organ"))).first()
    if organ is None:
        raise Unlawful("没有选择有执法权的责任部门。内容已保留，请在手机上补选后再发送。")
    key = doing.register.item
    fields = {"violation": violation, "text": text, "mode": mode, "organ": organ}
    if correction := str(value.get("correction") or "").strip():
        fields["correction"] = correction
    if not _uid(key):
        fields["item_code"] = key[:10]
    return fields


def _number(raw: Any) -> int:
    return raw if isinstance(raw, int) and 0 < raw < 2**31 else 0


def finding_photo(doing: Doing) -> None:
    """A photo of a problem or of its remedy."""
    visit = entered(doing)
    row = _waiting_finding(visit, doing)
    phase = str(doing.value.get("phase") or PhotoPhase.BEFORE)
    services.finding_photo_add(
        actor=doing.actor,
        finding=row,
        upload=ContentFile(
            doing.blob(str(doing.value.get("sha256") or "")), name=str(doing.value.get("name") or "photo.jpg")
        ),
        phase=phase if phase in PhotoPhase.values else PhotoPhase.BEFORE,
        captured_at=doing.taken_at,
        position=_position(doing.value.get("position")),
    )


def _waiting_finding(visit: Visit, doing: Doing) -> Finding:
    key = str(doing.value.get("finding") or doing.register.item)
    row = _finding(visit, key)
    if row is None:
        raise NotYet("对应的问题还没有收到，收到后写入。")
    return row


def fix(doing: Doing) -> None:
    """A problem put right before the officers left."""
    row = _waiting_finding(entered(doing), doing)
    if row.status == FindingStatus.FIXED:
        return
    services.finding_fix(
        actor=doing.actor,
        finding=row,
        fixed_at=doing.at,
        no_photo_reason=str(doing.value.get("no_photo_reason") or "")[:REASON_MAX],
    )


def note(doing: Doing) -> None:
    """One field of the site record."""
    name = doing.register.item
    if name not in NOTE_FIELDS:
        raise Unlawful("现场记录没有这一栏，内容已保留。")
    visit = entered(doing)
    raw = doing.value.get("text")
    value: Any = str(raw or "").strip()
    if name == "students_present":
        value = int(value) if value.isdecimal() and len(value) < 6 else None
    if getattr(visit, name) != value:
        services.visit_note(actor=doing.actor, visit=visit, values={name: value})


def sketch(doing: Doing) -> None:
    """A drawing of the place, kept as evidence of the visit."""
    visit = entered(doing)
    _evidence(doing, visit, visit, caption=str(doing.value.get("caption") or "现场草图"))


def signature(doing: Doing) -> None:
    """An officer's hand, the party's hand, or its refusal with a witness; drawings are evidence."""
    visit = entered(doing)
    item, value = doing.register.item, doing.value
    if item.startswith("officer:"):
        member = visit.deployment.members.filter(user_id=_id(item), removed_at__isnull=True).first()
        if member is None:
            raise Unlawful("签名人不在检查组，签名已保留，未采用。")
        _evidence(doing, visit, visit, caption=f"执法人员签名：{member.person_name}")
        return
    if item == "witness":
        _evidence(doing, visit, visit, caption=f"见证人签名：{value.get('name', '')}")
        return
    _party(doing, visit)


def _id(item: str) -> int:
    raw = item.partition(":")[2]
    return int(raw) if raw.isdecimal() and len(raw) < 10 else 0


def _party(doing: Doing, visit: Visit) -> None:
    value = doing.value
    state = str(value.get("state") or "")
    if state not in {SignatureState.SIGNED, SignatureState.REFUSED, SignatureState.ABSENT}:
        raise Unlawful("没有写明当事人签字情况，内容已保留，请在手机上补选。")
    values: dict[str, Any] = {"signature": state}
    for name, size in (("representative", 40), ("representative_title", 40), ("witness", 40)):
        if words := str(value.get(name) or "").strip():
            values[name] = words[:size]
    if state == SignatureState.SIGNED:
        _evidence(doing, visit, visit, caption=f"当事人签名：{value.get('representative', '')}")
    elif state == SignatureState.REFUSED and not (
        values.get("witness") or visit.witness or visit.camera_note
    ):
        raise Unlawful("当事人拒绝签字的，须写明见证人或执法记录仪文件。内容已保留，请在手机上补写。")
    if visit.status == VisitStatus.STARTED:
        services.visit_note(actor=doing.actor, visit=visit, values=values)


def pad(doing: Doing) -> None:
    """A slip with a number of the officer's own pad was left at the place."""
    visit = entered(doing)
    pad_number_use(
        actor=doing.actor,
        text=doing.register.item,
        subject_uid=visit.uid,
        subject_label=str(visit),
        operation_uid=doing.register.current.uid,
        at=doing.at,
    )


def end(doing: Doing) -> None:
    """Finish the checklist and the site record, once everything that the phone sent before is here and agreed."""
    visit = entered(doing)
    if visit.status != VisitStatus.STARTED:
        return
    wait_for_rest(doing.register.current)
    if words := doing.unsettled():
        raise NotYet(f"{words}。")
    signed = [key for key in doing.merged if key[0] == "signature" and key[1].startswith("officer:")]
    if len(signed) < MIN_SIGNATURES:
        raise Unlawful("现场检查笔录须有两名执法人员签名，请补签后再发送。")
    if visit.checklist_run and visit.checklist_run.status == "OPEN":
        services.checklist_save(actor=doing.actor, visit=visit, answers={}, is_finished=True)
    ended_at = max(doing.at, visit.started_at or doing.at)
    services.visit_record(actor=doing.actor, visit=current(doing), values={"ended_at": ended_at})
