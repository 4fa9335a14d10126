"""One page on which a called department answers, on a phone; and reminding it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, data, desk_page, form_page, get_visible
from measures.models import WhistleCall
from measures.selectors import calls_visible
from monitors import services
from monitors.forms import grids as forms
from monitors.selectors import grids as selectors
from monitors.views.grids.common import CALL, grid_path, grid_tabs

STEPS = {
    "CALLED": (("响应", "acknowledge", "post"), ("登记到场", "arrive", "link"), ("退回", "return", "link")),
    "ACKNOWLEDGED": (("登记到场", "arrive", "link"), ("退回", "return", "link")),
    "ARRIVED": (("登记办结", "finish", "link"),),
}


def _step(call: WhistleCall, label: str, name: str, method: str, is_first: bool) -> dict[str, Any]:
    url = reverse("measures:call_step", kwargs={"uid": call.uid, "name": name})
    return {"label": label, "url": url, "method": method, "is_first": is_first}


@desk_page("measures.whistle_answer")
def call_page(request: AuthedRequest) -> HttpResponse:
    """Whistles that wait for the actor's department, with their terms and the next step in reach of a thumb."""
    now = timezone.now()
    rows = [
        {
            "call": call,
            "whistle": call.whistle,
            "url": reverse("measures:whistle_detail", kwargs={"uid": call.whistle.uid}),
            "is_late": call.arrived_at is None and call.arrive_due_at < now,
            "reminders": list(call.reminders.all()),
            "steps": [
                _step(call, label, name, method, place == 0)
                for place, (label, name, method) in enumerate(STEPS.get(call.status, ()))
            ],
        }
        for call in selectors.calls_waiting(request.user)
    ]
    context = {"rows": rows, **grid_tabs(request, "monitors:call_page")}
    return render(request, "monitors/call_page.html", context)


@desk_page(CALL)
def call_remind(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Remind one department."""
    call = get_visible(calls_visible(request.user), request.user, uid)
    event = call.whistle.grid_events.first()
    home = (
        reverse("monitors:event_detail", kwargs={"uid": event.uid})
        if event
        else reverse("measures:whistle_detail", kwargs={"uid": call.whistle.uid})
    )

    def work(values: dict[str, Any]) -> str:
        services.call_remind(actor=request.user, call=call, note=values["note"])
        return home

    return form_page(
        request,
        forms.NoteForm(**data(request)),
        work,
        heading=f"催办{call.organisation}",
        submit="催办",
        cancel_url=home,
        done="已催办，对方在“报到答复”页面看到。",
        crumbs=grid_path((call.whistle.matter, home), ("催办", "")),
    )
