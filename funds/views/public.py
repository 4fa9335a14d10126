"""Pages of families: 缴费前查一查 without a link, and the own page behind the personal link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.services import system_user
from casework.context import NO_TRACE, current_trace
from casework.errors import DomainError
from casework.web.fields import MoneyField
from funds import links, services
from funds.models import Contract, DailyCertificate, Family, Lesson, RefundGround
from funds.selectors.corrections import corrected_after
from funds.selectors.families import own_contracts
from funds.selectors.paycheck import WORDS, Charge, pay_check, places_named, verdict
from institutions.selectors import institution_by_public_id

View = Callable[..., Any]
SCRIPT = Path(__file__).resolve().parents[1] / "data" / "verify_claim.py"
DAYS_SHOWN = 31


class PayCheckForm(forms.Form):
    """What a family was asked to pay."""

    q = forms.CharField(label="机构名称或门口编号", max_length=60)
    tail = forms.RegexField(
        r"^\d{4}$", label="收款账号末四位", required=False, error_messages={"invalid": "请填账号最后四位数字。"},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
    )  # fmt: skip
    fen = MoneyField(label="要付多少（元）", required=False, max_value=10**7)
    lessons = forms.IntegerField(label="多少课时", required=False, min_value=1, max_value=5000)
    months = forms.IntegerField(label="多少个月", required=False, min_value=1, max_value=120)


@require_safe
def pay_check_page(request: Any) -> HttpResponse:
    """One screen: ask, and answer."""
    if request.bureau is None:
        raise Http404("没有这个教育主管部门。")
    asked = bool(request.GET.get("q", "").strip())
    form = PayCheckForm(request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "asked": asked, "messages": []}
    if asked and form.is_valid():
        context |= _answer(request, form.cleaned_data)
    response = render(request, "funds/pay_check.html", context, status=422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(request: Any, values: dict[str, Any]) -> dict[str, Any]:
    places = places_named(request.bureau, values["q"])
    if len(places) != 1:
        return {"places": places, "is_unknown": not places}
    charge = Charge(values["tail"], values["fen"], values["lessons"], values["months"])
    findings = pay_check(places[0], charge, timezone.localdate())
    tone = verdict(findings)
    return {
        "place": places[0],
        "findings": findings,
        "has_certificates": DailyCertificate.objects.filter(institution=places[0]).exists(),
        "tone": tone,
        "word": WORDS[tone],
        "checked_at": timezone.now(),
    }


@require_safe
def certificates(request: Any, public_id: str) -> HttpResponse:
    """Date, place, total and root of an institution's newest certificates, for everyone to compare with."""
    place = institution_by_public_id(public_id.upper(), request.bureau) if request.bureau else None
    if place is None:
        raise Http404("没有这家机构。")
    days: list[Any] = list(DailyCertificate.objects.filter(institution=place).order_by("-on")[:DAYS_SHOWN])
    later = corrected_after(place.pk, days)
    for day in days:
        day.corrected = later[day.on]
    return render(request, "funds/certificates.html", {"place": place, "days": days, "messages": []})


@require_safe
def verify_script(request: Any) -> HttpResponseBase:
    """The stand-alone script with which a family checks its proof."""
    return FileResponse(
        SCRIPT.open("rb"), as_attachment=True, filename=SCRIPT.name, content_type="text/x-python"
    )


def family_page(view: View) -> View:
    """A page behind a personal link: not cached, not indexed, no trace of the device; 404 for a wrong link."""

    protected = csrf_protect(ensure_csrf_cookie(view))

    @wraps(view)
    def page(request: Any, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        family = links.family_by(token, request.bureau) if request.bureau else None
        if family is None:
            raise Http404("链接无效或已更换。请向教育局索取新的链接。")
        trace = current_trace.set(NO_TRACE)
        try:
            response: HttpResponse = protected(request, family, *args, **kwargs)
        finally:
            current_trace.reset(trace)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    page.is_public = True  # type: ignore[attr-defined]
    return page


@family_page
@require_http_methods(["GET", "HEAD"])
def family(request: Any, family: Family) -> HttpResponse:
    """Where the family's money is: paid, in custody, confirmed, released, refunded."""
    return _show(request, family)


def _show(request: Any, family: Family, refused: str = "", said: str = "", status: int = 200) -> HttpResponse:
    context = {
        "family": family,
        "rows": own_contracts(family, timezone.localdate()),
        "token": links.token_of(family),
        "grounds": RefundGround.choices,
        "refused": refused,
        "said": said or request.session.pop("family_said", ""),
        "messages": [],
    }
    return render(request, "funds/family.html", context, status=status)


def _acted(request: Any, family: Family, work: Callable[[], Any], said: str) -> HttpResponse:
    try:
        work()
    except DomainError as error:
        return _show(request, family, refused=error.message, status=422)
    request.session["family_said"] = said
    return redirect(links.path_of(family))


def _lesson(family: Family, uid: UUID) -> Lesson:
    row = (
        Lesson.objects.filter(uid=uid, contract__family=family)
        .select_related("institution", "contract")
        .first()
    )
    if row is None:
        raise Http404("没有找到这一课时。")
    return row


@family_page
@require_POST
def lesson_confirm(request: Any, family: Family, uid: UUID) -> HttpResponse:
    """The lesson was given."""
    row = _lesson(family, uid)
    return _acted(
        request, family, lambda: services.lesson_confirm(actor=system_user(), lesson=row), "已确认这一课时。"
    )


@family_page
@require_POST
def lesson_dispute(request: Any, family: Family, uid: UUID) -> HttpResponse:
    """One tap: this lesson is not paid until the bureau decides."""
    row = _lesson(family, uid)
    words = request.POST.get("words", "")

    def work() -> None:
        services.lesson_dispute(actor=system_user(), lesson=row, words=words)

    return _acted(request, family, work, "已提出异议。这一课时不会拨付，由教育局核实。")


@family_page
@require_POST
def refund_apply(request: Any, family: Family, uid: UUID) -> HttpResponse:
    """Ask for the rest of a contract."""
    row = Contract.objects.filter(uid=uid, family=family).first()
    ground = request.POST.get("ground", "")
    if row is None or ground not in RefundGround.values:
        raise Http404("没有找到这份合同。")
    statement = request.POST.get("statement", "")[:300]

    def work() -> None:
        services.refund_apply(actor=system_user(), contract=row, ground=ground, statement=statement)

    return _acted(request, family, work, "退费申请已提交，机构须按期答复。")


@family_page
@require_POST
def refund_withdraw(request: Any, family: Family, uid: UUID) -> HttpResponse:
    """Take an application back."""
    from funds.models import Refund

    row = Refund.objects.filter(uid=uid, contract__family=family).first()
    if row is None:
        raise Http404("没有找到这件退费。")

    def work() -> None:
        services.refund_withdraw(actor=system_user(), refund=row)

    return _acted(request, family, work, "退费申请已撤回。")


@family_page
@require_http_methods(["GET", "HEAD"])
def claim_proof(request: Any, family: Family, uid: UUID) -> HttpResponse:
    """The proof that the family's money is in the published total, as a file for the stand-alone script."""
    row = Contract.objects.filter(uid=uid, family=family).first()
    if row is None:
        raise Http404("没有找到这份合同。")
    try:
        told = services.claim_proof(family=family, contract=row)
    except DomainError as error:
        return _show(request, family, refused=error.message, status=422)
    response = JsonResponse(told, json_dumps_params={"indent": 1})
    response.headers["Content-Disposition"] = f"attachment; filename=proof-{told['on']}.json"
    return response
