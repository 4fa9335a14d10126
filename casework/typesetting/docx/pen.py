"""The pen that writes a DOCX: page, typefaces, runs, paragraphs, tables without content."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from casework.typesetting import content as source
from casework.typesetting import geometry
from casework.typesetting.content import DocumentContent
from casework.typesetting.fonts import ROLES
from casework.typesetting.qr import qr_png

LINE_PT = 28.95
# GB/T 9704: 28 characters a line. Rounded down, so that the 28th never falls to the next line.
TRACKING_TWIPS = math.floor((geometry.CHARACTER_PITCH_PT - geometry.BODY_SIZE_PT) * 20)
ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def element(tag: str, **attributes: str | int) -> Any:
    """A node of WordprocessingML with attributes of its own namespace."""
    node = OxmlElement(tag)
    for name, value in attributes.items():
        node.set(qn(f"w:{name}"), str(value))
    return node


class Pen:
    """What every part of a document is written with."""

    def __init__(self, content: DocumentContent) -> None:
        self.content = content
        self.official = content.form in {"letter", "red_head"}
        self.size = 16.0 if self.official else 14.0 if content.form == "record" else 12.0
        self.file = Document()
        self.qr_pending = content.qr is not None
        self.break_pending = False

    def _properties(self) -> None:
        day = datetime.combine(source.parse_date(self.content.date), time(), UTC).replace(tzinfo=None)
        core = self.file.core_properties
        core.title, core.author = self.content.title.replace("\n", ""), self.content.organ
        core.last_modified_by, core.comments, core.revision = self.content.organ, "", 1
        core.created = core.modified = day

    def _normal_style(self) -> None:
        style = self.file.styles["Normal"]
        style.font.size = Pt(self.size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{name}"), ROLES["body"][0])
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.widow_control = True
        if self.official:
            size = style.element.get_or_add_rPr().find(qn("w:sz"))
            size.addprevious(element("w:spacing", val=TRACKING_TWIPS))

    def _page(self) -> None:
        section = self.file.sections[0]
        # LibreOffice gives each character two cells of a character grid; exact lines and tracking it sets as told.
        for grid in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(grid)
        width, height = Mm(geometry.PAGE_WIDTH_MM), Mm(geometry.PAGE_HEIGHT_MM)
        if self.content.landscape:
            section.orientation, width, height = WD_ORIENT.LANDSCAPE, height, width
        section.page_width, section.page_height = width, height
        top, bottom, left, right = geometry.FORM_MARGINS_MM[self.content.form]
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.footer_distance = Mm(bottom - geometry.PAGE_NUMBER_DROP_MM - 3)
        if self.official:
            self.file.settings.odd_and_even_pages_header_footer = True
            self._page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
            self._page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
        else:
            if self.content.page_signatures:
                labels = "".join(f"{label}：{'＿' * 7}　" for label in self.content.page_signatures)
                self._run(section.footer.paragraphs[0], labels, size=12)
                section.footer.add_paragraph()
            self._page_of_pages(section.footer.paragraphs[-1])

    def _page_number(self, paragraph: Any, alignment: Any) -> None:
        paragraph.alignment = alignment
        indent = "left" if alignment == WD_ALIGN_PARAGRAPH.LEFT else "right"
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn(f"w:{indent}Chars"), "100")
        self._run(paragraph, "— ", role="song", size=14)
        self._field(paragraph, "PAGE", 14)
        self._run(paragraph, " —", role="song", size=14)

    def _page_of_pages(self, paragraph: Any) -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, "第 ", role="song", size=9)
        self._field(paragraph, "PAGE", 9)
        self._run(paragraph, " 页　共 ", role="song", size=9)
        self._field(paragraph, "NUMPAGES", 9)
        self._run(paragraph, " 页", role="song", size=9)

    def _field(self, paragraph: Any, code: str, size: float) -> None:
        for kind in ("begin", "", "separate", "1", "end"):
            run = self._run(paragraph, "1" if kind == "1" else "", role="song", size=size)
            if kind == "":
                node = element("w:instrText")
                node.text = f" {code} "
                run._r.append(node)
            elif kind != "1":
                run._r.append(element("w:fldChar", fldCharType=kind))

    def _run(
        self, paragraph: Any, text: str, *, role: str = "body", size: float | None = None, colour: str = ""
    ) -> Any:
        run = paragraph.add_run()
        for no, line in enumerate(text.split("\n")):
            if no:
                run.add_break(WD_BREAK.LINE)
            run.add_text(line)
        run.font.size = Pt(size or self.size)
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        for name in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{name}"), ROLES[role][0])
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour.upper())
        return run

    def _paragraph(self, *, indent: float = 0, align: str = "", exact: bool = True, into: Any = None) -> Any:
        paragraph = (into or self.file).add_paragraph()
        layout = paragraph.paragraph_format
        if self.break_pending and into is None:
            layout.page_break_before, self.break_pending = True, False
        if exact and self.official:
            layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
        if indent:
            paragraph._p.get_or_add_pPr().get_or_add_ind().set(
                qn("w:firstLineChars"), str(round(indent * 100))
            )
            layout.first_line_indent = Pt(indent * self.size)
        paragraph.alignment = ALIGNMENTS.get(align, WD_ALIGN_PARAGRAPH.JUSTIFY)
        return paragraph

    def _text(
        self, text: str, *, indent: float = 0, align: str = "", role: str = "body", size: float = 0
    ) -> Any:
        paragraph = self._paragraph(indent=indent, align=align)
        self._run(paragraph, text, role=role, size=size or self.size)
        return paragraph

    def _blank(self, count: int = 1) -> None:
        for _ in range(count):
            self._text("").paragraph_format.keep_with_next = True

    def _rule(self, paragraph: Any, colour: str, eighths: int, *, space: int = 1) -> None:
        borders = element("w:pBdr")
        borders.append(element("w:bottom", val="single", sz=eighths, space=space, color=colour.upper()))
        self._insert_border(paragraph, borders)

    @staticmethod
    def _insert_border(paragraph: Any, borders: Any) -> None:
        properties = paragraph._p.get_or_add_pPr()
        later = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
        before = next((node for node in properties if node.tag in {qn(tag) for tag in later}), None)
        if before is None:
            properties.append(borders)
        else:
            before.addprevious(borders)

    def _text_width_mm(self) -> float:
        _, _, left, right = geometry.FORM_MARGINS_MM[self.content.form]
        page = geometry.PAGE_HEIGHT_MM if self.content.landscape else geometry.PAGE_WIDTH_MM
        return page - left - right

    def _spread(self, parts: tuple[str, ...]) -> None:
        table = self._grid(1, [1.0] * len(parts), ruled=False)
        for no, text in enumerate(parts):
            side = "left" if no == 0 else "right" if no == len(parts) - 1 and len(parts) > 1 else "center"
            self._fill(table.cell(0, no), text, align=side, size=12)

    def _page_break(self) -> None:
        self.break_pending = True

    def _right(self, text: str, gap: float) -> Any:
        paragraph = self._text(text, align="right")
        indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:rightChars"), str(round(gap * 100)))
        indent.set(qn("w:right"), str(round(gap * self.size * 20)))
        return paragraph

    def _seal_box(self, centre_from_right: float) -> None:
        """An empty dashed frame above the organ's name that shows where the seal goes."""
        paragraph = self._paragraph(align="center")
        self._run(paragraph, "（印章）", size=10.5, colour="808080")
        half = geometry.SEAL_SIDE_MM * geometry.POINTS_PER_MM / 2
        middle = centre_from_right * self.size
        width = self._text_width_mm() * geometry.POINTS_PER_MM
        paragraph.paragraph_format.right_indent = Pt(max(0, middle - half))
        paragraph.paragraph_format.left_indent = Pt(width - middle - half)
        paragraph.paragraph_format.keep_with_next = True
        borders = element("w:pBdr")
        for side in ("top", "left", "bottom", "right"):
            borders.append(element(f"w:{side}", val="dashed", sz=4, space=1, color="808080"))
        self._insert_border(paragraph, borders)

    def _qr(self, align: str = "left") -> None:
        code = self.content.qr
        if code is None:
            return
        self.qr_pending = False
        paragraph = self._paragraph(align=align, exact=False)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run().add_picture(io.BytesIO(qr_png(code.payload)), width=Mm(geometry.QR_SIDE_MM))
        caption = self._paragraph(align=align, exact=False)
        self._run(caption, "\n".join(filter(None, (code.caption, code.verify_url))), size=8)

    def _grid(self, rows: int, weights: list[float], *, ruled: bool = True) -> Any:
        if self.break_pending:
            self._paragraph(exact=False)
        table = self.file.add_table(rows, len(weights))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        if ruled:
            table.style = "Table Grid"
        total = self._text_width_mm()
        for column, weight in zip(table.columns, weights, strict=True):
            column.width = Mm(total * weight / sum(weights))
        for row in table._tbl.tr_lst:
            for cell, column in zip(row.tc_lst, table.columns, strict=True):
                cell.width = column.width
        return table

    def _fill(self, cell: Any, text: str, *, align: str, size: float, role: str = "body") -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = ALIGNMENTS.get(align, WD_ALIGN_PARAGRAPH.CENTER)
        self._run(paragraph, text, role=role, size=size)
        cell.vertical_alignment = 1
