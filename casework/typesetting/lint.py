"""Reads a finished file back and reports where it departs from GB/T 9704-2012."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from casework.typesetting import geometry

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}[〔\[（(【]\d{4}[〕\]）)】]\s*第?0*\d+号")
GOOD_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}〔\d{4}〕(第)?[1-9]\d*号")
PAGE_NUMBER = re.compile(r"^—\s*(\d+)\s*—$")
LINE_TWIPS_MAX = 579
TOLERANCE_MM = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure: the rule, the page (0 for the whole file) and what was found."""

    rule: str
    page: int
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text on a page, placed in millimetres from the top left corner by its baseline."""

    x: float
    y: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF with its placed text."""

    width: float
    height: float
    runs: tuple[Run, ...]

    def lines(self) -> list[tuple[float, str]]:
        """Baselines from the top, with the text of each."""
        rows: dict[float, list[Run]] = defaultdict(list)
        for run in self.runs:
            key = next((y for y in rows if abs(y - run.y) < 0.6), run.y)
            rows[key].append(run)
        return [
            (y, "".join(run.text for run in sorted(rows[y], key=lambda run: run.x))) for y in sorted(rows)
        ]


def pdf_pages(data: bytes) -> list[Page]:
    """The placed text of every page of a PDF."""
    from pypdf import PdfReader

    return [_page(page) for page in PdfReader(io.BytesIO(data)).pages]


def _page(page: Any) -> Page:
    height = float(page.mediabox.height)
    runs: list[Run] = []

    def visit(text: str, outer: list[float], inner: list[float], _font: Any, size: float) -> None:
        if text.strip():
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            scale = abs(inner[3] * outer[3])
            point = geometry.POINTS_PER_MM
            runs.append(Run(x / point, (height - y) / point, size * scale, text.strip("\n")))

    page.extract_text(visitor_text=visit)
    point = geometry.POINTS_PER_MM
    return Page(float(page.mediabox.width) / point, height / point, tuple(runs))


def lint_pdf(data: bytes) -> tuple[Finding, ...]:
    """Check a letter or red-head document: paper, margins, lines per page, embedding, number form, page numbers."""
    pages = pdf_pages(data)
    findings = [*_embedding(data), *_number_form("".join(run.text for page in pages for run in page.runs))]
    for number, page in enumerate(pages, 1):
        findings += [*_paper(page, number), *_text_area(page, number), *_page_number(page, number)]
    return tuple(findings)


def _paper(page: Page, number: int) -> Iterator[Finding]:
    if abs(page.width - geometry.PAGE_WIDTH_MM) > 0.5 or abs(page.height - geometry.PAGE_HEIGHT_MM) > 0.5:
        yield Finding(
            "paper", number, f"纸张为 {page.width:.0f}×{page.height:.0f} 毫米，应为 A4（210×297 毫米）。"
        )


def _text_area(page: Page, number: int) -> Iterator[Finding]:
    body = [
        run for run in page.runs if not PAGE_NUMBER.match(run.text.strip()) and run.size > 9 and run.y < 262
    ]
    if not body:
        return
    left = min(run.x for run in body)
    if left < geometry.MARGIN_LEFT_MM - TOLERANCE_MM:
        yield Finding("margin_left", number, f"文字距左边 {left:.1f} 毫米，订口应为 28±1 毫米。")
    top = min(run.y - 0.88 * run.size / geometry.POINTS_PER_MM for run in body)
    if top < geometry.MARGIN_TOP_MM - TOLERANCE_MM:
        yield Finding("margin_top", number, f"文字距上边 {top:.1f} 毫米，天头应为 37±1 毫米。")
    rows = len([1 for y, text in page.lines() if y < 262 and not PAGE_NUMBER.match(text.strip())])
    sizes = Counter(round(run.size) for run in body)
    if set(sizes) == {16} and rows > geometry.LINES_PER_PAGE:
        yield Finding("lines", number, f"本页 {rows} 行，应不超过 22 行。")


def _page_number(page: Page, number: int) -> Iterator[Finding]:
    found = [run for run in page.runs if run.y > 262 and "—" in run.text]
    text = "".join(run.text for run in page.runs if run.y > 262).replace(" ", "")
    if f"—{number}—" not in text:
        yield Finding("page_number", number, "页码缺失，应为“— 页码 —”的形式。")
        return
    left = min(run.x for run in found)
    if (left > geometry.PAGE_WIDTH_MM / 2) != (number % 2 == 1):
        yield Finding("page_number_side", number, "页码位置不符：单页应居右、双页应居左。")
    dash = found[0].y - 0.38 * found[0].size / geometry.POINTS_PER_MM
    if (
        abs(dash - (geometry.MARGIN_TOP_MM + geometry.TEXT_HEIGHT_MM + geometry.PAGE_NUMBER_DROP_MM))
        > TOLERANCE_MM
    ):
        yield Finding("page_number_drop", number, f"页码横线距纸顶 {dash:.1f} 毫米，应距版心下边缘 7 毫米。")


def _number_form(text: str) -> Iterator[Finding]:
    for found in NUMBER.finditer(text):
        if not GOOD_NUMBER.search(found.group()):
            yield Finding(
                "number", 0, f"发文字号“{found.group()}”不规范，年份应用六角括号〔〕，序号不加前导零。"
            )


def _embedding(data: bytes) -> Iterator[Finding]:
    for name, embedded in sorted(embedded_fonts(data).items()):
        if not embedded:
            yield Finding("fonts", 0, f"字体 {name} 未嵌入文件。")


def embedded_fonts(data: bytes) -> dict[str, bool]:
    """Fonts of a PDF and whether each is embedded."""
    from pypdf import PdfReader

    found: dict[str, bool] = {}
    for page in PdfReader(io.BytesIO(data)).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            inner = font.get_object()
            for part in inner.get("/DescendantFonts", [inner]):
                descriptor = part.get_object()["/FontDescriptor"].get_object()
                name = str(inner["/BaseFont"])
                found[name] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def lint_docx(data: bytes) -> tuple[Finding, ...]:
    """Check a DOCX letter or red-head document: paper, margins, grid, typefaces, number form."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314 - our own output
    return (*_docx_page(root), *_docx_fonts(root), *_number_form("".join(root.itertext())))


def _docx_page(root: ElementTree.Element) -> Iterator[Finding]:
    wanted = {
        "pgSz": {"w": geometry.PAGE_WIDTH_MM, "h": geometry.PAGE_HEIGHT_MM},
        "pgMar": {
            "top": geometry.MARGIN_TOP_MM,
            "bottom": geometry.MARGIN_BOTTOM_MM,
            "left": geometry.MARGIN_LEFT_MM,
            "right": geometry.MARGIN_RIGHT_MM,
        },
    }
    for tag, sizes in wanted.items():
        node = next(root.iter(f"{WORD}{tag}"))
        for side, value in sizes.items():
            actual = int(node.get(f"{WORD}{side}", "0")) / 20 / geometry.POINTS_PER_MM
            if abs(actual - value) > TOLERANCE_MM:
                yield Finding(
                    f"{tag}_{side}", 0, f"{tag} {side} 为 {actual:.1f} 毫米，应为 {value:.0f} 毫米。"
                )
    lines = [
        int(node.get(f"{WORD}line", "0"))
        for node in root.iter(f"{WORD}spacing")
        if node.get(f"{WORD}lineRule") == "exact"
    ]
    if not lines or max(lines) > LINE_TWIPS_MAX:
        yield Finding("lines", 0, "每页行数不足 22 行，行距应为固定值，不大于 28.95 磅。")
    if any(node.get(f"{WORD}type") for node in root.iter(f"{WORD}docGrid")):
        yield Finding("grid", 0, "有文档网格：不同办公软件的字距会不一样，应去掉。")


def _docx_fonts(root: ElementTree.Element) -> Iterator[Finding]:
    for node in root.iter(f"{WORD}rFonts"):
        if not {f"{WORD}ascii", f"{WORD}eastAsia", f"{WORD}hAnsi"} <= set(node.keys()):
            yield Finding("fonts", 0, "有文字未同时指定中文和西文字体。")
            return
