"""On the page of a file with many accounts: those that are not in it, and the word that nothing moved on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from casework.errors import DomainError
from casework.money import yuan
from casework.web import AuthedRequest, desk_page, get_visible, portal_page, posted_uids
from funds import selectors, services
from funds.models import Channel, FileState, StatementBundle
from funds.selectors.absences import Absence, absences
from funds.services.bundle_absences import AT_ONCE

ENTER, UPLOAD = "funds.statement_import", "funds.statement_upload"
ROOMS = {
    "funds": (Channel.DESK, ENTER, "向银行核实"),
    "funds_portal": (Channel.PORTAL, UPLOAD, "与本行账务核对"),
}
TOLD = 10


def absent_context(request: AuthedRequest, row: StatementBundle, room: str) -> dict[str, Any]:
    """What `funds/_bundle_absent.html` shows; nothing for a file that was not taken."""
    if row.state not in {FileState.POSTING, FileState.DONE}:
        return {}
    channel, permission, check = ROOMS[room]
    found = absences(request.user, row, channel)
    if not found:
        return {"absent_none": True}
    return {
        "absent": [_line(one, room) for one in found[:AT_ONCE]],
        "absent_n": len(found),
        "absent_shown": AT_ONCE,
        "absent_on": found[0].until,
        "absent_check": check,
        "absent_open": sum(1 for one in found if one.said is None),
        "absent_url": reverse(f"{room}:bundle_quiet", kwargs={"uid": row.uid})
        if request.user.may(permission) and any(_may_tick(one) for one in found[:AT_ONCE])
        else "",
    }


def _may_tick(one: Absence) -> bool:
    return one.said is None and not one.why_not


def _line(one: Absence, room: str) -> dict[str, Any]:
    name = "statement_detail" if room == "funds" else "statement"
    return {
        "uid": one.account.uid,
        "place": one.account.institution.name,
        "account": f"{one.account.get_kind_display()} 末四位 {one.account.number_tail}",
        "days": f"{one.since:%Y-%m-%d}"
        if one.since == one.until
        else f"{one.since:%Y-%m-%d} 至 {one.until:%Y-%m-%d}",
        "balance": yuan(one.balance_fen),
        "may_tick": _may_tick(one),
        "why_not": one.why_not,
        "said_url": reverse(f"{room}:{name}", kwargs={"uid": one.said.uid}) if one.said else "",
    }


def _quiet(request: AuthedRequest, uid: UUID, room: str) -> HttpResponse:
    row: Any = get_visible(selectors.bundles_visible(request.user), request.user, uid)
    channel, _, check = ROOMS[room]
    back = redirect(f"{room}:bundle_detail", uid=uid)
    if not request.POST.get("sure"):
        messages.error(request, f"没有登记。请先{check}，再勾选“已{check}”。")
        return back
    try:
        done = services.absences_say_quiet(
            actor=request.user,
            bundle=row,
            accounts=set(posted_uids(request, "account")),
            channel=channel,
        )
    except DomainError as error:
        messages.error(request, error.message)
        return back
    if done.files:
        messages.success(request, f"已登记 {len(done.files)} 个账户当日无发生额。")
    for words in done.refused[:TOLD]:
        messages.error(request, f"没有登记：{words}")
    return back


@require_POST
@desk_page(ENTER)
def desk_quiet(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """From the desk."""
    return _quiet(request, uid, "funds")


@require_POST
@portal_page(UPLOAD)
def portal_quiet(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """From the bank's portal."""
    return _quiet(request, uid, "funds_portal")
