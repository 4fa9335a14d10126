"""One document from top to bottom, as stable bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm

from casework.typesetting import content as source
from casework.typesetting.content import DocumentContent, text_width
from casework.typesetting.docx.heads import Heads
from casework.typesetting.docx.tables import Tables

LEVEL_ROLES = ("hei", "kai", "body", "body")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def render_docx(content: DocumentContent) -> bytes:
    """Lay out a document as DOCX. The same content always gives the same bytes."""
    return _stable(Writer(source.cleaned(content)).written())


def _stable(data: bytes) -> bytes:
    """Repack the archive with fixed times and order."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as stable,
    ):
        names = archive.namelist()
        first = [name for name in names if name == "[Content_Types].xml"]
        for name in first + sorted(set(names) - set(first)):
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            stable.writestr(info, archive.read(name))
    return out.getvalue()


class Writer(Heads, Tables):
    """Writes one document from top to bottom."""

    def written(self) -> bytes:
        self._properties()
        self._normal_style()
        self._page()
        self._head()
        setters: dict[str, Callable[[Any], None]] = {
            "paragraph": self._body,
            "heading": self._heading,
            "list": self._list,
            "table": self._table,
            "fields": self._fields,
            "signature": self._signature,
            "signature_lines": self._hand_lines,
            "attachments": self._attachments,
            "attachment_head": self._attachment_head,
            "note": lambda block: self._text(f"（{block.text}）", indent=2),
            "imprint": self._imprint,
            "picture": self._picture,
            "page_break": lambda block: self._page_break(),
        }
        for no, block in enumerate(self.content.blocks):
            before = len(self.file.paragraphs)
            setters[block.kind](block)
            follower = self.content.blocks[no + 1].kind if no + 1 < len(self.content.blocks) else ""
            if follower in {"signature", "signature_lines", "attachments"}:
                for paragraph in self.file.paragraphs[before:][-1:]:
                    paragraph.paragraph_format.keep_with_next = True
        if self.content.foot_line:
            self._spread(self.content.foot_line)
        if self.qr_pending:
            self._qr()
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()

    def _picture(self, block: source.Picture) -> None:
        paragraph = self._paragraph(align="center", exact=False)
        shown = paragraph.add_run().add_picture(
            io.BytesIO(source.picture_bytes(block.data)), height=Mm(block.height_mm)
        )
        if shown.width > Mm(block.width_mm):
            shown.height = Mm(block.height_mm * Mm(block.width_mm) / shown.width)
            shown.width = Mm(block.width_mm)

    def _body(self, block: source.Paragraph) -> None:
        self._text(block.text, indent=2 if block.indent and not block.align else 0, align=block.align)

    def _heading(self, block: source.Heading) -> None:
        paragraph = self._text(block.text, indent=2, role=LEVEL_ROLES[block.level - 1])
        if block.tail:
            self._run(paragraph, block.tail)
        else:
            paragraph.paragraph_format.keep_with_next = True

    def _list(self, block: source.ItemList) -> None:
        for no, text in enumerate(block.items, 1):
            self._text(f"{no}.{text}" if block.ordered else text, indent=2)

    def _attachments(self, block: source.Attachments) -> None:
        self._blank()
        many = len(block.items) > 1
        for no, name in enumerate(block.items, 1):
            label = "附件：" if no == 1 else "　　　"
            paragraph = self._paragraph()
            lead = 6 if many else 5
            indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
            hang = lead - 2
            for key, value in (("leftChars", lead * 100), ("hangingChars", hang * 100)):
                indent.set(qn(f"w:{key}"), str(value))
            indent.set(qn("w:left"), str(round(lead * self.size * 20)))
            indent.set(qn("w:hanging"), str(round(hang * self.size * 20)))
            self._run(paragraph, f"{label}{no}.{name}" if many else f"{label}{name}")
            paragraph.paragraph_format.keep_with_next = True

    def _attachment_head(self, block: source.AttachmentHead) -> None:
        paragraph = self._text(block.label, role="hei")
        paragraph.paragraph_format.page_break_before = True
        self._blank()
        self._text("\n".join(source.title_lines(block.title)), align="center", role="title", size=22)
        self._blank()

    def _signature(self, block: source.Signature) -> None:
        day = source.chinese_date(block.date)
        organ_width, day_width = text_width(block.organ), text_width(day)
        if block.seal:
            day_right = 4.0
            organ_right = day_right + (day_width - organ_width) / 2
            shift = max(0.0, 2 - organ_right)
            day_right, organ_right = day_right + shift, organ_right + shift
            self._blank()
            self._seal_box(day_right + day_width / 2)
        else:
            organ_right, day_right = 2.0, organ_width - day_width
            if day_right < 2:
                day_right, organ_right = 2.0, max(0.0, 4 + day_width - organ_width)
            self._blank()
        self._right(block.organ, organ_right).paragraph_format.keep_with_next = True
        self._right(day, day_right)
        if self.qr_pending:
            self._qr()
