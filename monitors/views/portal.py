"""A monitor's own pages: term and card, manual, ties."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.web import AuthedRequest, crumbs, data, form_page, kit, portal_page, run_transition
from monitors import services
from monitors.forms import monitors as forms
from monitors.models import Manual
from monitors.selectors import growth
from monitors.selectors import monitors as selectors

OWN = "monitors.own_view"
HOME = "monitors_portal:own"


@portal_page(OWN)
def own(request: AuthedRequest) -> HttpResponse:
    """My term, my area, what I declared, what I learned."""
    monitor = selectors.own_term(request.user)
    context: dict[str, Any] = {"monitor": monitor}
    if monitor is not None:
        context |= {
            "photo": next(iter(kit.files(request.user, monitor)), None),
            "ties": list(monitor.ties.select_related("institution")),
            "results": list(monitor.training_results.select_related("activity")),
            "manuals": list(growth.manuals(request.user)),
            "read": set(monitor.manual_receipts.values_list("manual", flat=True)),
            "years": list(monitor.assessments.all()),
        }
    return render(request, "monitors/portal_own.html", context)


@portal_page(OWN)
def manual(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Read a version of the manual and confirm it."""
    row = _manual(request, uid)
    monitor = selectors.own_term(request.user)
    if request.method == "POST" and monitor is not None:
        run_transition(
            request,
            lambda: services.manual_acknowledge(actor=request.user, manual=row, monitor=monitor),
            "已确认。",
        )
    is_read = monitor is not None and row.receipts.filter(monitor=monitor).exists()
    context = {
        "manual": row,
        "is_read": is_read,
        "may_confirm": monitor is not None and not is_read,
        "crumbs": crumbs(("我的监督员信息", reverse(HOME)), (str(row), "")),
    }
    return render(request, "monitors/portal_manual.html", context)


def _manual(request: AuthedRequest, uid: UUID) -> Manual:
    """A version of the own bureau, else 404."""
    found = growth.manuals(request.user).filter(uid=uid).first()
    if found is None:
        raise Http404("没有找到这一版工作手册。")
    return found


@portal_page(OWN)
def tie(request: AuthedRequest) -> HttpResponse:
    """Declare a tie."""
    monitor = selectors.own_term(request.user)
    if monitor is None:
        raise Http404("没有找到您的监督员信息。")
    home = reverse(HOME)

    def work(values: dict[str, Any]) -> str:
        services.tie_declare(actor=request.user, monitor=monitor, **values)
        return home

    return form_page(
        request,
        forms.TieForm(**data(request), actor=request.user),
        work,
        heading="申报利害关系",
        submit="申报",
        cancel_url=home,
        done="已申报。关系解除前请不要巡查这家机构。",
        template="ui/portal_form.html",
        crumbs=crumbs(("我的监督员信息", home), ("申报", "")),
    )
