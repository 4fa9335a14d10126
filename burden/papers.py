"""What the yearly plan says on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from burden.models import YearlyPlan
from casework import typesetting
from casework.typesetting.content import (
    Cell,
    Column,
    DocumentContent,
    Paragraph,
    Signature,
    Table,
)

HEAD = ("序号", "检查事项", "检查对象", "检查类别", "检查方式", "时间安排", "计划家次", "配合部门")


def yearly_plan(plan: YearlyPlan, *, at: datetime) -> dict[str, Any]:
    """The published plan with its table of items."""
    day = timezone.localdate(at).isoformat()
    items = list(plan.items.prefetch_related("partners").order_by("position"))
    rows = tuple(
        tuple(
            Cell(text)
            for text in (
                str(item.position),
                item.subject,
                item.targets,
                item.get_kind_display(),
                item.get_method_display(),
                item.months,
                str(item.planned_n),
                "、".join(partner.short_name for partner in item.partners.all()) or "—",
            )
        )
        for item in items
    )
    total = sum(item.planned_n for item in items)
    blocks: list[Any] = [
        Paragraph(
            f"根据{plan.basis}，现公布{plan.organ.name}{plan.year}年度校外培训行政检查计划，共{len(rows)}项、{total}家次。"
        ),
        Table(
            columns=(
                Column(0.5),
                Column(2.2, "left"),
                Column(1.8, "left"),
                Column(1.1),
                Column(1.1),
                Column(1.1),
                Column(0.8),
                Column(1.3),
            ),
            head=(tuple(Cell(text) for text in HEAD),),
            rows=rows,
            size=10.5,
        ),
    ]
    if plan.note:
        blocks.append(Paragraph(plan.note))
    blocks.append(Paragraph("未列入计划的检查须另行说明理由并经批准；投诉举报核查和整改复查不受计划限制。"))
    blocks.append(Signature(organ=plan.organ.name, date=day))
    return typesetting.to_dict(
        DocumentContent(
            form="red_head", organ=plan.organ.name, title=str(plan), date=day, blocks=tuple(blocks)
        )
    )
