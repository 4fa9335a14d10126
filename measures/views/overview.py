"""The room at a glance, and what the institution sees."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.registries import Kpi
from casework.web import AuthedRequest, crumbs, desk_page, paper, papers, portal_page
from measures import selectors
from measures.models import TalkKind
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


@portal_page("measures.portal_view")
def own_talk(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A talk as one of its parties reads it: what was required, its own promise and its follow-up, nobody else's."""
    parties = list(selectors.own_parties(request.user).filter(talk__uid=uid))
    if not parties:
        raise Http404("没有找到这次约谈。")
    talk = parties[0].talk
    is_collective = talk.kind == TalkKind.COLLECTIVE
    context = {
        "talk": talk,
        "parties": parties,
        "is_collective": is_collective,
        "facts": kit.facts(
            ("形式", talk.get_kind_display()),
            ("约谈通知书", talk.invitation.number if talk.invitation else ""),
            ("约谈单位", talk.organ.name),
            ("地点", talk.place),
            ("依据", talk.basis),
            ("实际约谈时间", f"{timezone.localtime(talk.held_at):%Y-%m-%d %H:%M}" if talk.held_at else ""),
        ),
        "papers": []
        if is_collective
        else papers(paper("约谈通知书", talk.invitation), paper("约谈记录", talk.record)),
        "crumbs": crumbs(("通知和约谈", reverse("measures_portal:own_list")), (talk.get_kind_display(), "")),
    }
    return render(request, "measures/portal_talk.html", context)
