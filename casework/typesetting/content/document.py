"""A document of blocks, and whether it can be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

from casework.typesetting.content.blocks import (
    Block,
    Cell,
    Fields,
    Form,
    Heading,
    Imprint,
    Qr,
    Signature,
    Table,
)
from casework.typesetting.content.words import ContentError, parse_date


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """Everything one document says.

    `date` is YYYY-MM-DD and also fixes the creation date inside the files. A line break in `title` sets its lines;
    without one a long title is divided by meaning. `signer` (签发人) makes a red-head document an upward one.
    `letterhead` gives a letter the red 信函 head. `head_line` and `foot_line` are the left, middle and right texts
    above and below a statistical form; `form_code` its code lines at the top right. `page_signatures` are labels to
    be signed at the foot of every page of a record.
    """

    form: Form
    title: str
    date: str
    blocks: tuple[Block, ...]
    organ: str = ""
    number: str = ""
    addressee: str = ""
    signer: str = ""
    urgency: str = ""
    letterhead: bool = False
    landscape: bool = False
    form_code: tuple[str, ...] = ()
    head_line: tuple[str, ...] = ()
    foot_line: tuple[str, ...] = ()
    page_signatures: tuple[str, ...] = ()
    qr: Qr | None = None

    def __post_init__(self) -> None:
        validate(self)


def validate(content: DocumentContent) -> None:
    """Refuse a source that cannot be laid out."""
    if content.form not in get_args(Form):
        raise ContentError(f"文书版式“{content.form}”不存在，请从 {'、'.join(get_args(Form))} 中选择。")
    if not content.title.strip():
        raise ContentError("文书标题为空，请填写标题。")
    if content.form == "red_head" and not content.organ.strip():
        raise ContentError("公文缺少发文机关标志，请填写发文机关名称。")
    parse_date(content.date)
    for block in content.blocks:
        _validate_block(block)


def _validate_block(block: Block) -> None:
    if isinstance(block, Heading) and block.level not in {1, 2, 3, 4}:
        raise ContentError(f"标题层次 {block.level} 不存在，请使用 1 至 4 级。")
    if isinstance(block, Signature | Imprint):
        parse_date(block.date)
    if isinstance(block, Fields):
        for row in block.rows:
            if sum(field.span for field in row) != block.columns:
                labels = "、".join(field.label for field in row)
                raise ContentError(f"表单行（{labels}）未占满 {block.columns} 组格，请检查各项的跨度。")
    if isinstance(block, Table):
        cell_grid(block.head, len(block.columns))
        cell_grid(block.rows, len(block.columns))


def cell_grid(rows: tuple[tuple[Cell, ...], ...], width: int) -> list[list[tuple[int, int]]]:
    """Place every cell: for each grid slot the (row, position in row) of the cell that covers it.

    Raises ContentError when the spans leave a hole, overlap or leave the grid.
    """
    grid: list[list[tuple[int, int] | None]] = [[None] * width for _ in rows]
    for row_no, row in enumerate(rows):
        column = 0
        for position, cell in enumerate(row):
            while column < width and grid[row_no][column] is not None:
                column += 1
            _occupy(grid, row_no, column, cell, position)
    if any(slot is None for line in grid for slot in line):
        raise ContentError("表格有的行单元格不足，请检查每行的列数与跨行、跨列设置。")
    return cast("list[list[tuple[int, int]]]", grid)


def _occupy(
    grid: list[list[tuple[int, int] | None]], row: int, column: int, cell: Cell, position: int
) -> None:
    for line in range(row, row + cell.rowspan):
        for slot in range(column, column + cell.colspan):
            if line >= len(grid) or slot >= len(grid[line]) or grid[line][slot] is not None:
                raise ContentError(f"表格单元格“{cell.text}”超出表格范围，请检查跨行、跨列设置。")
            grid[line][slot] = (row, position)
