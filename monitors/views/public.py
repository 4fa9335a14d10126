"""Public pages: who the monitors are, and who is proposed. Name, card number and area, no more."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from casework.web.public import PublicRequest, public_page, show
from monitors.selectors import monitors as selectors


@public_page
def monitor_list(request: PublicRequest) -> HttpResponse:
    """Monitors in office today, by area, and open notices."""
    today = timezone.localdate()
    people = list(selectors.public_monitors(request.bureau, today))
    areas: dict[str, list[dict[str, str]]] = {}
    for person in people:
        areas.setdefault(person.area_name, []).append({"name": person.name, "card_no": person.card_no})
    context = {
        "areas": areas.items(),
        "count": len(people),
        "notices": list(selectors.public_notices(request.bureau, today)),
        "report_page": reverse("complaints_public:report"),
    }
    return show(request, "monitors/public_list.html", context)


@public_page
def notice(request: PublicRequest, uid: UUID) -> HttpResponse:
    """A notice while its window is open; afterwards the names are no longer shown."""
    row = selectors.public_notices(request.bureau, timezone.localdate()).filter(uid=uid).first()
    if row is None:
        raise Http404("公示已经结束，或没有这次公示。")
    people = row.candidates.select_related("person", "region").order_by("region__code", "pk")
    context = {
        "notice": row,
        "people": people,
        "crumbs": [
            {"label": "社会监督员", "url": reverse("monitors_public:monitor_list")},
            {"label": row.title, "url": ""},
        ],
    }
    return show(request, "monitors/public_notice.html", context)
