"""Who stands for a place: registering the person, the person's page, and opening a sealed number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from casework.web import AuthedRequest, crumbs, data, desk_page, form_page, get_visible, guarded, kit
from casework.web.forms import fresh_key, submit_once
from casework.web.pages import posted_version
from institutions import selectors, services
from institutions.models import Institution, Person
from institutions.services.persons import SEALED_FIELDS, id_number_normal, id_number_problem

REASON_MIN = 4


class LegalPersonForm(forms.Form):
    """Identity of the person who stands for the place."""

    name = forms.CharField(label="姓名", max_length=40, help_text="与身份证一致")
    id_number = forms.CharField(
        label="身份证号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="加密保存，页面只显示末四位；查看全部号码须写明用途并留下记录",
    )
    phone = forms.RegexField(
        r"^[0-9+\- ]{7,20}$",
        label="电话",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"invalid": "电话只能填数字和短横线，7 至 20 位，请重新填写。"},
    )
    reason = forms.CharField(label="说明", required=False, max_length=200, help_text="变更的，写明依据")

    def clean_id_number(self) -> str:
        """Eighteen digits with a right check digit."""
        number = id_number_normal(self.cleaned_data["id_number"])
        if problem := id_number_problem(number):
            raise forms.ValidationError(problem)
        return number


class RevealForm(forms.Form):
    """What the number is needed for."""

    reason = forms.CharField(
        label="用途",
        min_length=REASON_MIN,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明办什么事需要，例如“制作询问笔录，核对当事人身份”",
        error_messages={"min_length": f"用途太简单，请写明办什么事需要（不少于 {REASON_MIN} 个字）。"},
    )


def _file_url(institution: Institution) -> str:
    return reverse("institutions:institution_detail", args=[institution.uid])


def _person_url(person: Person) -> str:
    return reverse("institutions:person_detail", args=[person.uid])


@desk_page("institutions.institution_edit")
@sensitive_post_parameters("id_number", "phone")
def legal_person(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Register or change who stands for the place."""
    institution = get_visible(selectors.institutions_visible(request.user), request.user, uid)
    before = institution.legal_person
    initial = {"name": "" if before else institution.head_name}
    form = LegalPersonForm(**data(request), initial=initial)
    version = posted_version(request) or institution.version

    def work(values: dict[str, Any]) -> str:
        services.legal_person_set(actor=request.user, institution=institution, version=version, **values)
        return _file_url(institution)

    page = form_page(
        request,
        form,
        work,
        heading="变更法定代表人（负责人）" if before else "登记法定代表人（负责人）",
        subtitle=institution.name,
        sentence=f"现登记为{before.name}（{before.id_number_masked or '无证件号码'}）。" if before else "",
        submit="保存",
        cancel_url=_file_url(institution),
        done="身份信息已加密保存。",
        version=version,
        crumbs=crumbs(
            ("机构档案", reverse("institutions:institution_list")),
            (institution.name, _file_url(institution)),
            ("法定代表人", ""),
        ),
    )
    return _unkept(page)


@desk_page("institutions.person_view")
def person_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A person: masked numbers, the places led, and who read the numbers for what."""
    person = get_visible(Person.objects.select_related("region"), request.user, uid)
    may_reveal = request.user.may("institutions.person_reveal")
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": place.name, "url": _file_url(place)},
            {"text": place.region.name},
            {"status": place, "status_field": "operating_state"},
        ]
        for place in selectors.led_by(request.user, person)
    ]
    return kit.detail_page(
        request,
        person,
        heading=person.name,
        subtitle="号码加密保存。查看须写明用途，每次查看都写入审计记录",
        crumbs=crumbs(("机构档案", reverse("institutions:institution_list")), (person.name, "")),
        links=[
            {
                "label": f"查看{label}",
                "icon": "eye",
                "url": reverse("institutions:person_reveal", args=[person.uid, field]),
            }
            for field, label in SEALED_FIELDS.items()
            if may_reveal and getattr(person, f"{field}_tail")
        ],
        facts=kit.facts(
            ("姓名", person.name),
            ("证件号码", person.id_number_masked or "未登记"),
            ("电话", person.phone_masked or "未登记"),
            ("登记地", person.region.name),
        ),
        sections=[kit.table("担任负责人的机构", ("机构", "乡镇（街道）", "办学状态"), rows, "没有。")],
        history=kit.history(request.user, person.uid),
    )


@desk_page("institutions.person_reveal")
def person_reveal(request: AuthedRequest, uid: UUID, field: str) -> HttpResponse:
    """Ask for the purpose, then show one sealed number on this answer only."""
    person = get_visible(Person.objects.all(), request.user, uid)
    if field not in SEALED_FIELDS:
        raise Http404("没有这个保密字段。")
    form = RevealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shown: list[str] = []
        with guarded(form):
            _open(request, person, field, form.cleaned_data["reason"], shown)
            return _unkept(_answer(request, person, field, shown))
    label = SEALED_FIELDS[field]
    page = {
        "form": form,
        "heading": f"查看{label}",
        "subtitle": person.name,
        "sentence": f"查看{person.name}的{label}。号码只显示一次，您的姓名、用途和时间写入审计记录。",
        "submit": f"查看{label}",
        "cancel_url": _person_url(person),
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "crumbs": crumbs((person.name, _person_url(person)), (f"查看{label}", "")),
    }
    return _unkept(
        render(request, "ui/form_page.html", page, status=422 if request.method == "POST" else 200)
    )


def _open(request: AuthedRequest, person: Person, field: str, reason: str, shown: list[str]) -> None:
    """Read once per form: a page that is loaded again reads nothing and leaves no second event."""
    places = selectors.led_by(request.user, person)

    def work() -> str:
        shown.append(
            services.person_reveal(
                actor=request.user,
                person=person,
                field=field,
                reason=reason,
                about=places[0] if places else None,
            )
        )
        return _person_url(person)

    submit_once(actor=request.user, key=request.POST.get("idempotency_key", ""), work=work)


def _answer(request: AuthedRequest, person: Person, field: str, shown: list[str]) -> HttpResponse:
    if not shown:
        messages.info(request, "号码只显示一次。需要再看，请重新写明用途。")
        return redirect(_person_url(person))
    context = {
        "person": person,
        "label": SEALED_FIELDS[field],
        "number": shown[0],
        "crumbs": crumbs((person.name, _person_url(person)), (f"查看{SEALED_FIELDS[field]}", "")),
    }
    return render(request, "institutions/person_reveal.html", context)


def _unkept(response: HttpResponse) -> HttpResponse:
    """No cache keeps it, not the browser's own either."""
    response.headers["Cache-Control"] = "no-store"
    return response
