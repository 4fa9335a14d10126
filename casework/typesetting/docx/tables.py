"""Tables, fields, lines to sign and the imprint."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from casework.typesetting import content as source
from casework.typesetting import geometry
from casework.typesetting.docx.pen import Pen, element


class Tables(Pen):
    """What stands in rows and columns."""

    def _hand_lines(self, block: source.SignatureLines) -> None:
        for line in block.lines:
            date = "　　　　年　　月　　日" if line.dated else ""
            self._text(f"{line.label}：{'＿' * 10}{date}")

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
            properties.append(element("w:cantSplit"))
            if no < len(block.head):
                properties.append(element("w:tblHeader"))
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
        place = element(
            "w:tblpPr", vertAnchor="margin", horzAnchor="margin", tblpXSpec="center", tblpYSpec="bottom"
        )
        table._tbl.tblPr.insert(1 if table._tbl.tblPr.find(qn("w:tblStyle")) is not None else 0, place)
        borders = element("w:tblBorders")
        for side, eighths in (("top", 8), ("bottom", 8), ("insideH", 6)):
            borders.append(element(f"w:{side}", val="single", sz=eighths, space=0, color="000000"))
        table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)
        for no, text in enumerate(lines):
            self._fill(table.cell(no, 0), text, align="left", size=14)
        last = table.cell(len(lines) - 1, 0).paragraphs[0]
        last.paragraph_format.tab_stops.add_tab_stop(Mm(geometry.TEXT_WIDTH_MM - 9), 2)
        self._run(last, f"　{block.issuer}\t{source.chinese_date(block.date)}印发", size=14)
