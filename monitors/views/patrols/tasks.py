"""Tasks of squads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from monitors import services
from monitors.filters import TaskFilter
from monitors.forms import monitors as person_forms
from monitors.forms import patrols as forms
from monitors.models import PatrolTask
from monitors.selectors import patrols as selectors
from monitors.views.common import EDIT
from monitors.views.patrols.common import VIEW, moment, outing_url, patrol_path, patrol_tabs, task_url


def _task_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": task_url(row), "sub": row.window_words},
        {"text": row.squad.name},
        {"text": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"},
        {
            "text": f"{row.outing_count} 次",
            "sub": f"时段内 {row.window_count} 次" if row.outing_count else "",
            "num": True,
        },
        {"status": row},
    ]


TASKS = Register(("任务", "小分队", "时间", "已巡查", "状态"), _task_cells)

TASK_COLUMNS = (
    Column("任务", lambda row: row.title, 30),
    Column("小分队", lambda row: row.squad.name, 22),
    Column("开始日期", lambda row: row.starts_on),
    Column("截止日期", lambda row: row.ends_on),
    Column("时段", lambda row: row.window_words, 24),
    Column("已巡查（次）", lambda row: row.outing_count),
    Column("其中时段内（次）", lambda row: row.window_count),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page(VIEW)
def task_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of tasks."""
    return kit.register_page(
        request,
        rows=selectors.tasks_visible(request.user),
        title="巡查任务",
        subtitle="按片区派给小分队，兼顾白天、晚上、周末和开学时段",
        register=TASKS,
        columns=TASK_COLUMNS,
        filterset=TaskFilter,
        unit="项",
        create=("派任务", "monitors:task_create", EDIT),
        empty="派给小分队的任务会出现在监督员的手机上。",
        **patrol_tabs(request, "monitors:task_list"),
    )


@desk_page(EDIT)
def task_create(request: AuthedRequest) -> HttpResponse:
    """Give a squad a task."""

    def work(values: dict[str, Any]) -> str:
        places = values.pop("places")
        return task_url(services.task_create(actor=request.user, values=values, places=places))

    return form_page(
        request,
        forms.TaskForm(**data(request), actor=request.user),
        work,
        heading="派巡查任务",
        submit="派发",
        cancel_url=reverse("monitors:task_list"),
        done="已派发，小分队的监督员在手机上可以看到。",
        two_columns=True,
        crumbs=patrol_path(("任务", reverse("monitors:task_list")), ("派任务", "")),
    )


def _finish(actor: User, row: PatrolTask, values: dict[str, Any]) -> None:
    services.task_finish(actor=actor, task=row)


TASK_STEPS: dict[str, Step] = {
    "finish": Step("完成任务", _finish, "任务已完成。", EDIT),
    "cancel": Step(
        "取消任务",
        lambda actor, row, values: services.task_cancel(actor=actor, task=row, **values),
        "任务已取消。",
        EDIT,
        lambda *, actor, row, **bound: person_forms.ReasonForm(**bound),
        submit="取消任务",
        danger=True,
    ),
}


@desk_page(VIEW)
def task_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One task and the outings that came of it."""
    actor = request.user
    row: Any = get_visible(selectors.tasks_visible(actor), actor, uid)
    outings = selectors.outings_visible(actor).filter(task=row)[:100]
    lines: list[list[dict[str, Any]]] = [
        [
            {"text": item.number, "url": outing_url(item)},
            {"text": moment(item.started_at), "sub": "" if item.is_in_window else "不在任务时段"},
            {"text": f"{getattr(item, 'stop_count', 0)} 家次", "num": True},
            {"status": item},
        ]
        for item in outings
    ]
    places: list[list[dict[str, Any]]] = [
        [
            {"text": place.name, "url": object_link(actor, "institutions.institution", place.uid)},
            {"text": place.region.name},
        ]
        for place in row.places.select_related("region")
    ]
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        has_status=True,
        actions=kit.step_actions(actor, row, TASK_STEPS, "monitors:task_step"),
        sections=[
            kit.text("要求", row.note),
            kit.table("指定机构", ("机构", "乡镇（街道）"), places, "没有指定，由小分队安排。"),
            kit.table("巡查", ("编号", "开始", "家次", "状态"), lines, "还没有巡查。"),
        ],
        facts=kit.facts(
            ("小分队", row.squad.name),
            ("时间", f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"),
            ("时段", row.window_words),
        ),
        history=kit.history(actor, row.uid),
        crumbs=patrol_path(("任务", reverse("monitors:task_list")), (row.title, "")),
    )


@desk_page(VIEW)
def task_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a task."""
    row: Any = get_visible(selectors.tasks_visible(request.user), request.user, uid)
    home = task_url(row)
    return kit.step_page(request, row, TASK_STEPS, name, home, patrol_path((row.title, home)))
