"""Desk pages of compared days: register, calendar of a month by account, one day with its open items, months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.money import yuan
from casework.web import (
    AuthedRequest,
    Column,
    data,
    desk_page,
    export_response,
    form_page,
    get_visible,
    kit,
    say,
)
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import DayFilter
from funds.forms.bank import ExceptForm, MonthForm
from funds.models import AccountDay, EscrowAccount
from funds.views.bank_common import VIEW, account_words, path_to, tabs
from funds.views.common import plain_form
from funds.views.corrections import corrections_section

REFUSALS_SHOWN = 5
CLOSE, EXCEPT = "funds.day_close", "funds.day_except"
COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("账户", lambda row: account_words(row.account), 36),
    Column("日期", lambda row: row.day),
    Column("银行余额（元）", lambda row: row.bank_fen / 100 if row.bank_fen is not None else ""),
    Column("账簿余额（元）", lambda row: row.book_fen / 100),
    Column("差额（元）", lambda row: row.difference_fen / 100 if row.difference_fen is not None else ""),
    Column("核对结果", lambda row: row.get_state_display()),
    Column("结账", lambda row: closed_words(row)),
    Column("结账人", lambda row: row.closed_by.name if row.closed_by else ""),
    Column("例外理由", lambda row: row.reason, 40),
)


def closed_words(row: AccountDay) -> str:
    """Whether and how a day was closed."""
    if not row.is_closed:
        return "未结账"
    return "例外结账" if row.is_excepted else "已结账"


def day_url(row: AccountDay) -> str:
    """The day's page."""
    return reverse("funds:day_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.account.institution.name, "url": day_url(row), "sub": account_words(row.account)},
        {"text": f"{row.day:%Y-%m-%d}", "nowrap": True},
        {"text": yuan(row.bank_fen), "num": True},
        {"text": yuan(row.book_fen), "num": True},
        {"text": yuan(row.difference_fen), "num": True},
        {"status": row, "status_field": "state"},
        {"text": closed_words(row), "sub": row.closed_by.name if row.closed_by else ""},
    ]


@desk_page(VIEW)
def day_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of compared days."""
    more = []
    if request.user.may(CLOSE):
        more = [
            {"label": "登记月度确认", "url": reverse("funds:month_confirm")},
            {"label": "结清已平的日子", "url": reverse("funds:days_close")},
        ]
    return kit.register_page(
        request,
        rows=selectors.days_visible(request.user),
        title="日终核对",
        subtitle="银行余额与账簿余额逐日核对；结账后这一天不再记账，更正记在之后的日子",
        register=Register(("机构和账户", "日期", "银行余额", "账簿余额", "差额", "核对结果", "结账"), _cells),
        columns=COLUMNS,
        filterset=DayFilter,
        unit="天",
        more=more,
        empty="收到对账单后，每晚自动核对到昨天。",
        **tabs(request, "funds:day_list"),
    )


STEPS: dict[str, Step] = {
    "close": Step(
        "结账",
        lambda actor, row, values: services.day_close(actor=actor, row=row),
        "已结账。",
        CLOSE,
    ),
    "except": Step(
        "例外结账",
        lambda actor, row, values: services.day_except(actor=actor, row=row, reason=values["reason"]),
        "已例外结账，理由和姓名已记录。",
        EXCEPT,
        plain_form(ExceptForm),
        submit="结账",
        danger=True,
        sentence="账不平或缺对账单而结账，须由负责人写明理由，之后不能撤回。",
    ),
    "again": Step(
        "重新核对",
        lambda actor, row, values: services.days_compare(account=row.account, until=row.day),
        "已重新核对。",
        CLOSE,
    ),
}


@desk_page(VIEW)
def day_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One day of one account: the two balances and what explains their difference."""
    row: Any = get_visible(selectors.days_visible(request.user), request.user, uid)
    actor = request.user
    steps = () if row.is_closed else ("again", "close" if row.state == "EVEN" else "except")
    items = [
        [
            {"text": item["kind"]},
            {"text": item["day"], "nowrap": True},
            {"text": yuan(item["fen"]), "num": True},
            {"text": item["words"]},
        ]
        for item in row.items
    ]
    notes = []
    if row.state == "MISSING":
        notes = [
            {
                "text": "这一天还没有银行对账单。请催银行补传；没有发生额的，上传时勾选。",
                "tone": "warn",
                "title": "",
            }
        ]
    return kit.detail_page(
        request,
        row,
        heading=f"{row.account.institution.name} {row.day:%Y-%m-%d}",
        subtitle=f"{row.get_state_display()} · {account_words(row.account)} · {closed_words(row)}",
        notes=notes,
        actions=kit.plain_steps(actor, row, STEPS, "funds:day_step", *steps),
        sections=[
            kit.table(
                "未达项（差额的组成）",
                ("种类", "日期", "影响", "摘要"),
                items,
                "银行与账簿一致，没有未达项。",
            ),
            *corrections_section(selectors.corrections_of_day(row.account, row.day), row.day),
            *([kit.text("例外结账的理由", row.reason)] if row.reason else []),
        ],
        facts=kit.facts(
            ("银行余额", yuan(row.bank_fen) if row.bank_fen is not None else "缺对账单"),
            ("账簿余额", yuan(row.book_fen)),
            ("差额", yuan(row.difference_fen) if row.difference_fen is not None else ""),
            ("核对结果", row.get_state_display()),
            ("结账", closed_words(row)),
            ("结账人", row.closed_by.name if row.closed_by else ""),
            ("结账时间", f"{timezone.localtime(row.closed_at):%Y-%m-%d %H:%M}" if row.closed_at else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("日终核对", reverse("funds:day_list")), (f"{row.day:%Y-%m-%d}", "")),
    )


@desk_page(VIEW)
def day_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a day."""
    row: Any = get_visible(selectors.days_visible(request.user), request.user, uid)
    path = path_to(("日终核对", reverse("funds:day_list")), (f"{row.day:%Y-%m-%d}", day_url(row)))
    return kit.step_page(request, row, STEPS, name, day_url(row), path)


def _refused_words(done: services.Closing) -> str:
    """How many accounts were not closed, the first of them with the reason."""
    said = [
        f"{account.institution.name}（账号末四位 {account.number_tail}）：{sentence}"
        for account, sentence in done.refusals[:REFUSALS_SHOWN]
    ]
    rest = len(done.refusals) - len(said)
    tail = f" 另有 {rest} 个账户，请在日终核对中逐个查看。" if rest else ""
    return f"{len(done.refusals)} 个账户没有结到最后一个平的日子。{' '.join(said)}{tail}"


@desk_page(CLOSE)
def days_close(request: AuthedRequest) -> HttpResponse:
    """Ask, then close what is even, each account up to its first day that is not."""
    home = reverse("funds:day_list")
    until = timezone.localdate() - timedelta(days=1)
    if request.method == "POST":
        accounts = EscrowAccount.objects.visible_to(request.user).filter(days__is_closed=False).distinct()

        def work() -> str:
            done = services.days_close_each(
                actor=request.user, accounts=accounts.select_related("institution"), until=until
            )
            if done.refusals:
                messages.warning(request, _refused_words(done))
                return f"已结账 {done.count} 个账户日。"
            return (
                f"已结账 {done.count} 个账户日。"
                if done.count
                else "没有可以结账的日子：未结的第一天都还没有平。"
            )

        say(request, work)
        return redirect(home)
    context = {
        "heading": "结清已平的日子",
        "submit": "结账",
        "sentence": "每个账户按日期先后结账，遇到不平或缺对账单的一天停下。结账后这些日子不再记账。",
        "cancel_url": home,
        "crumbs": path_to(("日终核对", home), ("结账", "")),
    }
    return render(request, "ui/confirm_page.html", context)


@desk_page(CLOSE)
def month_confirm(request: AuthedRequest) -> HttpResponse:
    """Register the bank's paper about a month."""
    form = MonthForm(**data(request), actor=request.user)
    home = reverse("funds:day_list")

    def work(values: dict[str, Any]) -> str:
        services.month_confirm(actor=request.user, **values)
        return home

    return form_page(
        request,
        form,
        work,
        heading="登记银行月度确认",
        submit="登记",
        cancel_url=home,
        done="已登记，确认书已留存。",
        crumbs=path_to(("日终核对", home), ("月度确认", "")),
    )


def _month(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = timezone.localdate().replace(day=1)
    return first


WORDS = {"EVEN": ("平", "ok"), "UNEVEN": ("不平", "bad"), "MISSING": ("缺", "warn")}


@desk_page(VIEW)
def day_calendar(request: AuthedRequest) -> HttpResponseBase:
    """A month by account and day: 平, 不平, 缺; closed days are marked."""
    first = _month(request.GET.get("month", ""))
    days = [first + timedelta(days=number) for number in range(monthrange(first.year, first.month)[1])]
    rows = selectors.calendar_rows(request.user, days[0], days[-1])
    if (kind := request.GET.get("export", "")) in {"xlsx", "csv"}:
        return export_response(rows, _calendar_columns(days), f"对账日历{first:%Y年%m月}", kind)
    lines = [
        {
            "account": row["account"],
            "words": account_words(row["account"]),
            "cells": [_day_cell(row["days"].get(day), day) for day in days],
        }
        for row in rows
    ]
    counted = {
        state: sum(1 for row in rows for day in row["days"].values() if day.state == state) for state in WORDS
    }
    context = {
        "month": first,
        "days": days,
        "lines": lines,
        "counted": [(WORDS[state][0], WORDS[state][1], count) for state, count in counted.items()],
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=32)).strftime("%Y-%m"),
        **tabs(request, "funds:day_calendar"),
    }
    return render(request, "funds/day_calendar.html", context)


def _day_cell(row: AccountDay | None, day: date) -> dict[str, Any]:
    if row is None:
        return {"day": day, "word": "", "tone": ""}
    word, tone = WORDS[row.state]
    return {"day": day, "word": word, "tone": tone, "url": day_url(row), "is_closed": row.is_closed}


def _calendar_columns(days: list[date]) -> tuple[Column, ...]:
    found = [
        Column("机构", lambda row: row["account"].institution.name, 30),
        Column("账户", lambda row: account_words(row["account"]), 36),
    ]
    for day in days:
        found.append(
            Column(
                f"{day.month}-{day.day}",
                lambda row, at=day: WORDS[row["days"][at].state][0] if at in row["days"] else "",  # type: ignore[misc]
                6,
            )
        )
    return tuple(found)
