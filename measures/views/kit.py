"""What the screens of this room share: registers, files of a row, steps with their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from casework.evidence.selectors import evidence_of
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    data,
    file_items,
    form_page,
    get_visible,
    offers_as_actions,
    require,
    run_transition,
)
from casework.workflow import available_transitions
from inspections.selectors import notices_visible, visits_visible
from institutions.selectors import institutions_visible

TABS = (
    ("总览", "measures:overview", "measures.view"),
    ("广告清理", "measures:ad_list", "measures.view"),
    ("约谈", "measures:talk_list", "measures.view"),
    ("措施文书", "measures:directive_list", "measures.view"),
    ("吹哨报到", "measures:whistle_list", "measures.view"),
    ("联席会议", "measures:meeting_list", "measures.view"),
    ("应急停课", "measures:closure_list", "measures.view"),
    ("材料移交", "measures:handover_list", "measures.view"),
    ("明察暗访", "measures:mystery_list", "measures.mystery_view"),
)
OFFICER_TABS = (
    ("人员", "measures:officer_list", "measures.officer_view"),
    ("长期回避", "measures:recusal_list", "measures.officer_view"),
    ("记录仪文件", "measures:camera_list", "measures.camera_view"),
    ("部门交换", "measures:exchange_list", "measures.exchange_view"),
)


def tabs(actor: User, here: str, which: tuple[tuple[str, str, str], ...] = TABS) -> list[dict[str, Any]]:
    """Parts of the room that the actor may open."""
    return [
        {"label": label, "url": reverse(name), "active": name == here}
        for label, name, permission in which
        if actor.may(permission)
    ]


@dataclass(frozen=True)
class Register:
    """How a list shows a row: heads and, for each row, as many cells (text, sub, url, status, due)."""

    heads: tuple[str, ...]
    cells: Callable[[Any], list[dict[str, Any]]]


def list_page(
    request: AuthedRequest,
    *,
    rows: Any,
    title: str,
    subtitle: str,
    register: Register,
    columns: tuple[Column, ...],
    filterset: Any,
    unit: str,
    here: str,
    create: tuple[str, str, str] | None = None,
    which: tuple[tuple[str, str, str], ...] = TABS,
    empty: str = "清除筛选条件再查。",
    **context: Any,
) -> HttpResponseBase:
    """A register of this room; `create` is (label, url name, permission) of its button."""
    button = None
    if create and request.user.may(create[2]):
        button = {"label": create[0], "url": reverse(create[1])}
    return ListPage(
        request=request,
        rows=rows,
        template="measures/list.html",
        title=title,
        columns=columns,
        filterset=filterset,
        unit=unit,
        context={
            "subtitle": subtitle,
            "register": register,
            "create": button,
            "tabs": tabs(request.user, here, which),
            "empty": empty,
            **context,
        },
    ).response()


@dataclass(frozen=True)
class Step:
    """One step of a row: its form (none: one click), the service it calls, what is said afterwards."""

    heading: str
    work: Callable[[User, Any, dict[str, Any]], Any]
    done: str
    permission: str
    form: Callable[..., forms.BaseForm] | None = None
    submit: str = "确定"
    danger: bool = False
    sentence: str = ""
    two_columns: bool = False
    preview: bool = False


def step_page(
    request: AuthedRequest, row: Any, steps: dict[str, Step], name: str, home: str, crumbs: Any
) -> HttpResponse:
    """Carry out one step of `row`: show its form, or run the one click."""
    step = steps.get(name)
    if step is None:
        raise Http404("没有这个办理步骤。")
    require(request.user, step.permission)
    if step.form is None:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run_transition(request, lambda: step.work(request.user, row, {}), step.done)
        return redirect(home)
    form = step.form(**data(request), actor=request.user, row=row)
    return form_page(
        request,
        form,
        lambda values: (step.work(request.user, row, values), home)[1],
        heading=step.heading,
        submit=step.submit,
        cancel_url=home,
        done=step.done,
        danger=step.danger,
        sentence=step.sentence,
        two_columns=step.two_columns,
        preview=step.preview,
        crumbs=[*crumbs, {"label": step.heading, "url": ""}],
    )


def step_actions(
    actor: User,
    row: models.Model,
    steps: dict[str, Step],
    url_name: str,
    eased: dict[str, set[str]] | None = None,
) -> list[dict[str, Any]]:
    """Transitions that may be taken, as buttons; `eased` names gates that a step's own form settles."""
    uid = row.uid  # type: ignore[attr-defined]

    def address(name: str) -> str | None:
        step = steps.get(name)
        if step is None:
            return None
        url = reverse(url_name, kwargs={"uid": uid, "name": name})
        return url if step.form else f"POST {url}"

    offers = []
    for offer in available_transitions(actor, row):
        gates = (eased or {}).get(offer.transition.name, set())
        reasons = tuple(reason for reason in offer.reasons if reason.gate not in gates)
        if any(reason.gate == "organ" for reason in reasons):
            continue
        offers.append(type(offer)(offer.transition, reasons))
    return offers_as_actions(offers, address)


def plain_steps(
    actor: User, row: Any, steps: dict[str, Step], url_name: str, *names: str
) -> list[dict[str, Any]]:
    """Steps that are no transitions, as plain buttons, for who may take them."""
    return [
        {
            "label": steps[name].heading,
            "url": reverse(url_name, kwargs={"uid": row.uid, "name": name}),
            "method": "link" if steps[name].form else "post",
        }
        for name in names
        if actor.may(steps[name].permission)
    ]


def facts(*rows: tuple[str, Any] | tuple[str, Any, str]) -> list[dict[str, Any]]:
    """Facts that have something to say: (label, value) or (label, value, url)."""
    found = []
    for row in rows:
        label, value = row[0], row[1]
        if value in (None, ""):
            continue
        found.append({"label": label, "value": value, "url": row[2] if len(row) > 2 else ""})  # type: ignore[misc]
    return found


def reaches(actor: User, region_path: str) -> bool:
    """Whether the reader reads files of that place: not departments, and townships only their own."""
    return not actor.reach.department_id and region_path.startswith(actor.reach.region_path)


def place_fact(actor: User, institution: Any) -> tuple[str, Any, str]:
    """The institution with a link for those who may read its file."""
    if institution is None:
        return ("机构", "", "")
    may = actor.may("institutions.institution_view") and reaches(actor, institution.region_path)
    url = reverse("institutions:institution_detail", kwargs={"uid": institution.uid}) if may else ""
    return ("机构", institution.name, url)


def visit_fact(actor: User, visit: Any) -> tuple[str, Any, str]:
    """The inspection that led here, with a link for those who may read it."""
    if visit is None:
        return ("相关检查", "", "")
    url = reverse("inspections:visit_detail", kwargs={"uid": visit.uid})
    shown = url if reaches(actor, visit.region_path) else ""
    return ("相关检查", f"{visit.visited_on:%Y-%m-%d} {visit.institution.name}", shown)


def notice_fact(actor: User, notice: Any) -> tuple[str, Any, str]:
    """The rectification notice that led here, with a link for those who may read it."""
    if notice is None:
        return ("相关整改", "", "")
    url = reverse("inspections:notice_detail", kwargs={"uid": notice.uid})
    return ("相关整改", notice.number, url if reaches(actor, notice.region_path) else "")


def files(actor: User, row: models.Model) -> list[dict[str, Any]]:
    """Evidence of a row for `ui/_evidence_list.html`."""
    return file_items(evidence_of(actor=actor, subject=row))


def text(title: str, *paragraphs: str) -> dict[str, Any]:
    """A section of text."""
    return {"title": title, "paragraphs": [line for line in paragraphs if line]}


def table(
    title: str, heads: Iterable[str], rows: Iterable[list[dict[str, Any]]], empty: str
) -> dict[str, Any]:
    """A section with a table; each cell is text, sub, url, status or due."""
    heads = tuple(heads)
    filled = [[{"label": label, **cell} for label, cell in zip(heads, row, strict=True)] for row in rows]
    return {"title": title, "heads": heads, "rows": filled, "empty": empty}


def detail_page(request: AuthedRequest, row: Any, **context: Any) -> HttpResponse:
    """A row's own page."""
    return render(request, "measures/detail.html", {"row": row, **context})


def found(rows: Any, request: AuthedRequest, uid: UUID) -> Any:
    """The row inside the reader's reach, or 404."""
    return get_visible(rows, request.user, uid)


def named(request: AuthedRequest) -> dict[str, Any]:
    """First values that another page's link names: a visit, a notice or a place."""
    found: dict[str, Any] = {}
    for key, rows in (("visit", visits_visible), ("notice", notices_visible)):
        try:
            row = rows(request.user).filter(uid=UUID(request.GET.get(key, ""))).first()
        except ValueError:
            continue
        if row is not None:
            found |= {key: row.pk, "institutions": [row.institution_id], "institution": row.institution_id}
    try:
        place = institutions_visible(request.user).filter(uid=UUID(request.GET.get("place", ""))).first()
    except ValueError:
        place = None
    if place is not None:
        found |= {"institutions": [place.pk], "institution": place.pk}
    return found
