"""What an institution sees of its own list entries."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from blacklist import forms, selectors, services
from casework.web import AuthedRequest, get_visible, guarded, portal_page


@portal_page("blacklist.own_entry_view")
def own_entries(request: AuthedRequest) -> HttpResponse:
    """Notices and listings of the own institution."""
    entries = list(selectors.own_entries(request.user)[:100])
    return render(request, "blacklist/own_entries.html", {"entries": entries, "today": timezone.localdate()})


@portal_page("blacklist.own_entry_view")
def own_entry(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One notice with the form for the statement while the window is open."""
    entry = get_visible(selectors.own_entries(request.user), request.user, uid)
    is_open = entry.is_reply_open(timezone.localdate())
    form = forms.ReplyForm(request.POST or None, request.FILES or None, initial={"text": entry.reply_text})
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        with guarded(form):
            services.entry_reply(
                actor=request.user,
                entry=entry,
                text=form.cleaned_data["text"],
                uploads=[upload] if upload else [],
            )
            messages.success(request, "已提交陈述申辩，期满前可以修改。")
            return redirect("blacklist_portal:own_entry", entry.uid)
    context = {
        "entry": entry,
        "form": form if is_open else None,
        "ground_names": selectors.violation_names(entry.ground_codes),
        "today": timezone.localdate(),
        "crumbs": [
            {"label": "名单告知", "url": reverse("blacklist_portal:own_entries")},
            {"label": entry.get_kind_display(), "url": ""},
        ],
    }
    return render(request, "blacklist/own_entry.html", context, status=422 if form.errors else 200)
