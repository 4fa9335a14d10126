"""DOCX from the same source, for offices that finish a draft in a word processor.

Names the official typefaces, which the reader's machine has; the PDF is the file of record.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell

from casework.typesetting import content as source
from casework.typesetting import geometry
from casework.typesetting.content import DocumentContent, text_width
from casework.typesetting.fonts import ROLES
from casework.typesetting.qr import qr_png

LINE_PT = 28.95
TWIPS_PER_LINE = 579
ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
LEVEL_ROLES = ("hei", "kai", "body", "body")
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def render_docx(content: DocumentContent) -> bytes:
    """Lay out a document as DOCX. The same content always gives the same bytes."""
    return _stable(_Writer(source.cleaned(content)).written())


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


def _element(tag: str, **attributes: str | int) -> Any:
    node = OxmlElement(tag)
    for name, value in attributes.items():
        node.set(qn(f"w:{name}"), str(value))
    return node


class _Writer:
    """Writes one document from top to bottom."""

    def __init__(self, content: DocumentContent) -> None:
        self.content = content
        self.official = content.form in {"letter", "red_head"}
        self.size = 16.0 if self.official else 14.0 if content.form == "record" else 12.0
        self.file = Document()
        self.qr_pending = content.qr is not None
        self.break_pending = False

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

    def _page(self) -> None:
        section = self.file.sections[0]
        width, height = Mm(geometry.PAGE_WIDTH_MM), Mm(geometry.PAGE_HEIGHT_MM)
        if self.content.landscape:
            section.orientation, width, height = WD_ORIENT.LANDSCAPE, height, width
        section.page_width, section.page_height = width, height
        top, bottom, left, right = geometry.FORM_MARGINS_MM[self.content.form]
        section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
        section.left_margin, section.right_margin = Mm(left), Mm(right)
        section.footer_distance = Mm(bottom - geometry.PAGE_NUMBER_DROP_MM - 3)
        if self.official:
            properties = section._sectPr
            for grid in properties.findall(qn("w:docGrid")):
                properties.remove(grid)
            pitch = round((geometry.CHARACTER_PITCH_PT - geometry.BODY_SIZE_PT) * 4096)
            properties.append(
                _element("w:docGrid", type="linesAndChars", linePitch=TWIPS_PER_LINE, charSpace=pitch)
            )
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
                node = _element("w:instrText")
                node.text = f" {code} "
                run._r.append(node)
            elif kind != "1":
                run._r.append(_element("w:fldChar", fldCharType=kind))

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

    def _head(self) -> None:
        {"red_head": self._red_head, "letter": self._letter_head}.get(self.content.form, self._form_head)()
        if self.content.addressee:
            self._text(f"{self.content.addressee}：")

    def _title(self, size: float = 22.0) -> None:
        limit = 32 if self.content.landscape else source.TITLE_LINE_CHARACTERS
        text = "\n".join(source.title_lines(self.content.title, limit))
        self._text(text, align="center", role="title", size=size)

    def _mark(self) -> Any:
        paragraph = self._paragraph(align="center", exact=False)
        size = geometry.mark_size_pt(self.content.organ)
        self._run(paragraph, self.content.organ, role="title", size=size, colour=geometry.RED)
        return paragraph

    def _red_head(self) -> None:
        content = self.content
        self._mark().paragraph_format.space_before = Mm(geometry.MARK_DROP_MM)
        self._blank(2)
        if content.signer:
            line = self._paragraph(align="left")
            line.paragraph_format.tab_stops.add_tab_stop(Mm(geometry.TEXT_WIDTH_MM - 5.6), 2)
            self._run(line, f"　{content.number}\t签发人：")
            self._run(line, content.signer, role="kai")
        else:
            line = self._text(content.number, align="center")
        self._rule(line, geometry.RED, 16, space=11)
        self._blank(2)
        self._title()
        self._blank()

    def _rule(self, paragraph: Any, colour: str, eighths: int, *, space: int = 1) -> None:
        borders = _element("w:pBdr")
        borders.append(_element("w:bottom", val="single", sz=eighths, space=space, color=colour.upper()))
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

    def _letter_head(self) -> None:
        content = self.content
        if content.letterhead:
            self._rule(self._mark(), geometry.RED, 24)
            self._text(content.number, align="right")
            self._blank(2)
            self._title()
        else:
            if content.organ:
                self._text(content.organ, align="center", role="title", size=22)
            self._title(26 if content.organ else 22)
            if content.number:
                self._text(f"{content.number}　", align="right")
        self._blank()

    def _form_head(self) -> None:
        content = self.content
        if self.qr_pending:
            self._qr(align="right" if content.form == "record" else "left")
        for line in content.form_code:
            self._text(line, align="right", size=10.5)
        if content.form == "record" and content.organ:
            self._text(content.organ, align="center", role="title", size=18)
        self._title(22 if content.form == "record" else 20)
        if content.number:
            self._text(content.number, align="right", size=12)
        if content.head_line:
            self._spread(content.head_line)

    def _text_width_mm(self) -> float:
        _, _, left, right = geometry.FORM_MARGINS_MM[self.content.form]
        page = geometry.PAGE_HEIGHT_MM if self.content.landscape else geometry.PAGE_WIDTH_MM
        return page - left - right

    def _spread(self, parts: tuple[str, ...]) -> None:
        table = self._grid(1, [1.0] * len(parts), ruled=False)
        for no, text in enumerate(parts):
            side = "left" if no == 0 else "right" if no == len(parts) - 1 and len(parts) > 1 else "center"
            self._fill(table.cell(0, no), text, align=side, size=12)

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

    def _page_break(self) -> None:
        self.break_pending = True

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
        borders = _element("w:pBdr")
        for side in ("top", "left", "bottom", "right"):
            borders.append(_element(f"w:{side}", val="dashed", sz=4, space=1, color="808080"))
        self._insert_border(paragraph, borders)

    def _hand_lines(self, block: source.SignatureLines) -> None:
        for line in block.lines:
            date = "　　　　年　　月　　日" if line.dated else ""
            self._text(f"{line.label}：{'＿' * 10}{date}")

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

    def _table(self, block: source.Table) -> None:
        if block.title:
            self._text(block.title, align="center", role="hei", size=block.size + 2)
        if block.unit:
            self._text(f"单位：{block.unit}", align="right", size=block.size)
        rows = (*block.head, *block.rows)
        table = self._grid(len(rows), [column.weight for column in block.columns])
        self._place(table, block.head, 0, block)
        self._place(table, block.rows, len(block.head), block)
        for no, row in enumerate(table.rows):
            properties = row._tr.get_or_add_trPr()
            properties.append(_element("w:cantSplit"))
            if no < len(block.head):
                properties.append(_element("w:tblHeader"))
        if block.rows:
            for paragraph in (p for cell in table.rows[-1].cells for p in cell.paragraphs):
                paragraph.paragraph_format.keep_with_next = True
        if block.note:
            self._text(f"注：{block.note}", size=block.size)

    def _place(
        self, table: Any, rows: tuple[tuple[source.Cell, ...], ...], first: int, block: source.Table
    ) -> None:
        grid = source.cell_grid(rows, len(block.columns))
        cells = [
            _Cell(node, table) for row in table._tbl.tr_lst[first : first + len(rows)] for node in row.tc_lst
        ]
        width = len(block.columns)
        done: set[tuple[int, int]] = set()
        merges: list[tuple[Any, Any]] = []
        for line, slots in enumerate(grid):
            for column, key in enumerate(slots):
                if key in done:
                    continue
                done.add(key)
                cell = rows[key[0]][key[1]]
                target = cells[line * width + column]
                if cell.rowspan > 1 or cell.colspan > 1:
                    merges.append(
                        (target, cells[(line + cell.rowspan - 1) * width + column + cell.colspan - 1])
                    )
                own = cell.align or ("center" if (first == 0 and block.head) or cell.colspan > 1 else "")
                role = "hei" if cell.strong or (first == 0 and block.head) else "body"
                self._fill(
                    target, cell.text, align=own or block.columns[column].align, size=block.size, role=role
                )
        for start, end in merges:
            start.merge(end)

    def _fields(self, block: source.Fields) -> None:
        value_mm = (self._text_width_mm() - block.columns * block.label_width_mm) / block.columns
        table = self._grid(len(block.rows), [block.label_width_mm, value_mm] * block.columns)
        for line, row in enumerate(block.rows):
            column = 0
            for field in row:
                width = field.span * 2
                if field.label:
                    self._fill(
                        table.cell(line, column), field.label, align="center", size=block.size, role="song"
                    )
                start = column + 1 if field.label else column
                cell = table.cell(line, start).merge(table.cell(line, column + width - 1))
                self._fill(cell, field.value, align="left", size=block.size)
                self._sign_place(cell, field, block.size)
                column += width
            table.rows[line].height = Pt(max(field.min_lines for field in row) * (block.size + 6) + 14)

    def _sign_place(self, cell: Any, field: source.Field, size: float) -> None:
        if field.sign:
            self._run(self._paragraph(into=cell, align="left"), f"{field.sign}：", size=size)
            self._run(self._paragraph(into=cell, align="right"), "年　　月　　日", size=size)

    def _imprint(self, block: source.Imprint) -> None:
        lines = ([f"　抄送：{'，'.join(block.copies_to)}。"] if block.copies_to else []) + [""]
        table = self._grid(len(lines), [1.0], ruled=False)
        place = _element(
            "w:tblpPr", vertAnchor="margin", horzAnchor="margin", tblpXSpec="center", tblpYSpec="bottom"
        )
        table._tbl.tblPr.insert(1 if table._tbl.tblPr.find(qn("w:tblStyle")) is not None else 0, place)
        borders = _element("w:tblBorders")
        for side, eighths in (("top", 8), ("bottom", 8), ("insideH", 6)):
            borders.append(_element(f"w:{side}", val="single", sz=eighths, space=0, color="000000"))
        table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)
        for no, text in enumerate(lines):
            self._fill(table.cell(no, 0), text, align="left", size=14)
        last = table.cell(len(lines) - 1, 0).paragraphs[0]
        last.paragraph_format.tab_stops.add_tab_stop(Mm(geometry.TEXT_WIDTH_MM - 9), 2)
        self._run(last, f"　{block.issuer}\t{source.chinese_date(block.date)}印发", size=14)
