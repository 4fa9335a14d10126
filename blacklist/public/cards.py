"""Hits of a search as HTML: a result page shows twenty of them, so each is one piece of text, not a template."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from blacklist.models import ListEntry
from blacklist.public.words import Verdict
from institutions.models import Institution, ListStatus, OperatingState, Track

DASH = "—"


def cards(hits: Iterable[tuple[Institution, Verdict, ListEntry | None]]) -> SafeString:
    """Articles of places with their answer and, for one on the black list, the entry in force."""
    base = reverse("blacklist_public:code_form")
    return mark_safe("".join(_card(base, *hit) for hit in hits))  # noqa: S308 - every value is escaped below


def _card(base: str, place: Institution, answer: Verdict, entry: ListEntry | None) -> str:
    return (
        f'<article class="result"><div class="result-head"><h2><a href="{base}{escape(place.public_id)}/">'
        f"{escape(place.name)}</a></h2>{_tag(place)}</div>\n"
        f'<div><p class="sub">{_where(place)}</p>\n{_why(place, answer, entry)}</div></article>\n'
    )


def _tag(place: Institution) -> str:
    if place.list_status != ListStatus.NONE:
        return _badge(place.list_status_tone, ListStatus(place.list_status).label)
    if place.is_ended:
        return _badge("mute", OperatingState(place.operating_state).label)
    return "" if place.holds_licence else _badge("bad", "无办学许可")


def _badge(tone: str, word: str) -> str:
    return f'<span class="tag tag-{tone}">{escape(word)}</span>'


def _where(place: Institution) -> str:
    track = "" if place.track == Track.UNKNOWN else Track(place.track).label
    return " · ".join(escape(part) for part in (track, place.region.name, place.address) if part)


def _why(place: Institution, answer: Verdict, entry: ListEntry | None) -> str:
    if entry is not None:
        return (
            f'<p class="result-why">列入事由：{escape(entry.ground_text)}（<time>{_day(entry.starts_on)}</time> 公布，'
            f"公布至 <time>{_day(entry.planned_end_on)}</time>）</p>"
        )
    if answer.is_safe:
        return (
            f'<dl class="facts"><div><dt>许可证</dt><dd>{escape(place.licence_no or DASH)}</dd></div>'
            f'<div><dt>有效期至</dt><dd class="num">{_day(place.licence_to)}</dd></div></dl>'
        )
    return f'<p class="result-why"><span class="dot dot-{answer.tone}"></span>{escape(answer.title)}</p>'


def _day(day: date | None) -> str:
    return day.isoformat() if day else DASH
