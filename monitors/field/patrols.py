"""How the words of a patrol are carried over: always through the services of the pages, nothing less is asked.

A place is recorded when its “stop” word has come with everything that the phone wrote before; its red-line
problems are a clue at that moment, and photos follow it. No word issues or signs anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils import timezone

from casework.errors import Unlawful, WrongState
from fieldwork.merging import Register
from fieldwork.models import ChecklistVersion, FieldOperation
from fieldwork.registries import Doing, NotYet
from fieldwork.services import wait_for_rest
from institutions.models import Institution
from monitors import services
from monitors.field.subjects import Subject
from monitors.field.words import faults_of, moment_of, position_of, text_of, uid_of
from monitors.forms.patrols import SightForm
from monitors.models import Monitor, Outing, OutingStatus, PatrolTask, Stop
from monitors.selectors import patrols as selectors

PEOPLE_MAX = 12
FACTS = frozenset(
    {
        "seen_name", "place", "spot_kind", "cover", "licence", "activity", "subject", "pupils", "stage",
        "teachers", "summary", "is_told",
    }
)  # fmt: skip
SETTLED = "这一家已经写入，后来的改动没有采用，原文已保留；确需更正的，请联系教育部门。"


def start(doing: Doing) -> None:
    """Begin the patrol at the time of the phone; its end bounds it when the phone has said it by now."""
    patrol = _patrol(doing)
    if patrol.row is not None:
        return
    patrol.row = services.outing_start(
        actor=doing.actor,
        uid=patrol.uid,
        monitors=_people(patrol, doing.value.get("people")),
        task=_task(patrol, doing.value.get("task")),
        note=str(doing.value.get("note") or "")[:500],
        started_at=doing.at,
        until=_end_known(doing),
    )


def _patrol(doing: Doing) -> Subject:
    subject: Any = doing.subject
    patrol: Subject = subject
    return patrol


def _people(patrol: Subject, raw: Any) -> list[Monitor]:
    said = raw if isinstance(raw, list) else []
    given = [uid for one in said[:PEOPLE_MAX] if (uid := uid_of(one)) is not None]
    if not given or len(given) != len(said):
        raise Unlawful("没有写明和谁一起巡查。内容已保留，请在手机上重新开始一次。")
    known = {row.uid: row for row in Monitor.objects.filter(bureau=patrol.bureau, uid__in=given)}
    if any(uid not in known for uid in given):
        raise Unlawful("同行的监督员没有找到，请联网更新资料后核对。内容已保留。")
    return [known[uid] for uid in given]


def _task(patrol: Subject, raw: Any) -> PatrolTask | None:
    if not raw:
        return None
    uid = uid_of(raw)
    found = PatrolTask.objects.filter(bureau=patrol.bureau, uid=uid).first() if uid else None
    if found is None:
        raise Unlawful("任务没有找到，可能已取消。内容已保留，请联系教育部门。")
    return found


def _end_known(doing: Doing) -> datetime | None:
    register = doing.merged.get(("end", ""))
    try:
        return _ended_at(register) if register else None
    except Unlawful:
        return None  # the end itself is answered with the reason


def _ended_at(register: Register[FieldOperation]) -> datetime | None:
    """When the patrol ended: as typed, else when “end” was pressed; None when the clock cannot be believed."""
    word = register.current
    if text_of(word.value):
        typed = datetime.strptime(moment_of(word), "%Y-%m-%dT%H:%M")
        return timezone.make_aware(typed)
    return word.happened_at


def running(doing: Doing) -> Outing:
    """The patrol, once it was taken up. Raises NotYet, Unlawful when it was refused, WrongState when void."""
    outing: Outing | None = _patrol(doing).row
    if outing is None:
        if ("start", "") in doing.merged:
            raise Unlawful("这次巡查没有被受理，原因见“开始巡查”。内容已保留，请联系教育部门。")
        raise NotYet("还没有收到“开始巡查”，收到后写入。")
    if outing.status == OutingStatus.VOID:
        raise WrongState("这次巡查已作废。内容已保留，请联系教育部门。")
    return outing


@dataclass
class Parts:
    """What the phone said about one place."""

    arrive: Register[FieldOperation] | None = None
    facts: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)


def _parts(doing: Doing, key: str) -> Parts:
    parts = Parts()
    for (kind, item), register in doing.merged.items():
        if item.partition("/")[0] != key or kind in {"stop", "photo"}:
            continue
        if register.is_differing:
            raise NotYet("两部手机对这一家的填写不一致，请先在工作台选定。")
        name, value = item.partition("/")[2], register.current.value
        if kind == "arrive":
            parts.arrive = register
        elif kind == "position":
            parts.position = position_of(value)
        elif kind == "fact" and name in FACTS:
            parts.facts[name] = text_of(value)
        elif kind == "answer":
            parts.answers[name] = str(value.get("value") or "")[:20]
            parts.notes[name] = str(value.get("note") or "")[:1000]
    return parts


def stop(doing: Doing) -> None:
    """Record one place, or leave it out when the phone has dropped it."""
    outing, uid = running(doing), uid_of(doing.register.item)
    if uid is None:
        raise Unlawful("这一家没有编号，内容已保留，请在手机上重新记录。")
    known = Stop.objects.filter(uid=uid).first()
    if known is not None and known.outing_id != outing.pk:
        raise Unlawful("这一家的编号已用在另一次巡查，内容已保留，请在手机上重新记录。")
    doing = _saved(doing)
    if doing.value.get("removed"):
        if known is not None:
            raise Unlawful(SETTLED)
        return
    if known is None:
        wait_for_rest(doing.register.current)
        sight = _sight(doing, outing, uid)
        services.stop_record(actor=doing.actor, outing=outing, sight=sight, may_be_late=True)


def _saved(doing: Doing) -> Doing:
    """The words that save the place, when somebody dropped it who had not seen that it was saved."""
    said = tuple(word for word in doing.register.standing if not word.value.get("removed"))
    if not said:
        return doing
    register = replace(doing.register, standing=said)
    return replace(doing, register=register, value=said[-1].value, actor=said[-1].received_by)


def _is_dropped(register: Register[FieldOperation]) -> bool:
    return all(word.value.get("removed") for word in register.standing)


def _sight(doing: Doing, outing: Outing, uid: UUID) -> services.Sight:
    parts = _parts(doing, doing.register.item)
    if parts.arrive is None:
        raise Unlawful("没有写明是哪一家，内容已保留，请在手机上重新选择。")
    at = parts.arrive.current.happened_at or parts.arrive.current.received_at
    version = _version(doing, outing, at)
    place = _place(outing, parts.arrive.current.value)
    form = SightForm(data=_filled(doing, version, parts, place), version=version, institution=place)
    if words := faults_of(form):
        raise Unlawful(f"{words} 内容已保留，请在手机上改正后再点“保存这一家”。")
    arrived = max(at, outing.started_at)
    return replace(form.sight(), uid=uid, arrived_at=arrived, version=version, **parts.position)


def _version(doing: Doing, outing: Outing, arrived_at: datetime) -> ChecklistVersion:
    """The list that was filled in: in force when the patrol began or when the place was reached."""
    said = str(doing.value.get("version") or "")
    newest = None
    for day in sorted({timezone.localdate(outing.started_at), timezone.localdate(arrived_at)}):
        version = selectors.checklist_on(outing.bureau, day)
        if version is not None and str(version.uid) == said:
            return version
        newest = version or newest
    if newest is None:
        raise Unlawful("没有施行中的巡查清单，请联系教育部门。内容已保留。")
    raise Unlawful(
        f"手机上用的清单不是现行的{newest}。内容已保留，请联网点“更新资料”，核对各项后再点“保存这一家”。"
    )


def _place(outing: Outing, value: dict[str, Any]) -> Institution | None:
    if not value.get("institution"):
        return None
    uid = uid_of(value["institution"])
    found = selectors.place_of(outing.bureau, uid) if uid else None
    if found is None:
        raise Unlawful("没有在名录中找到这家机构，内容已保留，请联网更新资料后重新选择。")
    return found


def _filled(
    doing: Doing, version: ChecklistVersion, parts: Parts, place: Institution | None
) -> dict[str, Any]:
    """Data of the form of the page; items left alone count as the last answer when the phone said so."""
    blank = {"cover": "SCHOOL", "licence": "UNSEEN", "activity": "UNKNOWN", "pupils": "0", "teachers": "0"}
    given = {**blank, **{name: text for name, text in parts.facts.items() if text}}
    if place is not None:
        given.setdefault("place", place.address)
    rest = version.answer_values[-1]
    is_filled_up = doing.value.get("rest") == rest
    for item in version.items.all():
        given[f"a_{item.code}"] = parts.answers.get(item.code) or (rest if is_filled_up else "")
        given[f"n_{item.code}"] = parts.notes.get(item.code, "")
    unknown = [code for code in parts.answers if f"a_{code}" not in given]
    if unknown:
        raise Unlawful(f"清单中没有 {unknown[0][:20]} 这一项，请联网更新资料后核对。内容已保留。")
    if doing.value.get("names_checked") is True:
        given["names_checked"] = "on"
    if given.get("is_told") in {"false", "False", "0"}:
        del given["is_told"]
    return given


def part(doing: Doing) -> None:
    """One thing said about a place: it stands in the recorded place, or waits for it."""
    running(doing)
    row = _recorded(doing)
    if row is not None and not _is_in(row, doing):
        raise Unlawful(SETTLED)


def parts(doings: list[Doing]) -> None:
    """Many of them."""
    for doing in doings:
        part(doing)


def _recorded(doing: Doing) -> Stop | None:
    """The recorded place; None for one that the phone dropped. Raises NotYet."""
    key = doing.register.item.partition("/")[0]
    outing = running(doing)
    row = _stops(doing, outing).get(key)
    if row is not None:
        return row
    said = doing.merged.get(("stop", key))
    if said is None:
        raise NotYet("还没有“保存这一家”，保存后写入。")
    if not _is_dropped(said):
        raise NotYet("这一家还没有写入，原因见“保存这一家”。")
    return None


def _stops(doing: Doing, outing: Outing) -> dict[str, Stop]:
    """Recorded places by uid; in one pass all places are recorded before their parts are looked at."""
    patrol = _patrol(doing)
    if patrol.stops is None:
        patrol.stops = {
            str(row.uid): row for row in Stop.objects.filter(outing=outing).select_related("clue")
        }
    return patrol.stops


def _is_in(row: Stop, doing: Doing) -> bool:
    kind, name = doing.register.kind, doing.register.item.partition("/")[2]
    if kind == "answer":
        return _answer_is_in(row, name, doing.value)
    if kind == "position":
        given = position_of(doing.value)
        return not given or (row.longitude, row.latitude) == (given["longitude"], given["latitude"])
    return kind != "fact" or name not in FACTS or _fact_is_in(getattr(row, name), text_of(doing.value))


def _answer_is_in(row: Stop, code: str, value: dict[str, Any]) -> bool:
    note = str(value.get("note") or "").strip()[:300]
    answer = value.get("value") or row.answers.get(code)
    return bool(row.answers.get(code) == answer and row.notes.get(code, "") == note)


def _fact_is_in(kept: Any, text: str) -> bool:
    if isinstance(kept, bool):
        return kept == (text.lower() in {"true", "1", "on"})
    if isinstance(kept, int) and text.isdecimal():
        return kept == int(text)
    return str(kept) == (text or str(kept))


def photo(doing: Doing) -> None:
    """A photo of a place, once the place is recorded; the clue that came of it gets it too."""
    row = _recorded(doing)
    if row is None:
        return
    sha256 = str(doing.value.get("sha256") or "")
    name = str(doing.value.get("name") or f"{sha256[:12]}.jpg")[-100:]
    services.stop_photo_add(
        actor=doing.actor,
        stop=row,
        upload=ContentFile(doing.blob(sha256), name=name),
        captured_at=doing.taken_at,
    )


def end(doing: Doing) -> None:
    """Submit the patrol, once everything that the phone wrote before is here, agreed and written."""
    outing = running(doing)
    if outing.status == OutingStatus.SUBMITTED:
        return
    wait_for_rest(doing.register.current)
    refused = [key for key in doing.merged if key[0] == "stop" and not _is_settled(doing, key)]
    if refused:
        raise NotYet(f"还有 {len(refused)} 家没有被受理，请在手机上改正或删去后再点“结束巡查”。")
    if words := doing.unsettled():
        raise NotYet(f"{words}。")
    last = outing.stops.order_by("-arrived_at").values_list("arrived_at", flat=True).first()
    ended = _ended_at(doing.register) or doing.at
    ended = max(ended, outing.started_at + timedelta(seconds=1), last or ended)
    _patrol(doing).row = services.outing_submit(
        actor=doing.actor, outing=outing, ended_at=min(ended, timezone.now())
    )


def _is_settled(doing: Doing, key: tuple[str, str]) -> bool:
    return _is_dropped(doing.merged[key]) or str(uid_of(key[1])) in _stops(doing, running(doing))
