"""The flow chart of a penalty."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, crumbs, desk_page
from penalties import flow


@desk_page("penalties.case_view")
def flow_chart(request: AuthedRequest) -> HttpResponse:
    """Steps of the ordinary and the simple procedure with the terms in force and the papers of each."""
    bureau = request.user.bureau
    if bureau is None:
        raise Http404("没有主管部门的账号不能查看处罚流程。")
    today = timezone.localdate()
    context = {
        "ordinary": flow.shown(flow.ORDINARY, bureau.region, today),
        "simple": flow.shown(flow.SIMPLE, bureau.region, today),
        "may_kinds": request.user.may("casework.kinds_view"),
        "crumbs": crumbs(("处罚案件", reverse("penalties:case_list")), ("处罚流程", "")),
    }
    return render(request, "penalties/flow_chart.html", context)
