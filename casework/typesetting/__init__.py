"""Lays out official documents as PDF and DOCX from one plain, serialisable source.

The package is pure: it knows no models and no database, and it never reads the clock.
"""

from __future__ import annotations

from casework.typesetting.content import (
    AttachmentHead,
    Attachments,
    Block,
    Cell,
    Column,
    ContentError,
    DocumentContent,
    Field,
    Fields,
    Heading,
    Imprint,
    ItemList,
    Note,
    PageBreak,
    Paragraph,
    Picture,
    Qr,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
    chinese_date,
    from_dict,
    from_json,
    to_dict,
    to_json,
)
from casework.typesetting.docx import render_docx
from casework.typesetting.fonts import (
    FontsMissingError,
    MissingGlyphError,
    Substitution,
    font_fallbacks,
    fonts_used,
    missing_glyphs,
)
from casework.typesetting.pdf import render_pdf
from casework.typesetting.qr import qr_png, qr_svg

__all__ = [
    "AttachmentHead",
    "Attachments",
    "Block",
    "Cell",
    "Column",
    "ContentError",
    "DocumentContent",
    "Field",
    "Fields",
    "FontsMissingError",
    "Heading",
    "Imprint",
    "ItemList",
    "MissingGlyphError",
    "Note",
    "PageBreak",
    "Paragraph",
    "Picture",
    "Qr",
    "Signature",
    "SignatureLine",
    "SignatureLines",
    "Substitution",
    "Table",
    "chinese_date",
    "font_fallbacks",
    "fonts_used",
    "from_dict",
    "from_json",
    "missing_glyphs",
    "qr_png",
    "qr_svg",
    "render_docx",
    "render_pdf",
    "to_dict",
    "to_json",
]
