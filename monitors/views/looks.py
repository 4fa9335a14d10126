"""Requests to look: the desk's register, the monitors' phone pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

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
    portal_page,
)
from casework.web.kit import Register
from monitors import services
from monitors.filters import LookFilter
from monitors.forms import looks as forms
from monitors.models import LookAsk
from monitors.selectors import looks as selectors
from monitors.selectors import monitors as people
from monitors.views.common import EDIT, link
from monitors.views.patrols.common import VIEW, patrol_path, patrol_tabs

DO = "monitors.patrol_do"


def _cells(row: LookAsk) -> list[dict[str, Any]]:
    return [
        {
            "text": row.clue_no,
            "url": reverse("monitors:look_detail", kwargs={"uid": row.uid}),
            "sub": row.asked[:40],
        },
        {"text": row.place_text or row.region.name},
        {"text": row.squad.name if row.squad else "全体监督员"},
        {"due": row.due_on, "done": row.answered_at},
        {"word": row.state_word, "tone": row.state_tone},
    ]


REGISTER = Register(("线索", "地点", "交给", "期限", "状态"), _cells)
COLUMNS = (
    Column("线索编号", lambda row: row.clue_no, 24),
    Column("请核查", lambda row: row.asked, 40),
    Column("地点", lambda row: row.place_text, 30),
    Column("小分队", lambda row: row.squad.name if row.squad else "", 22),
    Column("期限", lambda row: row.due_on),
    Column("答复时间", lambda row: row.answered_at),
    Column("状态", lambda row: row.state_word),
)


@desk_page(VIEW)
def look_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of requests to look."""
    return kit.register_page(
        request,
        rows=selectors.looks_visible(request.user),
        title="核查请求",
        subtitle="线索承办人请监督员去看一看，答复直接回到线索",
        register=REGISTER,
        columns=COLUMNS,
        filterset=LookFilter,
        unit="项",
        empty="在线索页面点“请监督员、网格核查”。",
        **patrol_tabs(request, "monitors:look_list"),
    )


@desk_page(VIEW)
def look_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One request and its answer."""
    actor = request.user
    row = get_visible(selectors.looks_visible(actor), actor, uid)
    actions = []
    if row.state_word == "待核查" and actor.may(EDIT):
        url = reverse("monitors:look_assign", kwargs={"uid": row.uid})
        actions = [{"label": "调整小分队", "url": url, "method": "link"}]
    clue = row.verification.clue
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=row.state_word,
        actions=actions,
        due_on=row.due_on if row.answered_at is None else None,
        sections=[
            kit.text("请核查", row.asked),
            kit.text("情况", row.brief),
            *([kit.text("看到的情况", row.facts)] if row.facts else []),
        ],
        facts=kit.facts(
            ("线索", row.clue_no, link(actor, clue, object_link(actor, "complaints.clue", clue.uid))),
            ("地点", row.place_text),
            ("小分队", row.squad.name if row.squad else "全体监督员"),
            ("核查的监督员", "、".join(person.name for person in row.lookers.all())),
            ("核查时间", f"{timezone.localtime(row.looked_at):%Y-%m-%d %H:%M}" if row.looked_at else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=patrol_path(("核查请求", reverse("monitors:look_list")), (row.clue_no, "")),
    )


@desk_page(EDIT)
def look_assign(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Give the request to another squad."""
    row = get_visible(selectors.looks_visible(request.user), request.user, uid)
    home = reverse("monitors:look_detail", kwargs={"uid": uid})

    def work(values: dict[str, Any]) -> str:
        services.look_assign(actor=request.user, look=row, squad=values["squad"])
        return home

    return form_page(
        request,
        forms.AssignForm(**data(request), actor=request.user, look=row),
        work,
        heading="调整小分队",
        submit="保存",
        cancel_url=home,
        done="已调整。",
        crumbs=patrol_path(("核查请求", reverse("monitors:look_list")), (row.clue_no, home), ("调整", "")),
    )


@portal_page(DO)
def own_look(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """What a monitor is asked to look at."""
    row = get_visible(selectors.looks_visible(request.user), request.user, uid)
    context = {
        "look": row,
        "may_answer": row.state_word == "待核查",
        "crumbs": crumbs(("巡查", reverse("monitors_portal:patrol_home")), (row.clue_no, "")),
    }
    return render(request, "monitors/portal_look.html", context)


@portal_page(DO)
def own_look_answer(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Say what was seen."""
    row = get_visible(selectors.looks_visible(request.user), request.user, uid)
    home = reverse("monitors_portal:look", kwargs={"uid": uid})
    monitor = people.own_term(request.user)
    if row.state_word != "待核查" or monitor is None:
        return redirect(home)

    def work(values: dict[str, Any]) -> str:
        services.look_answer(
            actor=request.user,
            look=row,
            monitors=[monitor, *values["people"]],
            facts=values["facts"],
            looked_at=values["looked_at"],
            suggestion=values["suggestion"],
            files=values["photos"],
        )
        return home

    return form_page(
        request,
        forms.AnswerForm(**data(request), monitor=monitor),
        work,
        heading="答复核查",
        submit="提交答复",
        cancel_url=home,
        done="已答复，谢谢。",
        template="ui/portal_form.html",
        sentence="只写看到、听到的；不进入私人住所，不要求对方开门、签字。",
        crumbs=crumbs(("巡查", reverse("monitors_portal:patrol_home")), (row.clue_no, home), ("答复", "")),
    )
