"""Pages that draft, preview, issue and serve a notice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.documents.preview import preview_page, preview_pdf
from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    form_page,
    posted_version,
    run_transition,
)
from inspections import papers as texts
from inspections import selectors, services
from inspections.forms import (
    NoticeForm,
    ServiceForm,
)
from inspections.models import RectificationNotice
from inspections.views.notices.pages import _actions, _crumbs, _get, notice_url
from inspections.views.visits import visit_get, visit_url


@desk_page("inspections.notice_issue")
@require_POST
def notice_draft(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Collect the reader's organ's in-term findings of a visit into a draft."""
    visit = visit_get(request, uid)
    organ = request.user.organisation
    if organ is None:
        raise Http404
    made: list[RectificationNotice] = []
    run_transition(
        request,
        lambda: made.append(services.notice_draft(actor=request.user, visit=visit, organ=organ)),
        "草稿已按检查记录填好，请核对后制发。",
    )
    return redirect(notice_url(made[0]) if made else visit_url(visit))


@desk_page("inspections.notice_issue")
def notice_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Complete a draft."""
    notice = _get(request, uid)
    form = NoticeForm(**data(request), instance=_get(request, uid))

    def work(values: dict[str, Any]) -> str:
        services.notice_edit(
            actor=request.user,
            notice=notice,
            values=form.values(),
            orders=form.orders(),
            version=posted_version(request),
        )
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading="填写整改通知书",
        submit="保存",
        cancel_url=notice_url(notice),
        done="已保存，请预览后制发。",
        sentence=selectors.term_limits(notice, timezone.localdate()),
        version=notice.version,
        crumbs=_crumbs(notice, ("修改", "")),
    )


@desk_page("inspections.notice_view")
def notice_preview(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The notice as it will be issued, as a page; an issued one as it was."""
    notice = _get(request, uid)
    crumbs_ = _crumbs(notice, ("预览", ""))
    if notice.document is None:
        return preview_page(
            request,
            texts.rectification_notice(notice, at=timezone.now()),
            heading=f"预览：{notice}",
            back_url=notice_url(notice),
            pdf_url=reverse("inspections:notice_preview_pdf", kwargs={"uid": notice.uid}),
            crumbs=crumbs_,
            actions=_actions(request, notice),
        )
    context = {"notice": notice, "paper": notice.document.content, "crumbs": crumbs_, "actions": []}
    return render(request, "inspections/notice_preview.html", context)


@desk_page("inspections.notice_view")
def notice_preview_pdf(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The same as PDF, with the watermark, without number and code."""
    notice = _get(request, uid)
    return preview_pdf(texts.rectification_notice(notice, at=timezone.now()), "整改通知书预览")


@desk_page("inspections.notice_issue")
@require_POST
def notice_issue(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Number and issue."""
    notice = _get(request, uid)
    run_transition(
        request,
        lambda: services.notice_issue(actor=request.user, notice=notice),
        "整改通知书已制发，请在规定期限内送达并登记送达回证。",
    )
    return redirect(notice_url(notice))


@desk_page("inspections.notice_serve")
def notice_serve(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Record the service."""
    notice = _get(request, uid)
    initial = {
        "place": notice.party_address,
        "served_at": timezone.localtime(),
        "server_one": request.user.pk,
        "receiver_relation": "负责人",
    }
    form = ServiceForm(**data(request), organ=notice.organ, initial=initial)

    def work(values: dict[str, Any]) -> str:
        served_at, proof = values.pop("served_at"), values.pop("proof")
        services.notice_serve(
            actor=request.user,
            notice=notice,
            service=services.Service(**values),
            served_at=served_at,
            proof=proof,
        )
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"送达回证：{notice.number}",
        submit="登记送达",
        cancel_url=notice_url(notice),
        preview=True,
        done="送达已登记，整改期限开始计算。",
        two_columns=True,
        crumbs=_crumbs(notice, ("送达", "")),
    )
