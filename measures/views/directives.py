"""Directives: stop, ban, assign, press, remind, warn parents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.documents.preview import preview_page, preview_pdf
from casework.web import (
    AuthedRequest,
    Column,
    crumbs,
    data,
    desk_page,
    form_page,
    paper,
    papers,
    posted_version,
)
from measures import forms, selectors, services
from measures import papers as wording
from measures.filters import DirectiveFilter
from measures.models import Directive, DirectiveKind
from measures.views import kit
from measures.views.kit import Register, Step

VIEW = "measures.view"
DIRECTIVE_COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("种类", lambda row: row.get_kind_display()),
    Column("受文对象", lambda row: row.party_name, 32),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("制发机关", lambda row: row.organ.name, 24),
    Column("制发时间", lambda row: row.issued_at),
    Column("送达时间", lambda row: row.served_at),
    Column("期限", lambda row: row.due_on),
    Column("在场学生（人）", lambda row: row.students_present),
    Column("状态", lambda row: row.get_status_display()),
    Column("落实情况", lambda row: row.done_note, 40),
)


def directive_url(row: Directive) -> str:
    """The document's page."""
    return reverse("measures:directive_detail", kwargs={"uid": row.uid})


def _day(value: Any) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d}" if value else ""


DIRECTIVES = Register(
    ("文号", "种类", "受文对象", "制发", "状态", "期限"),
    lambda row: [
        {"text": row.number or "草稿（未编号）", "url": directive_url(row), "sub": row.organ.short_name},
        {"text": row.get_kind_display()},
        {"text": row.party_name or "（未填写）", "sub": row.region.name},
        {"text": _day(row.issued_at), "nowrap": True},
        {"status": row},
        {"due": row.due_on} if row.due_on and row.status in {"ISSUED", "SERVED"} else {"text": "—"},
    ],
)


@desk_page(VIEW)
def directive_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of directives."""
    return kit.list_page(
        request,
        rows=selectors.directives_visible(request.user),
        title="措施文书",
        subtitle="停办、取缔、交办、督办、提示、告家长：两名持证执法人员制发，送达、办结、撤回、替代都留痕",
        register=DIRECTIVES,
        columns=DIRECTIVE_COLUMNS,
        filterset=DirectiveFilter,
        unit="份",
        here="measures:directive_list",
        create=("起草文书", "measures:directive_pick", "measures.directive_edit"),
    )


KIND_NOTES = {
    "SUSPENSION_NOTICE": "责令停止举办或者停业；登记在场学生和交接。",
    "BAN_NOTICE": "无证办学依法取缔，由负责人签发，机构同时标为已取缔。",
    "SITE_ASSIGNMENT": "把现场发现的事项交给有关部门、镇街办理。",
    "SUPERVISION_LETTER": "对逾期没有办理的事项督促。",
    "REMINDER_LETTER": "提示机构注意风险，不属于处罚。",
    "PARENT_LETTER": "提醒家长，在网上发布或者经学校发放。",
}


@desk_page("measures.directive_edit")
def directive_pick(request: AuthedRequest) -> HttpResponse:
    """Choose the kind of a new document."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    kinds = [
        {
            "label": label,
            "url": reverse("measures:directive_create", kwargs={"kind": code.lower()}) + query,
            "note": KIND_NOTES[code],
        }
        for code, label in DirectiveKind.choices
    ]
    context = {
        "kinds": kinds,
        "crumbs": crumbs(("措施文书", reverse("measures:directive_list")), ("起草", "")),
    }
    return render(request, "measures/directive_pick.html", context)


@desk_page("measures.directive_edit")
def directive_create(request: AuthedRequest, kind: str) -> HttpResponse:
    """Draft a document of one kind."""
    code = kind.upper()
    if code not in DirectiveKind.values:
        raise Http404("没有这种文书。")
    label = DirectiveKind(code).label
    form = forms.DirectiveForm(
        **data(request),
        actor=request.user,
        kind=code,
        initial={"officer_one": request.user.pk, **kit.named(request)},
    )

    def work(values: dict[str, Any]) -> str:
        organ = request.user.organisation
        if organ is None:
            raise Http404
        row = services.directive_draft(
            actor=request.user,
            kind=code,
            organ=organ,
            officers=(values["officer_one"], values["officer_two"]),
            values=form.values("officer_one", "officer_two"),
        )
        return directive_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"起草{label}",
        submit="保存草稿",
        cancel_url=reverse("measures:directive_list"),
        done="草稿已保存，请补充、预览后制发。",
        sentence=KIND_NOTES[code],
        two_columns=True,
        crumbs=crumbs(("措施文书", reverse("measures:directive_list")), (label, "")),
    )


@desk_page("measures.directive_edit")
def directive_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Complete a draft."""
    row = kit.found(selectors.directives_visible(request.user), request, uid)
    form = forms.DirectiveForm(**data(request), actor=request.user, kind=row.kind, instance=row)

    def work(values: dict[str, Any]) -> str:
        services.directive_edit(
            actor=request.user, directive=row, values=form.values(), version=posted_version(request)
        )
        return directive_url(row)

    return form_page(
        request,
        form,
        work,
        heading=f"填写{row.get_kind_display()}",
        submit="保存",
        cancel_url=directive_url(row),
        done="已保存，请预览后制发。",
        version=row.version,
        two_columns=True,
        crumbs=crumbs(
            ("措施文书", reverse("measures:directive_list")), (str(row), directive_url(row)), ("修改", "")
        ),
    )


def _serve(actor: User, row: Directive, values: dict[str, Any]) -> Any:
    photo = values.pop("photo", None)
    return services.directive_serve(
        actor=actor, directive=row, served=services.Served(**values), photo=photo or None
    )


def _finish(actor: User, row: Directive, values: dict[str, Any]) -> Any:
    return services.directive_finish(actor=actor, directive=row, **values)


DIRECTIVE_STEPS: dict[str, Step] = {
    "issue": Step(
        "制发",
        lambda actor, row, v: services.directive_issue(actor=actor, directive=row),
        "文书已制发，请送达并登记。",
        "measures.directive_edit",
    ),
    "serve": Step(
        "登记送达", _serve, "送达已登记。", "measures.directive_edit", forms.ServeForm, two_columns=True
    ),
    "pupils": Step(
        "登记学生交接",
        lambda actor, row, v: services.pupils_hand_over(actor=actor, directive=row, **v),
        "学生交接已登记。",
        "measures.directive_edit",
        forms.PupilsForm,
    ),
    "publish": Step(
        "登记公告",
        lambda actor, row, v: services.ban_publish(actor=actor, directive=row, **v),
        "公告已登记。",
        "measures.directive_edit",
        forms.PublishForm,
    ),
    "finish": Step("办结", _finish, "文书已办结。", "measures.directive_edit", forms.FinishForm),
    "replace": Step(
        "起草替代文书",
        lambda actor, row, v: services.directive_replace(actor=actor, directive=row),
        "替代文书已起草，制发后原文书自动标为已被替代。",
        "measures.directive_edit",
    ),
    "withdraw": Step(
        "撤回",
        lambda actor, row, v: services.directive_withdraw(actor=actor, directive=row, **v),
        "已撤回，文号保留不再使用。",
        "measures.directive_withdraw",
        forms.ReasonForm,
        danger=True,
    ),
}


def _directive_sections(row: Directive) -> list[dict[str, Any]]:
    sections = [kit.text("事实和情况", row.facts, f"依据：{row.basis}" if row.basis else "")]
    if row.demand:
        sections.append(kit.text("要求", row.demand))
    if row.kind == DirectiveKind.SUSPENSION_NOTICE and row.students_present is not None:
        handed = (row.handed_to_parents or 0) + (row.handed_to_school or 0)
        sections.append(
            kit.text(
                "在场学生和交接",
                f"在场 {row.students_present} 人，已交接 {handed} 人（家长 {row.handed_to_parents or 0} 人，"
                f"学校 {row.handed_to_school or 0} 人）。",
                row.handover_note,
            )
        )
    if row.done_note:
        sections.append(kit.text("落实情况", row.done_note))
    return sections


def _directive_notes(row: Directive) -> list[dict[str, str]]:
    notes = []
    if row.replaces:
        notes.append(
            {
                "text": f"制发后替代 {row.replaces}。",
                "tone": "info",
                "url": directive_url(row.replaces),
                "action": "看原文书",
            }
        )
    if (
        row.kind == DirectiveKind.SUSPENSION_NOTICE
        and row.status in {"ISSUED", "SERVED"}
        and row.pupils_left > 0
    ):
        notes.append({"text": f"还有 {row.pupils_left} 名在场学生没有登记交接。", "tone": "warn"})
    return notes


@desk_page(VIEW)
def directive_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One document: what it says, its service, what came of it."""
    row = kit.found(selectors.directives_visible(request.user), request, uid)
    user = request.user
    own = row.organ_id == user.organisation_id
    may = own and user.may("measures.directive_edit")
    links = [{"label": "预览", "url": reverse("measures:directive_preview", args=[row.uid]), "icon": "eye"}]
    if may and row.status == "DRAFT":
        links.append(
            {"label": "修改", "url": reverse("measures:directive_edit", args=[row.uid]), "icon": "edit"}
        )
    more = []
    if own and row.status in {"ISSUED", "SERVED"}:
        more += ["pupils"] if row.kind == DirectiveKind.SUSPENSION_NOTICE and row.students_present else []
        more += ["publish"] if row.kind == DirectiveKind.BAN_NOTICE and not row.published_on else []
        more += ["replace"]
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        has_status=True,
        subtitle=row.get_kind_display() if row.number else row.region.name,
        due_on=row.due_on if row.status in {"ISSUED", "SERVED"} else None,
        notes=_directive_notes(row),
        links=links,
        actions=[
            *kit.plain_steps(user, row, DIRECTIVE_STEPS, "measures:directive_step", *more),
            *kit.step_actions(user, row, DIRECTIVE_STEPS, "measures:directive_step"),
        ],
        sections=_directive_sections(row),
        show_files=True,
        files=kit.files(user, row),
        facts=_directive_facts(user, row),
        papers=papers(paper(row.get_kind_display(), row.document), paper("送达回证", row.service_document)),
        crumbs=crumbs(("措施文书", reverse("measures:directive_list")), (str(row), "")),
    )


def _directive_facts(user: User, row: Directive) -> list[dict[str, Any]]:
    served = f"{_day(row.served_at)} {row.get_service_way_display()} {row.service_receiver}".strip()
    return kit.facts(
        ("受文对象", row.party_name),
        kit.place_fact(user, row.institution),
        ("制发机关", row.organ.name),
        ("承办单位", row.receiver.name if row.receiver else ""),
        ("原文号", row.original_no),
        ("停止日期", f"{row.stop_from:%Y-%m-%d}" if row.stop_from else ""),
        ("退费要求", row.refund_requirement),
        (
            "执法人员",
            f"{row.officer_one.name} {row.officer_one_no}、{row.officer_two.name} {row.officer_two_no}",
        ),
        ("联系人", row.contact),
        kit.visit_fact(user, row.visit),
        kit.notice_fact(user, row.notice),
        ("送达", served if row.served_at else ""),
        ("公告", f"{row.published_on:%Y-%m-%d} {row.published_where}" if row.published_on else ""),
    )


@desk_page(VIEW)
def directive_preview(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The document as it will be issued."""
    row = kit.found(selectors.directives_visible(request.user), request, uid)
    trail = crumbs(
        ("措施文书", reverse("measures:directive_list")), (str(row), directive_url(row)), ("预览", "")
    )
    if row.document is not None:
        context = {"heading": str(row), "paper": row.document.content, "back_url": directive_url(row)}
        context |= {"subtitle": "已制发的内容", "crumbs": trail}
        return render(request, "casework/document_preview.html", context)
    content = wording.directive(row, at=timezone.now())
    if request.GET.get("as") == "pdf":
        return preview_pdf(content, f"{row.get_kind_display()}预览")
    actions = kit.step_actions(request.user, row, DIRECTIVE_STEPS, "measures:directive_step")
    return preview_page(
        request,
        content,
        heading=f"预览：{row}",
        back_url=directive_url(row),
        pdf_url="?as=pdf",
        actions=actions if row.status == "DRAFT" else [],
        crumbs=trail,
    )


@desk_page(VIEW)
def directive_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a document."""
    row = kit.found(selectors.directives_visible(request.user), request, uid)
    trail = crumbs(("措施文书", reverse("measures:directive_list")), (str(row), directive_url(row)))
    return kit.step_page(request, row, DIRECTIVE_STEPS, name, directive_url(row), trail)
