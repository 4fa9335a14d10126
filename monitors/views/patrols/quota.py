"""Quotas of the month, what has not been seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    desk_page,
    kit,
    object_link,
)
from casework.web.kit import Register
from monitors.filters import AreaFilter, QuotaFilter, UnseenFilter
from monitors.selectors import areas as area_selectors
from monitors.selectors import monitors as people
from monitors.selectors import patrols as selectors
from monitors.views.monitors import monitor_url
from monitors.views.patrols.common import VIEW, patrol_path, patrol_tabs

FIRST_MONTH = date(2000, 1, 1)


def _month(request: AuthedRequest) -> date:
    """The month asked for (`?month=2026-11`), else this one; nobody patrolled before 2000 or in the future."""
    now = timezone.localdate().replace(day=1)
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return now
    return asked if FIRST_MONTH <= asked <= now else now


def _result(count: int, least: int) -> dict[str, Any]:
    """Whether what was wanted was done; where nothing is wanted, neither."""
    if not least:
        return {"text": "—"}
    return {"word": "不足", "tone": "warn"} if count < least else {"word": "达到", "tone": "ok"}


@desk_page(VIEW)
def quota(request: AuthedRequest) -> HttpResponseBase:
    """How often each monitor went out in a month, against the policy value."""
    month = _month(request)
    bureau = request.user.bureau or request.bureau
    wanted = selectors.quota_of(bureau, month)

    def cells(row: Any) -> list[dict[str, Any]]:
        return [
            {"text": row.name, "url": monitor_url(row), "sub": row.region.name},
            {"text": row.squad.name if row.squad else "未编队"},
            {"text": f"{row.outing_count} 次", "num": True},
            {"text": f"{row.stop_count} 家次", "num": True},
            _result(row.outing_count, wanted.least if wanted else 0),
        ]

    rule = f"每人每月 {wanted.least} 至 {wanted.most} 次（{wanted.basis}）" if wanted else "没有设定每月次数"
    totals = selectors.squad_totals(request.user, month)
    said = "；".join(
        f"{row['name']} {row['people']} 人，出巡 {row['outings']} 次、{row['heads']} 人次、{row['stops']} 家次"
        for row in totals
    )
    return kit.register_page(
        request,
        rows=selectors.quota_rows(request.user, month),
        title="月度次数",
        subtitle=f"{month:%Y 年 %m 月}，{rule}",
        register=Register(("姓名", "小分队", "出巡", "巡查", "次数"), cells),
        columns=(
            Column("姓名", lambda row: row.name),
            Column("乡镇（街道）", lambda row: row.region.name),
            Column("小分队", lambda row: row.squad.name if row.squad else "", 22),
            Column("出巡（次）", lambda row: row.outing_count),
            Column("巡查（家次）", lambda row: row.stop_count),
        ),
        filterset=QuotaFilter,
        unit="人",
        note=said,
        empty="这个月没有在聘的监督员。",
        **patrol_tabs(request, "monitors:quota"),
    )


@desk_page(VIEW)
def unseen(request: AuthedRequest) -> HttpResponseBase:
    """Operating institutions by how long no patrol has seen them."""
    today = timezone.localdate()

    def cells(row: Any) -> list[dict[str, Any]]:
        days = (today - timezone.localdate(row.last_seen)).days if row.last_seen else None
        return [
            {"text": row.name, "url": object_link(request.user, "institutions.institution", row.uid)},
            {"text": row.region.name, "sub": row.squad_name or "没有小分队负责"},
            {"text": f"{timezone.localtime(row.last_seen):%Y-%m-%d}" if row.last_seen else "从未"},
            {"text": "—" if days is None else f"{days} 天", "num": True},
        ]

    return kit.register_page(
        request,
        rows=selectors.unseen(request.user, today),
        title="多久没看",
        subtitle="营业中的机构，从未巡查的和隔得最久的排在前面",
        register=Register(("机构", "乡镇（街道）", "最近一次巡查", "已隔"), cells),
        columns=(
            Column("机构", lambda row: row.name, 34),
            Column("乡镇（街道）", lambda row: row.region.name),
            Column("小分队", lambda row: row.squad_name or "", 22),
            Column("最近一次巡查", lambda row: row.last_seen),
        ),
        filterset=UnseenFilter,
        unit="家",
        more=[{"label": "地图", "url": reverse("monitors:unseen_map")}],
        **patrol_tabs(request, "monitors:unseen"),
    )


AREA_HEADS = (
    "乡镇（街道）",
    "应巡查",
    "已巡查",
    "班内",
    "晚上",
    "周末、节假日",
    "学校周边",
    "覆盖机构",
    "结果",
)


@desk_page(VIEW)
def areas(request: AuthedRequest) -> HttpResponseBase:
    """The month's stops of each township against its quota, in and out of office hours."""
    month = _month(request)
    quotas = area_selectors.quotas_of(request.user.bureau or request.bureau, month)

    def wanted(row: Any) -> int:
        return area_selectors.wanted_in(row, quotas)[0]

    def cells(row: Any) -> list[dict[str, Any]]:
        least = wanted(row)
        url = f"{reverse('monitors:unseen')}?region={row.pk}"
        return [
            {"text": row.name, "url": url, "sub": row.squad_name or "没有小分队负责"},
            {"text": f"{least} 家次" if least else "没有设定", "num": True},
            *[
                {"text": f"{count} 家次", "num": True}
                for count in (
                    row.stop_count, row.day_count, row.evening_count, row.rest_count, row.gate_count,
                )
            ],
            {"text": f"{row.seen_count}/{row.place_count} 家", "num": True},
            _result(row.stop_count, least),
        ]  # fmt: skip

    general = quotas.get(None)
    rule = f"每个乡镇（街道）每月 {general[0]} 家次（{general[1]}）" if general else "没有设定片区月度家次"
    return kit.register_page(
        request,
        rows=area_selectors.area_rows(request.user, month),
        title="片区月度",
        subtitle=f"{month:%Y 年 %m 月}，{rule}；在“政策参数”中按乡镇（街道）调整",
        register=Register(AREA_HEADS, cells),
        columns=(
            Column("乡镇（街道）", lambda row: row.name),
            Column("小分队", lambda row: row.squad_name or "", 22),
            Column("应巡查（家次）", wanted),
            Column("已巡查（家次）", lambda row: row.stop_count),
            Column("其中班内（家次）", lambda row: row.day_count),
            Column("其中晚上（家次）", lambda row: row.evening_count),
            Column("其中周末、节假日（家次）", lambda row: row.rest_count),
            Column("其中学校周边（家次）", lambda row: row.gate_count),
            Column("覆盖机构（家）", lambda row: row.seen_count),
            Column("营业中机构（家）", lambda row: row.place_count),
        ),
        filterset=AreaFilter,
        unit="个",
        empty="没有乡镇（街道）。",
        **patrol_tabs(request, "monitors:areas"),
    )


LEGEND = (
    ("NEVER", "从未巡查"),
    ("LONG", "90 天以上没看"),
    ("QUARTER", "31 至 90 天没看"),
    ("RECENT", "30 天内看过"),
)


@desk_page(VIEW)
def unseen_map(request: AuthedRequest) -> HttpResponse:
    """Where nobody has been for how long, on a map without tiles."""
    actor, today = request.user, timezone.localdate()
    towns = people.towns_of(actor)
    raw = request.GET.get("region", "")
    town = towns.filter(pk=int(raw)).first() if raw.isdecimal() and len(raw) < 10 else None
    found = area_selectors.unseen_points(actor, today, town)
    context = {
        **found,
        "legend": [{"band": band, "label": label, "count": found["counts"][band]} for band, label in LEGEND],
        "towns": towns,
        "town": town,
        "crumbs": patrol_path(("多久没看", reverse("monitors:unseen")), ("地图", "")),
        **patrol_tabs(request, "monitors:unseen"),
    }
    return render(request, "monitors/unseen_map.html", context)
