"""Anonymous ratings: the ticket in the portal, the rating without login, the averages on the desk."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from burden import selectors, services
from burden.forms import RatingForm
from burden.models import RatingTicket
from burden.services.ratings import GROUP
from casework.errors import DomainError
from casework.web import AuthedRequest, crumbs, desk_page, get_visible, portal_page


@portal_page("burden.rating_give")
def rating_list(request: AuthedRequest) -> HttpResponse:
    """Finished visits that may be rated."""
    return render(
        request,
        "burden/rating_list.html",
        {"tickets": selectors.tickets_of(request.user), "group": GROUP},
    )


@portal_page("burden.rating_give")
@require_POST
def voucher(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Hand out the voucher; the page leads to the rating, which asks for no login."""
    ticket = get_visible(RatingTicket.objects.all(), request.user, uid)
    try:
        text = services.voucher_take(actor=request.user, ticket=ticket)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("burden_portal:rating_list")
    context = {"voucher": text, "crumbs": crumbs(("评价检查人员", ""))}
    return render(request, "burden/voucher.html", context)


@csrf_exempt
def rate(request: HttpRequest) -> HttpResponse:
    """Rate with a voucher. Needs no login and keeps none: the voucher is the whole right.

    Exempt from the CSRF check because nothing of the browser's session is used: a forged request would
    need the voucher itself.
    """
    if getattr(request, "bureau", None) is None:
        raise Http404("没有这个教育主管部门。")
    text = request.POST.get("voucher", "").strip()
    context: dict[str, object] = {"voucher": text, "messages": []}
    if not text:
        return render(request, "burden/rate.html", context)
    try:
        body = services.voucher_open(text)
    except DomainError as error:
        return render(request, "burden/rate.html", {**context, "error": error.message}, status=422)
    form = RatingForm(request.POST if "lawful" in request.POST or "give" in request.POST else None)
    context |= {"form": form, "officers": selectors.officers_named(body.officers), "year": body.year}
    if form.is_bound and form.is_valid():
        try:
            services.rating_give(voucher=text, scores=services.Scores(**form.cleaned_data))
        except DomainError as error:
            return render(request, "burden/rate.html", {**context, "error": error.message}, status=422)
        return render(request, "burden/rated.html", {"messages": [], "group": GROUP})
    return render(request, "burden/rate.html", context, status=422 if form.is_bound else 200)


@desk_page("burden.rating_view")
def rating_summary(request: AuthedRequest) -> HttpResponse:
    """Averages per officer, from five ratings on."""
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else this_year
    context = {
        "rows": selectors.rating_rows(request.user, year),
        "year": year,
        "years": range(this_year, this_year - 4, -1),
        "group": GROUP,
    }
    return render(request, "burden/rating_summary.html", context)
