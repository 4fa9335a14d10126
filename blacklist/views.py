"""The desk's screens of lists."""

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
from blacklist.filters import BatchFilter, EntryFilter
from blacklist.models import EntryStatus, ListBatch, ListEntry, ListKind
from casework import audit
from casework.evidence.selectors import evidence_of
from casework.web import (
    AuthedRequest,
    Column,
    ListPage,
    desk_page,
    get_visible,
    guarded,
    offers_as_actions,
    run_transition,
    submit_once,
)
from casework.web.forms import fresh_key
from casework.workflow import Offer, available_transitions
from institutions.selectors import institutions_visible

CANDIDATES_PER_PAGE = 200
ENTRY_COLUMNS = (
    Column("名单", lambda row: row.get_kind_display()),
    Column("机构名称", lambda row: row.institution.name, 32),
    Column("乡镇（街道）", lambda row: row.institution.region.name),
    Column("状态", lambda row: row.get_status_display()),
    Column("批次", lambda row: row.batch.batch_words if row.batch else ""),
    Column("文号", lambda row: row.number, 24),
    Column("列入事由", lambda row: row.ground_text, 40),
    Column("列入日期", lambda row: row.starts_on),
    Column("公布截止日", lambda row: row.planned_end_on),
    Column("移出日期", lambda row: row.removed_on),
    Column("移出理由", lambda row: row.removal_reason, 40),
)
BATCH_COLUMNS = (
    Column("批次", lambda row: row.batch_words),
    Column("标题", lambda row: row.title, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("拟列入家数", lambda row: row.included),
    Column("公布日期", lambda row: row.published_on),
    Column("文号", lambda row: row.number, 24),
)


def _crumbs(*items: tuple[str, str]) -> list[dict[str, str]]:
    head = {"label": "黑白名单", "url": reverse("blacklist:overview")}
    return [head, *({"label": label, "url": url} for label, url in items)]


def _history(actor: Any, obj: ListBatch | ListEntry) -> list[dict[str, Any]]:
    return [
        {
            "at": event.occurred_at,
            "actor": event.actor_name,
            "organisation": event.organisation_name,
            "sentence": audit.describe(event),
            "detail": event.reason,
        }
        for event in selectors.history_of(actor, obj)
    ]


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
def entry_list(request: AuthedRequest) -> HttpResponse:
    """Every entry, in force or not."""
    return ListPage(
        request=request,
        rows=selectors.entries_visible(request.user),
        template="blacklist/entry_list.html",
        title="名单条目",
        columns=ENTRY_COLUMNS,
        filterset=EntryFilter,
        context={"crumbs": _crumbs(("名单条目", ""))},
    ).response()  # type: ignore[return-value]


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
        context={"crumbs": _crumbs(("名单批次", ""))},
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
        "crumbs": _crumbs(("拟定名单批次", "")),
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
        "history": _history(request.user, batch),
        "crumbs": _crumbs(("名单批次", reverse("blacklist:batch_list")), (batch.title, "")),
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
                actor=request.user, batch=batch, values=form.cleaned_data, version=_version(request)
            )
            return _to_batch(batch)
    context = {
        "form": form,
        "title": "修改名单批次",
        "version": batch.version,
        "cancel_url": reverse("blacklist:batch_detail", args=[batch.uid]),
        "crumbs": _crumbs((batch.title, reverse("blacklist:batch_detail", args=[batch.uid])), ("修改", "")),
    }
    return render(request, "blacklist/form.html", context, status=422 if form.errors else 200)


def _version(request: AuthedRequest) -> int | None:
    raw = request.POST.get("version", "")
    return int(raw) if raw.isdecimal() and len(raw) < 10 else None


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
            actor=request.user, batch=batch, included=kept | ticked, version=_version(request)
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


def _confirm(
    request: AuthedRequest,
    form: Any,
    work: Callable[[], Any],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            work()
            return redirect(back)
    shared = {"form": form, "cancel_url": back}
    return render(
        request, "blacklist/confirm.html", {**shared, **context}, status=422 if form.errors else 200
    )


@desk_page("blacklist.batch_approve")
def batch_return(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Send a batch back, with the reason."""
    batch = _batch(request, uid)
    form = forms.ReasonForm(request.POST or None)
    return _confirm(
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
    return _confirm(
        request,
        form,
        lambda: services.batch_drop(actor=request.user, batch=batch, reason=form.cleaned_data["reason"]),
        reverse("blacklist:batch_detail", args=[batch.uid]),
        {"title": "作废批次", "sentence": f"作废“{batch.title}”。作废后保留记录，不能恢复。", "danger": True},
    )


@desk_page("blacklist.entry_edit")
def entry_pick(request: AuthedRequest) -> HttpResponse:
    """Choose the institution of a new black entry."""
    query = request.GET.get("q", "").replace("\x00", "")[:60].strip()
    found = institutions_visible(request.user).search(query)[:20] if query else []
    context = {"q": query, "found": found, "crumbs": _crumbs(("拟列入黑名单", ""))}
    return render(request, "blacklist/entry_pick.html", context)


@desk_page("blacklist.entry_edit")
def entry_create(request: AuthedRequest, institution: UUID) -> HttpResponse:
    """Draft a black entry on one page."""
    item = get_visible(institutions_visible(request.user), request.user, institution)
    form = forms.BlackEntryCreateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        upload = values.pop("evidence")

        def work() -> str:
            entry = services.black_entry_create(
                actor=request.user, institution=item, values=values, uploads=[upload] if upload else []
            )
            return reverse("blacklist:entry_detail", args=[entry.uid])

        with guarded(form):
            return redirect(
                submit_once(actor=request.user, key=request.POST.get("idempotency_key", ""), work=work)
            )
    context = {
        "form": form,
        "ground_groups": form.ground_groups(),
        "institution": item,
        "idempotency_key": fresh_key(),
        "cancel_url": reverse("blacklist:overview"),
        "crumbs": _crumbs(("拟列入黑名单", "")),
    }
    return render(request, "blacklist/entry_form.html", context, status=422 if form.errors else 200)


def _entry(request: AuthedRequest, uid: UUID) -> ListEntry:
    return get_visible(selectors.entries_visible(request.user), request.user, uid)


def _entry_url(entry: ListEntry) -> Callable[[str], str | None]:
    def address(name: str) -> str | None:
        if name in {"give_way", "expire"}:
            return None
        url = reverse(f"blacklist:entry_{name}", args=[entry.uid])
        return f"POST {url}" if name in {"notify", "publish"} else url

    return address


@desk_page("blacklist.list_view")
def entry_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One entry: what it says, how far it is, evidence, papers, history."""
    entry = _entry(request, uid)
    offers: list[Offer] = available_transitions(request.user, entry)
    is_open = entry.status in {EntryStatus.DRAFT, EntryStatus.NOTIFIED, EntryStatus.REVIEWED}
    may_edit = request.user.may("blacklist.entry_edit")
    context = {
        "entry": entry,
        "ground_names": selectors.violation_names(entry.ground_codes),
        "steps": offers_as_actions(offers, _entry_url(entry), entry.version),
        "progress": _progress(entry),
        "batch_url": _readable_batch_url(request, entry),
        "evidence": [
            {
                "url": reverse("casework:evidence_file", args=[item.uid]),
                "name": str(item),
                "kind": "photo" if item.is_image else "file",
                "taken_at": item.captured_at,
                "sha256": item.sha256,
                "size": item.size,
                "flags": [],
            }
            for item in evidence_of(actor=request.user, subject=entry)
        ],
        "evidence_form": forms.EvidenceForm() if is_open and may_edit else None,
        "may_edit": may_edit and entry.status == EntryStatus.DRAFT,
        "may_reply": may_edit and entry.is_reply_open(timezone.localdate()) and not entry.replied_at,
        "history": _history(request.user, entry),
        "today": timezone.localdate(),
        "crumbs": _crumbs(("名单条目", reverse("blacklist:entry_list")), (entry.institution.name, "")),
    }
    return render(request, "blacklist/entry_detail.html", context)


def _readable_batch_url(request: AuthedRequest, entry: ListEntry) -> str:
    """Where the entry's batch opens, empty when the reader may not open it."""
    if entry.batch_id is None:
        return ""
    batch = selectors.batches_visible(request.user).filter(pk=entry.batch_id).first()
    return reverse("blacklist:batch_detail", args=[batch.uid]) if batch else ""


def _progress(entry: ListEntry) -> list[dict[str, Any]]:
    if entry.kind != ListKind.BLACK:
        return []
    order = [
        EntryStatus.DRAFT,
        EntryStatus.NOTIFIED,
        EntryStatus.REVIEWED,
        EntryStatus.PUBLISHED,
        EntryStatus.REMOVED,
    ]
    if entry.status == EntryStatus.DROPPED:
        return [{"label": "不予列入", "state": "failed"}]
    here = order.index(EntryStatus(entry.status))
    return [
        {"label": step.label, "state": "done" if index < here else "now" if index == here else "todo"}
        for index, step in enumerate(order)
    ]


def _to_entry(entry: ListEntry) -> HttpResponse:
    return redirect("blacklist:entry_detail", entry.uid)


@desk_page("blacklist.entry_edit")
def entry_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change a draft."""
    entry = _entry(request, uid)
    initial = {name: getattr(entry, name) for name in forms.BlackEntryForm.base_fields}
    form = forms.BlackEntryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.black_entry_edit(
                actor=request.user, entry=entry, values=form.cleaned_data, version=_version(request)
            )
            return _to_entry(entry)
    context = {
        "form": form,
        "ground_groups": form.ground_groups(),
        "institution": entry.institution,
        "version": entry.version,
        "is_edit": True,
        "cancel_url": reverse("blacklist:entry_detail", args=[entry.uid]),
        "crumbs": _crumbs((str(entry), reverse("blacklist:entry_detail", args=[entry.uid])), ("修改", "")),
    }
    return render(request, "blacklist/entry_form.html", context, status=422 if form.errors else 200)


@require_POST
@desk_page("blacklist.entry_edit")
def entry_evidence(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Attach one more file."""
    entry = _entry(request, uid)
    form = forms.EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        run_transition(
            request,
            lambda: services.entry_evidence_add(
                actor=request.user,
                entry=entry,
                upload=form.cleaned_data["file"],
                caption=form.cleaned_data["caption"],
            ),
            "已保存证据。",
        )
        return _to_entry(entry)
    context = {
        "form": form,
        "title": "补充证据",
        "action": reverse("blacklist:entry_evidence", args=[entry.uid]),
        "cancel_url": reverse("blacklist:entry_detail", args=[entry.uid]),
    }
    return render(request, "blacklist/form.html", context, status=422)


@require_POST
@desk_page("blacklist.entry_edit")
def entry_notify(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Tell the institution."""
    entry = _entry(request, uid)
    run_transition(
        request,
        lambda: services.entry_notify(actor=request.user, entry=entry),
        "已制发告知书，机构可在办事大厅查看并陈述申辩。",
    )
    return _to_entry(entry)


@require_POST
@desk_page("blacklist.entry_publish")
def entry_publish(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Put the institution on the black list."""
    entry = _entry(request, uid)
    run_transition(
        request,
        lambda: services.entry_publish(actor=request.user, entry=entry),
        "已列入黑名单，公开平台同时更新。",
    )
    return _to_entry(entry)


@desk_page("blacklist.entry_edit")
def entry_reply(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Record a statement that came on paper."""
    entry = _entry(request, uid)
    form = forms.ReplyForm(request.POST or None, request.FILES or None)
    return _confirm(
        request,
        form,
        lambda: services.entry_reply(
            actor=request.user, entry=entry, text=form.cleaned_data["text"], uploads=_files(form)
        ),
        reverse("blacklist:entry_detail", args=[entry.uid]),
        {
            "title": "登记书面陈述申辩",
            "sentence": "登记机构书面提交的陈述申辩，照原文录入。",
            "submit": "登记",
        },
    )


def _files(form: Any) -> list[Any]:
    upload = form.cleaned_data.get("file")
    return [upload] if upload else []


@desk_page("blacklist.entry_review")
def entry_review(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Record the review."""
    entry = _entry(request, uid)
    form = forms.ReviewForm(request.POST or None, entry=entry)
    blockers = _blockers(request, entry, "review")
    return _confirm(
        request,
        form,
        lambda: services.entry_review(actor=request.user, entry=entry, **form.cleaned_data),
        reverse("blacklist:entry_detail", args=[entry.uid]),
        {
            "title": "复核陈述申辩",
            "sentence": entry.reply_text or "机构没有提出陈述申辩。",
            "consequences": ["申辩理由成立的，请返回后选“不予列入”。"],
            "blockers": blockers,
            "submit": "保存复核结论",
        },
    )


def _blockers(request: AuthedRequest, entry: ListEntry, name: str) -> list[str]:
    offers = available_transitions(request.user, entry)
    return [str(reason) for offer in offers if offer.transition.name == name for reason in offer.reasons]


@desk_page("blacklist.entry_review")
def entry_drop(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Decide not to list."""
    entry = _entry(request, uid)
    form = forms.ReasonForm(request.POST or None)
    return _confirm(
        request,
        form,
        lambda: services.entry_drop(actor=request.user, entry=entry, reason=form.cleaned_data["reason"]),
        reverse("blacklist:entry_detail", args=[entry.uid]),
        {
            "title": "不予列入",
            "sentence": f"不把{entry.institution.name}列入黑名单，程序到此结束。",
            "consequences": ["已制发的告知书同时撤回。"],
            "submit": "确定不予列入",
        },
    )


@desk_page("blacklist.entry_remove")
def entry_remove(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Take an institution off a list."""
    entry = _entry(request, uid)
    form = forms.RemovalForm(request.POST or None, entry=entry)
    return _confirm(
        request,
        form,
        lambda: services.entry_remove(actor=request.user, entry=entry, **form.cleaned_data),
        reverse("blacklist:entry_detail", args=[entry.uid]),
        {
            "title": f"移出{entry.get_kind_display()}",
            "sentence": f"把{entry.institution.name}移出{entry.get_kind_display()}。",
            "consequences": ["公开平台同时更新。", "移出后记录仍保留，可查某日在册情况。"],
            "submit": "确定移出",
            "danger": True,
        },
    )
