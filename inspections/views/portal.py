"""The institution's own pages: its notices, its reports, its applications."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    crumbs,
    data,
    form_page,
    get_visible,
    paper,
    papers,
    portal_page,
)
from inspections import selectors, services
from inspections.forms import AnswerForm, ExtensionForm
from inspections.models import RectificationNotice
from inspections.views.notices import answers_of_form, histories

HOME = "inspections_portal:notice_list"


def _get(request: AuthedRequest, uid: UUID) -> RectificationNotice:
    return get_visible(selectors.notice_file(request.user), request.user, uid)


def _url(notice: RectificationNotice) -> str:
    return reverse("inspections_portal:notice_detail", kwargs={"uid": notice.uid})


@portal_page("inspections.portal_view")
def notice_list(request: AuthedRequest) -> HttpResponse:
    """The institution's notices and inspection papers."""
    documents = selectors.documents_for_party(request.user)
    context = {
        "notices": list(selectors.notices_of_party(request.user)[:200]),
        "papers": papers(*(paper(row.title, row) for row in documents)),
    }
    return render(request, "inspections/portal_notice_list.html", context)


@portal_page("inspections.portal_view")
def notice_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One notice: what to correct, by when, what was reported and found."""
    notice = _get(request, uid)
    is_open = notice.status == "SERVED"
    today = timezone.localdate()
    context = {
        "notice": notice,
        "crumbs": crumbs(("检查与整改", reverse(HOME)), (notice.number, "")),
        "histories": histories(request, notice),
        "papers": papers(paper("责令限期改正通知书", notice.document)),
        "extensions": selectors.extensions_of(notice),
        "reminders": selectors.reminders_of(notice)[:1],
        "may_answer": is_open and request.user.may("inspections.notice_answer"),
        "may_extend": is_open
        and request.user.may("inspections.extension_request")
        and notice.due_on is not None
        and today <= notice.due_on
        and selectors.open_extension(notice) is None,
        "violations": selectors.violations_of(notice),
        "is_overdue": notice.is_overdue_on(today),
    }
    return render(request, "inspections/portal_notice_detail.html", context)


@portal_page("inspections.notice_answer")
def notice_answer(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Report item by item with files."""
    notice = _get(request, uid)
    form = AnswerForm(**data(request), notice=notice)

    def work(values: dict[str, Any]) -> str:
        services.notice_answer(
            actor=request.user, notice=notice, statement=values["statement"], answers=answers_of_form(form)
        )
        return _url(notice)

    return form_page(
        request,
        form,
        work,
        heading="提交整改报告",
        submit="提交报告",
        cancel_url=_url(notice),
        done="整改报告已提交，执法人员将进行复查。",
        template="inspections/portal_form.html",
        sentence=f"{notice.number}，{notice.organ.name}。请逐项写明做了什么、何时完成，并上传证明材料。",
        crumbs=crumbs(("检查与整改", reverse(HOME)), (notice.number, _url(notice)), ("整改报告", "")),
    )


@portal_page("inspections.extension_request")
def extension_request(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Ask for more time."""
    notice = _get(request, uid)
    form = ExtensionForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.extension_request(actor=request.user, notice=notice, **values)
        return _url(notice)

    due = f"{notice.due_on:%Y-%m-%d}" if notice.due_on else "—"
    return form_page(
        request,
        form,
        work,
        heading="申请延期",
        submit="提交申请",
        cancel_url=_url(notice),
        done="申请已提交，请等待决定；决定前原期限继续计算。",
        template="inspections/portal_form.html",
        sentence=f"{notice.number} 的到期日是 {due}。延期须在到期前申请，经批准后才生效。"
        + selectors.extension_limits(notice, timezone.localdate()),
        crumbs=crumbs(("检查与整改", reverse(HOME)), (notice.number, _url(notice)), ("申请延期", "")),
    )
