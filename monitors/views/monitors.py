"""Desk pages of monitors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    form_page,
    get_visible,
    guarded,
    kit,
    paper,
    papers,
)
from casework.web.kit import Register, Step
from monitors import services
from monitors.filters import MonitorFilter
from monitors.forms import monitors as forms
from monitors.models import Monitor, Tie
from monitors.selectors import monitors as selectors
from monitors.views.common import EDIT, VIEW, path, tabs
from monitors.views.monitor_file import facts_of, monitor_url, sections_of, span

APPOINT, CHECK, ASSESS = "monitors.monitor_appoint", "monitors.monitor_check", "monitors.monitor_assess"
NOMINATE = "monitors.monitor_nominate"
COLUMNS = (
    Column("姓名", lambda row: row.name),
    Column("性别", lambda row: row.get_gender_display()),
    Column("身份类别", lambda row: row.get_category_display()),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("工作单位", lambda row: row.unit_name, 28),
    Column("职务", lambda row: row.post),
    Column("产生方式", lambda row: row.get_source_display()),
    Column("推荐单位", lambda row: row.recommender, 28),
    Column("状态", lambda row: row.get_status_display()),
    Column("证件编号", lambda row: row.card_no, 26),
    Column("届次", lambda row: row.term_no),
    Column("任期起", lambda row: row.term_from),
    Column("任期止", lambda row: row.term_until),
    Column("小分队", lambda row: row.squad.name if row.squad else ""),
)


def _cells(row: Monitor) -> list[dict[str, Any]]:
    return [
        {"text": row.name, "url": monitor_url(row), "sub": row.get_category_display()},
        {"text": row.region.name, "sub": row.squad.name if row.squad else ""},
        {"text": row.unit_name, "sub": row.post},
        {"text": row.card_no},
        {"text": span(row), "sub": f"第 {row.term_no} 届" if row.term_no else ""},
        {"status": row},
    ]


REGISTER = Register(("姓名", "乡镇（街道）", "单位", "证件编号", "任期", "状态"), _cells)


@desk_page(VIEW)
def monitor_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of monitors."""
    totals = selectors.counts(request.user, timezone.localdate())
    return kit.register_page(
        request,
        rows=selectors.monitors_visible(request.user),
        title="社会监督员",
        subtitle=f"在聘 {totals['serving']} 人，来自 {totals['towns']} 个乡镇（街道），正在办理聘任 {totals['waiting']} 人",
        register=REGISTER,
        columns=COLUMNS,
        filterset=MonitorFilter,
        unit="人",
        create=("推荐监督员", "monitors:monitor_create", NOMINATE),
        empty="由乡镇（街道）、单位推荐或本人报名，通过审核和公示后聘任。",
        **tabs(request, "monitors:monitor_list"),
    )


@desk_page(NOMINATE)
def monitor_create(request: AuthedRequest) -> HttpResponse:
    """Propose a person."""
    form = forms.NominationForm(**data(request), actor=request.user)

    def work(values: dict[str, Any]) -> str:
        nomination = services.Nomination(**values)
        return monitor_url(services.monitor_nominate(actor=request.user, nomination=nomination))

    return form_page(
        request,
        form,
        work,
        heading="推荐社会监督员",
        submit="提交",
        cancel_url=reverse("monitors:monitor_list"),
        done="已登记，等待资格审核。",
        two_columns=True,
        crumbs=path(("推荐", "")),
    )


def _plain(kind: Any) -> Any:
    return lambda *, actor, row, **bound: kind(**bound)


def _about(kind: Any) -> Any:
    return lambda *, actor, row, **bound: kind(actor=actor, **bound)


def _term(actor: User, row: Monitor, values: dict[str, Any]) -> None:
    services.monitor_appoint(actor=actor, monitor=row, term=services.Term(**values))


def _edit_form(*, actor: User, row: Monitor, **bound: Any) -> Any:
    initial = {name: getattr(row, name) for name in forms.EditForm.base_fields}
    return forms.EditForm(initial=initial, **bound)


def _call(service: Any) -> Any:
    return lambda actor, row, values: service(actor=actor, monitor=row, **values)


STEPS: dict[str, Step] = {
    "qualify": Step(
        "通过资格审核", _call(services.monitor_qualify), "已通过审核，可以列入公示。", CHECK,
        _plain(forms.NoteForm), submit="通过",
    ),
    "refuse": Step(
        "不予通过", _call(services.monitor_refuse), "已登记。", CHECK, _plain(forms.ReasonForm),
        submit="不予通过", danger=True,
    ),
    "appoint": Step(
        "聘任", _term, "已聘任，聘书和监督员证已制发。", APPOINT,
        lambda *, actor, row, **bound: forms.TermForm(monitor=row, **bound), submit="聘任", preview=True,
    ),
    "dismiss": Step(
        "解聘", _call(services.monitor_dismiss), "已解聘，聘书和证件已收回，账号已停用。", APPOINT,
        _plain(forms.LeavingForm), submit="解聘", danger=True,
    ),
    "resign": Step(
        "登记辞任", _call(services.monitor_resign), "已登记辞任。", EDIT, _plain(forms.LeavingForm), submit="登记",
    ),
    "renew": Step(
        "提出续聘", _call(services.monitor_renew), "已提出续聘，请审核资格。", NOMINATE,
        _plain(forms.StatementForm), submit="提出",
        sentence="续聘同样经过资格审核和公示；新任期从原任期结束后开始。",
    ),
    "photo": Step("上传证件照片", _call(services.photo_receive), "照片已保存。", EDIT, _plain(forms.PhotoForm), submit="上传"),
    "squad": Step(
        "编入小分队", _call(services.squad_assign), "已编队。", EDIT,
        lambda *, actor, row, **bound: forms.SquadPickForm(actor=actor, monitor=row, **bound), submit="保存",
    ),
    "tie": Step(
        "登记利害关系", _call(services.tie_declare), "已登记。关系解除前不能巡查这家机构。", EDIT,
        _about(forms.TieForm), submit="登记",
    ),
    "no-ties": Step("声明没有利害关系", _call(services.ties_none), "已登记声明。", EDIT),
    "objection": Step(
        "登记异议", _call(services.objection_record), "异议已登记，处理完才能聘任。", CHECK,
        _plain(forms.ObjectionForm), submit="登记",
    ),
    "assess": Step(
        "年度考核", _call(services.assessment_make), "考核结果已登记。", ASSESS, _plain(forms.AssessForm), submit="登记",
    ),
    "manual": Step(
        "登记手册确认", _call(services.manual_acknowledge), "已登记。", EDIT, _about(forms.ManualPickForm),
        submit="登记", sentence="纸质签收工作手册的，由监管股代为登记。",
    ),
    "edit": Step(
        "修改信息", lambda actor, row, values: services.monitor_edit(actor=actor, monitor=row, values=values),
        "已保存。", EDIT, _edit_form, submit="保存",
    ),
}  # fmt: skip
EXTRAS: dict[str, tuple[str, ...]] = {
    "NOMINATED": ("edit", "photo", "tie", "no-ties"),
    "QUALIFIED": ("edit", "photo", "tie", "no-ties"),
    "PUBLICISED": ("objection", "photo", "tie", "no-ties"),
    "APPOINTED": ("squad", "tie", "manual", "assess", "renew", "edit"),
    "EXPIRED": ("renew", "assess"),
}


@desk_page(VIEW)
def monitor_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One monitor: person, term, ties, trainings, assessments, papers, history."""
    actor = request.user
    row = get_visible(selectors.monitors_visible(actor), actor, uid)
    extras = kit.plain_steps(actor, row, STEPS, "monitors:monitor_step", *EXTRAS.get(row.status, ()))
    steps = kit.step_actions(actor, row, STEPS, "monitors:monitor_step")
    account = []
    if row.status == "APPOINTED" and row.user is None and actor.may(EDIT):
        url = reverse("monitors:account_open", kwargs={"uid": row.uid})
        account = [{"label": "开通账号", "url": url, "method": "link"}]
    return kit.detail_page(
        request,
        row,
        heading=row.name,
        subtitle=f"{row.get_category_display()} · {row.region.name}",
        has_status=True,
        actions=[*account, *extras, *steps],
        sections=sections_of(actor, row),
        show_files=True,
        files_title="证件照片",
        files=kit.files(actor, row),
        facts=facts_of(actor, row),
        papers=papers(paper("聘书", row.certificate), paper("监督员证", row.card)),
        history=kit.history(actor, row.uid),
        crumbs=path((row.name, "")),
    )


@desk_page(VIEW)
def monitor_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a monitor."""
    row = get_visible(selectors.monitors_visible(request.user), request.user, uid)
    home = monitor_url(row)
    return kit.step_page(request, row, STEPS, name, home, path((row.name, home)))


@desk_page(EDIT)
def account_open(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Make the account; the first password is shown once."""
    row = get_visible(selectors.monitors_visible(request.user), request.user, uid)
    home = monitor_url(row)
    way = path((row.name, home), ("开通账号", ""))
    form = forms.AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            person, password = services.account_open(actor=request.user, monitor=row, **form.cleaned_data)
            shown = {"person": person, "password": password, "heading": "监督员账号已开通", "next_url": home}
            response = render(request, "casework/user_password.html", {**shown, "crumbs": way})
            response["Cache-Control"] = "no-store"
            return response
    context = {
        "form": form,
        "heading": f"开通账号：{row.name}",
        "submit": "开通",
        "cancel_url": home,
        "crumbs": way,
    }
    return render(request, "casework/user_form.html", context, status=422 if form.errors else 200)


@desk_page(EDIT)
def tie_end(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Say that a tie no longer stands."""
    tie = get_visible(Tie.objects.select_related("monitor__person", "institution"), request.user, uid)
    home = monitor_url(tie.monitor)

    def work(values: dict[str, Any]) -> str:
        services.tie_end(actor=request.user, tie=tie, reason=values["reason"])
        return home

    return form_page(
        request,
        forms.ReasonForm(**data(request)),
        work,
        heading=f"解除利害关系：{tie.institution.name}",
        submit="解除",
        cancel_url=home,
        done="已解除，可以巡查这家机构。",
        crumbs=path((tie.monitor.name, home), ("解除利害关系", "")),
    )
