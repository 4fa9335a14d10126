"""The empty checklist as a form for paper."""

from __future__ import annotations

from datetime import date

from casework.typesetting import (
    Block,
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Paragraph,
    SignatureLine,
    SignatureLines,
    Table,
)
from fieldwork.models import AnswerKind, ChecklistItem, ChecklistVersion
from fieldwork.selectors import aspects_of


def empty_form(version: ChecklistVersion, items: list[ChecklistItem], on: date) -> DocumentContent:
    """A checklist to be filled by hand: head, items with boxes, places to sign."""
    head = Fields(
        rows=(
            (Field("机构（场所）"), Field("地址")),
            (Field("检查时间"), Field("在场负责人")),
            (Field("检查人员及执法证号", "", 2, 2),),
        )
    )
    blocks: tuple[Block, ...] = (
        head,
        *(_aspect(version, aspect.code, aspect.name, aspect.items) for aspect in aspects_of(items)),
        Paragraph("★为否决项。不合格的写明情况，须拍照的写照片编号。", indent=False),
        SignatureLines((SignatureLine("检查人员"), SignatureLine("当事人"), SignatureLine("见证人"))),
    )
    return DocumentContent(
        form="table",
        title=version.name,
        date=on.isoformat(),
        blocks=blocks,
        head_line=(
            f"第 {version.number} 版，{version.effective_on:%Y-%m-%d} 起施行",
            "",
            f"校验值 {version.content_hash[:12]}",
        ),
    )


def _aspect(version: ChecklistVersion, code: str, name: str, items: tuple[ChecklistItem, ...]) -> Table:
    head = tuple(Cell(text) for text in ("项目", "检查内容", "依据", "结果", "情况说明、照片号"))
    return Table(
        columns=(
            Column(0.9),
            Column(4, "left"),
            Column(2.2, "left"),
            Column(1.9, "left"),
            Column(2.4, "left"),
        ),
        head=(head,),
        rows=tuple(_row(version, item) for item in items),
        title=f"{code} {name}",
        size=9.0,
    )


def _row(version: ChecklistVersion, item: ChecklistItem) -> tuple[Cell, ...]:
    answer = (
        "\n".join(f"□ {label}" for label in version.answer_labels.values())
        if item.answer_kind == AnswerKind.CHOICE
        else f"＿＿＿＿{item.unit}"
    )
    photo = "\n（须拍照）" if item.requires_photo else ""
    return (
        Cell(f"{item.code}{'★' if item.is_star else ''}"),
        Cell(item.text + (f"\n{item.hint}" if item.hint else "") + photo),
        Cell("\n".join(item.basis)),
        Cell(answer),
        Cell(""),
    )
