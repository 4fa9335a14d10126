"""Who is responsible for a place today, and where nobody is."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone

from casework.web import AuthedRequest, Column, desk_page, kit, object_link
from casework.web.kit import Register
from monitors.filters import DutyFilter
from monitors.models import GridUnit, Net
from monitors.selectors import grids as selectors
from monitors.views.grids.common import PHONE, VIEW, grid_tabs, unit_url


def _of_net(row: Any, net: str) -> list[Any]:
    return [unit for unit in selectors.responsible(row) if unit.net == net]


@desk_page(VIEW)
def duty_map(request: AuthedRequest) -> HttpResponseBase:
    """Institutions with the people responsible today, those without anybody first."""
    actor, today = request.user, timezone.localdate()
    known = set(GridUnit.objects.visible_to(actor).order_by().values_list("pk", flat=True))

    def cell(row: Any, net: str) -> dict[str, Any]:
        units = _of_net(row, net)
        if not units:
            return {"word": "无人负责", "tone": "bad"}
        first = units[0]
        also = [unit.name for unit in units[1:] if net == Net.DEPARTMENT]
        people = "、".join(f"{duty.name} {duty.title}".strip() for duty in first.today)
        phones = [duty.phone for duty in first.today if duty.phone and actor.may(PHONE)]
        return {
            "text": first.name,
            "url": unit_url(first) if first.pk in known else "",
            "sub": "；".join([people, *also]),
            "links": [{"label": phone, "url": f"tel:{phone}"} for phone in phones],
        }

    def cells(row: Any) -> list[dict[str, Any]]:
        return [
            {
                "text": row.name,
                "url": object_link(actor, "institutions.institution", row.uid),
                "sub": f"{row.region.name} {row.address}".strip(),
            },
            *[cell(row, str(net)) for net in Net.values],
        ]

    def words(net: str) -> Any:
        def value(row: Any) -> str:
            return "；".join(
                f"{unit.name}：{'、'.join(duty.name for duty in unit.today)}" for unit in _of_net(row, net)
            )

        return value

    empty_towns = list(selectors.towns_without(actor, today))
    note = ""
    if empty_towns:
        shown = "、".join(town.name for town in empty_towns[:12])
        more = "等" if len(empty_towns) > 12 else ""
        note = f"有 {len(empty_towns)} 个乡镇（街道）没有街道网格的责任人在岗：{shown}{more}。"
    return kit.register_page(
        request,
        rows=selectors.duty_map(actor, today),
        title="责任查询",
        subtitle=f"{today:%Y-%m-%d} 每家机构由谁负责，没有人负责的排在前面",
        register=Register(("机构", *Net.labels), cells),
        columns=(
            Column("机构", lambda row: row.name, 34),
            Column("乡镇（街道）", lambda row: row.region.name),
            Column("地址", lambda row: row.address, 34),
            *[Column(str(label), words(str(code)), 40) for code, label in Net.choices],
        ),
        filterset=DutyFilter,
        unit="家",
        note=note,
        empty="没有符合条件的机构。",
        **grid_tabs(request, "monitors:duty_map"),
    )
