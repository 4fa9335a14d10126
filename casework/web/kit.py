"""Pages described by data: a register with its heads and cells, a record's own page, steps with their forms."""

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
from casework import audit
from casework.evidence.selectors import evidence_of
from casework.models import AuditEvent
from casework.web.access import AuthedRequest, require
from casework.web.listing import Column, ListPage
from casework.web.pages import data, file_items, form_page
from casework.web.transitions import offers_as_actions, run_transition
from casework.workflow import available_transitions

TabRow = tuple[str, str, str]


def tabs(actor: User, here: str, which: Iterable[TabRow]) -> list[dict[str, Any]]:
    """Parts of a room, (label, url name, permission), that the actor may open."""
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


def register_page(
    request: AuthedRequest,
    *,
    rows: Any,
    title: str,
    subtitle: str,
    register: Register,
    columns: tuple[Column, ...],
    filterset: Any,
    unit: str,
    create: TabRow | None = None,
    empty: str = "清除筛选条件再查。",
    **context: Any,
) -> HttpResponseBase:
    """A register; `create` is (label, url name, permission) of its button, `tabs` and `tabs_label` its room's parts."""
    button = None
    if create and request.user.may(create[2]):
        button = {"label": create[0], "url": reverse(create[1])}
    return ListPage(
        request=request,
        rows=rows,
        template="ui/register_page.html",
        title=title,
        columns=columns,
        filterset=filterset,
        unit=unit,
        context={"subtitle": subtitle, "register": register, "create": button, "empty": empty, **context},
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
        found.append({"label": label, "value": value, "url": row[2] if len(row) > 2 else ""})
    return found


def files(actor: User, row: models.Model) -> list[dict[str, Any]]:
    """Evidence of a row for `ui/_evidence_list.html`."""
    return file_items(evidence_of(actor=actor, subject=row))


def history(actor: User, *uids: UUID, limit: int = 60) -> list[dict[str, Any]]:
    """What happened to the rows, newest first, for `ui/_timeline.html`: those events that the actor may see."""
    events = AuditEvent.objects.visible_to(actor).filter(object_uid__in=uids).order_by("-occurred_at", "-pk")
    return timeline(events[:limit])


def timeline(events: Iterable[AuditEvent]) -> list[dict[str, Any]]:
    """Audit events in the order given, for `ui/_timeline.html`."""
    return [
        {
            "at": event.occurred_at,
            "actor": event.actor_name,
            "organisation": event.organisation_name,
            "sentence": audit.describe(event),
            "detail": event.reason,
        }
        for event in events
    ]


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
    return render(request, "ui/detail_page.html", {"row": row, **context})
