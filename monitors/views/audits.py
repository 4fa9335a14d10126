"""Desk pages of patrol audits: freeze, draw, trips, the estimate with its interval."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, data, desk_page, form_page, get_visible, kit
from casework.web.kit import Register, Step
from monitors import services
from monitors.filters import AuditFilter
from monitors.forms import audits as forms
from monitors.forms import monitors as person_forms
from monitors.models import PatrolAudit
from monitors.selectors import audits as selectors
from monitors.statistics import estimate, size_needed
from monitors.views.patrols.common import VIEW, patrol_path, patrol_tabs, stop_url

RUN = "monitors.audit_run"
MARGINS = (0.05, 0.1)


def audit_url(row: PatrolAudit) -> str:
    """The audit's page."""
    return reverse("monitors:audit_detail", kwargs={"uid": row.uid})


def _said(row: Any) -> str:
    found = estimate(row.false_count, row.decided_count)
    return f"{found.share:.1%}（{found.low:.1%} 至 {found.high:.1%}）" if found else "—"


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "text": row.title,
            "url": audit_url(row),
            "sub": f"{row.period_from:%Y-%m-%d} 至 {row.period_until:%Y-%m-%d}",
        },
        {"text": f"{row.pool_size} 家次", "num": True},
        {"text": f"{row.wanted} 家次", "sub": f"已核 {row.checked_count}", "num": True},
        {"text": f"{row.trip_count} 次", "num": True},
        {"text": _said(row)},
        {"status": row},
    ]


REGISTER = Register(("督查", "巡查", "抽取", "督查次数", "估计不实率（95% 区间）", "状态"), _cells)
COLUMNS = (
    Column("督查", lambda row: row.title, 30),
    Column("巡查日期从", lambda row: row.period_from),
    Column("至", lambda row: row.period_until),
    Column("巡查（家次）", lambda row: row.pool_size),
    Column("抽取（家次）", lambda row: row.wanted),
    Column("已核（家次）", lambda row: row.checked_count),
    Column("不实（家次）", lambda row: row.false_count),
    Column("督查（次）", lambda row: row.trip_count),
    Column("估计不实率（95% 区间）", _said, 30),
    Column("状态", lambda row: row.get_status_display()),
)


@desk_page(VIEW)
def audit_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of audits."""
    return kit.register_page(
        request,
        rows=selectors.audits_visible(request.user),
        title="督查巡查",
        subtitle="随机抽取已提交的巡查到场复核，估计不实率；不跟踪人员位置",
        register=REGISTER,
        columns=COLUMNS,
        filterset=AuditFilter,
        unit="项",
        create=("组织督查", "monitors:audit_create", RUN),
        empty="选一段时间，冻结这段时间的全部巡查，再用公开值抽取。",
        **patrol_tabs(request, "monitors:audit_list"),
    )


@desk_page(RUN)
def audit_create(request: AuthedRequest) -> HttpResponse:
    """Freeze the visits of a span."""
    size = selectors.recent_size(request.user)
    hints = "；".join(
        f"误差 ±{margin:.0%} 须抽 {size_needed(size, margin=margin)} 家次" for margin in MARGINS
    )

    def work(values: dict[str, Any]) -> str:
        return audit_url(services.audit_freeze(actor=request.user, **values))

    return form_page(
        request,
        forms.FreezeForm(**data(request)),
        work,
        heading="组织督查",
        submit="冻结名单",
        cancel_url=reverse("monitors:audit_list"),
        done="名单已冻结，校验值已固定。公开值产生后由另一人录入、第二人确认后抽取。",
        sentence=f"最近三个月提交的巡查 {size} 家次：{hints}（95% 置信度，未知不实率按 50% 估）。",
        crumbs=patrol_path(("督查", reverse("monitors:audit_list")), ("组织", "")),
    )


STEPS: dict[str, Step] = {
    "enter": Step(
        "录入公开值",
        lambda actor, row, values: services.audit_enter(actor=actor, audit_row=row, **values),
        "已录入，请另一人对照公告确认后抽取。", RUN,
        lambda *, actor, row, **bound: forms.DrawForm(**bound), submit="录入",
        sentence="由没有冻结名单的人录入；录入后须由另一人再填一遍，两次一致才抽取。",
    ),
    "draw": Step(
        "确认公开值并抽取",
        lambda actor, row, values: services.audit_draw(actor=actor, audit_row=row, **values), "公开值一致，已抽取。", RUN,
        lambda *, actor, row, **bound: forms.DrawForm(**bound), submit="确认并抽取",
        sentence="请自己对照公告填写，不照抄。任何人用冻结名单和公开值可以重算出同样的结果。",
    ),
    "reject": Step(
        "公开值有误，退回",
        lambda actor, row, values: services.audit_reject(actor=actor, audit_row=row, **values), "已退回，请重新录入。", RUN,
        lambda *, actor, row, **bound: person_forms.ReasonForm(**bound), submit="退回",
    ),
    "finish": Step(
        "完成督查", lambda actor, row, values: services.audit_finish(actor=actor, audit_row=row), "督查已完成。", RUN
    ),
    "abort": Step(
        "中止", lambda actor, row, values: services.audit_abort(actor=actor, audit_row=row, **values), "已中止。", RUN,
        lambda *, actor, row, **bound: person_forms.ReasonForm(**bound), submit="中止", danger=True,
    ),
}  # fmt: skip


@desk_page(VIEW)
def audit_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One audit: the estimate, drawn visits, trips."""
    actor = request.user
    row: Any = get_visible(selectors.audits_visible(actor), actor, uid)
    targets: list[list[dict[str, Any]]] = [
        [
            {
                "text": f"{target.order}. {target.stop.party}",
                "url": stop_url(target.stop),
                "sub": target.stop.number,
            },
            {"text": f"{timezone.localtime(target.stop.arrived_at):%Y-%m-%d %H:%M}"},
            {
                "text": target.trip.number if target.trip else "—",
                "sub": f"{target.trip.went_on:%Y-%m-%d}" if target.trip else "",
            },
            {"text": target.note or "—"},
            {"word": target.get_finding_display(), "tone": target.finding_tone},
        ]
        for target in selectors.targets_of(row)
    ]
    trips: list[list[dict[str, Any]]] = [
        [
            {"text": trip.number},
            {"text": f"{trip.went_on:%Y-%m-%d}"},
            {"text": "、".join(person.name for person in trip.officers.all())},
            {"text": f"{len(trip.targets.all())} 家次", "num": True},
        ]
        for trip in row.trips.prefetch_related("officers", "targets")
    ]
    actions = []
    if row.status == "DRAWN" and row.checked_count < row.wanted and actor.may(RUN):
        url = reverse("monitors:trip_create", kwargs={"uid": uid})
        actions = [{"label": "登记督查", "url": url, "method": "link", "primary": True}]
    found = estimate(row.false_count, row.decided_count)
    unclear = row.checked_count - row.decided_count
    words = [found.words + "（Clopper–Pearson 精确区间）。" if found else "还没有核实结论，不能估计。"]
    if unclear:
        words.append(f"另有 {unclear} 家次无法核实，不计入估计。")
    words += [
        f"这段时间共 {row.pool_size} 家次，误差 ±{margin:.0%} 须抽 {size_needed(row.pool_size, margin=margin)} 家次。"
        for margin in MARGINS
    ]
    return kit.detail_page(
        request,
        row,
        heading=row.title,
        subtitle=f"{row.period_from:%Y-%m-%d} 至 {row.period_until:%Y-%m-%d} 的巡查",
        has_status=True,
        actions=[*actions, *kit.step_actions(actor, row, STEPS, "monitors:audit_step")],
        sections=[
            kit.text("估计", "\n".join(words)),
            kit.table("抽中的巡查", ("巡查", "到达", "督查", "核实情况", "结论"), targets, "还没有抽取。"),
            kit.table("督查", ("编号", "日期", "督查人员", "家次"), trips, "还没有督查。"),
            *([kit.text("中止原因", row.ended_reason)] if row.ended_reason else []),
        ],
        facts=kit.facts(
            ("巡查", f"{row.pool_size} 家次"),
            ("抽取", f"{row.wanted} 家次"),
            ("已核", f"{row.checked_count} 家次"),
            ("名单冻结", f"{timezone.localtime(row.frozen_at):%Y-%m-%d %H:%M}"),
            ("名单校验值", row.pool_hash),
            ("公开值来源", row.entropy_source),
            ("公开值", row.entropy if row.status != "ENTERED" else "已录入，待另一人确认"),
            ("公开值录入人", row.drawn_by.name if row.drawn_by else ""),
            ("公开值确认人", row.confirmed_by.name if row.confirmed_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=patrol_path(("督查", reverse("monitors:audit_list")), (row.title, "")),
    )


@desk_page(RUN)
def audit_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of an audit."""
    row: Any = get_visible(selectors.audits_visible(request.user), request.user, uid)
    home = audit_url(row)
    way = patrol_path(("督查", reverse("monitors:audit_list")), (row.title, home))
    return kit.step_page(request, row, STEPS, name, home, way)


@desk_page(RUN)
def trip_create(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Enter a re-check trip."""
    row: Any = get_visible(selectors.audits_visible(request.user), request.user, uid)
    home = audit_url(row)
    pending = [target for target in selectors.targets_of(row) if target.finding == "PENDING"]
    form = forms.TripForm(**data(request), actor=request.user, targets=pending)

    def work(values: dict[str, Any]) -> str:
        services.trip_record(
            actor=request.user,
            audit_row=row,
            went_on=values["went_on"],
            officers=values["officers"],
            note=values["note"],
            results=values["results"],
        )
        return home

    return form_page(
        request,
        form,
        work,
        heading="登记督查",
        submit="登记",
        cancel_url=home,
        done="督查已登记。",
        sentence="一次出去核实几家就填几家，没去的留空。不实、无法核实的写明情况。",
        two_columns=True,
        crumbs=patrol_path(("督查", reverse("monitors:audit_list")), (row.title, home), ("登记", "")),
    )
