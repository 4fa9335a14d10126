"""Heads of a document: red head, letter, form."""

from __future__ import annotations

from typing import Any

from docx.shared import Mm

from casework.typesetting import content as source
from casework.typesetting import geometry
from casework.typesetting.docx.pen import Pen


class Heads(Pen):
    """How a document begins."""

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
