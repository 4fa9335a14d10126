"""The record of a draw 抽取记录 and the year's plan as official documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from casework.typesetting import (
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
    to_dict,
)
from draws.models import Draw, DrawPlan

PROBLEMS = {
    "TOO_FEW_OFFICERS": "可派的持证人员不足",
    "SKILL_MISSING": "没有具备所需专业的人员",
}


def draw_record(draw: Draw, record: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Pool, public value, persons, drawn places and teams, recusals; with places to sign for witnesses."""
    pool, entropy = record["pool"], record["entropy"]
    day = timezone.localtime(at)
    strata = "；".join(
        f"{row['label']}{size['size']}家抽{size['drawn']}家"
        for row, size in zip(pool["strata"], record["result"]["strata"], strict=True)
        if size["size"]
    )
    frozen = timezone.localtime(draw.frozen_at) if draw.frozen_at else day
    rows = [
        (Field("抽查名称", draw.title, 2),),
        (
            Field("抽取时间", f"{day:%Y-%m-%d %H:%M}"),
            Field("检查日期", f"{draw.planned_on} 至 {draw.planned_until}"),
        ),
        (Field("名录冻结时间", f"{frozen:%Y-%m-%d %H:%M}"), Field("抽取程序", pool["sampler"])),
        (Field("名录条件", "；".join(pool["conditions"]), 2),),
        (Field("名录和分层", f"共{len(pool['targets'])}家。{strata}", 2),),
        (Field("冻结名录校验值", _grouped(record["pool_hash"]), 2),),
        (Field("公开值", f"{entropy['value']}（{entropy['source']}；{entropy['note']}）", 2),),
        (Field("录入人", entropy["entered_by"]), Field("复核人", entropy["confirmed_by"])),
    ]
    if entropy["witnesses"]:
        rows.append((Field("见证人", entropy["witnesses"], 2),))
    if pool["predecessor"]:
        before = pool["predecessor"]
        rows.append((Field("重新抽取", f"原抽取 {before['number']}，理由：{before['reason']}", 2),))
    content = DocumentContent(
        form="table",
        organ=draw.lead_organ.name,
        title="双随机抽取记录",
        date=timezone.localdate(at).isoformat(),
        blocks=(
            Paragraph(f"抽取机关：{draw.lead_organ.name}", indent=False, align="right"),
            Fields(tuple(rows), size=10.5),
            _teams(record),
            Paragraph(
                "本次抽取按公布的抽取程序进行，任何人可以用公示的冻结名录和公开值重新抽取，得到相同结果。"
            ),
            SignatureLines((SignatureLine("抽取人"), SignatureLine("见证人"), SignatureLine("见证人"))),
        ),
    )
    return to_dict(content)


def _grouped(digest: str) -> str:
    """A hash in groups of sixteen signs, which a line can break."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _teams(record: dict[str, Any]) -> Table:
    names = {row["id"]: row["name"] for row in record["pool"]["targets"]}
    people = {row["id"]: row for row in record["pool"]["officers"]}
    rows = []
    order = 0
    for team in record["result"]["teams"]:
        officers = "、".join(
            f"{people[one]['name']}（{people[one]['certificate']['number']}）" for one in team["officers"]
        )
        aside = "、".join(people[one]["name"] for one in team["recused"])
        height = len(team["targets"])
        shared = (
            Cell(f"第{team['number']}组", rowspan=height),
            Cell(officers or PROBLEMS[team["problem"]], rowspan=height),
            Cell(aside or "无", rowspan=height),
        )
        for place in team["targets"]:
            order += 1
            is_first = place == team["targets"][0]
            rows.append((Cell(str(order)), Cell(names[place]), *(shared if is_first else ())))
    head = tuple(Cell(text) for text in ("序号", "检查对象", "组别", "执法人员（执法证号）", "回避人员"))
    columns = (Column(0.6), Column(3, "left"), Column(0.9), Column(2.6, "left"), Column(1.2))
    return Table(columns=columns, head=(head,), rows=tuple(rows), size=10.5)


PLAN_HEAD = ("序号", "抽查事项", "抽查对象", "抽查比例", "抽查时间", "牵头部门", "联合部门")
PLAN_COLUMNS = (
    Column(0.5),
    Column(2.4, "left"),
    Column(2, "left"),
    Column(0.8),
    Column(1.3),
    Column(1.1),
    Column(1.4),
)


def draw_plan(plan: DrawPlan, *, at: datetime) -> dict[str, Any]:
    """The published plan with its table of rows."""
    day = timezone.localdate(at).isoformat()
    rows = list(plan.rows.select_related("lead_organ").prefetch_related("partners").order_by("position"))
    table = Table(
        columns=PLAN_COLUMNS,
        head=(tuple(Cell(text) for text in PLAN_HEAD),),
        rows=tuple(
            tuple(
                Cell(text)
                for text in (
                    str(row.position),
                    row.item,
                    row.pool,
                    f"{row.percent}%",
                    row.window,
                    row.lead_organ.short_name,
                    "、".join(organ.short_name for organ in row.partners.all()) or "—",
                )
            )
            for row in rows
        ),
        size=10.5,
    )
    joint = sum(1 for row in rows if row.partners.all())
    told = f"，其中部门联合抽查{joint}项" if joint else ""
    blocks: list[Any] = [
        Paragraph(f"根据{plan.basis}，现公布{plan.year}年度校外培训双随机抽查计划，共{len(rows)}项{told}。"),
        table,
    ]
    if plan.note:
        blocks.append(Paragraph(plan.note))
    blocks.append(
        Paragraph(
            "检查对象和执法人员由事先公布的公开值随机抽取，抽取方法、名录校验值和抽查结果在公开平台公布。"
        )
    )
    blocks.append(Signature(organ=plan.organ.name, date=day))
    return to_dict(
        DocumentContent(
            form="red_head",
            organ=plan.organ.name,
            title=f"{plan.organ.short_name}{plan}",
            date=day,
            blocks=tuple(blocks),
        )
    )
