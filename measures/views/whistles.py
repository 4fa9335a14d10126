"""Whistles of townships."""

from __future__ import annotations

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
)
from measures import forms, selectors, services
from measures.filters import WhistleFilter
from measures.models import Whistle
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
WHISTLE_COLUMNS = (
    Column("吹哨时间", lambda row: row.called_at),
    Column("镇街", lambda row: row.caller.name, 24),
    Column("事项", lambda row: row.matter, 32),
    Column("紧急程度", lambda row: row.get_urgency_display()),
    Column("地点", lambda row: row.place, 30),
    Column("报到部门", lambda row: "、".join(str(call.organisation) for call in row.calls.all()), 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("办结期限", lambda row: row.close_due_on),
    Column("办结时间", lambda row: row.closed_at),
    Column("办理结果", lambda row: row.result, 40),
)


def whistle_url(row: Whistle) -> str:
    """The whistle's page."""
    return reverse("measures:whistle_detail", kwargs={"uid": row.uid})


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _whistle_cells(row: Any) -> list[dict[str, Any]]:
    calls = list(row.calls.all())
    there = sum(1 for call in calls if call.arrived_at)
    return [
        {"text": row.matter, "url": whistle_url(row), "sub": row.place},
        {"text": row.caller.short_name},
        {"text": row.get_urgency_display()},
        {"text": _moment(row.called_at), "nowrap": True},
        {"text": f"{there}/{len(calls)} 到场", "sub": "、".join(str(call.organisation) for call in calls)},
        {"status": row},
        {"due": row.close_due_on, "explanation": row.close_explanation}
        if row.status in {"OPEN", "HANDLED"}
        else {"text": _moment(row.closed_at)[:10]},
    ]


WHISTLES = Register(("事项", "镇街", "紧急程度", "吹哨时间", "报到", "状态", "办结期限"), _whistle_cells)


@desk_page(VIEW)
def whistle_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of whistles."""
    return kit.list_page(
        request,
        rows=selectors.whistles_visible(request.user),
        title="吹哨报到",
        subtitle="镇街吹哨、部门报到：响应、到场、办结都计时，镇街评价后办结",
        register=WHISTLES,
        columns=WHISTLE_COLUMNS,
        filterset=WhistleFilter,
        unit="次",
        here="measures:whistle_list",
        create=("吹哨", "measures:whistle_create", "measures.whistle_call"),
        empty="镇街解决不了的事项，由镇街工作人员在这里呼叫部门到场。",
    )


@desk_page("measures.whistle_call")
def whistle_create(request: AuthedRequest) -> HttpResponse:
    """Call departments."""
    form = forms.WhistleForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        row = services.whistle_blow(
            actor=request.user, values=form.values(), departments=values["departments"]
        )
        return whistle_url(row)

    return form_page(
        request,
        form,
        work,
        heading="吹哨",
        submit="立即吹哨",
        cancel_url=reverse("measures:whistle_list"),
        done="已呼叫部门，到场时限从现在起算。",
        crumbs=crumbs(("吹哨报到", reverse("measures:whistle_list")), ("吹哨", "")),
    )


def _close(actor: User, row: Whistle, values: dict[str, Any]) -> Any:
    ratings = {
        call.pk: (values[f"rating_{call.pk}"], values[f"comment_{call.pk}"])
        for call in row.calls.all()
        if f"rating_{call.pk}" in values
    }
    return services.whistle_close(actor=actor, whistle=row, result=values["result"], ratings=ratings)


WHISTLE_STEPS: dict[str, Step] = {
    "close": Step("评价并办结", _close, "吹哨事项已办结。", "measures.whistle_call", forms.EvaluateForm),
    "cancel": Step(
        "撤销吹哨",
        lambda actor, row, v: services.whistle_cancel(actor=actor, whistle=row, **v),
        "已撤销。",
        "measures.whistle_call",
        forms.ReasonForm,
    ),
}
CALL_STEPS: dict[str, Step] = {
    "acknowledge": Step(
        "响应",
        lambda actor, row, v: services.call_acknowledge(actor=actor, call=row),
        "已响应，请按时到场。",
        "measures.whistle_answer",
    ),
    "arrive": Step(
        "登记到场",
        lambda actor, row, v: services.call_arrive(actor=actor, call=row, **v),
        "到场已登记。",
        "measures.whistle_answer",
        forms.ArriveForm,
    ),
    "finish": Step(
        "登记办结",
        lambda actor, row, v: services.call_finish(actor=actor, call=row, **v),
        "处置情况已登记。",
        "measures.whistle_answer",
        forms.ActionForm,
    ),
    "return": Step(
        "退回",
        lambda actor, row, v: services.call_return(actor=actor, call=row, **v),
        "已退回镇街。",
        "measures.whistle_answer",
        forms.ReasonForm,
        sentence="不属于本部门职责的退回，写明理由和应当由谁办理。",
    ),
}


@desk_page(VIEW)
def whistle_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One whistle with the clocks of each department."""
    row = kit.found(selectors.whistles_visible(request.user), request, uid)
    user = request.user
    actions = kit.step_actions(user, row, WHISTLE_STEPS, "measures:whistle_step")
    table = []
    for call in row.calls.all():
        if call.organisation_id == user.organisation_id:
            actions += kit.step_actions(user, call, CALL_STEPS, "measures:call_step")
        late = "（逾时）" if call.was_late else ""
        table.append(
            [
                {"text": str(call.organisation), "sub": call.people},
                {"status": call, "sub": call.returned_reason},
                {"text": _moment(call.arrive_due_at), "sub": call.arrive_basis},
                {"text": _moment(call.arrived_at) + late},
                {"text": call.action, "sub": _moment(call.finished_at)},
                {"text": call.get_rating_display(), "sub": call.comment},
            ]
        )
    return kit.detail_page(
        request,
        row,
        heading=row.matter,
        has_status=True,
        subtitle=f"{row.caller.short_name} · {row.get_urgency_display()}",
        due_on=row.close_due_on if row.status in {"OPEN", "HANDLED"} else None,
        due_explanation=row.close_explanation,
        actions=actions,
        sections=[
            kit.text("情况说明", row.detail),
            kit.table("部门报到", ("部门", "状态", "到场时限", "到场", "处置", "评价"), table, ""),
            *([kit.text("办理结果", row.result)] if row.result else []),
        ],
        facts=kit.facts(
            ("吹哨镇街", row.caller.name),
            ("吹哨时间", _moment(row.called_at)),
            ("地点", row.place),
            kit.place_fact(user, row.institution),
        ),
        crumbs=crumbs(("吹哨报到", reverse("measures:whistle_list")), (row.matter, "")),
    )


@desk_page(VIEW)
def whistle_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a whistle."""
    row = kit.found(selectors.whistles_visible(request.user), request, uid)
    trail = crumbs(("吹哨报到", reverse("measures:whistle_list")), (row.matter, whistle_url(row)))
    return kit.step_page(request, row, WHISTLE_STEPS, name, whistle_url(row), trail)


@desk_page(VIEW)
def call_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of one called department."""
    row = kit.found(selectors.calls_visible(request.user), request, uid)
    home = whistle_url(row.whistle)
    trail = crumbs(("吹哨报到", reverse("measures:whistle_list")), (row.whistle.matter, home))
    return kit.step_page(request, row, CALL_STEPS, name, home, trail)
