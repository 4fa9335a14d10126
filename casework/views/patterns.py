"""How the bureau's numbers look: every kind with its next number, and setting a pattern."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from casework.documents.selectors import numbering_organs
from casework.errors import Unlawful
from casework.forms import NumberPatternForm
from casework.numbering import number_pattern_clear, number_pattern_set
from casework.numbering.patterns import normal_kind
from casework.numbering.selectors import next_numbers, own_patterns, pattern_uses
from casework.web import AuthedRequest, crumbs, desk_page, guarded, say


@desk_page("casework.kinds_view")
def pattern_list(request: AuthedRequest) -> HttpResponse:
    """Every kind that bears numbers as one organ writes it, with the next number of this year."""
    organs = numbering_organs(request.user)
    organ = _chosen(organs, request.GET.get("organ", ""), request.user.organisation_id)
    context = {
        "organs": organs,
        "organ": organ,
        "rows": pattern_uses(organ, timezone.localdate()) if organ else [],
        "may_edit": request.user.may("casework.kinds_edit"),
        "crumbs": crumbs(("文号登记", reverse("casework:number_list")), ("文号格式", "")),
    }
    return render(request, "casework/pattern_list.html", context)


def _chosen(organs: list[Organisation], typed: str, own: int | None) -> Organisation | None:
    by_key = {str(organ.pk): organ for organ in organs}
    return by_key.get(typed) or by_key.get(str(own)) or (organs[0] if organs else None)


@desk_page("casework.kinds_edit")
def pattern_edit(request: AuthedRequest, kind: str) -> HttpResponse:
    """Set a pattern; the second button only shows the numbers that would follow."""
    label, standard = _kind(kind)
    organs = numbering_organs(request.user)
    own = own_patterns(request.bureau.pk, kind)
    typed = request.GET.get("organ", "")
    organ = next((one for one in organs if str(one.pk) == typed), None)
    current = own.get(organ.pk if organ else None) or own.get(None) or standard
    form = NumberPatternForm(
        request.POST or None, actor=request.user, initial={"organ": organ, "pattern": current}
    )
    shown: dict[int, str] = {}
    if request.method == "POST" and form.is_valid():
        shown = _preview(organs, own, kind, form.cleaned_data)
        if not request.POST.get("keep") and _saved(request, form, kind):
            return redirect(_list_url(form.cleaned_data["organ"]))
    today = timezone.localdate()
    written = {one: own.get(one.pk) or own.get(None) or standard for one in organs}
    now = next_numbers(written, kind, today)
    context = {
        "form": form,
        "kind": kind,
        "heading": f"文号格式：{label}",
        "submit": "保存",
        "keep": "预览下一个文号",
        "sentence": f"目录格式是 {standard}。改动从下一个文号起使用，序号接着编，已编的文号不变。",
        "cancel_url": _list_url(organ),
        "rows": [(one, now[one.pk], shown.get(one.pk, "")) for one in organs],
        "has_preview": bool(shown) and not form.errors,
        "clearable": [(one, own[one.pk if one else None]) for one in [None, *organs] if _key(one) in own],
        "crumbs": crumbs(
            ("文号登记", reverse("casework:number_list")), ("文号格式", _list_url(organ)), (label, "")
        ),
    }
    return render(request, "casework/pattern_edit.html", context, status=422 if form.errors else 200)


def _key(organ: Organisation | None) -> int | None:
    return organ.pk if organ else None


def _kind(kind: str) -> tuple[str, str]:
    try:
        return normal_kind(kind)
    except Unlawful as error:
        raise Http404(error.message) from error


def _preview(
    organs: list[Organisation], own: dict[int | None, str], kind: str, values: dict[str, Any]
) -> dict[int, str]:
    """Next numbers of the organs that the pattern would touch."""
    chosen = values["organ"]
    touched = [chosen] if chosen else [one for one in organs if one.pk not in own]
    return next_numbers(dict.fromkeys(touched, values["pattern"]), kind, timezone.localdate())


def _saved(request: AuthedRequest, form: NumberPatternForm, kind: str) -> bool:
    with guarded(form):
        number_pattern_set(actor=request.user, bureau=request.bureau, kind=kind, **form.cleaned_data)
        messages.success(request, "文号格式已更新，从下一个文号起使用。")
    return form.is_valid()


@desk_page("casework.kinds_edit")
@require_POST
def pattern_clear(request: AuthedRequest, kind: str) -> HttpResponse:
    """Take a set pattern back."""
    _kind(kind)
    typed = request.POST.get("organ", "")
    organ = next((one for one in numbering_organs(request.user) if str(one.pk) == typed), None)
    if typed and organ is None:
        raise Http404("没有这个机关，或不归您管理。")

    def work() -> str:
        number_pattern_clear(actor=request.user, bureau=request.bureau, kind=kind, organ=organ)
        return "已恢复，从下一个文号起使用。"

    say(request, work)
    return redirect("casework:pattern_edit", kind=kind)


def _list_url(organ: Organisation | None) -> str:
    url = reverse("casework:pattern_list")
    return f"{url}?organ={organ.pk}" if organ else url
