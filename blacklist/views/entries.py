"""Desk screens of entries."""

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
from blacklist.filters import EntryFilter
from blacklist.models import EntryStatus, ListEntry, ListKind
from blacklist.views.common import confirm, crumbs, history
from casework.evidence.selectors import evidence_of
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
from casework.workflow import Offer, available_transitions
from institutions.selectors import institutions_visible

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
        context={"crumbs": crumbs(("名单条目", ""))},
    ).response()  # type: ignore[return-value]


@desk_page("blacklist.entry_edit")
def entry_pick(request: AuthedRequest) -> HttpResponse:
    """Choose the institution of a new black entry."""
    query = request.GET.get("q", "").replace("\x00", "")[:60].strip()
    found = institutions_visible(request.user).search(query)[:20] if query else []
    context = {"q": query, "found": found, "crumbs": crumbs(("拟列入黑名单", ""))}
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
        "crumbs": crumbs(("拟列入黑名单", "")),
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
        "history": history(request.user, entry),
        "today": timezone.localdate(),
        "crumbs": crumbs(("名单条目", reverse("blacklist:entry_list")), (entry.institution.name, "")),
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
                actor=request.user, entry=entry, values=form.cleaned_data, version=posted_version(request)
            )
            return _to_entry(entry)
    context = {
        "form": form,
        "ground_groups": form.ground_groups(),
        "institution": entry.institution,
        "version": entry.version,
        "is_edit": True,
        "cancel_url": reverse("blacklist:entry_detail", args=[entry.uid]),
        "crumbs": crumbs((str(entry), reverse("blacklist:entry_detail", args=[entry.uid])), ("修改", "")),
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
    return confirm(
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
    return confirm(
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
    return confirm(
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
    return confirm(
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
