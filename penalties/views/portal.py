"""The institution's own cases: what was served on it, its rights and terms, its statement and hearing."""

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
    file_items,
    form_page,
    paper,
    papers,
    portal_page,
)
from penalties import forms, party, services, terms
from penalties.models import Case

HOME = "penalties_portal:own_list"


def _url(case: Case) -> str:
    return reverse("penalties_portal:own_case", kwargs={"uid": case.uid})


def _trail(case: Case, last: str = "") -> list[dict[str, str]]:
    name = case.violation.name
    return crumbs(
        ("处罚案件", reverse(HOME)), (name, _url(case) if last else ""), *([(last, "")] if last else [])
    )


@portal_page("penalties.portal_view")
def own_list(request: AuthedRequest) -> HttpResponse:
    """Cases against the institution of which it was told."""
    rows = []
    for case in party.cases_of_party(request.user)[:100]:
        decision = party.decision_service(case)
        rows.append((case, party.stage(case), decision.document.number if decision else ""))
    return render(request, "penalties/portal_case_list.html", {"rows": rows})


@portal_page("penalties.portal_view")
def own_case(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One case: what was served, what can be done until when, what was handed in."""
    case = party.case_of_party(request.user, uid)
    today = timezone.localdate()
    decision = party.decision_service(case)
    context = {
        "case": case,
        "stage": party.stage(case),
        "decision": decision,
        "rights": [*party.rights(case, today), *party.remedies(case, today)],
        "measures": party.measures_told(case),
        "balance": terms.balance_of(case) if decision and case.payment_due_on else None,
        "statements": [(row, file_items(files, hints=False)) for row, files in party.statements_of(case)],
        "hearings": party.hearings_of(case),
        "papers": papers(*(_served(row) for row in party.services_of(case))),
        "may_state": party.may_state(case) and request.user.may("penalties.party_answer"),
        "may_ask": party.may_ask_hearing(case, today) and request.user.may("penalties.party_answer"),
        "crumbs": _trail(case),
    }
    return render(request, "penalties/portal_case_detail.html", context)


def _served(row: Any) -> dict[str, Any] | None:
    on = timezone.localdate(row.served_at)
    return paper(f"{row.document.kind_name}（{on:%Y-%m-%d} {row.get_method_display()}）", row.document)


@portal_page("penalties.party_answer")
def own_statement(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Hand in a statement with files."""
    case = party.case_of_party(request.user, uid)

    def work(values: dict[str, Any]) -> str:
        services.statement_hand_in(
            actor=request.user, case=case, text=values["text"], uploads=values["uploads"]
        )
        return _url(case)

    until = f"期限至 {case.statement_until:%Y-%m-%d}。" if case.statement_until else ""
    return form_page(
        request,
        forms.StatementHandInForm(**data(request)),
        work,
        heading="提交陈述申辩",
        submit="提交",
        cancel_url=_url(case),
        done="陈述申辩已提交，办案机关将逐条复核并答复。",
        template="inspections/portal_form.html",
        sentence=f"{until}办案机关不因陈述、申辩而给予更重的处罚。可以分次提交。",
        crumbs=_trail(case, "陈述申辩"),
    )


@portal_page("penalties.party_answer")
def own_hearing(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Ask for a hearing."""
    case = party.case_of_party(request.user, uid)

    def work(values: dict[str, Any]) -> str:
        services.hearing_ask(actor=request.user, case=case)
        return _url(case)

    until = f"申请期限至 {case.hearing_until:%Y-%m-%d}。" if case.hearing_until else ""
    return form_page(
        request,
        forms.HearingAskForm(**data(request)),
        work,
        heading="申请听证",
        submit="提交申请",
        cancel_url=_url(case),
        done="听证申请已提交，请等待听证通知书。",
        template="inspections/portal_form.html",
        sentence=f"{until}听证不收取费用，可以委托一至二人代理。",
        crumbs=_trail(case, "申请听证"),
    )
