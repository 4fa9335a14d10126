"""Quotas of the month, what has not been seen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    Column,
    desk_page,
    kit,
    object_link,
)
from casework.web.kit import Register
from monitors.filters import QuotaFilter, UnseenFilter
from monitors.selectors import patrols as selectors
from monitors.views.monitors import monitor_url
from monitors.views.patrols.common import VIEW, patrol_tabs

FIRST_MONTH = date(2000, 1, 1)


def _month(request: AuthedRequest) -> date:
    """The month asked for (`?month=2026-11`), else this one; nobody patrolled before 2000 or in the future."""
    now = timezone.localdate().replace(day=1)
    try:
        asked = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return now
    return asked if FIRST_MONTH <= asked <= now else now


@desk_page(VIEW)
def quota(request: AuthedRequest) -> HttpResponseBase:
    """How often each monitor went out in a month, against the policy value."""
    month = _month(request)
    bureau = request.user.bureau or request.bureau
    wanted = selectors.quota_of(bureau, month)

    def cells(row: Any) -> list[dict[str, Any]]:
        is_short = row.outing_count < (wanted.least if wanted else 1)
        return [
            {"text": row.name, "url": monitor_url(row), "sub": row.region.name},
            {"text": row.squad.name if row.squad else "未编队"},
            {"text": f"{row.outing_count} 次", "num": True},
            {"text": f"{row.stop_count} 家次", "num": True},
            {"word": "不足" if is_short else "达到", "tone": "warn" if is_short else "ok"},
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
        **patrol_tabs(request, "monitors:unseen"),
    )
