"""The checklist page of a visit: earlier problems first, then the items."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from casework.evidence.selectors import evidence_of
from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    file_items,
    form_page,
    run_transition,
)
from fieldwork.answers import said
from fieldwork.models import VersionState
from fieldwork.selectors import answers_of, aspects_of, points_of, proposed_version
from inspections import selectors, services
from inspections.forms import ChecklistChoiceForm
from inspections.models import CarriedResult, Visit
from inspections.views.visits import trail, visit_get, visit_url


@desk_page("inspections.deployment_view")
def visit_checklist(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Choose a checklist, fill it, or read it when finished; earlier problems come first."""
    visit = visit_get(request, uid)
    if visit.checklist_run is None:
        return _checklist_choose(request, visit)
    if request.method == "POST" and request.user.may("inspections.visit_record"):
        done = "清单已完成。" if "finish" in request.POST else "已保存。"
        is_done = run_transition(request, lambda: _checklist_save(request, visit), done)
        stays = reverse("inspections:visit_checklist", kwargs={"uid": uid})
        return redirect(visit_url(visit) if is_done and "finish" in request.POST else stays)
    run = visit.checklist_run
    version = run.checklist_version
    answers = {answer.item_id: answer for answer in answers_of(run)}
    sections = [
        (aspect, [_line(request, item, answers.get(item.pk), version) for item in aspect.items])
        for aspect in aspects_of(version.items.order_by("position"))
    ]
    may_write = request.user.may("inspections.visit_record")
    context = {
        "visit": visit,
        "run": run,
        "sections": sections,
        "choices": list(version.answer_labels.items()),
        "failing": version.failing_answer,
        "is_open": run.status == "OPEN" and may_write,
        "answered": len(answers),
        "points": points_of(run),
        "is_retired": version.state == VersionState.RETIRED,
        "carried": _carried(request, visit),
        "carried_choices": CarriedResult.choices,
        "is_carried_open": visit.status == "STARTED" and may_write,
        "crumbs": trail(visit, ("检查清单", ""), reader=request.user),
    }
    return render(request, "inspections/visit_checklist.html", context)


@desk_page("inspections.visit_record")
def visit_carried(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Earlier problems alone, for visits without a checklist."""
    visit = visit_get(request, uid)
    if request.method == "POST":
        is_done = run_transition(request, lambda: _carried_save(request, visit), "核实情况已保存。")
        stays = reverse("inspections:visit_carried", kwargs={"uid": uid})
        return redirect(visit_url(visit) if is_done else stays)
    context = {
        "visit": visit,
        "carried": _carried(request, visit),
        "carried_choices": CarriedResult.choices,
        "is_carried_open": visit.status == "STARTED",
        "crumbs": trail(visit, ("以前的问题", ""), reader=request.user),
    }
    return render(request, "inspections/visit_carried.html", context)


def _carried(request: AuthedRequest, visit: Visit) -> list[dict[str, Any]]:
    return [
        {"told": told, "row": told.row, "files": file_items(told.files)}
        for told in selectors.carried_of(request.user, visit)
    ]


def _line(request: AuthedRequest, item: Any, answer: Any, version: Any) -> dict[str, Any]:
    files = evidence_of(actor=request.user, subject=answer) if answer else []
    return {
        "item": item,
        "value": answer.value if answer else "",
        "said": said(item, version, answer.value) if answer else "",
        "note": answer.note if answer else "",
        "no_photo_reason": answer.no_photo_reason if answer else "",
        "is_failed": bool(answer) and item.is_judged and answer.value == version.failing_answer,
        "input": {"NUMBER": "number", "COUNT": "number", "DATE": "date"}.get(item.answer_kind, "text"),
        "files": file_items(files),
    }


def _checklist_choose(request: AuthedRequest, visit: Visit) -> HttpResponse:
    if visit.status != "STARTED" or not request.user.may("inspections.visit_record"):
        raise Http404("本次检查没有使用清单。")
    outing = visit.deployment
    planned = outing.checklist_version or proposed_version(
        campaign=outing.campaign, inspection_kind=outing.kind, on=visit.visited_on, bureau=visit.bureau
    )
    initial = {"version": planned.pk if planned else None}
    form = ChecklistChoiceForm(**data(request), actor=request.user, initial=initial)

    def work(values: dict[str, Any]) -> str:
        services.checklist_open(actor=request.user, visit=visit, version=values["version"])
        return reverse("inspections:visit_checklist", kwargs={"uid": visit.uid})

    return form_page(
        request,
        form,
        work,
        heading=f"选用检查清单：{visit.institution.name}",
        submit="开始填写",
        cancel_url=visit_url(visit),
        done="请逐项填写，可以随时保存。",
        crumbs=trail(visit, ("检查清单", "")),
    )


def _checklist_save(request: AuthedRequest, visit: Visit) -> None:
    if visit.status == "STARTED":
        _carried_save(request, visit)
    answers = {}
    photos = {}
    for key, value in request.POST.items():
        if key.startswith("v-") and value:
            code = key[2:]
            answers[code] = {
                "value": str(value),
                "note": str(request.POST.get(f"n-{code}", "")),
                "no_photo_reason": str(request.POST.get(f"p-{code}", "")),
            }
            photos[code] = request.FILES.getlist(f"f-{code}")
    services.checklist_save(actor=request.user, visit=visit, answers=answers, photos=photos)
    if "finish" in request.POST:
        services.checklist_save(actor=request.user, visit=visit, answers={}, is_finished=True)


def _carried_save(request: AuthedRequest, visit: Visit) -> None:
    answers = {}
    for key, value in request.POST.items():
        if key.startswith("c-") and value and key[2:].isdecimal():
            files = tuple(request.FILES.getlist(f"cf-{key[2:]}"))
            note = str(request.POST.get(f"cn-{key[2:]}", ""))
            answers[int(key[2:])] = services.CarriedAnswer(str(value), note, files)
    if answers:
        services.carried_answer(actor=request.user, visit=visit, answers=answers)
