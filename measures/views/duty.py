"""The duty roster."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from casework import policy
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    posted_version,
)
from measures import forms, selectors, services
from measures.filters import ShiftFilter
from measures.models import Shift
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
SHIFT_COLUMNS = (
    Column("班次", lambda row: row.get_kind_display()),
    Column("开始时间", lambda row: row.starts_at),
    Column("结束时间", lambda row: row.ends_at),
    Column("巡查区域", lambda row: row.area, 30),
    Column("值班人员", lambda row: "、".join(duty.user.name for duty in row.duties.all()), 30),
    Column("应到（人）", lambda row: row.needed),
    Column("排班（人）", lambda row: row.people_count),
    Column("巡查点位（处）", lambda row: row.places_passed),
    Column("值班情况", lambda row: row.report, 40),
)


def shift_url(row: Shift) -> str:
    """The shift's page."""
    return reverse("measures:shift_detail", kwargs={"uid": row.uid})


def span_words(row: Shift) -> str:
    """When a shift lies."""
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return f"{start:%Y-%m-%d %H:%M} 至 {end:%H:%M}"


def _shift_cells(row: Any) -> list[dict[str, Any]]:
    is_short = row.people_count < row.needed
    is_over = row.ends_at < timezone.now()
    state, tone = ("已登记", "ok") if row.report else ("待登记", "warn") if is_over else ("待值班", "info")
    if is_short and not is_over:
        state, tone = f"缺 {row.needed - row.people_count} 人", "bad"
    return [
        {"text": span_words(row), "url": shift_url(row), "nowrap": True},
        {"text": row.get_kind_display()},
        {"text": row.area},
        {"text": "、".join(duty.user.name for duty in row.duties.all())},
        {"text": f"{row.people_count}/{row.needed} 人"},
        {"word": state, "tone": tone},
    ]


SHIFTS = Register(("时间", "班次", "区域", "值班人员", "到岗", "状态"), _shift_cells)


@desk_page(VIEW)
def shift_list(request: AuthedRequest) -> HttpResponseBase:
    """The roster."""
    return kit.list_page(
        request,
        rows=selectors.shifts_visible(request.user),
        title="值班排班",
        subtitle="夜间、周末和节假日巡查；人数不足的班次标红",
        register=SHIFTS,
        columns=SHIFT_COLUMNS,
        filterset=ShiftFilter,
        unit="班",
        here="",
        which=(),
        create=("排班", "measures:shift_create", "measures.roster_edit"),
        note="值班只是巡查。进入机构检查仍须按检查程序审批、通知，由两名以上执法人员进行。",
    )


def _shift_form(request: AuthedRequest, row: Shift | None) -> HttpResponse:
    actor = request.user
    initial: dict[str, Any] = {}
    source = ""
    if row is None:
        day = timezone.localdate() + timedelta(days=1)
        start = timezone.make_aware(datetime.combine(day, time(18, 30)))
        initial = {
            "starts_at": timezone.localtime(start),
            "ends_at": timezone.localtime(start + timedelta(hours=3)),
        }
        assert actor.bureau is not None
        least = policy.find("roster.minimum", region=actor.bureau.region, on=day)
        initial["needed"] = least.value if least else 2
        if least:
            source = f"每班最少 {least.value} {least.unit}（{least.cited}）。"
    else:
        initial["people"] = [duty.user_id for duty in row.duties.all()]
    form = forms.ShiftForm(**data(request), actor=actor, instance=row, initial=initial)
    if source:
        form.fields["needed"].help_text = source

    def work(values: dict[str, Any]) -> str:
        if row is not None:
            services.shift_edit(
                actor=actor,
                shift=row,
                values=form.values(),
                people=values["people"],
                version=posted_version(request),
            )
            return shift_url(row)
        assert actor.bureau is not None
        made = services.shift_plan(
            actor=actor, region=actor.bureau.region, values=form.values(), people=values["people"]
        )
        return shift_url(made)

    return form_page(
        request,
        form,
        work,
        heading="修改排班" if row else "排班",
        submit="保存",
        cancel_url=shift_url(row) if row else reverse("measures:shift_list"),
        done="排班已保存，值班人员会在工作台看到。",
        version=row.version if row else None,
        two_columns=True,
        crumbs=crumbs(("值班排班", reverse("measures:shift_list")), ("排班", "")),
    )


@desk_page("measures.roster_edit")
def shift_create(request: AuthedRequest) -> HttpResponse:
    """Plan a shift."""
    return _shift_form(request, None)


@desk_page("measures.roster_edit")
def shift_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a shift that has not begun."""
    return _shift_form(request, kit.found(selectors.shifts_visible(request.user), request, uid))


SHIFT_STEPS: dict[str, Step] = {
    "report": Step(
        "登记值班情况",
        lambda actor, row, v: services.shift_report(actor=actor, shift=row, **v),
        "值班情况已登记。",
        VIEW,
        forms.ShiftReportForm,
    ),
}
SWAP_STEPS: dict[str, Step] = {
    "agree": Step(
        "同意换班",
        lambda actor, row, v: services.swap_agree(actor=actor, swap=row),
        "已换班。",
        "measures.duty_swap",
    ),
    "refuse": Step(
        "不同意换班",
        lambda actor, row, v: services.swap_refuse(actor=actor, swap=row),
        "已回复不同意。",
        "measures.duty_swap",
    ),
}


@desk_page(VIEW)
def shift_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One shift: who is on, swaps, what came of it."""
    row = kit.found(selectors.shifts_visible(request.user), request, uid)
    user, now = request.user, timezone.now()
    edits, begun = user.may("measures.roster_edit"), row.starts_at <= now
    duties = list(row.duties.all())
    people: list[list[dict[str, Any]]] = []
    for duty in duties:
        may_swap = not begun and user.may("measures.duty_swap") and (duty.user_id == user.pk or edits)
        link = {"label": "换班", "url": reverse("measures:swap_ask", kwargs={"uid": duty.uid})}
        people.append(
            [
                {"text": duty.user.name},
                {"text": str(duty.user.organisation), "links": [link] if may_swap else []},
            ]
        )
    swaps: list[list[dict[str, Any]]] = []
    actions: list[dict[str, Any]] = []
    for swap in selectors.swaps_of(row):
        swaps.append(
            [
                {"text": f"{swap.from_user.name} → {swap.to_user.name}", "sub": swap.reason},
                {"status": swap},
                {"text": f"{timezone.localtime(swap.asked_at):%m-%d %H:%M}"},
            ]
        )
        if swap.status == "ASKED" and (swap.to_user_id == user.pk or edits):
            actions += kit.step_actions(user, swap, SWAP_STEPS, "measures:swap_step")
    on_duty = any(duty.user_id == user.pk for duty in duties)
    if begun and (on_duty or edits):
        actions += kit.plain_steps(user, row, SHIFT_STEPS, "measures:shift_step", "report")
    links = []
    if edits and not begun:
        links = [{"label": "修改", "url": reverse("measures:shift_edit", args=[row.uid]), "icon": "edit"}]
    short = row.needed - len(duties)
    return kit.detail_page(
        request,
        row,
        heading=f"{row.get_kind_display()}：{row.area}",
        subtitle=span_words(row),
        notes=[{"text": f"还缺 {short} 人，请补排。", "tone": "warn"}] if short > 0 and not begun else [],
        links=links,
        actions=actions,
        sections=[
            kit.table("值班人员", ("姓名", "单位"), people, "还没有排人。"),
            *([kit.table("换班", ("换班", "状态", "提出时间"), swaps, "")] if swaps else []),
            *([kit.text("值班情况", row.report)] if row.report else []),
        ],
        facts=kit.facts(
            ("时间", span_words(row)),
            ("应到", f"{row.needed} 人"),
            ("专项行动", row.campaign.name if row.campaign else ""),
            ("巡查点位", f"{row.places_passed} 处" if row.places_passed is not None else ""),
            ("说明", row.note),
        ),
        crumbs=crumbs(("值班排班", reverse("measures:shift_list")), (row.area, "")),
    )


@desk_page(VIEW)
def shift_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a shift."""
    row = kit.found(selectors.shifts_visible(request.user), request, uid)
    trail = crumbs(("值班排班", reverse("measures:shift_list")), (row.area, shift_url(row)))
    return kit.step_page(request, row, SHIFT_STEPS, name, shift_url(row), trail)


@desk_page("measures.duty_swap")
def swap_ask(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Ask a colleague to take a turn."""
    duty = selectors.duty_get(request.user, uid)
    if duty is None:
        raise Http404("没有找到这个值班，或您无权查看。")
    form = forms.SwapForm(**data(request), actor=request.user, row=duty)

    def work(values: dict[str, Any]) -> str:
        services.swap_ask(actor=request.user, duty=duty, **values)
        return shift_url(duty.shift)

    return form_page(
        request,
        form,
        work,
        heading=f"换班：{duty.user.name}",
        submit="提出换班",
        cancel_url=shift_url(duty.shift),
        done="已提出，对方会在工作台看到。",
        sentence=f"{span_words(duty.shift)} {duty.shift.area}",
        crumbs=crumbs(
            ("值班排班", reverse("measures:shift_list")),
            (duty.shift.area, shift_url(duty.shift)),
            ("换班", ""),
        ),
    )


@desk_page("measures.duty_swap")
def swap_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Answer a swap."""
    swap = selectors.swap_get(request.user, uid)
    if swap is None:
        raise Http404("没有找到这个换班申请，或您无权查看。")
    return kit.step_page(request, swap, SWAP_STEPS, name, shift_url(swap.duty.shift), [])
