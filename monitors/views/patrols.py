"""Desk pages of patrols: register, stops, tasks, quotas, what has not been seen."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    kit,
    object_link,
)
from casework.web.kit import Register, Step
from complaints.models import Clue
from monitors import services
from monitors.filters import OutingFilter, QuotaFilter, StopFilter, TaskFilter, UnseenFilter
from monitors.forms import monitors as person_forms
from monitors.forms import patrols as forms
from monitors.models import Monitor, Outing, PatrolTask, Stop
from monitors.selectors import patrols as selectors
from monitors.views.common import EDIT, link, seen
from monitors.views.monitors import monitor_url
from monitors.views.phone import problems_of

VIEW = "monitors.patrol_view"
FIRST_MONTH = date(2000, 1, 1)
TABS = (
    ("巡查", "monitors:outing_list", VIEW),
    ("家次", "monitors:stop_list", VIEW),
    ("任务", "monitors:task_list", VIEW),
    ("月度次数", "monitors:quota", VIEW),
    ("多久没看", "monitors:unseen", VIEW),
    ("核查请求", "monitors:look_list", VIEW),
    ("督查", "monitors:audit_list", VIEW),
)


def patrol_tabs(request: AuthedRequest, here: str) -> dict[str, Any]:
    return {"tabs": kit.tabs(request.user, here, TABS), "tabs_label": "巡查"}


def patrol_path(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return crumbs(("巡查", reverse("monitors:outing_list")), *pairs)


def outing_url(row: Outing) -> str:
    """The outing's page."""
    return reverse("monitors:outing_detail", kwargs={"uid": row.uid})


def stop_url(row: Stop) -> str:
    """The stop's page."""
    return reverse("monitors:stop_detail", kwargs={"uid": row.uid})


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _outing_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.number, "url": outing_url(row), "sub": row.task.title if row.task else "自由巡查"},
        {"text": _moment(row.started_at), "sub": row.get_slot_display()},
        {"text": row.squad.name if row.squad else "—"},
        {"text": f"{row.people} 人次", "num": True},
        {"text": f"{row.stop_count} 家次", "num": True},
        {
            "text": f"{row.problems} 项",
            "sub": f"线索 {row.clue_count} 件" if row.clue_count else "",
            "num": True,
        },
        {"status": row},
    ]


OUTINGS = Register(("编号", "开始", "小分队", "参加", "巡查", "问题", "状态"), _outing_cells)
OUTING_COLUMNS = (
    Column("编号", lambda row: row.number, 26),
    Column("小分队", lambda row: row.squad.name if row.squad else "", 22),
    Column("任务", lambda row: row.task.title if row.task else "自由巡查", 26),
    Column("开始时间", lambda row: row.started_at),
    Column("结束时间", lambda row: row.ended_at),
    Column("时段", lambda row: row.get_slot_display()),
    Column("参加（人次）", lambda row: row.people),
    Column("巡查（家次）", lambda row: row.stop_count),
    Column("问题（项）", lambda row: row.problems),
    Column("线索（件）", lambda row: row.clue_count),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page(VIEW)
def outing_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of patrols."""
    return kit.register_page(
        request,
        rows=selectors.outings_visible(request.user),
        title="巡查",
        subtitle="监督员巡查只产生线索；检查和处理由持证执法人员依法进行",
        register=OUTINGS,
        columns=OUTING_COLUMNS,
        filterset=OutingFilter,
        unit="次",
        empty="监督员在手机上开始巡查，提交后在这里看到。",
        **patrol_tabs(request, "monitors:outing_list"),
    )


def _stop_cells(row: Stop) -> list[dict[str, Any]]:
    return [
        {"text": row.party, "url": stop_url(row), "sub": row.place},
        {"text": row.region.name},
        {"text": _moment(row.arrived_at), "sub": row.number},
        {"text": row.get_activity_display(), "sub": f"学生约 {row.pupils} 人" if row.pupils else ""},
        {
            "text": f"{row.problem_count} 项",
            "sub": f"否决项 {row.star_count} 项" if row.star_count else "",
            "num": True,
        },
        {"text": row.clue.number if row.clue else "—"},
    ]


STOPS = Register(("机构或名称", "乡镇（街道）", "到达", "活动", "问题", "线索"), _stop_cells)
STOP_COLUMNS = (
    Column("巡查编号", lambda row: row.number, 28),
    Column("机构或名称", lambda row: row.party, 34),
    Column("是否名录机构", lambda row: row.institution is not None),
    Column("地点", lambda row: row.place, 34),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("场所类型", lambda row: row.get_spot_kind_display()),
    Column("以什么名义", lambda row: row.get_cover_display()),
    Column("到达时间", lambda row: row.arrived_at),
    Column("活动", lambda row: row.get_activity_display()),
    Column("学生（约，人）", lambda row: row.pupils),
    Column("教师（约，人）", lambda row: row.teachers),
    Column("问题（项）", lambda row: row.problem_count),
    Column("否决项问题（项）", lambda row: row.star_count),
    Column("线索编号", lambda row: row.clue.number if row.clue else "", 24),
)


@desk_page(VIEW)
def stop_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of stops."""
    return kit.register_page(
        request,
        rows=selectors.stops_visible(request.user),
        title="巡查家次",
        subtitle="每次出巡每到一家计一次",
        register=STOPS,
        columns=STOP_COLUMNS,
        filterset=StopFilter,
        unit="家次",
        **patrol_tabs(request, "monitors:stop_list"),
    )


OUTING_STEPS: dict[str, Step] = {
    "void": Step(
        "作废",
        lambda actor, row, values: services.outing_void(actor=actor, outing=row, **values),
        "已作废，不再计入统计；已经产生的线索继续办理。",
        EDIT,
        lambda *, actor, row, **bound: person_forms.ReasonForm(**bound),
        submit="作废",
        danger=True,
    ),
}


@desk_page(VIEW)
def outing_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One outing: people, stops, history."""
    actor = request.user
    row: Any = get_visible(selectors.outings_visible(actor), actor, uid)
    stops_seen = seen(actor, row.stops.all())
    people_seen = seen(actor, Monitor.objects.filter(outings__outing=row))
    clues_seen = seen(actor, Clue.objects.filter(pk__in=row.stops.values("clue")))
    stops: list[list[dict[str, Any]]] = [
        [
            {"text": item.party, "url": stop_url(item) if item.pk in stops_seen else "", "sub": item.place},
            {"text": _moment(item.arrived_at)},
            {"text": item.get_activity_display()},
            {"text": f"{item.problem_count} 项", "num": True},
            {
                "text": item.clue.number if item.clue else "—",
                "url": object_link(actor, "complaints.clue", item.clue.uid)
                if item.clue and item.clue_id in clues_seen
                else "",
            },
        ]
        for item in row.stops.select_related("institution", "clue").order_by("ordinal")
    ]
    members: list[list[dict[str, Any]]] = [
        [
            {
                "text": member.monitor.name,
                "url": monitor_url(member.monitor) if member.monitor_id in people_seen else "",
            },
            {"text": member.monitor.card_no},
            {"text": "带队" if member.is_leader else ""},
        ]
        for member in row.members.select_related("monitor__person")
    ]
    return kit.detail_page(
        request,
        row,
        heading=row.number,
        subtitle=f"{row.people} 人次，{row.stop_count} 家次",
        has_status=True,
        actions=kit.step_actions(actor, row, OUTING_STEPS, "monitors:outing_step"),
        sections=[
            kit.table("巡查的机构", ("机构或名称", "到达", "活动", "问题", "线索"), stops, "还没有记录。"),
            kit.table("参加人员", ("姓名", "证件编号", ""), members, "没有人员。"),
            *([kit.text("作废原因", row.void_reason)] if row.void_reason else []),
        ],
        facts=kit.facts(
            ("小分队", row.squad.name if row.squad else ""),
            ("任务", row.task.title if row.task else "自由巡查"),
            ("开始", _moment(row.started_at)),
            ("结束", _moment(row.ended_at)),
            ("时段", row.get_slot_display()),
            ("提交", _moment(row.submitted_at)),
            ("说明", row.note),
        ),
        history=kit.history(actor, row.uid),
        crumbs=patrol_path((row.number, "")),
    )


@desk_page(VIEW)
def outing_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an outing."""
    row: Any = get_visible(selectors.outings_visible(request.user), request.user, uid)
    home = outing_url(row)
    return kit.step_page(request, row, OUTING_STEPS, name, home, patrol_path((row.number, home)))


@desk_page(VIEW)
def stop_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One stop: what was seen, item by item."""
    actor = request.user
    row: Stop = get_visible(selectors.stops_visible(actor), actor, uid)
    version = row.checklist_version
    counts = {code: sum(value == code for value in row.answers.values()) for code in version.answer_values}
    problems: list[list[dict[str, Any]]] = [
        [
            {"text": f"{line['item'].code} {line['item'].text}"},
            {"text": line["note"]},
            {
                "word": "否决项" if line["item"].is_star else "一般项",
                "tone": "bad" if line["item"].is_star else "warn",
            },
        ]
        for line in problems_of(row)
    ]
    place = row.institution
    home = link(actor, row.outing, outing_url(row.outing))
    return kit.detail_page(
        request,
        row,
        heading=row.party,
        subtitle=row.number,
        sections=[
            kit.table("问题项", ("检查内容", "看到的情况", "类别"), problems, "没有填写“否”的项目。"),
            kit.text(
                "逐项结果",
                f"{version}："
                + "，".join(f"{version.answer_labels[code]} {count} 项" for code, count in counts.items()),
            ),
            *([kit.text("情况摘要", row.summary)] if row.summary else []),
        ],
        show_files=True,
        files=kit.files(actor, row),
        facts=kit.facts(
            ("机构", row.party, object_link(actor, "institutions.institution", place.uid) if place else ""),
            ("地点", row.place),
            ("场所类型", row.get_spot_kind_display()),
            ("以什么名义", row.get_cover_display()),
            ("到达", _moment(row.arrived_at)),
            ("证照公示", row.get_licence_display()),
            ("活动", f"{row.get_activity_display()} {row.subject}".strip()),
            ("学生（约）", f"{row.pupils} 人 {row.get_stage_display() if row.stage else ''}".strip()),
            ("教师（约）", f"{row.teachers} 人"),
            ("告知对方", "已告知" if row.is_told else "没有"),
            (
                "线索",
                row.clue.number if row.clue else "",
                link(actor, row.clue, object_link(actor, "complaints.clue", row.clue.uid))
                if row.clue
                else "",
            ),
            ("巡查", row.outing.number, home),
        ),
        crumbs=patrol_path((row.outing.number, home), (row.party, "")),
    )


def task_url(row: PatrolTask) -> str:
    """The task's page."""
    return reverse("monitors:task_detail", kwargs={"uid": row.uid})


def _task_cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.title, "url": task_url(row), "sub": row.get_slot_display()},
        {"text": row.squad.name},
        {"text": f"{row.starts_on:%Y-%m-%d} 至 {row.ends_on:%Y-%m-%d}"},
        {"text": f"{row.outing_count} 次", "num": True},
        {"status": row},
    ]


TASKS = Register(("任务", "小分队", "时间", "已巡查", "状态"), _task_cells)
TASK_COLUMNS = (
    Column("任务", lambda row: row.title, 30),
    Column("小分队", lambda row: row.squad.name, 22),
    Column("开始日期", lambda row: row.starts_on),
    Column("截止日期", lambda row: row.ends_on),
    Column("时段", lambda row: row.get_slot_display()),
    Column("已巡查（次）", lambda row: row.outing_count),
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
            {"text": _moment(item.started_at)},
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
            ("时段", row.get_slot_display()),
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


def _month(request: AuthedRequest) -> date:
    """The month asked for (`?month=2026-11`), else this one; nobody patrolled before 2000 or in the future."""
    now = timezone.localdate().replace(day=1)
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return now
    return asked if FIRST_MONTH <= asked <= now else now


@desk_page(VIEW)
def quota(request: AuthedRequest) -> HttpResponseBase:
    """How often each monitor went out in a month, against the policy value."""
    month = _month(request)
    bureau = request.user.bureau or request.bureau
    wanted = selectors.quota_of(bureau, month)

    def cells(row: Any) -> list[dict[str, Any]]:
        is_short = row.outing_count < (wanted.least if wanted else 1)
        return [
            {"text": row.name, "url": monitor_url(row), "sub": row.region.name},
            {"text": row.squad.name if row.squad else "未编队"},
            {"text": f"{row.outing_count} 次", "num": True},
            {"text": f"{row.stop_count} 家次", "num": True},
            {"word": "不足" if is_short else "达到", "tone": "warn" if is_short else "ok"},
        ]

    rule = f"每人每月 {wanted.least} 至 {wanted.most} 次（{wanted.basis}）" if wanted else "没有设定每月次数"
    totals = selectors.squad_totals(request.user, month)
    said = "；".join(
        f"{row['name']} {row['people']} 人，出巡 {row['outings']} 次、{row['heads']} 人次、{row['stops']} 家次"
        for row in totals
    )
    return kit.register_page(
        request,
        rows=selectors.quota_rows(request.user, month),
        title="月度次数",
        subtitle=f"{month:%Y 年 %m 月}，{rule}",
        register=Register(("姓名", "小分队", "出巡", "巡查", "次数"), cells),
        columns=(
            Column("姓名", lambda row: row.name),
            Column("乡镇（街道）", lambda row: row.region.name),
            Column("小分队", lambda row: row.squad.name if row.squad else "", 22),
            Column("出巡（次）", lambda row: row.outing_count),
            Column("巡查（家次）", lambda row: row.stop_count),
        ),
        filterset=QuotaFilter,
        unit="人",
        note=said,
        empty="这个月没有在聘的监督员。",
        **patrol_tabs(request, "monitors:quota"),
    )


@desk_page(VIEW)
def unseen(request: AuthedRequest) -> HttpResponseBase:
    """Operating institutions by how long no patrol has seen them."""
    today = timezone.localdate()

    def cells(row: Any) -> list[dict[str, Any]]:
        days = (today - timezone.localdate(row.last_seen)).days if row.last_seen else None
        return [
            {"text": row.name, "url": object_link(request.user, "institutions.institution", row.uid)},
            {"text": row.region.name, "sub": row.squad_name or "没有小分队负责"},
            {"text": f"{timezone.localtime(row.last_seen):%Y-%m-%d}" if row.last_seen else "从未"},
            {"text": "—" if days is None else f"{days} 天", "num": True},
        ]

    return kit.register_page(
        request,
        rows=selectors.unseen(request.user, today),
        title="多久没看",
        subtitle="营业中的机构，从未巡查的和隔得最久的排在前面",
        register=Register(("机构", "乡镇（街道）", "最近一次巡查", "已隔"), cells),
        columns=(
            Column("机构", lambda row: row.name, 34),
            Column("乡镇（街道）", lambda row: row.region.name),
            Column("小分队", lambda row: row.squad_name or "", 22),
            Column("最近一次巡查", lambda row: row.last_seen),
        ),
        filterset=UnseenFilter,
        unit="家",
        **patrol_tabs(request, "monitors:unseen"),
    )
