"""The room at a glance, and what the institution sees."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.registries import Kpi
from casework.web import AuthedRequest, desk_page, portal_page
from measures import selectors
from measures.views import kit


@desk_page("measures.view")
def overview(request: AuthedRequest) -> HttpResponse:
    """What is open in each part."""
    user, today = request.user, timezone.localdate()
    counts = selectors.open_counts(user, today)
    labels = (
        ("ads", "未清除广告", "处", "measures:ad_list", "?status=WAITING"),
        ("ads_overdue", "逾期未清除", "处", "measures:ad_list", "?status=OVERDUE"),
        ("promises", "待跟踪承诺", "项", "measures:talk_list", "?status=HELD"),
        ("directives", "待送达、待落实文书", "份", "measures:directive_list", ""),
        ("whistles", "处置中吹哨", "次", "measures:whistle_list", "?status=OPEN"),
        ("decisions_overdue", "逾期议定事项", "项", "measures:meeting_list", "?status=ISSUED"),
        ("closures", "执行中停课", "份", "measures:closure_list", "?status=IN_FORCE"),
        ("shifts_short", "人数不足班次", "班", "measures:shift_list", "?cover=SHORT"),
    )
    bad = {"ads_overdue", "decisions_overdue", "shifts_short"}
    kpis = [
        Kpi(
            label,
            str(counts[key]),
            unit,
            url=reverse(name) + query,
            tone="bad" if key in bad and counts[key] else "",
        )
        for key, label, unit, name, query in labels
    ]
    context = {
        "kpis": kpis,
        "tabs": kit.tabs(user, "measures:overview", kit.TABS),
        "ads": selectors.ads_visible(user).waiting()[:8],
        "directives": selectors.directives_visible(user).filter(status__in=["DRAFT", "ISSUED", "SERVED"])[:8],
        "decisions": selectors.decisions_visible(user)
        .open()
        .exclude(meeting__status="DRAFT")
        .order_by("due_on")[:8],
    }
    return render(request, "measures/overview.html", context)


@portal_page("measures.portal_view")
def own_list(request: AuthedRequest) -> HttpResponse:
    """The institution's own notices, talks and closures."""
    context = {
        "directives": selectors.own_directives(request.user),
        "parties": selectors.own_parties(request.user),
        "closures": selectors.own_closures(request.user),
    }
    return render(request, "measures/portal_list.html", context)
