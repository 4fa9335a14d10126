"""The desk's and the portal's first page: what must be done now, in order of due date."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework import selectors
from casework.web import AuthedRequest, desk_page, portal_page

SHOWN = 100


@desk_page()
def home(request: AuthedRequest) -> HttpResponse:
    """The desk: figures and the worklist, filtered by `?list=`."""
    today = timezone.localdate()
    pairs = selectors.work_items(actor=request.user, face="desk", today=today)
    chosen = request.GET.get("list", "")
    tabs = [{"label": "全部", "url": "?", "active": not chosen, "count": len(pairs)}]
    for worklist in dict.fromkeys(worklist for worklist, _ in pairs):
        count = sum(known is worklist for known, _ in pairs)
        tabs.append(
            {
                "label": worklist.label,
                "url": f"?list={worklist.key}",
                "active": worklist.key == chosen,
                "count": count,
            }
        )
    items = [item for worklist, item in pairs if not chosen or worklist.key == chosen]
    context = {
        "today": today,
        "items": items[:SHOWN],
        "hidden": max(0, len(items) - SHOWN),
        "tabs": tabs,
        "overdue": sum(item.due_on is not None and item.due_on < today for item in items),
        "kpis": selectors.home_kpis(actor=request.user, today=today),
    }
    return render(request, "casework/home.html", context)


@portal_page()
def portal_home(request: AuthedRequest) -> HttpResponse:
    """The counterpart's page: what is asked of me, by when."""
    today = timezone.localdate()
    pairs = selectors.work_items(actor=request.user, face="portal", today=today)
    context = {"today": today, "items": [item for _, item in pairs[:SHOWN]]}
    return render(request, "casework/portal_home.html", context)
