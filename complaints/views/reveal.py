"""Asking for, deciding on and once reading who reported."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casework.errors import DomainError, NotAllowed
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    crumbs,
    data,
    desk_page,
    form_page,
    get_visible,
    told,
)
from complaints import services
from complaints.models import Clue, RevealRequest, RevealStatus
from complaints.selectors import wall as wall_selectors
from complaints.views.common import tabs

CONTACT_LABELS = {
    "name": "称呼", "phone": "手机", "wechat": "微信", "email": "邮箱", "address": "住址",
}  # fmt: skip
WORD_LABELS = {"text": "原文", "place_text": "地点", "subject_name": "对象", "happened_note": "时间规律"}


class AskForm(forms.Form):
    """Why somebody has to know."""

    reason = forms.CharField(
        label="为什么必须知道反映人是谁", max_length=300, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明用途，例如“退费调解需要反映人到场签字”。理由、批准和查看都写入审计记录。",
    )  # fmt: skip


class DecideForm(forms.Form):
    """Yes or no, with a remark."""

    decision = forms.ChoiceField(
        label="决定", choices=[("yes", "批准，限时查看一次"), ("no", "不批准")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="意见", max_length=300, required=False, help_text="不批准的必须写明理由。")


def clue_address(clue: Clue) -> str:
    """The clue's page, where the room has one for this person, else the list of requests."""
    try:
        return reverse("complaints:clue_detail", args=[clue.uid])
    except NoReverseMatch:
        return reverse("complaints:reveal_list")


@desk_page("complaints.reveal_ask")
def reveal_ask(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Ask to read who reported one clue."""
    clue = get_visible(Clue.objects.select_related("region"), request.user, uid)

    def work(values: dict[str, Any]) -> str:
        made = services.reveal_ask(actor=request.user, clue=clue, reason=values["reason"])
        return reverse("complaints:reveal_detail", args=[made.uid])

    return form_page(
        request,
        AskForm(**data(request)),
        work,
        heading="申请查看反映人",
        subtitle=str(clue),
        submit="提出申请",
        cancel_url=clue_address(clue),
        done="已提出申请，等待另一位负责人决定。",
    )


COLUMNS = (
    Column("线索", lambda row: str(row.clue)),
    Column("状态", lambda row: row.get_status_display()),
    Column("申请人", lambda row: row.asked_by.name),
    Column("申请时间", lambda row: row.asked_at),
    Column("理由", lambda row: row.reason, 40),
    Column("批准人", lambda row: row.decided_by.name if row.decided_by else ""),
    Column("决定时间", lambda row: row.decided_at),
    Column("查看时间", lambda row: row.used_at),
)


@desk_page("complaints.reveal_open")
def reveal_list(request: AuthedRequest) -> HttpResponse | StreamingHttpResponse:
    """Every request inside the reader's reach: those to decide first."""
    return ListPage(
        request,
        wall_selectors.reveals(request.user),
        "complaints/reveal_list.html",
        "查看反映人的申请",
        COLUMNS,
        filterset=wall_selectors.RevealFilter,
        unit="件",
        context={"tabs": tabs(request, "complaints:reveal_list")},
    ).response()


@desk_page("complaints.reveal_open")
def reveal_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One request: reason, decision, and what may be done with it now."""
    return _detail(request, _found(request, uid), DecideForm())


def _detail(request: AuthedRequest, row: RevealRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    user = request.user
    is_late = row.expires_at is not None and row.expires_at <= timezone.now()
    context = {
        "row": row,
        "crumbs": crumbs(("查看反映人的申请", reverse("complaints:reveal_list")), (str(row.clue), "")),
        "clue_url": clue_address(row.clue),
        "can_decide": row.status == RevealStatus.ASKED
        and user.may("complaints.reveal_decide")
        and row.asked_by_id != user.pk,
        "is_own": row.asked_by_id == user.pk,
        "can_read": row.status == RevealStatus.APPROVED and row.asked_by_id == user.pk and not is_late,
        "is_late": is_late and row.status == RevealStatus.APPROVED,
        "form": form,
        "facts": told(_facts(row)),
    }
    return render(request, "complaints/reveal_detail.html", context, status=status)


def _facts(row: RevealRequest) -> list[dict[str, Any]]:
    return [
        {"label": "线索", "value": str(row.clue), "url": clue_address(row.clue)},
        {
            "label": "申请人",
            "value": row.asked_by.name,
            "sub": f"{timezone.localtime(row.asked_at):%Y-%m-%d %H:%M}",
        },
        {"label": "理由", "value": row.reason},
        {
            "label": "决定人",
            "value": row.decided_by.name if row.decided_by else "",
            "sub": f"{timezone.localtime(row.decided_at):%Y-%m-%d %H:%M}" if row.decided_at else "",
        },
        {"label": "意见", "value": row.decision_note},
        {
            "label": "有效至",
            "value": f"{timezone.localtime(row.expires_at):%m-%d %H:%M}" if row.expires_at else "",
        },
        {
            "label": "查看时间",
            "value": f"{timezone.localtime(row.used_at):%m-%d %H:%M}" if row.used_at else "",
        },
    ]


@desk_page("complaints.reveal_decide")
@require_POST
def reveal_decide(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Allow or refuse."""
    row = _found(request, uid)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _detail(request, row, form, 422)
    try:
        services.reveal_decide(
            actor=request.user,
            request=row,
            is_approved=form.cleaned_data["decision"] == "yes",
            note=form.cleaned_data["note"],
        )
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except DomainError as error:
        form.add_error(None, error.message)
        return _detail(request, row, form, 422)
    messages.success(request, "决定已记录。")
    return redirect("complaints:reveal_list")


@never_cache
@desk_page("complaints.reveal_ask")
@require_POST
def reveal_read(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The one reading. It stands on this answer only; the address shows nothing when opened again."""
    row = _found(request, uid)
    try:
        opened = services.reveal_read(actor=request.user, request=row)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("complaints:reveal_detail", uid=row.uid)
    items = [_told(item) for item in opened]
    response = render(
        request,
        "complaints/reveal_read.html",
        {"row": row, "items": items, "clue_url": clue_address(row.clue)},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(item: dict[str, Any]) -> dict[str, Any]:
    contact = item.get("contact") or {}
    words = item.get("words") or {}
    extra = item.get("extra") or {}
    return {
        "sealed_at": item["sealed_at"],
        "is_lost": item["lost"],
        "contact": told(
            [{"label": label, "value": contact.get(name, "")} for name, label in CONTACT_LABELS.items()]
        ),
        "words": told(
            [{"label": label, "value": words.get(name, "")} for name, label in WORD_LABELS.items()]
        ),
        "extra": told(
            [{"label": name, "value": str(value)} for name, value in extra.items() if name != "message"]
        ),
    }


def _found(request: AuthedRequest, uid: UUID) -> RevealRequest:
    row = wall_selectors.reveals(request.user).filter(uid=uid).first()
    if row is None:
        raise Http404("没有找到这件申请，或您无权查看。")
    return row
