"""Desk pages of users and certificates, for the administrator of a bureau."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from casework.filters import UserFilter
from casework.forms import ReasonForm
from casework.people import selectors, services
from casework.people.forms import CertificateForm, RevokeForm, UserForm
from casework.web import AuthedRequest, Column, ListPage, desk_page, guarded, say

EDIT = "casework.users_edit"
COLUMNS = (
    Column("账号", lambda row: row.username),
    Column("姓名", lambda row: row.name),
    Column("单位", lambda row: row.organisation.name if row.organisation else "", 32),
    Column("职务", lambda row: row.title),
    Column("角色", lambda row: role_text(row), 32),
    Column("状态", lambda row: "在用" if row.is_active else "已停用"),
    Column("最近登录", lambda row: row.last_login, 18),
)


def role_text(person: User) -> str:
    """The labels of a person's roles."""
    return "、".join(item.get_role_display() for item in person.role_assignments.all())


@desk_page(EDIT)
def user_list(request: AuthedRequest) -> HttpResponseBase:
    """Everybody who may sign in at this bureau."""
    return ListPage(
        request=request,
        rows=selectors.users_of(request.user),
        template="casework/user_list.html",
        title="用户与角色",
        columns=COLUMNS,
        filterset=UserFilter,
        unit="人",
    ).response()


@desk_page(EDIT)
def user_create(request: AuthedRequest) -> HttpResponse:
    """Open an account; the first password is shown once."""
    form = UserForm(request.POST or None, actor=request.user)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            person, password = services.user_create(
                actor=request.user,
                username=form.cleaned_data["username"],
                values=form.values(),
                roles=form.cleaned_data["roles"],
            )
            return _password_page(request, person, password, "账号已建立")
    context = {
        "form": form,
        "heading": "新建用户",
        "submit": "建立账号",
        "cancel_url": reverse("casework:user_list"),
        "crumbs": _crumbs("新建用户"),
    }
    return render(request, "casework/user_form.html", context, status=_status(request))


@desk_page(EDIT)
def user_detail(request: AuthedRequest, user_id: int) -> HttpResponse:
    """One person: facts, roles, certificates, what was done to the account."""
    person = selectors.user_get(actor=request.user, user_id=user_id)
    context = {
        "person": person,
        "facts": _facts(person),
        "certificates": _certificates(person),
        "certificate_form": CertificateForm(auto_id="certificate_%s"),
        "is_self": person.pk == request.user.pk,
        "may_certify": person.organisation is not None and not person.organisation.is_counterpart,
        "actions": _actions(person, is_self=person.pk == request.user.pk),
        "crumbs": _crumbs(person.name),
    }
    return render(request, "casework/user_detail.html", context)


@desk_page(EDIT)
def user_edit(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Change a person's facts and roles."""
    person = selectors.user_get(actor=request.user, user_id=user_id)
    form = UserForm(request.POST or None, actor=request.user, person=person)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.user_edit(
                actor=request.user, person=person, values=form.values(), roles=form.cleaned_data["roles"]
            )
            messages.success(request, "已保存。")
            return redirect(_address(person))
    context = {
        "form": form,
        "heading": f"修改用户：{person.name}",
        "submit": "保存",
        "cancel_url": _address(person),
        "crumbs": _crumbs(person.name),
    }
    return render(request, "casework/user_form.html", context, status=_status(request))


@desk_page(EDIT)
def user_deactivate(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Close an account, with a reason."""
    person = selectors.user_get(actor=request.user, user_id=user_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.user_deactivate(actor=request.user, person=person, reason=form.cleaned_data["reason"])
            messages.success(request, f"{person.name}的账号已停用。")
            return redirect(_address(person))
    context = {
        "form": form,
        "heading": "停用账号",
        "sentence": f"停用 {person.name}（{person.username}）的账号。",
        "consequences": ["此人立即不能登录。", "以往经办记录和审计记录保留不变。"],
        "submit": "停用账号",
        "danger": True,
        "cancel_url": _address(person),
        "crumbs": _crumbs(person.name),
    }
    return render(request, "casework/confirm.html", context, status=_status(request))


@require_POST
@desk_page(EDIT)
def user_activate(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Open a closed account again."""
    person = selectors.user_get(actor=request.user, user_id=user_id)

    def work() -> str:
        services.user_activate(actor=request.user, person=person)
        return f"{person.name}的账号已恢复。"

    say(request, work)
    return redirect(_address(person))


@require_POST
@desk_page(EDIT)
def password_reset(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Give a new first password, shown once on the answer page."""
    person = selectors.user_get(actor=request.user, user_id=user_id)
    password = services.password_reset(actor=request.user, person=person)
    return _password_page(request, person, password, "密码已重置")


@require_POST
@desk_page(EDIT)
def certificate_add(request: AuthedRequest, user_id: int) -> HttpResponse:
    """Enter a certificate of the person's own organ."""
    person = selectors.user_get(actor=request.user, user_id=user_id)
    form = CertificateForm(request.POST)
    if form.is_valid() and person.organisation is not None:
        with guarded(form):
            services.certificate_add(
                actor=request.user, person=person, organ=person.organisation, **form.cleaned_data
            )
            messages.success(request, "执法证已登记。")
            return redirect(_address(person))
    context = {
        "form": form,
        "heading": f"登记执法证：{person.name}",
        "submit": "登记执法证",
        "cancel_url": _address(person),
        "crumbs": _crumbs(person.name),
    }
    return render(request, "casework/user_form.html", context, status=422)


@desk_page(EDIT)
def certificate_revoke(request: AuthedRequest, user_id: int, certificate_id: int) -> HttpResponse:
    """Take a certificate back, with a reason."""
    certificate = selectors.certificate_get(
        actor=request.user, user_id=user_id, certificate_id=certificate_id
    )
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            services.certificate_revoke(actor=request.user, certificate=certificate, **form.cleaned_data)
            messages.success(request, "执法证已收回。")
            return redirect(_address(certificate.user))
    context = {
        "form": form,
        "heading": "收回执法证",
        "sentence": f"收回 {certificate.user.name} 的执法证 {certificate.number}。",
        "consequences": ["自收回之日起不能再持此证检查或制发文书。", "收回之前的执法行为不受影响。"],
        "submit": "收回执法证",
        "danger": True,
        "cancel_url": _address(certificate.user),
        "crumbs": _crumbs(certificate.user.name),
    }
    return render(request, "casework/confirm.html", context, status=_status(request))


def _password_page(request: AuthedRequest, person: User, password: str, heading: str) -> HttpResponse:
    context = {
        "person": person,
        "password": password,
        "heading": heading,
        "next_url": _address(person),
        "crumbs": _crumbs(person.name),
    }
    response = render(request, "casework/user_password.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _actions(person: User, *, is_self: bool) -> list[dict[str, Any]]:
    def at(name: str) -> str:
        return reverse(f"casework:{name}", kwargs={"user_id": person.pk})

    if not person.is_active:
        return [{"label": "恢复账号", "url": at("user_activate"), "method": "post", "primary": True}]
    closing = {"label": "停用账号", "url": at("user_deactivate"), "danger": True}
    return [
        *([] if is_self else [closing]),
        {
            "label": "重置密码",
            "url": at("password_reset"),
            "method": "post",
            "icon": "key",
            "confirm": f"重置 {person.name} 的密码？原密码立即失效，新密码只显示一次。",
        },
        {"label": "修改", "url": at("user_edit"), "icon": "edit", "primary": True},
    ]


def _facts(person: User) -> list[dict[str, Any]]:
    last_login = timezone.localtime(person.last_login).strftime("%Y-%m-%d %H:%M") if person.last_login else ""
    return [
        {"label": "账号", "value": person.username},
        {"label": "单位", "value": person.organisation.name if person.organisation else ""},
        {"label": "职务", "value": person.title},
        {"label": "办公电话", "value": person.phone},
        {"label": "角色", "value": role_text(person)},
        {"label": "最近登录", "value": last_login or "从未登录"},
        {"label": "密码", "value": "下次登录须修改" if person.must_change_password else "本人已设置"},
    ]


def _certificates(person: User) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "row": item,
            "starts_on": item.validity.lower,
            "last_day": item.last_day,
            "is_valid": item.is_valid_on(today),
            "may_revoke": item.revoked_on is None,
        }
        for item in selectors.certificates_of(person)
    ]


def _address(person: User) -> str:
    return reverse("casework:user_detail", kwargs={"user_id": person.pk})


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "用户与角色", "url": reverse("casework:user_list")}, {"label": label}]


def _status(request: AuthedRequest) -> int:
    return 422 if request.method == "POST" else 200
