"""PDF/A-2b by typst. Every text travels as JSON data, so nothing a person typed is ever read as markup."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from casework.typesetting import content as source
from casework.typesetting import geometry
from casework.typesetting.content import DocumentContent
from casework.typesetting.fonts import (
    FontSet,
    MissingGlyphError,
    default_font_dir,
    load_fonts,
    missing_glyphs,
)
from casework.typesetting.qr import qr_svg

TEMPLATE_PATH = Path(__file__).with_name("template.typ")
TEXT_KINDS = {"paragraph", "heading", "item"}
TAIL_KINDS = {"attachments", "signature", "signature_lines", "note"}


class LayoutError(RuntimeError):
    """The typesetter refused the document."""


def render_pdf(content: DocumentContent, *, font_dir: Path | None = None, watermark: str = "") -> bytes:
    """Lay out a document as PDF/A-2b. The same content and fonts always give the same bytes.

    `watermark` is printed large and grey across every page (预览).

    Raises MissingGlyphError when a character is in no typeface, FontsMissingError when the folder has no fonts.
    """
    folder = font_dir or default_font_dir()
    document = source.cleaned(content)
    missing = missing_glyphs(document, folder)
    if missing:
        raise MissingGlyphError(missing)
    fonts = load_fonts(folder)
    data = json.dumps({**layout_data(document, fonts), "watermark": watermark}, ensure_ascii=False)
    try:
        return typst.compile(
            _template(),
            font_paths=fonts.fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            pdf_standards=["a-2b"],
            timestamp=datetime.combine(source.parse_date(document.date), time(), UTC),
        )
    except typst.TypstError as error:
        raise LayoutError(f"文书排版失败，请检查内容后重试（{error.message}）。") from error


@lru_cache(maxsize=1)
def _template() -> bytes:
    return TEMPLATE_PATH.read_bytes()


def layout_data(document: DocumentContent, fonts: FontSet) -> dict[str, Any]:
    """What the template reads: the content with dates spelt out, cells placed and tails joined to their text."""
    day = source.parse_date(document.date)
    top, bottom, left, right = geometry.FORM_MARGINS_MM[document.form]
    data = source.to_dict(document)
    return {
        **data,
        "title_lines": source.title_lines(
            document.title, 32 if document.landscape else source.TITLE_LINE_CHARACTERS
        ),
        "plain_title": document.title.replace("\n", ""),
        "day": {"year": day.year, "month": day.month, "day": day.day},
        "margins": {"top": top, "bottom": bottom, "left": left, "right": right},
        "official": document.form in {"letter", "red_head"},
        "pitch": geometry.LINE_PITCH_PT,
        "tracking": geometry.CHARACTER_PITCH_PT - geometry.BODY_SIZE_PT - 0.001,
        "mark_size": geometry.mark_size_pt(document.organ),
        "red": geometry.RED,
        "seal_side": geometry.SEAL_SIDE_MM,
        "qr": {**data["qr"], "svg": qr_svg(document.qr.payload), "side": geometry.QR_SIDE_MM}
        if document.qr
        else None,
        "fonts": {
            role: {"families": stack, "weight": fonts.weights[role]}
            for role, stack in sorted(fonts.stacks.items())
        },
        "blocks": _joined([item for block in data["blocks"] for item in _flat(block)]),
    }


def _flat(block: dict[str, Any]) -> list[dict[str, Any]]:
    """One block as the items that the template sets: lists and attachment lists become single paragraphs."""
    kind = block["kind"]
    if kind == "list":
        return [
            {"kind": "item", "mark": f"{no}." if block["ordered"] else "", "text": text}
            for no, text in enumerate(block["items"], 1)
        ]
    if kind == "attachment_head":
        return [{**block, "title_lines": source.title_lines(block["title"])}]
    if kind in {"signature", "imprint"}:
        return [{**block, "date": source.chinese_date(block["date"])}]
    if kind == "picture":
        return [{**block, "data": list(source.picture_bytes(block["data"]))}]
    if kind == "fields":
        return [_with_struts(block)]
    return [block]


def _with_struts(block: dict[str, Any]) -> dict[str, Any]:
    """Give short values of a form the height of `min_lines` and divide long labels into even lines."""
    room = int((block["label_width_mm"] * geometry.POINTS_PER_MM - 10) / block["size"])
    rows = [
        [
            {
                **field,
                "label": _even_lines(field["label"], room),
                "strut": field["min_lines"] if field["min_lines"] > 1 else 0,
            }
            for field in row
        ]
        for row in block["rows"]
    ]
    return {**block, "rows": rows}


def _even_lines(label: str, room: int) -> str:
    if "\n" in label or len(label) <= room:
        return label
    length = -(-len(label) // -(-len(label) // room))
    return "\n".join(label[at : at + length] for at in range(0, len(label), length))


def _joined(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attach signatures to the text before them, so that a signature never stands alone on a page."""
    out: list[dict[str, Any]] = []
    for item in items:
        previous = out[-1] if out else None
        if item["kind"] in TAIL_KINDS and previous is not None and _can_carry(previous):
            previous.setdefault("after", []).append(item)
        else:
            out.append(dict(item))
    return [part for item in out for part in _split_table(item)]


def _can_carry(item: dict[str, Any]) -> bool:
    return item["kind"] in TEXT_KINDS | {"table"}


def _split_table(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Cut the last rows off a table that carries a tail, where no cell crosses the cut."""
    if item["kind"] != "table" or "after" not in item or item["note"] or len(item["rows"]) < 3:
        return [item]
    cut = len(item["rows"]) - 2
    if any(cell["rowspan"] > 1 for row in item["rows"] for cell in row):
        return [item]
    upper = {**item, "rows": item["rows"][:cut], "after": [], "open": True}
    lower = {**item, "rows": item["rows"][cut:], "head": [], "title": "", "unit": "", "continued": True}
    return [upper, lower]
