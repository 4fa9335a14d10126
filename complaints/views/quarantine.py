"""The lane apart, and the poster that brings reporters to the door."""

from __future__ import annotations

from uuid import UUID

import segno
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, posted_uids, say
from complaints import services
from complaints.models import Clue
from complaints.selectors import citizen as citizen_selectors
from complaints.selectors import wall as wall_selectors
from complaints.views.common import tabs

COLUMNS = (
    Column("收到时间", lambda row: row.received_at),
    Column("事项", lambda row: row.get_kind_display()),
    Column("地点", lambda row: row.place_text, 30),
    Column("内容", lambda row: row.text, 60),
    Column("疑似灌水", lambda row: row.is_spam_suspect),
)


@desk_page("complaints.clue_triage")
def quarantine_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Reports that wait for a first look, apart from the register."""
    rows = wall_selectors.quarantined(request.user)
    return ListPage(
        request,
        rows,
        "complaints/quarantine_list.html",
        "待筛查的反映",
        COLUMNS,
        filterset=wall_selectors.QuarantineFilter,
        context={
            "tabs": tabs(request, "complaints:quarantine_list"),
            "suspects": rows.filter(is_spam_suspect=True)[:1001].count(),
        },
    ).response()


@desk_page("complaints.clue_triage")
@require_POST
def quarantine_pass(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Let one report into the register."""
    clue = get_visible(Clue.objects.all(), request.user, uid)

    def work() -> str:
        return f"已登记为 {services.clue_release(actor=request.user, clue=clue).number}。"

    say(request, work)
    return redirect("complaints:quarantine_list")


@desk_page("complaints.clue_triage")
@require_POST
def quarantine_reject(request: AuthedRequest) -> HttpResponse:
    """Refuse the chosen reports, or all marked ones."""
    reason = request.POST.get("reason", "")

    def work() -> str:
        if "all_suspects" in request.POST:
            count = services.quarantine_reject_suspects(actor=request.user, reason=reason)
        else:
            count = services.quarantine_reject(
                actor=request.user, uids=posted_uids(request, "uid"), reason=reason
            )
        return f"已不予受理 {count} 条。"

    say(request, work)
    return redirect("complaints:quarantine_list")


@desk_page("complaints.clue_view")
def poster(request: AuthedRequest) -> HttpResponse:
    """A poster for class groups and notice boards."""
    address = citizen_selectors.report_url(request.bureau)
    return render(request, "complaints/report_poster.html", {"address": address})


@desk_page("complaints.clue_view")
def poster_qr(request: AuthedRequest) -> HttpResponse:
    """The QR code of the public door, as an image."""
    code = segno.make_qr(citizen_selectors.report_url(request.bureau), error="m")
    body = code.svg_inline(scale=8, border=4, omitsize=True).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )
    response = HttpResponse(body, content_type="image/svg+xml")
    response["Content-Disposition"] = 'inline; filename="report.svg"'
    return response
