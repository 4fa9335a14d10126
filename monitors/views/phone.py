"""Patrol pages for the phone: start, find the place, fill in the checklist, submit.

No page here issues a document or asks the other side to sign.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.evidence.selectors import evidence_of
from casework.web import AuthedRequest, crumbs, data, file_items, form_page, get_visible, portal_page
from institutions.models import Institution
from monitors import services
from monitors.forms import patrols as forms
from monitors.models import Monitor, Stop
from monitors.selectors import monitors as people
from monitors.selectors import patrols as selectors
from monitors.selectors import sightings

DO = "monitors.patrol_do"
HOME = "monitors_portal:patrol_home"
FORM = "ui/portal_form.html"


def _url(name: str, uid: UUID) -> str:
    return reverse(f"monitors_portal:{name}", kwargs={"uid": uid})


def _monitor(request: AuthedRequest) -> Monitor:
    monitor = people.own_term(request.user)
    if monitor is None:
        raise Http404("账号还没有关联监督员任期，请联系教育部门。")
    return monitor


def _outing(request: AuthedRequest, uid: UUID) -> Any:
    return get_visible(selectors.outings_visible(request.user), request.user, uid)


def _path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs(("巡查", reverse(HOME)), *pairs)


@portal_page(DO)
def patrol_home(request: AuthedRequest) -> HttpResponse:
    """Today: the patrol under way, tasks, how often this month."""
    monitor = people.own_term(request.user)
    today = timezone.localdate()
    context: dict[str, Any] = {"monitor": monitor}
    if monitor is not None:
        month = selectors.quota_rows(request.user, today).filter(pk=monitor.pk).first()
        context |= {
            "is_serving": monitor.serves_on(today),
            "running": selectors.running_of(request.user),
            "tasks": selectors.tasks_of(monitor, today),
            "month": month,
            "quota": selectors.quota_of(monitor.bureau, today),
            "observations": list(sightings.observations_visible(request.user)[:5]),
            "outings": list(selectors.outings_visible(request.user).exclude(status="RUNNING")[:20]),
        }
    return render(request, "monitors/portal_patrols.html", context)


@portal_page(DO)
def outing_new(request: AuthedRequest) -> HttpResponse:
    """Begin a patrol with others."""
    monitor = _monitor(request)

    def work(values: dict[str, Any]) -> str:
        outing = services.outing_start(
            actor=request.user,
            monitors=[monitor, *values["people"]],
            task=values["task"],
            note=values["note"],
        )
        return _url("outing", outing.uid)

    return form_page(
        request,
        forms.StartForm(**data(request), monitor=monitor),
        work,
        heading="开始巡查",
        submit="开始",
        cancel_url=reverse(HOME),
        done="巡查已开始，每到一家记录一次。",
        template=FORM,
        crumbs=_path(("开始", "")),
    )


@portal_page(DO)
def outing(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One patrol: who goes, where they were, what is left to do."""
    row = _outing(request, uid)
    context = {
        "outing": row,
        "members": row.members.select_related("monitor__person"),
        "stops": row.stops.select_related("institution", "clue"),
        "is_running": row.status == "RUNNING",
        "crumbs": _path((row.number, "")),
    }
    return render(request, "monitors/portal_outing.html", context)


@portal_page(DO)
def place_find(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Find the institution, or say that it is not registered."""
    row = _outing(request, uid)
    words = request.GET.get("q", "")[:60]
    context = {
        "outing": row,
        "words": words,
        "places": selectors.places_found(row.bureau, words),
        "suggested": list(row.task.places.select_related("region")) if row.task else [],
        "ties": selectors.ties_open(row.members.all()),
        "done": set(row.stops.values_list("institution", flat=True)),
        "crumbs": _path((row.number, _url("outing", row.uid)), ("记录一家", "")),
    }
    return render(request, "monitors/portal_place.html", context)


@portal_page(DO)
def stop_new(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Fill in one place."""
    row = _outing(request, uid)
    home = _url("outing", row.uid)
    if row.status != "RUNNING":
        return redirect(home)
    place = _place(request, row)
    version = selectors.checklist_on(row.bureau, timezone.localdate(row.started_at))
    if version is None:
        raise Http404("没有施行中的巡查清单，请联系教育部门。")
    form = forms.SightForm(**data(request), version=version, institution=place)

    def work(values: dict[str, Any]) -> str:
        services.stop_record(actor=request.user, outing=row, sight=form.sight(), files=values["photos"])
        return home

    return form_page(
        request,
        form,
        work,
        heading=place.name if place else "未登记场所",
        submit="保存这一家",
        cancel_url=home,
        done="已保存。否决项有问题的，已经作为线索送出。",
        template="monitors/portal_stop_form.html",
        failing=version.failing_answer,
        crumbs=_path((row.number, home), ("记录一家", "")),
    )


def _place(request: AuthedRequest, row: Any) -> Institution | None:
    raw = request.GET.get("place", "")
    if not raw:
        return None
    try:
        found = selectors.place_of(row.bureau, UUID(raw))
    except ValueError:
        found = None
    if found is None:
        raise Http404("没有找到这家机构。")
    return found


@portal_page(DO)
def stop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One recorded stop."""
    row: Stop = get_visible(selectors.stops_visible(request.user), request.user, uid)
    context = {
        "stop": row,
        "problems": problems_of(row),
        "files": file_items(evidence_of(actor=request.user, subject=row), hints=False),
        "crumbs": _path((row.outing.number, _url("outing", row.outing.uid)), (row.party, "")),
    }
    return render(request, "monitors/portal_stop.html", context)


def problems_of(row: Stop) -> list[dict[str, Any]]:
    """Items answered with a problem, with the words."""
    failing = row.checklist_version.failing_answer
    return [
        {"item": item, "note": row.notes.get(item.code, "")}
        for item in row.checklist_version.items.all()
        if row.answers.get(item.code) == failing
    ]


@portal_page(DO)
def outing_submit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End the patrol."""
    row = _outing(request, uid)
    home = _url("outing", row.uid)
    if row.status != "RUNNING":
        return redirect(home)

    def work(values: dict[str, Any]) -> str:
        services.outing_submit(actor=request.user, outing=row, ended_at=values["ended_at"])
        return home

    return form_page(
        request,
        forms.EndForm(**data(request)),
        work,
        heading="提交巡查",
        submit="提交",
        cancel_url=home,
        done="已提交，谢谢。",
        template=FORM,
        sentence=f"共记录 {row.stop_count} 家，发现问题 {row.problems} 项。提交后不能修改。",
        crumbs=_path((row.number, home), ("提交", "")),
    )
