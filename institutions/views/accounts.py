"""Opening an institution's account in the counterpart portal."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from casework.web import AuthedRequest, desk_page, get_visible, guarded
from institutions import selectors, services


class AccountForm(forms.Form):
    """Who will act for the institution."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
        label="账号",
        help_text="3 至 40 位字母、数字、点或横线，建立后不能改。",
        error_messages={"invalid": "账号只能用字母、数字、点、下划线和横线，至少 3 位。"},
    )
    name = forms.CharField(label="使用人姓名", max_length=40)


@desk_page("institutions.account_open")
def account_open(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Make an account; the first password is shown once."""
    institution = get_visible(selectors.institutions_visible(request.user), request.user, uid)
    file_url = reverse("institutions:institution_detail", args=[uid])
    crumbs = [{"label": institution.name, "url": file_url}, {"label": "开通办事账号"}]
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            person, password = services.institution_account_open(
                actor=request.user, institution=institution, **form.cleaned_data
            )
            context = {
                "person": person,
                "password": password,
                "heading": "办事账号已开通",
                "next_url": file_url,
                "crumbs": crumbs,
            }
            response = render(request, "casework/user_password.html", context)
            response["Cache-Control"] = "no-store"
            return response
    context = {
        "form": form,
        "heading": f"开通办事账号：{institution.name}",
        "submit": "开通",
        "cancel_url": file_url,
        "crumbs": crumbs,
    }
    return render(request, "casework/user_form.html", context, status=422 if form.errors else 200)
