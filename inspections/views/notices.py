"""Desk pages of rectification notices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework.documents.preview import preview_page, preview_pdf
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    file_items,
    form_page,
    get_visible,
    offers_as_actions,
    paper,
    papers,
    posted_version,
    run_transition,
    told,
)
from inspections import papers as texts
from inspections import selectors, services
from inspections.filters import NoticeFilter
from inspections.forms import (
    AnswerForm,
    EscalateForm,
    ExtensionDecisionForm,
    NoticeForm,
    ReasonForm,
    RecheckForm,
    ServiceForm,
)
from inspections.models import RectificationNotice, Visit
from inspections.views.common import offers_of
from inspections.views.visits import visit_get, visit_url

COLUMNS = (
    Column("文号", lambda row: row.number, 24),
    Column("当事人", lambda row: row.party_name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("制发机关", lambda row: row.organ.name, 24),
    Column("检查日期", lambda row: row.visit.visited_on),
    Column("制发时间", lambda row: row.issued_at),
    Column("送达时间", lambda row: row.served_at),
    Column("到期日", lambda row: row.due_on),
    Column("整改事项（项）", lambda row: row.item_count),
    Column("已销号（项）", lambda row: row.done_count),
    Column("报告时间", lambda row: row.answered_at),
    Column("销号时间", lambda row: row.closed_at),
    Column("状态", lambda row: row.get_status_display()),
)
PAGES = {"serve", "answer", "escalate", "withdraw"}


def notice_url(notice: RectificationNotice) -> str:
    """The notice's page at the desk."""
    return reverse("inspections:notice_detail", kwargs={"uid": notice.uid})


def _get(request: AuthedRequest, uid: UUID) -> RectificationNotice:
    return get_visible(selectors.notice_file(request.user), request.user, uid)


def _crumbs(notice: RectificationNotice, *more: tuple[str, str]) -> list[dict[str, str]]:
    here = (str(notice), notice_url(notice) if more else "")
    return crumbs(("整改台账", reverse("inspections:notice_list")), here, *more)


@desk_page("inspections.notice_view")
def notice_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """整改台账 by notice."""
    return ListPage(
        request=request,
        rows=selectors.notices_visible(request.user),
        template="inspections/notice_list.html",
        title="整改台账",
        columns=COLUMNS,
        filterset=NoticeFilter,
        unit="份",
    ).response()


@desk_page("inspections.notice_view")
def notice_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One notice: items with reports and re-checks, term, papers, what may be done now."""
    notice = _get(request, uid)
    user = request.user
    own = notice.organ_id == user.organisation_id
    service = getattr(notice, "service", None)
    rechecks = list(notice.rechecks.select_related("document"))
    context = {
        "notice": notice,
        "crumbs": _crumbs(notice),
        "actions": _actions(request, notice),
        "histories": histories(request, notice),
        "replies": list(notice.replies.select_related("submitted_by")),
        "rechecks": rechecks,
        "extensions": selectors.extensions_of(notice),
        "may_decide": own and user.may("inspections.extension_decide"),
        "may_recheck": own
        and user.may("inspections.notice_recheck")
        and notice.status in {"SERVED", "ANSWERED"},
        "may_edit": own and user.may("inspections.notice_issue") and notice.status == "DRAFT",
        "reminders": selectors.reminders_of(notice),
        "service": service,
        "facts": told(notice_facts(notice)),
        "is_overdue": notice.is_overdue_on(timezone.localdate()),
        "papers": papers(
            paper("责令限期改正通知书", notice.document),
            paper("送达回证", service.document if service else None),
            *(paper("整改复查记录", row.document) for row in rechecks),
        ),
    }
    return render(request, "inspections/notice_detail.html", context)


def _actions(request: AuthedRequest, notice: RectificationNotice) -> list[dict[str, Any]]:
    def address(name: str) -> str | None:
        if name == "issue":
            return f"POST {reverse('inspections:notice_issue', kwargs={'uid': notice.uid})}"
        return reverse(f"inspections:notice_{name}", kwargs={"uid": notice.uid}) if name in PAGES else None

    actions = offers_as_actions(offers_of(request.user, notice), address)
    for action in actions:
        if action["url"].endswith("/answer/"):
            action.update(label="代录纸质报告", primary=False)
    return actions


def histories(request: AuthedRequest, notice: RectificationNotice) -> list[dict[str, Any]]:
    """Items for the page: photos, reports and re-checks with their files; hints are for officers only."""
    hints = not request.user.is_counterpart
    return [
        {
            "item": row.item,
            "photos": file_items(row.photos, hints=hints),
            "replies": [(reply, file_items(files, hints=hints)) for reply, files in row.replies],
            "rechecks": [(recheck, file_items(files, hints=hints)) for recheck, files in row.rechecks],
        }
        for row in selectors.item_histories(request.user, notice)
    ]


def notice_facts(notice: RectificationNotice) -> list[dict[str, Any]]:
    """Facts of a notice in words."""
    place = notice.institution
    return [
        {
            "label": "当事人",
            "value": notice.party_name,
            "sub": notice.party_address,
            "url": reverse("institutions:institution_detail", kwargs={"uid": place.uid}),
        },
        {"label": "制发机关", "value": notice.organ.name},
        {"label": "检查", "value": f"{notice.visit.visited_on:%Y-%m-%d}", "url": visit_url(notice.visit)},
        {"label": "整改期限", "value": texts.term_words(notice), "sub": notice.term_basis},
        {"label": "责令依据", "value": notice.basis},
        {"label": "联系人", "value": notice.contact},
        {"label": "升级去向", "value": notice.escalation_target, "sub": notice.escalation_no},
    ]


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


def answers_of_form(form: AnswerForm) -> dict[int, services.ItemAnswer]:
    """The report's items from its form."""
    return {
        item.pk: services.ItemAnswer(
            form.cleaned_data[f"text_{item.pk}"], tuple(form.cleaned_data[f"files_{item.pk}"])
        )
        for item in form.items
    }


@desk_page("inspections.notice_answer")
def notice_answer(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Enter a report that came on paper."""
    notice = _get(request, uid)
    form = AnswerForm(**data(request), notice=notice)

    def work(values: dict[str, Any]) -> str:
        services.notice_answer(
            actor=request.user,
            notice=notice,
            statement=values["statement"],
            answers=answers_of_form(form),
            is_paper=True,
        )
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"代录纸质整改报告：{notice.number}",
        submit="提交",
        cancel_url=notice_url(notice),
        done="整改报告已录入，请安排复查。",
        crumbs=_crumbs(notice, ("代录报告", "")),
    )


@desk_page("inspections.notice_recheck")
def notice_recheck(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Re-check item by item; `?visit=` starts from what a later visit to the place saw."""
    notice = _get(request, uid)
    visit = _seen_at(request)
    initial = _recheck_initial(visit, notice) if visit else {}
    form = RecheckForm(**data(request), notice=notice, initial=initial)

    def work(values: dict[str, Any]) -> str:
        services.recheck_record(
            actor=request.user, notice=notice, results=_results(form), details=_details(values), visit=visit
        )
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"复查：{notice.number}",
        submit="提交复查结果",
        cancel_url=notice_url(notice),
        done="复查结果已登记。",
        preview=True,
        sentence=(f"已按 {visit.visited_on:%Y-%m-%d} 检查的核实结果填好，请核对。" if visit else "逐项核对。")
        + "全部“已整改”的自动销号；没有整改到位的须写明情况并选择后续处理。",
        crumbs=_crumbs(notice, ("复查", "")),
    )


def _seen_at(request: AuthedRequest) -> Visit | None:
    raw = request.GET.get("visit", "")
    try:
        return visit_get(request, UUID(raw)) if raw else None
    except ValueError as error:
        raise Http404("没有这次检查。") from error


def _recheck_initial(visit: Visit, notice: RectificationNotice) -> dict[str, Any]:
    initial: dict[str, Any] = {"method": "ON_SITE"}
    for item_id, seen in selectors.carried_results(visit, notice).items():
        initial[f"result_{item_id}"], initial[f"note_{item_id}"] = seen.result, seen.note
    team = selectors.members_of(visit.deployment)
    initial["officers"] = [
        row.user_id for row in team if row.organisation_id == notice.organ_id and row.user_id
    ]
    return initial


def _results(form: RecheckForm) -> dict[int, services.ItemResult]:
    given = form.cleaned_data
    return {
        item.pk: services.ItemResult(
            given[f"result_{item.pk}"], given[f"note_{item.pk}"], tuple(given[f"files_{item.pk}"])
        )
        for item in form.items
    }


def _details(values: dict[str, Any]) -> services.RecheckDetails:
    return services.RecheckDetails(
        method=values["method"],
        conclusion=values["conclusion"],
        note=values["note"],
        party_opinion=values["party_opinion"],
        extend_until=values["extend_until"],
        officers=tuple(values["officers"]),
    )


@desk_page("inspections.extension_decide")
def extension_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Decide the open application of a notice."""
    notice = _get(request, uid)
    asked = selectors.open_extension(notice)
    if asked is None:
        raise Http404("没有待决定的延期申请。")
    form = ExtensionDecisionForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.extension_decide(actor=request.user, request=asked, **values)
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"决定延期申请：{notice.number}",
        submit="决定",
        cancel_url=notice_url(notice),
        done="已作决定。",
        sentence=f"现到期日 {notice.due_on:%Y-%m-%d}，申请延至 {asked.requested_until:%Y-%m-%d}。理由：{asked.reason}",
        crumbs=_crumbs(notice, ("延期", "")),
    )


@desk_page("inspections.notice_escalate")
def notice_escalate(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Go on as a case or a transfer."""
    notice = _get(request, uid)
    form = EscalateForm(**data(request))

    def work(values: dict[str, Any]) -> str:
        services.notice_escalate(actor=request.user, notice=notice, **values)
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"升级处理：{notice.number}",
        submit="升级处理",
        cancel_url=notice_url(notice),
        done="已登记升级处理。",
        danger=True,
        crumbs=_crumbs(notice, ("升级处理", "")),
    )


@desk_page("inspections.notice_withdraw")
def notice_withdraw(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Recall a notice."""
    notice = _get(request, uid)
    form = ReasonForm(**data(request), label="撤回理由")

    def work(values: dict[str, Any]) -> str:
        services.notice_withdraw(actor=request.user, notice=notice, reason=values["reason"])
        return notice_url(notice)

    return form_page(
        request,
        form,
        work,
        heading=f"撤回：{notice}",
        submit="撤回",
        cancel_url=notice_url(notice),
        done="已撤回，文号保留并标明作废原因，问题可重新下发。",
        danger=True,
        crumbs=_crumbs(notice, ("撤回", "")),
    )
