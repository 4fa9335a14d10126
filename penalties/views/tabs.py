"""What the tabs of a case show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from casework import policy
from casework.audit import describe
from casework.deadlines import lines_by_kind
from casework.web import (
    AuthedRequest,
    file_items,
)
from penalties import clock, papers, party, selectors, terms, volumes
from penalties.models import Case, MeasureStage
from penalties.views.common import (
    action_url,
    paper_links,
)
from penalties.views.previews import previews_of


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
        "previews": previews_of(case),
        "measures": terms.live_measures(case),
        "rests_on": [terms.law_rule(case), case.rule],
    }


def _facts(case: Case) -> list[dict[str, Any]]:
    place = case.institution
    source_url = ""
    if case.notice:
        source_url = reverse("inspections:notice_detail", kwargs={"uid": case.notice.uid})
    elif case.finding:
        source_url = reverse("inspections:finding_detail", kwargs={"uid": case.finding.uid})
    rows: list[dict[str, Any]] = [
        {
            "label": "当事人",
            "value": case.party_name,
            "sub": f"{case.get_party_kind_display()} {case.party_uscc}".strip(),
            "url": reverse("institutions:institution_detail", kwargs={"uid": place.uid}) if place else "",
        },
        {"label": "法定代表人（负责人）", "value": case.party_head},
        {"label": "地址", "value": case.address_shown},
        {
            "label": "案由",
            "value": case.violation.name,
            "sub": case.violation.basis,
            "rests_on": case.violation,
        },
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
        "samplings": list(case.samplings.select_related("document").prefetch_related("samples")),
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
        "rests_on": [rule, case.rule],
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
        "lines": lines_by_kind(case.uid),
        "threshold": terms.threshold_row(case, clock.today()),
        "reviews": list(case.legalreviews.select_related("reviewer", "document")),
        "review_grounds": terms.review_grounds(case),
        "statements": [(row, file_items(files)) for row, files in party.statements_of(case)],
        "hearings": list(case.hearings.select_related("chair")),
        "needs_hearing": needs_hearing,
        "needs_discussion": terms.needs_discussion(case),
        "discussion_from": terms.discussion_row(case, clock.today()),
        "discussions": list(case.discussions.select_related("document")),
        "may_ask_hearing": case.status == "NOTIFIED"
        and needs_hearing
        and not case.hearings.exclude(status="WITHDRAWN").exists(),
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
        "agents": list(case.agentauthorisations.select_related("document")),
    }


def _money(request: AuthedRequest, case: Case) -> dict[str, Any]:
    late = policy.values(
        ("penalty.late_fine.rate", "penalty.late_fine.cap"), region=case.region, on=clock.today()
    )
    return {
        "rests_on": [terms.law_rule(case), case.rule],
        "late_rate": late.get("penalty.late_fine.rate"),
        "late_cap": late.get("penalty.late_fine.cap"),
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
