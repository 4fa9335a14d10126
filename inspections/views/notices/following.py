"""Pages that follow an issued notice: answers, re-checks, terms, escalation, withdrawal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from casework.web import (
    AuthedRequest,
    data,
    desk_page,
    form_page,
)
from inspections import selectors, services
from inspections.forms import (
    AnswerForm,
    EscalateForm,
    ExtensionDecisionForm,
    ReasonForm,
    RecheckForm,
)
from inspections.models import RectificationNotice, Visit
from inspections.views.notices.pages import _crumbs, _get, notice_url
from inspections.views.visits import visit_get


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
