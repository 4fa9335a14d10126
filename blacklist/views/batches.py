"""Desk screens of batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from blacklist import forms, selectors, services
from blacklist.filters import BatchFilter
from blacklist.models import ListBatch
from blacklist.views.common import confirm, crumbs, history
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    get_visible,
    guarded,
    offers_as_actions,
    posted_version,
    run_transition,
    submit_once,
)
from casework.web.forms import fresh_key
from casework.workflow import available_transitions

CANDIDATES_PER_PAGE = 200
BATCH_COLUMNS = (
    Column("批次", lambda row: row.batch_words),
    Column("标题", lambda row: row.title, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("拟列入家数", lambda row: row.included),
    Column("公布日期", lambda row: row.published_on),
    Column("文号", lambda row: row.number, 24),
)


@desk_page("blacklist.list_view")
def overview(request: AuthedRequest) -> HttpResponse:
    """The lists at a glance: sizes, what waits, batches."""
    today = timezone.localdate()
    context = {
        "counts": selectors.list_counts(request.user),
        "procedures": selectors.procedures_visible(request.user)[:20],
        "lapsed": selectors.licence_lapsed_entries(request.user)[:20],
        "ending": selectors.ending_soon_entries(request.user, today)[:20],
        "batches": selectors.batches_visible(request.user)[:10],
        "may_batch": request.user.may("blacklist.batch_edit"),
        "may_entry": request.user.may("blacklist.entry_edit"),
        "may_remove": request.user.may("blacklist.entry_remove"),
    }
    return render(request, "blacklist/overview.html", context)


@desk_page("blacklist.list_view")
def batch_list(request: AuthedRequest) -> HttpResponse:
    """Every batch."""
    return ListPage(
        request=request,
        rows=selectors.batches_visible(request.user),
        template="blacklist/batch_list.html",
        title="名单批次",
        columns=BATCH_COLUMNS,
        filterset=BatchFilter,
        unit="批",
        context={"crumbs": crumbs(("名单批次", ""))},
    ).response()  # type: ignore[return-value]


@desk_page("blacklist.batch_edit")
def batch_create(request: AuthedRequest) -> HttpResponse:
    """Open a batch; its candidates are drawn up at once."""
    form = forms.BatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            url = submit_once(
                actor=request.user,
                key=request.POST.get("idempotency_key", ""),
                work=lambda: reverse(
                    "blacklist:batch_detail",
                    args=[services.batch_create(actor=request.user, **form.cleaned_data).uid],
                ),
            )
            return redirect(url)
    context = {
        "form": form,
        "title": "拟定名单批次",
        "submit": "核查机构并拟定",
        "note": "保存后，系统按机构档案、整改情况和现有名单逐家核查，列出符合与不符合的原因。",
        "idempotency_key": fresh_key(),
        "cancel_url": reverse("blacklist:overview"),
        "crumbs": crumbs(("拟定名单批次", "")),
    }
    return render(request, "blacklist/form.html", context, status=422 if form.errors else 200)


def _batch(request: AuthedRequest, uid: UUID) -> ListBatch:
    return get_visible(selectors.batches_visible(request.user), request.user, uid)


BATCH_FORMS = {"return", "drop"}


def _batch_url(batch: ListBatch) -> Callable[[str], str | None]:
    def address(name: str) -> str | None:
        url = reverse(f"blacklist:batch_{name}", args=[batch.uid])
        return url if name in BATCH_FORMS else f"POST {url}"

    return address


@desk_page("blacklist.list_view")
def batch_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One batch: candidates with reasons, ticks, steps, history."""
    batch = _batch(request, uid)
    counts = selectors.candidate_counts(batch)
    tab = request.GET.get("tab", "eligible")
    rows = selectors.candidates_of(batch)
    chosen = {
        "eligible": rows.filter(is_eligible=True),
        "refused": rows.filter(is_eligible=False),
        "included": rows.filter(is_included=True),
    }
    rows = chosen.get(tab, chosen["eligible"])
    pager = ListPage(request=request, rows=rows, template="", title="", page_size=CANDIDATES_PER_PAGE)
    page = pager.page_of(rows)
    tabs = [
        {
            "label": "符合条件",
            "url": "?tab=eligible",
            "active": tab == "eligible",
            "count": counts["eligible"],
        },
        {"label": "拟列入", "url": "?tab=included", "active": tab == "included", "count": counts["included"]},
        {"label": "不符合", "url": "?tab=refused", "active": tab == "refused", "count": counts["refused"]},
    ]
    context = {
        "batch": batch,
        "counts": counts,
        "page": page,
        "tab": tab,
        "tabs": tabs,
        "may_choose": batch.status == "DRAFT"
        and request.user.may("blacklist.batch_edit")
        and tab == "eligible",
        "may_edit": batch.status == "DRAFT" and request.user.may("blacklist.batch_edit"),
        "steps": offers_as_actions(
            available_transitions(request.user, batch), _batch_url(batch), batch.version
        ),
        "history": history(request.user, batch),
        "crumbs": crumbs(("名单批次", reverse("blacklist:batch_list")), (batch.title, "")),
    }
    return render(request, "blacklist/batch_detail.html", context)


def _to_batch(batch: ListBatch) -> HttpResponse:
    return redirect("blacklist:batch_detail", batch.uid)


@desk_page("blacklist.batch_edit")
def batch_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change title, basis or note."""
    batch = _batch(request, uid)
    initial = {"title": batch.title, "basis": batch.basis, "note": batch.note}
    form = forms.BatchEditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.batch_edit(
                actor=request.user, batch=batch, values=form.cleaned_data, version=posted_version(request)
            )
            return _to_batch(batch)
    context = {
        "form": form,
        "title": "修改名单批次",
        "version": batch.version,
        "cancel_url": reverse("blacklist:batch_detail", args=[batch.uid]),
        "crumbs": crumbs((batch.title, reverse("blacklist:batch_detail", args=[batch.uid])), ("修改", "")),
    }
    return render(request, "blacklist/form.html", context, status=422 if form.errors else 200)


@require_POST
@desk_page("blacklist.batch_edit")
def batch_choose(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Save the ticks of one page of candidates; ticks on other pages stay."""
    batch = _batch(request, uid)
    shown = {int(pk) for pk in request.POST.getlist("shown") if pk.isdecimal() and len(pk) < 19}
    ticked = {int(pk) for pk in request.POST.getlist("included") if pk.isdecimal() and len(pk) < 19}
    kept = set(selectors.candidates_of(batch).filter(is_included=True).values_list("pk", flat=True)) - shown
    run_transition(
        request,
        lambda: services.batch_choose(
            actor=request.user, batch=batch, included=kept | ticked, version=posted_version(request)
        ),
        "已保存勾选。",
    )
    return _to_batch(batch)


def _batch_step(
    name: str, permission: str, work: Callable[..., Any], done: str
) -> Callable[..., HttpResponse]:
    @require_POST
    @desk_page(permission)
    def step(request: AuthedRequest, uid: UUID) -> HttpResponse:
        batch = _batch(request, uid)
        run_transition(request, lambda: work(actor=request.user, batch=batch), done)
        return _to_batch(batch)

    step.__name__ = f"batch_{name}"
    step.__doc__ = f"{done}"
    return step


batch_redraw = _batch_step("redraw", "blacklist.batch_edit", services.batch_redraw, "已按最新档案重新核查。")
batch_submit = _batch_step("submit", "blacklist.batch_edit", services.batch_submit, "已送审。")
batch_approve = _batch_step("approve", "blacklist.batch_approve", services.batch_approve, "已审定。")
batch_publish = _batch_step(
    "publish", "blacklist.batch_publish", services.batch_publish, "已公布，公开平台同时更新。"
)


@desk_page("blacklist.batch_approve")
def batch_return(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Send a batch back, with the reason."""
    batch = _batch(request, uid)
    form = forms.ReasonForm(request.POST or None)
    return confirm(
        request,
        form,
        lambda: services.batch_return(actor=request.user, batch=batch, reason=form.cleaned_data["reason"]),
        reverse("blacklist:batch_detail", args=[batch.uid]),
        {"title": "退回拟定", "sentence": f"把“{batch.title}”退回拟定，可重新核查和勾选。", "submit": "退回"},
    )


@desk_page("blacklist.batch_edit")
def batch_drop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Give a batch up."""
    batch = _batch(request, uid)
    form = forms.ReasonForm(request.POST or None)
    return confirm(
        request,
        form,
        lambda: services.batch_drop(actor=request.user, batch=batch, reason=form.cleaned_data["reason"]),
        reverse("blacklist:batch_detail", args=[batch.uid]),
        {"title": "作废批次", "sentence": f"作废“{batch.title}”。作废后保留记录，不能恢复。", "danger": True},
    )
