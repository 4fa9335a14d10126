"""The list of cases, the page of a case, and opening a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.deadlines import lines_by_kind
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    offers_as_actions,
    run_transition,
)
from casework.workflow import Offer, available_transitions
from inspections.selectors import finding_file, notice_file
from penalties import forms, selectors, services
from penalties.filters import CaseFilter
from penalties.models import Case, CaseKind, Outcome
from penalties.views.actions import step_url
from penalties.views.common import (
    TABS,
    case_get,
    case_url,
    is_own,
)
from penalties.views.tabs import TAB_CONTEXT

COLUMNS = (
    Column("立案号", lambda row: row.number, 24),
    Column("案件名称", lambda row: row.title, 36),
    Column("当事人", lambda row: row.party_name, 28),
    Column("当事人类别", lambda row: row.get_party_kind_display()),
    Column("案由", lambda row: row.violation.name, 28),
    Column("程序", lambda row: row.get_kind_display()),
    Column("来源", lambda row: row.get_source_kind_display()),
    Column("来源编号", lambda row: row.source_no, 24),
    Column("办案机关", lambda row: row.organ.name, 24),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("立案时间", lambda row: row.filed_at),
    Column("决定期限", lambda row: row.decide_due_on),
    Column("决定时间", lambda row: row.decided_at),
    Column("决定书文号", lambda row: row.decision_no, 24),
    Column("处理结果", lambda row: row.get_outcome_display()),
    Column("缴款期限", lambda row: row.payment_due_on),
    Column("结案时间", lambda row: row.closed_at),
    Column("归档号", lambda row: row.archive_no),
    Column("状态", lambda row: row.get_status_display()),
)
EASED = {"serve": {"G32"}}
CURRENT_TERM = {
    "FILED": "DECIDE",
    "ENDED": "DECIDE",
    "NOTIFIED": "DECIDE",
    "DECIDED": "SERVE",
    "SERVED": "PAY",
    "URGED": "PAY",
}


@desk_page("penalties.case_view")
def case_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Cases."""
    return ListPage(
        request=request,
        rows=selectors.cases_visible(request.user),
        template="penalties/case_list.html",
        title="处罚案件",
        columns=COLUMNS,
        filterset=CaseFilter,
        unit="件",
        context={"may_edit": request.user.may("penalties.case_edit")},
    ).response()


@desk_page("penalties.case_edit")
def case_create(request: AuthedRequest) -> HttpResponse:
    """Draft a case by hand, from a clue, a transfer or an order from above."""
    form = forms.CaseForm(**data(request), actor=request.user, initial={"found_on": timezone.localdate()})
    organ = request.user.organisation
    if organ is None:
        raise Http404

    def work(values: dict[str, Any]) -> str:
        case = services.case_draft(
            actor=request.user,
            organ=organ,
            region=values["region"],
            values=form.values(),
            party_address=values["party_address"],
        )
        return case_url(case)

    return form_page(
        request,
        form,
        work,
        heading="起草处罚案件",
        submit="保存草稿",
        cancel_url=reverse("penalties:case_list"),
        done="草稿已保存，请指定办案人员。",
        two_columns=True,
        sentence="从检查问题、整改通知书立案的，请在该页面点“转为处罚案件”，材料自动带入。",
        crumbs=crumbs(("处罚案件", reverse("penalties:case_list")), ("起草", "")),
    )


@desk_page("penalties.case_edit")
def case_from_notice(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Open a case from an escalated rectification notice."""
    notice = get_visible(notice_file(request.user), request.user, uid)
    back = reverse("inspections:notice_detail", kwargs={"uid": uid})
    return _opened(
        request, str(notice), back, lambda: services.case_from_notice(actor=request.user, notice=notice)
    )


@desk_page("penalties.case_edit")
def case_from_finding(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Open a case from a finding that was referred."""
    finding = get_visible(finding_file(request.user), request.user, uid)
    back = reverse("inspections:finding_detail", kwargs={"uid": uid})
    return _opened(
        request, str(finding), back, lambda: services.case_from_finding(actor=request.user, finding=finding)
    )


def _opened(request: AuthedRequest, source: str, back: str, work: Callable[[], Case]) -> HttpResponse:
    """Ask once, then draft the case."""
    if request.method != "POST":
        return render(request, "penalties/open_confirm.html", {"source": source, "back": back})
    made: list[Case] = []
    run_transition(request, lambda: made.append(work()), "案件草稿已带入材料，请指定办案人员并核对后送审。")
    return redirect(case_url(made[0]) if made else back)


@desk_page("penalties.case_view")
def case_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One case: where it stands, what is next, what stops it, and its parts on tabs."""
    case = case_get(request, uid)
    tab = request.GET.get("tab", "")
    if tab not in {key for key, _ in TABS}:
        tab = ""
    offers = _offers(request, case)
    context = {
        "case": case,
        "tab": tab,
        "tabs": [{"label": label, "url": case_url(case, key), "active": key == tab} for key, label in TABS],
        "steps": steps_of(case),
        "actions": offers_as_actions(offers, lambda name: step_url(case, name)),
        "blocked": [offer for offer in offers if offer.reasons],
        "due_on": case.current_due_on,
        "due_explanation": lines_by_kind(case.uid).get(CURRENT_TERM.get(case.status, ""), ()),
        "may_edit": is_own(request, case) and request.user.may("penalties.case_edit"),
        "may_approve": is_own(request, case) and request.user.may("penalties.case_approve"),
        "may_manage": is_own(request, case) and request.user.may("penalties.case_manage"),
        "may_review": is_own(request, case) and request.user.may("penalties.legal_review"),
        "may_serve": is_own(request, case) and request.user.may("penalties.paper_serve"),
        "may_publish": is_own(request, case) and request.user.may("penalties.credit_publish"),
        "may_repair": is_own(request, case) and request.user.may("penalties.credit_repair"),
        "crumbs": crumbs(("处罚案件", reverse("penalties:case_list")), (str(case), "")),
        **TAB_CONTEXT[tab](request, case),
    }
    return render(request, "penalties/case_detail.html", context)


def _offers(request: AuthedRequest, case: Case) -> list[Offer]:
    """Steps open to this person, without reasons that the step's own page takes care of; other organs' none."""
    if not is_own(request, case):
        return []
    found = []
    for offer in available_transitions(request.user, case):
        name = offer.transition.name
        if name == "decide_on_spot" and case.kind != CaseKind.SIMPLE:
            continue
        if name in {"submit", "file"} and case.kind == CaseKind.SIMPLE:
            continue
        if name == "decide_no_penalty" and not case.no_penalty_ground:
            continue
        if name in {"notify", "decide"} and case.no_penalty_ground:
            continue
        gates = EASED.get(name, set())
        found.append(Offer(offer.transition, tuple(row for row in offer.reasons if row.gate not in gates)))
    return found


def steps_of(case: Case) -> list[dict[str, Any]]:
    """The course of the case for the stepper."""
    if case.kind == CaseKind.SIMPLE:
        course = [("当场处罚", case.decided_at), ("履行", case.performed_at)]
    elif case.outcome == Outcome.NO_PENALTY or case.no_penalty_ground:
        course = [
            ("立案", case.filed_at),
            ("调查终结", case.ended_at),
            ("不予处罚", case.decided_at),
            ("送达", case.served_at),
        ]
    else:
        course = [
            ("立案", case.filed_at),
            ("调查终结", case.ended_at),
            ("事先告知", case.notified_at),
            ("决定", case.decided_at),
            ("送达", case.served_at),
            ("履行", case.performed_at),
        ]
    course += [("结案", case.closed_at), ("归档", case.archived_at)]
    has_ended = case.status in {"CLOSED", "ARCHIVED", "TRANSFERRED", "WITHDRAWN", "REFUSED"}
    steps, is_now = [], True
    for label, moment in course:
        if moment:
            state = "done"
        elif has_ended and label not in {"结案", "归档"}:
            state = "skipped"
        else:
            state, is_now = ("now" if is_now else "todo"), False
        steps.append({"label": label, "state": state, "at": moment})
    return steps
