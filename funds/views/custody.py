"""The custody part of the money room: figures, and each institution's cash against its families' claims."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework.money import yuan
from casework.registries import Kpi
from casework.web import AuthedRequest, Column, desk_page, kit
from casework.web.kit import Register
from funds.filters_custody import CustodyFilter
from funds.selectors import custody
from funds.views.common import VIEW, tabs

FEN_PER_WAN = 1_000_000
COLUMNS = (
    Column("机构", lambda row: row.name, 30),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("托管存款（元）", lambda row: row.bank_fen / 100),
    Column("在途款（元）", lambda row: row.transit_fen / 100),
    Column("家长未消课和应退（元）", lambda row: row.owed_fen / 100),
    Column("已确认未拨付（元）", lambda row: row.releasable_fen / 100),
    Column("无指令支出和应由机构补足（元）", lambda row: row.astray_fen / 100),
    Column("差额（元）", lambda row: max(0, row.short_fen) / 100),
)


def custody_kpis(actor: User) -> list[Kpi]:
    """What families are owed and what is wrong, for the top of the money room."""
    totals = custody.custody_totals(actor)
    waiting = custody.custody_waiting(actor, timezone.localdate())
    places, refunds = reverse("funds:custody_list"), reverse("funds:refund_list")
    found = [
        Kpi(
            "家长未消课和应退", f"{totals['owed_fen'] / FEN_PER_WAN:,.2f}", "万元",
            f"托管存款 {totals['bank_fen'] / FEN_PER_WAN:,.2f} 万元", places,
        ),
        Kpi(
            "存款不足保障", str(totals["short"]), "家", f"{totals['astray']} 家有无指令支出",
            f"{places}?state=SHORT", "bad" if totals["short"] else "",
        ),
        Kpi(
            "待批准拨付", str(waiting["releases"]), "批", f"{waiting['unknown']} 笔指令结果不明",
            reverse("funds:release_list") + "?status=BUILT", "bad" if waiting["unknown"] else "",
        ),
    ]  # fmt: skip
    if actor.may("funds.contract_view"):
        late = waiting["late_refunds"]
        found.append(
            Kpi(
                "课时异议和退费调解", str(waiting["disputes"] + waiting["refunds"]), "件",
                f"{late} 件退费支付逾期", f"{refunds}?late=on" if late else refunds, "bad" if late else "",
            )
        )  # fmt: skip
    return found


def _cells(row: Any) -> list[dict[str, Any]]:
    url = reverse("funds:account_list") + f"?q={row.name}"
    is_short, is_astray = row.short_fen > 0, row.astray_fen > 0
    word = "不足" if is_short else "有无指令支出" if is_astray else "足额"
    return [
        {"text": row.name, "url": url, "sub": row.region.name},
        {
            "text": yuan(row.bank_fen),
            "sub": f"在途 {yuan(row.transit_fen)}" if row.transit_fen else "",
            "num": True,
        },
        {"text": yuan(row.owed_fen), "num": True},
        {"text": yuan(row.releasable_fen), "num": True},
        {"text": yuan(row.short_fen) if is_short else "—", "num": True},
        {"word": word, "tone": "bad" if is_short else "warn" if is_astray else "ok"},
    ]


@desk_page(VIEW)
def custody_list(request: AuthedRequest) -> HttpResponseBase:
    """Each institution's custody money against what it owes families; the worst first."""
    return kit.register_page(
        request,
        rows=custody.custody_places(request.user).select_related("region"),
        title="托管资金",
        subtitle="托管存款加在途款，应不少于家长未消课和应退的款项；不足的排在前面",
        register=Register(("机构", "托管存款", "家长未消课和应退", "已确认未拨付", "差额", "情况"), _cells),
        columns=COLUMNS,
        filterset=CustodyFilter,
        unit="家",
        empty="开立托管账户的机构在这里显示。",
        **tabs(request, "funds:custody_list"),
    )
