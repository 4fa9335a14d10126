"""The list of cases, the page of a case with its tabs, opening a case, previews and volumes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from casework import typesetting
from casework.audit import describe
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    file_items,
    get_visible,
    offers_as_actions,
    run_transition,
)
from casework.workflow import Offer, available_transitions
from inspections.selectors import finding_file, notice_file
from penalties import forms, papers, selectors, services, terms, volumes
from penalties.filters import CaseFilter
from penalties.models import Case, CaseKind, MeasureStage, Outcome
from penalties.views.actions import step_url
from penalties.views.common import (
    TABS,
    action_url,
    case_get,
    case_url,
    form_page,
    paper_links,
)
from penalties.views.common import carry_out as once

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
PREVIEWS: dict[str, tuple[str, Callable[..., papers.Paper]]] = {
    "filing": ("立案审批表", papers.filing_form),
    "report": ("调查终结报告", papers.investigation_report),
    "prior": ("行政处罚事先告知书", papers.prior_notice),
    "hearing": ("听证告知书", papers.hearing_rights),
    "decision": ("行政处罚决定书", papers.decision),
    "no-penalty": ("不予行政处罚决定书", papers.no_penalty),
    "urge": ("催告书", papers.urge_notice),
}
STAGE_PREVIEWS = {
    "DRAFT": ("filing",),
    "SUBMITTED": ("filing",),
    "FILED": ("report",),
    "ENDED": ("report", "prior", "hearing"),
    "NOTIFIED": ("decision",),
    "SERVED": ("urge",),
}
EASED = {"serve": {"G32"}}


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

    def work() -> str:
        case = services.case_draft(
            actor=request.user,
            organ=organ,
            region=form.cleaned_data["region"],
            values=form.values(),
            party_address=form.cleaned_data["party_address"],
        )
        return case_url(case)

    if request.method == "POST" and form.is_valid() and (address := once(request, form, work)):
        return redirect(address)
    return form_page(
        request,
        form,
        heading="起草处罚案件",
        submit="保存草稿",
        cancel_url=reverse("penalties:case_list"),
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
        "due_explanation": case.payment_explanation
        if case.status in {"SERVED", "URGED"}
        else case.decide_explanation,
        "may_edit": _own(request, case) and request.user.may("penalties.case_edit"),
        "may_approve": _own(request, case) and request.user.may("penalties.case_approve"),
        "may_manage": _own(request, case) and request.user.may("penalties.case_manage"),
        "may_review": _own(request, case) and request.user.may("penalties.legal_review"),
        "may_serve": _own(request, case) and request.user.may("penalties.paper_serve"),
        "may_publish": _own(request, case) and request.user.may("penalties.credit_publish"),
        "may_repair": _own(request, case) and request.user.may("penalties.credit_repair"),
        "crumbs": crumbs(("处罚案件", reverse("penalties:case_list")), (str(case), "")),
        **TAB_CONTEXT[tab](request, case),
    }
    return render(request, "penalties/case_detail.html", context)


def _own(request: AuthedRequest, case: Case) -> bool:
    return case.organ_id == request.user.organisation_id


def _offers(request: AuthedRequest, case: Case) -> list[Offer]:
    """Steps open to this person, without reasons that the step's own page takes care of; other organs' none."""
    if not _own(request, case):
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


def _overview(request: AuthedRequest, case: Case) -> dict[str, Any]:
    return {
        "facts": _facts(case),
        "officers": [
            (row, list(row.recusals.all()))
            for row in case.caseofficers.prefetch_related("recusals").order_by("removed_at", "pk")
        ],
        "previous": terms.previous_dealings(case),
        "volumes": [
            {"label": label, "url": reverse("penalties:case_volume", args=[case.uid, name])}
            for name, label in volumes.LABELS.items()
        ],
        "previews": [
            {"label": PREVIEWS[key][0], "url": reverse("penalties:case_preview", args=[case.uid, key])}
            for key in STAGE_PREVIEWS.get(case.status, ())
            if key != "hearing" or terms.needs_hearing_notice(case)
        ],
        "measures": terms.live_measures(case),
    }


def _facts(case: Case) -> list[dict[str, Any]]:
    place = case.institution
    source_url = ""
    if case.notice:
        source_url = reverse("inspections:notice_detail", kwargs={"uid": case.notice.uid})
    elif case.finding:
        source_url = reverse("inspections:finding_detail", kwargs={"uid": case.finding.uid})
    rows = [
        {
            "label": "当事人",
            "value": case.party_name,
            "sub": f"{case.get_party_kind_display()} {case.party_uscc}".strip(),
            "url": reverse("institutions:institution_detail", kwargs={"uid": place.uid}) if place else "",
        },
        {"label": "法定代表人（负责人）", "value": case.party_head},
        {"label": "地址", "value": case.address_shown},
        {"label": "案由", "value": case.violation.name, "sub": case.violation.basis},
        {"label": "来源", "value": case.get_source_kind_display(), "sub": case.source_no, "url": source_url},
        {"label": "违法行为时间", "value": _span(case), "sub": f"{case.found_on:%Y-%m-%d} 发现"},
        {"label": "管辖", "value": case.jurisdiction},
        {"label": "办案机关", "value": case.organ.name},
        {"label": "立案号", "value": case.number},
        {"label": "决定书", "value": case.decision_no, "sub": case.get_outcome_display()},
        {"label": "移送", "value": case.transfer_to},
        {"label": "归档号", "value": case.archive_no},
    ]
    return [row for row in rows if row["value"]]


def _span(case: Case) -> str:
    start = f"{case.act_from:%Y-%m-%d}" if case.act_from else "不详"
    return f"{start} 至 {case.act_to:%Y-%m-%d}" if case.act_to else f"{start} 起，仍在继续"


def _evidence(request: AuthedRequest, case: Case) -> dict[str, Any]:
    files = selectors.evidence_files(case)
    items = case.evidenceitems.prefetch_related("facts").order_by("position")
    return {
        "case_facts": list(case.casefacts.prefetch_related("evidence").order_by("position")),
        "items": [(row, file_items(files.get(row.uid, []))) for row in items],
        "holds": list(case.evidenceholds.select_related("approved_by", "document")),
        "interviews": list(case.interviews.select_related("document").prefetch_related("officers")),
        "may_gather": case.status in {"DRAFT", "FILED"},
    }


def _fees(request: AuthedRequest, case: Case) -> dict[str, Any]:
    return {
        "fees": list(case.feerows.order_by("position")),
        "income": terms.income_of(case),
        "is_frozen": bool(case.income_snapshot),
        "may_gather": case.status in {"DRAFT", "FILED"},
    }


def _discretion(request: AuthedRequest, case: Case) -> dict[str, Any]:
    rule = terms.law_rule(case)
    return {
        "law": rule,
        "ladder": list(selectors.ladder_choices(case)),
        "words": papers.discretion_words(case),
        "proposed": terms.measures_at(case, MeasureStage.PROPOSED),
        "told": terms.measures_at(case, MeasureStage.TOLD),
        "decided": terms.measures_at(case, MeasureStage.DECIDED),
        "income": terms.income_of(case),
        "may_weigh": case.status in {"DRAFT", "FILED", "ENDED", "NOTIFIED"},
    }


def _procedure(request: AuthedRequest, case: Case) -> dict[str, Any]:
    needs_hearing = terms.needs_hearing_notice(case)
    return {
        "reviews": list(case.legalreviews.select_related("reviewer", "document")),
        "review_grounds": terms.review_grounds(case),
        "statements": list(case.statementpoints.order_by("pk")),
        "hearings": list(case.hearings.select_related("chair")),
        "needs_hearing": needs_hearing,
        "needs_discussion": terms.needs_discussion(case),
        "discussions": list(case.discussions.select_related("document")),
        "may_ask_hearing": case.status == "NOTIFIED" and needs_hearing,
    }


def _papers(request: AuthedRequest, case: Case) -> dict[str, Any]:
    servable = set(selectors.servable(case).values_list("pk", flat=True))
    rows = [
        {
            "document": document,
            "service": service,
            "links": paper_links(document),
            "serve_url": f"{action_url(case, 'serve')}?document={document.pk}"
            if document.pk in servable
            else "",
        }
        for document, service in selectors.papers_with_service(case)
    ]
    return {
        "rows": rows,
        "orders": list(case.correctiveorders.select_related("document")),
        "addresses": list(case.addressconfirmations.all()),
    }


def _money(request: AuthedRequest, case: Case) -> dict[str, Any]:
    return {
        "balance": terms.balance_of(case),
        "payments": list(case.payments.all()),
        "decided": terms.measures_at(case, MeasureStage.DECIDED),
        "deferrals": list(case.deferrals.select_related("approved_by", "document")),
        "proceedings": list(case.proceedings.all()),
        "credit": list(case.creditrecords.all()),
        "may_pay": case.status in {"SERVED", "URGED", "IN_COURT"},
    }


def _history(request: AuthedRequest, case: Case) -> dict[str, Any]:
    return {
        "timeline": [
            {
                "at": event.occurred_at,
                "actor": event.actor_name,
                "organisation": event.organisation_name,
                "sentence": describe(event),
                "detail": event.reason,
            }
            for event in selectors.history_of(request.user, case)
        ]
    }


TAB_CONTEXT: dict[str, Callable[[AuthedRequest, Case], dict[str, Any]]] = {
    "": _overview,
    "evidence": _evidence,
    "fees": _fees,
    "discretion": _discretion,
    "procedure": _procedure,
    "papers": _papers,
    "money": _money,
    "history": _history,
}


@desk_page("penalties.case_view")
def case_preview(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """A paper as it would be issued now, without number."""
    case = case_get(request, uid)
    if name not in PREVIEWS:
        raise Http404("没有这种文书。")
    label, build = PREVIEWS[name]
    paper = build(case, at=timezone.now())
    if request.GET.get("as") == "pdf":
        pdf = typesetting.render_pdf(dataclasses.replace(paper.content, number="（预览，未编号）"))
        return _pdf(pdf, f"{label}预览.pdf")
    context = {
        "case": case,
        "heading": label,
        "paper": typesetting.to_dict(paper.content),
        "lacks": papers.missing(paper),
        "crumbs": crumbs(
            ("处罚案件", reverse("penalties:case_list")), (str(case), case_url(case)), (label, "")
        ),
    }
    return render(request, "penalties/paper_preview.html", context)


@desk_page("penalties.case_view")
def case_volume(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """正卷 or 副卷 as one PDF. The side volume stays inside the organ."""
    case = case_get(request, uid)
    if name not in volumes.LABELS:
        raise Http404("没有这一卷。")
    if name == volumes.SIDE and not _own(request, case):
        raise Http404("副卷只供办案机关查阅。")
    volume = volumes.build(case, name)
    return _pdf(volume.pdf, volume.name)


def _pdf(data_: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data_, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
