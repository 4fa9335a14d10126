"""Desk pages of machines' keys and banks' portal accounts: a secret and a first password are shown once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, Column, crumbs, data, desk_page, form_page, get_visible, guarded, kit
from casework.web.kit import Register
from funds import selectors, services
from funds.forms.bank import BankUserForm, KeyForm, RevokeForm
from funds.models import MachineKey

MANAGE, OPEN = "funds.bank_key", "funds.bank_user_open"


def _pushes(row: Any) -> str:
    return "对账单、风险信号" if row.bank_id else f"风险信号（{row.get_source_display()}）"


COLUMNS = (
    Column("单位", lambda row: row.holder, 30),
    Column("可推送", _pushes, 24),
    Column("密钥编号", lambda row: row.key_id, 24),
    Column("发放时间", lambda row: row.issued_at),
    Column("发放人", lambda row: row.created_by.name),
    Column("最近使用", lambda row: row.used_at),
    Column("停用时间", lambda row: row.ends_at),
    Column("停用原因", lambda row: row.end_reason, 30),
)


def _state(row: MachineKey) -> tuple[str, str]:
    if row.ends_at is None:
        return "使用中", "ok"
    if row.ends_at > timezone.now():
        return f"{timezone.localtime(row.ends_at):%m-%d %H:%M} 停用", "warn"
    return "已停用", "mute"


def _cells(row: Any) -> list[dict[str, Any]]:
    word, tone = _state(row)
    links = []
    if tone != "mute":
        links = [{"label": "停用", "url": reverse("funds:key_revoke", kwargs={"uid": row.uid})}]
    return [
        {"text": row.holder, "sub": _pushes(row)},
        {"text": row.key_id, "nowrap": True},
        {"text": f"{timezone.localtime(row.issued_at):%Y-%m-%d %H:%M}"},
        {"text": f"{timezone.localtime(row.used_at):%Y-%m-%d %H:%M}" if row.used_at else "还没有使用"},
        {"word": word, "tone": tone, "sub": row.end_reason},
        {"text": "" if links else "—", "links": links},
    ]


@desk_page(MANAGE)
def key_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of keys."""
    return kit.register_page(
        request,
        rows=selectors.keys_visible(request.user),
        title="接口密钥",
        subtitle="银行系统推送对账单和风险信号、其他单位推送风险信号用；密钥只在发放时显示一次，更换后旧的再用七天",
        register=Register(("单位", "密钥编号", "发放时间", "最近使用", "状态", "办理"), _cells),
        columns=COLUMNS,
        filterset=None,
        unit="个",
        create=("发放密钥", "funds:key_issue", MANAGE),
        empty="银行用接口推送对账单，银行、法院、市场监管等用接口推送风险信号的，在这里发放密钥。",
    )


@desk_page(MANAGE)
def key_issue(request: AuthedRequest) -> HttpResponse:
    """Issue a key, or replace the standing one; the secret is on this answer only."""
    form = KeyForm(**data(request), actor=request.user)
    home = reverse("funds:key_list")
    shared = {
        "heading": "发放接口密钥",
        "submit": "发放",
        "sentence": "银行选银行，其他单位写名称、选来源。该单位已有的密钥七天后停用。密钥只显示一次，请当面交付。",
        "cancel_url": home,
        "crumbs": crumbs(("接口密钥", home), ("发放", "")),
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            key, secret = services.key_issue(actor=request.user, **form.cleaned_data)
            facts = (
                ("单位", key.holder),
                ("可推送", _pushes(key)),
                ("密钥编号", key.key_id),
                ("密钥", secret),
            )
            return _once(request, shared, facts, "离开本页后不再显示密钥。遗失的，重新发放。")
    return render(
        request, "ui/confirm_page.html", {**shared, "form": form}, status=422 if form.errors else 200
    )


def _once(request: AuthedRequest, shared: dict[str, Any], facts: Any, note: str) -> HttpResponse:
    context = {**shared, "facts": kit.facts(*facts), "note": note}
    response = render(request, "funds/shown_once.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@desk_page(MANAGE)
def key_revoke(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """End a key at once."""
    row = get_visible(selectors.keys_visible(request.user), request.user, uid)
    home = reverse("funds:key_list")

    def work(values: dict[str, Any]) -> str:
        services.key_revoke(actor=request.user, key=row, reason=values["reason"])
        return home

    return form_page(
        request,
        RevokeForm(**data(request)),
        work,
        heading=f"停用 {row.key_id}",
        submit="停用",
        cancel_url=home,
        done="密钥已停用。",
        danger=True,
        sentence="停用后该单位的系统立即不能推送。",
        crumbs=crumbs(("接口密钥", home), ("停用", "")),
    )


@desk_page(OPEN)
def bank_user(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Open a portal account for a bank's clerk; the first password is on this answer only."""
    bank = get_visible(selectors.banks_visible(request.user), request.user, uid)
    form = BankUserForm(**data(request))
    home = reverse("funds:bank_list")
    shared = {
        "heading": f"为{bank}开通办事账号",
        "submit": "开通",
        "sentence": "银行经办人只能上传和查看本行账户的对账单。",
        "cancel_url": home,
        "crumbs": crumbs(("监管银行", home), ("办事账号", "")),
    }
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            person, password = services.bank_user_open(
                actor=request.user,
                bank=bank,
                **form.cleaned_data,
            )
            facts = (("银行", str(bank)), ("账号", person.username), ("初始密码", password))
            return _once(request, shared, facts, "离开本页后不再显示。首次登录须改密码。")
    return render(
        request, "ui/confirm_page.html", {**shared, "form": form}, status=422 if form.errors else 200
    )
