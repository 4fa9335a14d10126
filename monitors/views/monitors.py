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
    object_link,
    paper,
    papers,
)
from casework.web.kit import Register, Step
from monitors import services
from monitors.filters import MonitorFilter
from monitors.forms import monitors as forms
from monitors.models import Monitor, Tie
from monitors.selectors import growth
from monitors.selectors import monitors as selectors
from monitors.views.common import EDIT, VIEW, link, path, tabs

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


def monitor_url(monitor: Monitor) -> str:
    """The monitor's page."""
    return reverse("monitors:monitor_detail", kwargs={"uid": monitor.uid})


def span(monitor: Monitor) -> str:
    """First and last day of the term."""
    return f"{monitor.term_from:%Y-%m-%d} 至 {monitor.term_until:%Y-%m-%d}" if monitor.term else ""


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
        sections=_sections(actor, row),
        show_files=True,
        files_title="证件照片",
        files=kit.files(actor, row),
        facts=_facts(actor, row),
        papers=papers(paper("聘书", row.certificate), paper("监督员证", row.card)),
        history=kit.history(actor, row.uid),
        crumbs=path((row.name, "")),
    )


def _facts(actor: User, row: Monitor) -> list[dict[str, Any]]:
    notice = row.notice
    return kit.facts(
        ("性别", row.get_gender_display()),
        ("出生日期", f"{row.birth_on:%Y-%m-%d}"),
        ("身份证号", row.person.id_number_masked),
        ("手机号", row.person.phone_masked),
        ("单位职务", " ".join(filter(None, (row.unit_name, row.post)))),
        ("产生方式", row.get_source_display()),
        ("推荐单位", row.recommender),
        ("推荐（报名）日期", f"{row.nominated_on:%Y-%m-%d}"),
        (
            "接替",
            row.replaces.name if row.replaces else "",
            link(actor, row.replaces, monitor_url(row.replaces)) if row.replaces else "",
        ),
        (
            "上一任期",
            span(row.previous) if row.previous else "",
            link(actor, row.previous, monitor_url(row.previous)) if row.previous else "",
        ),
        (
            "公示",
            f"{notice.starts_on:%Y-%m-%d} 至 {notice.ends_on:%Y-%m-%d}" if notice else "",
            link(actor, notice, object_link(actor, "monitors.candidatenotice", notice.uid)) if notice else "",
        ),
        ("任期", span(row)),
        ("届次", f"第 {row.term_no} 届" if row.term_no else ""),
        ("证件编号", row.card_no),
        ("小分队", row.squad.name if row.squad else ""),
        ("账号", row.user.username if row.user else ""),
        (
            "利害关系申报",
            f"{timezone.localtime(row.ties_declared_at):%Y-%m-%d}" if row.ties_declared_at else "未申报",
        ),
    )


def _sections(actor: User, row: Monitor) -> list[dict[str, Any]]:
    """What there is to say at this point of the way."""
    found = [*_said(row), _ties(actor, row)]
    if row.notice is not None:
        found.append(_objections(actor, row))
    if row.term is not None:
        found += [_trainings(row), _years(row)]
    return found


def _said(row: Monitor) -> list[dict[str, Any]]:
    pairs = (("推荐理由", row.statement), ("资格审核意见", row.qualify_note), ("结束原因", row.end_reason))
    return [kit.text(title, words) for title, words in pairs if words]


def _ties(actor: User, row: Monitor) -> dict[str, Any]:
    may_end = actor.may(EDIT)
    rows: list[list[dict[str, Any]]] = []
    for tie in row.ties.select_related("institution"):
        links = []
        if may_end and tie.ended_at is None:
            links = [{"label": "解除", "url": reverse("monitors:tie_end", kwargs={"uid": tie.uid})}]
        rows.append(
            [
                {
                    "text": tie.institution.name,
                    "url": object_link(actor, "institutions.institution", tie.institution.uid),
                    "links": links,
                },
                {"text": tie.get_kind_display(), "sub": tie.note},
                {"text": f"{timezone.localtime(tie.declared_at):%Y-%m-%d}"},
                {
                    "text": f"{timezone.localtime(tie.ended_at):%Y-%m-%d}"
                    if tie.ended_at
                    else "未解除，不能巡查"
                },
            ]
        )
    empty = "已声明没有利害关系。" if row.ties_declared_at else "还没有申报。"
    return kit.table("与培训机构的利害关系", ("机构", "关系", "申报日期", "解除日期"), rows, empty)


def _objections(actor: User, row: Monitor) -> dict[str, Any]:
    may = actor.may(CHECK)
    rows: list[list[dict[str, Any]]] = []
    for item in row.objections.all():
        url = reverse("monitors:objection_decide", kwargs={"uid": item.uid})
        links = [{"label": "处理", "url": url}] if may and item.decided_at is None else []
        word = "待处理" if item.is_upheld is None else "成立" if item.is_upheld else "不成立"
        rows.append(
            [
                {"text": f"{item.received_on:%Y-%m-%d}", "sub": item.way},
                {"text": item.content, "links": links},
                {"text": item.finding or "—"},
                {"word": word, "tone": {"待处理": "warn", "成立": "bad"}.get(word, "ok")},
            ]
        )
    return kit.table("公示异议", ("收到", "内容", "调查结论", "结果"), rows, "没有收到异议。")


def _trainings(row: Monitor) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": result.activity.title},
            {"text": f"{result.activity.held_on:%Y-%m-%d}"},
            {"text": "—" if result.score is None else f"{result.score} 分", "num": True},
            {"word": "合格" if result.is_passed else "不合格", "tone": "ok" if result.is_passed else "bad"},
        ]
        for result in row.training_results.select_related("activity")
    ]
    return kit.table("培训", ("培训", "日期", "成绩", "结果"), rows, "还没有培训记录。")


def _years(row: Monitor) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": f"{item.year} 年"},
            {"word": item.get_grade_display(), "tone": item.grade_tone},
            {
                "text": item.note,
                "sub": "，".join(
                    f"{growth.INPUT_LABELS[key]} {value}"
                    for key, value in item.inputs.items()
                    if key in growth.INPUT_LABELS
                ),
            },
            {"text": item.reward},
        ]
        for item in row.assessments.all()
    ]
    return kit.table("年度考核", ("年度", "等次", "意见和依据", "奖惩"), rows, "还没有考核。")


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
