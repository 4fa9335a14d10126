"""The money room: exceptions first, then balances by bank; and the rates of opening and filing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.indicators import Rounding, ratio
from casework.money import yuan
from casework.registries import Kpi
from casework.web import AuthedRequest, Column, desk_page, export_response
from funds import selectors
from funds.views.common import VIEW, tabs
from funds.views.custody import custody_kpis

FEN_PER_WAN = 1_000_000
STEPS = (("opened", "开户率"), ("filed", "备案率"), ("verified", "核验率"), ("enabled", "开通支付率"))


@desk_page(VIEW)
def overview(request: AuthedRequest) -> HttpResponse:
    """What is wrong, then what there is."""
    actor, today = request.user, timezone.localdate()
    deposits = reverse("funds:deposit_list")
    totals = selectors.deposit_totals(actor, today)
    found = selectors.exceptions(actor, today)
    alarms = selectors.warning_counts(actor)
    kpis = [
        Kpi(
            "红色预警", str(alarms["red"]), "条", f"黄色 {alarms['yellow']} 条",
            reverse("funds:warning_list") + "?level=RED", "bad" if alarms["red"] else "",
        ),
        Kpi("保证金余额", f"{totals['held'] / FEN_PER_WAN:,.2f}", "万元", f"{totals['places']} 家", deposits),
        Kpi(
            "保证金不足", str(totals["short"]), "家", f"共差 {yuan(totals['missing'])}",
            f"{deposits}?state=SHORT", "bad" if totals["short"] else "",
        ),
        Kpi(
            "备案逾期", str(found["late"]), "个", "开户后未按期备案",
            reverse("funds:account_list") + "?late=on", "bad" if found["late"] else "",
        ),
        Kpi(
            "待复核收付", str(found["waiting"]), "笔", f"另有 {found['frozen']} 个账户冻结中",
            reverse("funds:movement_list") + "?status=PROPOSED", "",
        ),
    ]  # fmt: skip
    context = {
        "kpis": [*custody_kpis(actor), *kpis],
        "short": [row for row in selectors.deposit_places(actor, today)[:10] if row.short_fen],
        "late": selectors.accounts_visible(actor)
        .filter(status="OPENED", filing_due_on__lt=today)
        .order_by("filing_due_on")[:10],
        "banks": selectors.balances_by_bank(actor),
        **tabs(request, "funds:overview"),
    }
    return render(request, "funds/overview.html", context)


@desk_page(VIEW)
def rates(request: AuthedRequest) -> HttpResponseBase:
    """Rates by township, each with numerator and denominator."""
    lines = selectors.rates_by_town(request.user)
    rows = [_rate_row(line) for line in [*lines, selectors.rates_total(lines)]]
    if (kind := request.GET.get("export", "")) in {"xlsx", "csv"}:
        return export_response(rows, _rate_columns(), "开户备案率", kind)
    context = {"rows": rows, "heads": [label for _, label in STEPS], **tabs(request, "funds:rates")}
    return render(request, "funds/rates.html", context)


def _rate_row(line: selectors.TownRates) -> dict[str, Any]:
    cells = []
    for name, label in STEPS:
        count = getattr(line, name)
        share = ratio(count, line.places, decimals=1, rounding=Rounding.HALF_UP)
        cells.append(
            {
                "label": label,
                "count": count,
                "places": line.places,
                "share": "—" if share is None else f"{share}%",
            }
        )
    return {"name": line.name, "places": line.places, "cells": cells}


def _rate_columns() -> tuple[Column, ...]:
    found = [
        Column("乡镇（街道）", lambda row: row["name"]),
        Column("持证在办机构（家）", lambda row: row["places"]),
    ]
    for index, (_, label) in enumerate(STEPS):
        found.append(Column(f"{label}分子（家）", lambda row, i=index: row["cells"][i]["count"]))  # type: ignore[misc]
        found.append(Column(label, lambda row, i=index: row["cells"][i]["share"]))  # type: ignore[misc]
    return tuple(found)
