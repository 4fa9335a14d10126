"""How the words of an observation are carried over; it is a clue the moment that it is saved."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import User
from casework.errors import Unlawful
from fieldwork.registries import Doing, NotYet
from fieldwork.services import wait_for_rest
from institutions.models import Institution
from monitors import services
from monitors.field.subjects import EDIT, Subject
from monitors.field.words import faults_of, moment_of, position_of, text_of, uid_of
from monitors.forms.sightings import WatchForm
from monitors.models import Monitor, Observation
from monitors.selectors.monitors import own_term, term_on

TIMES = ("watched_from", "watched_until")
FACTS = frozenset(
    {
        "region", "place", "spot_kind", "floors", "institution", "entered", "left", "stage", "adults",
        "activity", "pattern", "text", "is_public_only", *TIMES,
    }
)  # fmt: skip
SETTLED = "这次观察已经写入，后来的改动没有采用，原文已保留；确需更正的，请联系教育部门。"


def _subject(doing: Doing) -> Subject:
    subject: Any = doing.subject
    found: Subject = subject
    return found


def done(doing: Doing) -> None:
    """Record what was seen, with everything that the phone wrote before."""
    subject = _subject(doing)
    if subject.row is not None:
        return
    wait_for_rest(doing.register.current)
    monitor = _observer(doing)
    form = WatchForm(data=_filled(doing, monitor), actor=doing.actor, monitor=monitor)
    if words := faults_of(form):
        raise Unlawful(f"{words} 内容已保留，请在手机上改正后再点“保存观察”。")
    position = doing.merged.get(("position", ""))
    where = position_of(position.current.value) if position else {}
    where.pop("accuracy_m", None)
    watch = form.watch()
    subject.row = services.observation_record(
        actor=doing.actor,
        uid=subject.uid,
        watch=services.Watch(**{**vars(watch), **where}),
        region=form.cleaned_data["region"],
        monitor=monitor,
        bureau=subject.bureau,
    )


def _observer(doing: Doing) -> Monitor | None:
    """The term in which the observer watched: that of the day, though another runs by now.

    The observer is whom the words name, when it is the sender or when the desk brings the words; else, for words
    that name nobody, the owner of the phone.
    """
    user = _named(doing) or doing.register.current.device.user
    begun = doing.merged.get(("fact", "watched_from"))
    if begun is None:
        return own_term(user)
    return term_on(user, date.fromisoformat(moment_of(begun.current)[:10]))


def _named(doing: Doing) -> User | None:
    people = doing.value.get("people")
    uid = uid_of(people[0]) if isinstance(people, list) and people else None
    if uid is None:
        return None
    row = Monitor.objects.filter(uid=uid, bureau=_subject(doing).bureau).select_related("user").first()
    is_own = row is not None and row.user_id == doing.actor.pk
    return row.user if row is not None and (is_own or doing.actor.may(EDIT)) else None


def _filled(doing: Doing, monitor: Monitor | None) -> dict[str, Any]:
    given: dict[str, Any] = {"activity": "UNKNOWN", "left": "0", "adults": "0"}
    for (kind, name), register in doing.merged.items():
        if kind != "fact" or name not in FACTS:
            continue
        if register.is_differing:
            raise NotYet("两部手机的填写不一致，请先在工作台选定。")
        text = moment_of(register.current) if name in TIMES else text_of(register.current.value)
        if text:
            given[name] = text
    given.setdefault("region", str(monitor.region_id) if monitor else "")
    if "institution" in given:
        given["institution"] = _place(monitor, given["institution"])
    if given.get("is_public_only") in {"false", "False", "0"}:
        del given["is_public_only"]
    if doing.value.get("names_checked") is True:
        given["names_checked"] = "on"
    return given


def _place(monitor: Monitor | None, raw: str) -> str:
    uid = uid_of(raw)
    rows = Institution.objects.filter(bureau=monitor.bureau_id) if monitor else Institution.objects.none()
    found = rows.filter(uid=uid).first() if uid else None
    if found is None:
        raise Unlawful("没有在名录中找到这家机构，内容已保留，请联网更新资料后重新选择。")
    return str(found.pk)


def part(doing: Doing) -> None:
    """One thing said: it stands in the recorded observation, or waits for it."""
    row = _recorded(doing)
    name, text = doing.register.item, text_of(doing.value)
    if doing.register.kind != "fact" or name not in {
        "place",
        "floors",
        "pattern",
        "text",
        "entered",
        "left",
        "adults",
    }:
        return
    if text and str(getattr(row, name)) != text:
        raise Unlawful(SETTLED)


def parts(doings: list[Doing]) -> None:
    """Many of them."""
    for doing in doings:
        part(doing)


def _recorded(doing: Doing) -> Observation:
    row: Observation | None = _subject(doing).row
    if row is None:
        has_tried = ("done", "") in doing.merged
        raise NotYet("还没有写入，原因见“保存观察”。" if has_tried else "还没有“保存观察”，保存后写入。")
    return row


def photo(doing: Doing) -> None:
    """A photo of what was seen, once it is recorded."""
    row = _recorded(doing)
    sha256 = str(doing.value.get("sha256") or "")
    name = str(doing.value.get("name") or f"{sha256[:12]}.jpg")[-100:]
    services.observation_photo_add(
        actor=doing.actor,
        row=row,
        upload=ContentFile(doing.blob(sha256), name=name),
        captured_at=doing.taken_at,
    )
