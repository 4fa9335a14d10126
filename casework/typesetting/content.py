"""The one source of a document: what it says, never how a given file format says it.

A `DocumentContent` is frozen with the issued document, so both files can be produced again years later.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from datetime import date
from types import UnionType
from typing import Any, ClassVar, Literal, Union, cast, get_args, get_origin, get_type_hints

Form = Literal["letter", "red_head", "table", "record"]
Align = Literal["", "left", "center", "right"]

_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)


class ContentError(ValueError):
    """The stored source of a document does not describe a document; the text says what to mend."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text, indented by two characters unless `indent` is off."""

    kind: ClassVar[str] = "paragraph"
    text: str
    indent: bool = True
    align: Align = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered heading of level 1 to 4 (一、 （一） 1. （1）); `tail` runs on in the body face on the same line."""

    kind: ClassVar[str] = "heading"
    level: int
    text: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items as paragraphs of their own, numbered 1. 2. 3. when `ordered`."""

    kind: ClassVar[str] = "list"
    items: tuple[str, ...]
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: its share of the width and how its cells align."""

    weight: float = 1.0
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell; `align` empty means as its column says."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    align: Align = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table whose head rows come back on every page; `size` is the type size in points."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    unit: str = ""
    note: str = ""
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value in a form. `sign` prints a place to sign in the lower right of the cell.

    `span` counts label/value pairs. Without a label the value takes the whole width of its pairs.
    """

    label: str
    value: str = ""
    span: int = 1
    min_lines: int = 1
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """A bordered form of `columns` label/value pairs per row."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[Field, ...], ...]
    columns: int = 2
    label_width_mm: float = 30.0
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Signature:
    """The issuing organ and the date (YYYY-MM-DD), with an empty dashed box where the seal is to be put."""

    kind: ClassVar[str] = "signature"
    organ: str
    date: str
    seal: bool = True


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A label followed by a line to sign on, and a place for the date when `dated`."""

    label: str
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SignatureLines:
    """Places to sign by hand."""

    kind: ClassVar[str] = "signature_lines"
    lines: tuple[SignatureLine, ...]


@dataclass(frozen=True, slots=True)
class Attachments:
    """The list of attachments below the body (附件说明); the names carry no closing punctuation."""

    kind: ClassVar[str] = "attachments"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttachmentHead:
    """Opens an attachment on a new page: its mark (附件1) at the top left and its title on the third line."""

    kind: ClassVar[str] = "attachment_head"
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Note:
    """附注 below the date, printed in round brackets."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记 at the foot of the last page: 抄送, the printing office and its date (YYYY-MM-DD)."""

    kind: ClassVar[str] = "imprint"
    copies_to: tuple[str, ...]
    issuer: str
    date: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """Starts a new page."""

    kind: ClassVar[str] = "page_break"


Block = (
    Paragraph
    | Heading
    | ItemList
    | Table
    | Fields
    | Signature
    | SignatureLines
    | Attachments
    | AttachmentHead
    | Note
    | Imprint
    | PageBreak
)
BLOCK_TYPES: dict[str, type[Block]] = {block.kind: block for block in get_args(Block)}


@dataclass(frozen=True, slots=True)
class Qr:
    """The code that lets anyone check the document: its payload, a caption and the address for people."""

    payload: str
    caption: str = "扫码核验"
    verify_url: str = ""


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


def clean_text(text: str) -> str:
    """Drop control, zero-width and direction characters, which print nothing and can disguise a text."""
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip(" \n")


def chinese_date(value: str | date) -> str:
    """2026-11-02 -> 2026年11月2日 (Arabic figures, full year, no leading zero)."""
    day = value if isinstance(value, date) else parse_date(value)
    return f"{day.year}年{day.month}月{day.day}日"


def parse_date(value: str) -> date:
    """Read a YYYY-MM-DD date or say that it is not one."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ContentError(f"日期“{value}”无法识别，请按“2026-11-22”的格式填写。") from error


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


TITLE_LINE_CHARACTERS = 19
_AFTER = "的和及与、》”】）"
_NEVER_FIRST = "的、，》”）】〕"
_PAIRS = ("《》", "“”", "（）", "〔〕")


def title_lines(title: str, limit: int = TITLE_LINE_CHARACTERS) -> tuple[str, ...]:
    """The lines of a title: as broken by its author, or divided where the meaning allows into similar lengths."""
    if "\n" in title:
        return tuple(line.strip() for line in title.split("\n") if line.strip())
    if len(title) <= limit:
        return (title,)
    count = -(-len(title) // limit)
    return tuple(_divide(title, count, limit))


def _divide(title: str, count: int, limit: int) -> list[str]:
    if count == 1:
        return [title]
    ideal = len(title) / count
    low, high = max(2, len(title) - limit * (count - 1)), min(limit, len(title) - 2)
    cut = min(range(low, high + 1), key=lambda at: (_break_cost(title, at) + abs(at - ideal), at))
    return [title[:cut], *_divide(title[cut:], count - 1, limit)]


def _break_cost(title: str, at: int) -> float:
    before, after = title[at - 1], title[at]
    cost = 0.0 if before in _AFTER or title.startswith(("关于", "的通知"), at) else 3.0
    if after in _NEVER_FIRST or before in "《“（〔" or title.startswith(("关于",), at - 1):
        cost += 30
    if before.isascii() and after.isascii():
        cost += 30
    return cost + sum(8 for pair in _PAIRS if title[:at].count(pair[0]) > title[:at].count(pair[1]))


def text_width(text: str) -> float:
    """Width in characters of the body grid; ASCII counts as half."""
    return sum(0.5 if ord(char) < 0x2000 else 1.0 for char in text)


def to_dict(content: DocumentContent) -> dict[str, Any]:
    """The source as plain JSON values; every block carries its `kind`."""
    return cast("dict[str, Any]", _encode(content))


def to_json(content: DocumentContent) -> str:
    """The source as canonical JSON text: the same content always gives the same bytes."""
    return json.dumps(to_dict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_dict(data: dict[str, Any]) -> DocumentContent:
    """Rebuild a source from JSON values and check it."""
    return cast("DocumentContent", _decode(DocumentContent, data, "文书"))


def from_json(text: str) -> DocumentContent:
    """Rebuild a source from its JSON text."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError("文书内容不是有效的 JSON，请重新生成文书。") from error
    return from_dict(data)


def cleaned(content: DocumentContent) -> DocumentContent:
    """The same document with every text freed of characters that print nothing."""
    return from_dict(cast("dict[str, Any]", _clean(to_dict(content))))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": value.kind, **fields} if hasattr(value, "kind") else fields
    return [_encode(item) for item in value] if isinstance(value, tuple) else value


def _decode(expected: Any, value: Any, path: str) -> Any:
    origin = get_origin(expected)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ContentError(f"{path} 应为列表，请重新生成文书。")
        return tuple(_decode(get_args(expected)[0], item, f"{path}[{no}]") for no, item in enumerate(value))
    if origin in {UnionType, Union}:
        return _decode_union(expected, value, path)
    if dataclasses.is_dataclass(expected):
        return _decode_dataclass(cast("type[Any]", expected), value, path)
    return _decode_plain(expected, value, path)


def _decode_union(expected: Any, value: Any, path: str) -> Any:
    if type(None) in get_args(expected):
        return None if value is None else _decode(get_args(expected)[0], value, path)
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in BLOCK_TYPES:
        raise ContentError(f"{path} 的类型“{kind}”不存在，请重新生成文书。")
    return _decode_dataclass(BLOCK_TYPES[kind], value, path)


_resolved: dict[type[Any], dict[str, Any]] = {}


def _hints(expected: type[Any]) -> dict[str, Any]:
    """Resolved field types; resolving them anew for every cell of a long table takes seconds."""
    if expected not in _resolved:
        _resolved[expected] = get_type_hints(expected)
    return _resolved[expected]


def _decode_dataclass(expected: type[Any], value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise ContentError(f"{path} 应为对象，请重新生成文书。")
    hints = _hints(expected)
    names = {field.name for field in dataclasses.fields(expected)}
    unknown = set(value) - names - {"kind"}
    if unknown:
        raise ContentError(f"{path} 含有无法识别的项：{'、'.join(sorted(unknown))}。请删除后重试。")
    try:
        return expected(
            **{name: _decode(hints[name], value[name], f"{path}.{name}") for name in names if name in value}
        )
    except TypeError as error:
        raise ContentError(f"{path} 缺少必需的项，请补全后重试。") from error


def _decode_plain(expected: Any, value: Any, path: str) -> Any:
    if get_origin(expected) is Literal:
        if value not in get_args(expected):
            raise ContentError(f"{path} 的取值“{value}”不存在，请重新生成文书。")
        return value
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        raise ContentError(f"{path} 的数据类型不正确，请重新生成文书。")
    return value
