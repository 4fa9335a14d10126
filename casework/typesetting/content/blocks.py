"""The blocks that a document is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

Form = Literal["letter", "red_head", "table", "record"]
Align = Literal["", "left", "center", "right"]


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
class Picture:
    """A photo (JPEG or PNG, base64) set in a frame of the given size in the middle of the line, never cut off.

    The bytes stand in the source, so the same document always shows the same picture.
    """

    kind: ClassVar[str] = "picture"
    data: str
    alt: str
    width_mm: float = 25.0
    height_mm: float = 35.0


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
    | Picture
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
