"""Sweeps at the desk and on a school's phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    portal_page,
    run_transition,
)
from casework.web.kit import Register, Step
from monitors import services
from monitors.filters import SweepFilter
from monitors.forms import grids as forms
from monitors.models import EventKind, GridUnit, SweepTarget
from monitors.selectors import grids as selectors
from monitors.services import EventReport
from monitors.views.grids.common import DO, SWEEP, VIEW, grid_path, grid_tabs, sweep_url, unit_url

SHOWN = 100


def rate(swept: int, known: int) -> str:
    """Places swept over places known, both shown."""
    return f"{swept}/{known} 家" + (f"（{swept * 100 // known}%）" if known else "")


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": sweep_url(row)},
        {"text": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"},
        {"text": rate(row.swept, row.known), "num": True},
        {"text": f"{row.fresh} 处", "num": True},
        {"text": f"{row.problems} 件", "num": True},
        {"status": row},
    ]


SWEEPS = Register(("名称", "时间", "已排查", "新发现", "转为线索", "状态"), _cells)
COLUMNS = (
    Column("名称", lambda row: row.title, 30),
    Column("开始日期", lambda row: row.starts_on),
    Column("截止日期", lambda row: row.ends_on),
    Column("已知机构（家）", lambda row: row.known),
    Column("已排查（家）", lambda row: row.swept),
    Column("新发现培训点（处）", lambda row: row.fresh),
    Column("转为线索（件）", lambda row: row.problems),
    Column("状态", lambda row: row.get_status_display()),
    Column("结果", lambda row: row.summary, 40),
)


@desk_page(VIEW)
def sweep_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of sweeps."""
    return kit.register_page(
        request,
        rows=selectors.sweeps_visible(request.user),
        title="拉网排查",
        subtitle="覆盖率＝已排查的已知机构÷已知机构；新发现的培训点另计，当场转为线索",
        register=SWEEPS,
        columns=COLUMNS,
        filterset=SweepFilter,
        unit="次",
        create=("开展排查", "monitors:sweep_create", SWEEP),
        empty="选定网格和时间后，网格员、学校专员、部门在手机上逐家登记。",
        **grid_tabs(request, "monitors:sweep_list"),
    )


@desk_page(SWEEP)
def sweep_create(request: AuthedRequest) -> HttpResponse:
    """Begin a sweep."""

    def work(values: dict[str, Any]) -> str:
        units = values.pop("units")
        return sweep_url(services.sweep_open(actor=request.user, values=values, units=units))

    return form_page(
        request,
        forms.SweepForm(**data(request), actor=request.user),
        work,
        heading="开展拉网排查",
        submit="开展",
        cancel_url=reverse("monitors:sweep_list"),
        done="已开展，网格上的人员可以登记了。",
        crumbs=grid_path(("拉网排查", reverse("monitors:sweep_list")), ("开展", "")),
    )


SWEEP_STEPS: dict[str, Step] = {
    "close": Step(
        "结束排查",
        lambda actor, row, values: services.sweep_close(actor=actor, sweep=row, **values),
        "排查已结束。",
        SWEEP,
        forms.SummaryForm,
        submit="结束",
    ),
}


@desk_page(VIEW)
def sweep_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One sweep: coverage by grid, and the places nobody has looked at yet, with one tap for each."""
    actor = request.user
    row: Any = get_visible(selectors.sweeps_visible(actor), actor, uid)
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": line["unit"].name, "url": unit_url(line["unit"]), "sub": line["unit"].region.name},
            {"text": rate(line["swept"], line["known"]), "num": True},
            {"text": f"{line['fresh']} 处", "num": True},
        ]
        for line in selectors.coverage(actor, row)
    ]
    context = {
        **_todo(request, row, "monitors"),
        "row": row,
        "heading": row.title,
        "has_status": True,
        "subtitle": f"已排查 {rate(row.swept, row.known)}，新发现 {row.fresh} 处",
        "actions": kit.step_actions(actor, row, SWEEP_STEPS, "monitors:sweep_step"),
        "links": [{"label": "看登记的情况", "url": f"{reverse('monitors:event_list')}?sweep={row.pk}"}],
        "sections": [
            kit.table("各网格进度", ("网格", "已排查", "新发现"), lines, "没有您能看到的网格。"),
            *([kit.text("排查结果", row.summary)] if row.summary else []),
        ],
        "facts": kit.facts(
            ("时间", f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"), ("依据和要求", row.basis)
        ),
        "history": kit.history(actor, row.uid),
        "crumbs": grid_path(("拉网排查", reverse("monitors:sweep_list")), (row.title, "")),
    }
    return render(request, "monitors/sweep_detail.html", context)


def _todo(request: AuthedRequest, sweep: Any, room: str) -> dict[str, Any]:
    """The places left with the addresses of their two buttons."""
    left = selectors.targets_left(request.user, sweep)
    is_open = sweep.status == "OPEN" and sweep.starts_on <= timezone.localdate() <= sweep.ends_on
    may = is_open and request.user.may(DO)
    create = f"{reverse(f'{room}:event_create')}?sweep={sweep.uid}"
    return {
        "targets": [
            {
                "place": target.institution,
                "unit": target.unit,
                "clear_url": reverse(f"{room}:sweep_clear", kwargs={"uid": target.uid}),
                "event_url": f"{create}&place={target.institution.uid}",
            }
            for target in left[:SHOWN]
        ],
        "left_count": left.count(),
        "may_do": may,
        "new_url": f"{create}&kind={EventKind.NEW_SITE}",
        "ad_url": f"{create}&kind={EventKind.AD}",
    }


@desk_page(VIEW)
def sweep_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a sweep."""
    row: Any = get_visible(selectors.sweeps_visible(request.user), request.user, uid)
    home = sweep_url(row)
    return kit.step_page(request, row, SWEEP_STEPS, name, home, grid_path((row.title, home)))


def _clear(request: AuthedRequest, uid: UUID) -> SweepTarget:
    target = get_visible(
        SweepTarget.objects.select_related("sweep", "unit__bureau", "institution__region"), request.user, uid
    )
    run_transition(
        request,
        lambda: services.event_report(
            actor=request.user,
            unit=target.unit,
            sweep=target.sweep,
            report=EventReport(EventKind.CLEAR, institution=target.institution),
        ),
        f"{target.institution.name}：已登记，没有发现问题。",
    )
    return target


@require_POST
@desk_page(DO)
def sweep_clear(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A place in order, with one tap."""
    return redirect(sweep_url(_clear(request, uid).sweep))


@portal_page(DO)
def own_grids(request: AuthedRequest) -> HttpResponse:
    """The school's grids: what they have to look at, what they reported."""
    actor, today = request.user, timezone.localdate()
    units = list(selectors.units_visible(actor, today).open())
    context = {
        "units": units,
        "sweeps": selectors.sweeps_to_do(actor, today),
        "events": list(selectors.events_visible(actor)[:20]),
        "has_units": bool(units),
    }
    return render(request, "monitors/portal_grids.html", context)


@portal_page(DO)
def own_sweep(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One sweep on the school's phone."""
    row: Any = get_visible(selectors.sweeps_visible(request.user), request.user, uid)
    units = GridUnit.objects.visible_to(request.user).filter(sweeps=row)
    context = {
        **_todo(request, row, "monitors_portal"),
        "sweep": row,
        "units": units,
        "crumbs": crumbs(("片区排查", reverse("monitors_portal:own_grids")), (row.title, "")),
    }
    return render(request, "monitors/portal_sweep.html", context)


@require_POST
@portal_page(DO)
def own_clear(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A place in order, with one tap."""
    target = _clear(request, uid)
    return redirect(reverse("monitors_portal:own_sweep", kwargs={"uid": target.sweep.uid}))
