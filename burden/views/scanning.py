"""Desk pages behind a door sign's code (扫码入企)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from burden import selectors, services
from casework.web import AuthedRequest, crumbs, desk_page, run_transition
from casework.web.access import signed_in


@desk_page("burden.visit_scan")
def scan_form(request: AuthedRequest) -> HttpResponse:
    """Type the number of a door sign that cannot be scanned."""
    code = request.GET.get("code", "").strip().upper()
    missing = False
    if code:
        if selectors.place_by_code(request.user, code):
            return redirect("burden:scan", code)
        missing = True
    return render(request, "burden/scan_form.html", {"code": code, "missing": missing})


@signed_in
def scan(request: AuthedRequest, public_id: str) -> HttpResponse:
    """The place that was scanned, and the visit that may begin here today.

    The door sign and the public page show this address to everybody: who does not inspect reads the public page.
    """
    if not request.user.may("burden.visit_scan"):
        return redirect("blacklist_public:institution", public_id)
    place = selectors.place_by_code(request.user, public_id)
    if place is None:
        raise Http404("没有这个编号的机构。请核对门牌上的编号。")
    visits = selectors.visits_to_enter(request.user, place.public_id, timezone.localdate())
    if request.method == "POST":
        wanted = [visit for visit in visits if str(visit.uid) == request.POST.get("visit")]
        if not wanted:
            raise Http404("今天没有这次检查。")
        run_transition(
            request,
            lambda: services.entry_scan(actor=request.user, visit=wanted[0]),
            "已扫码入企，开始检查。",
        )
        return redirect("inspections:visit_detail", uid=wanted[0].uid)
    context = {
        "place": place,
        "visits": [(visit, selectors.scan_of(visit)) for visit in visits],
        "crumbs": crumbs(("扫码入企", reverse("burden:scan_form")), (place.name, "")),
    }
    return render(request, "burden/scan.html", context)
