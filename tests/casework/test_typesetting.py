"""Layout of official documents: geometry, glyphs, determinism, injection, tables, signatures, QR codes."""

from __future__ import annotations

import base64
import dataclasses
import io
import itertools
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Emu, Pt
from PIL import Image

from casework.typesetting import (
    Cell,
    Column,
    ContentError,
    DocumentContent,
    Field,
    Fields,
    MissingGlyphError,
    Paragraph,
    Picture,
    Signature,
    Table,
    chinese_date,
    font_fallbacks,
    fonts_used,
    from_dict,
    from_json,
    missing_glyphs,
    qr_png,
    qr_svg,
    render_docx,
    render_pdf,
    to_dict,
    to_json,
)
from casework.typesetting.content import title_lines
from casework.typesetting.docx.pen import element
from casework.typesetting.fonts import load_fonts
from casework.typesetting.lint import embedded_fonts, lint_docx, lint_pdf, pdf_pages
from casework.typesetting.qr import qr_matrix
from tests.casework import typesetting_samples as samples

FONT_DIR = Path(__file__).resolve().parents[2] / "var" / "fonts"
INJECTION = '#panic("x") *bold* $x$ <label> @ref \\ // & <b>&amp;</b> {{ x }} {% y %}'
SAMPLES = {
    "notice": samples.rectification_notice,
    "receipt": samples.service_receipt,
    "result": samples.inspection_result,
    "table": samples.monthly_table,
    "report": samples.upward_report,
    "record": samples.site_record,
}

pytestmark = pytest.mark.skipif(
    not any(FONT_DIR.glob("*.[ot]tf")), reason="fonts are unpacked by tools/fonts.py"
)


def pdf_text(data: bytes) -> str:
    return "".join("".join(text for _, text in page.lines()) for page in pdf_pages(data))


def docx_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return (
            "".join(Document(io.BytesIO(data)).element.itertext())
            + archive.read("docProps/core.xml").decode()
        )


def body_lines(data: bytes, page: int) -> list[tuple[float, str]]:
    return [line for line in pdf_pages(data)[page].lines() if line[0] < 262]


def letter(*texts: str, title: str = "通知") -> DocumentContent:
    return DocumentContent(
        form="letter",
        title=title,
        date="2022-04-12",
        organ="铁岭县教育局",
        blocks=tuple(Paragraph(t) for t in texts),
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_source_survives_json(name: str) -> None:
    content = SAMPLES[name]()
    assert from_json(to_json(content)) == content
    assert from_dict(to_dict(content)) == content


@pytest.mark.parametrize("name", ["notice", "result", "report"])
def test_letters_follow_the_standard(name: str) -> None:
    assert lint_pdf(render_pdf(SAMPLES[name](), font_dir=FONT_DIR)) == ()
    assert lint_docx(render_docx(SAMPLES[name]())) == ()


@pytest.mark.parametrize("name", SAMPLES)
def test_files_are_deterministic(name: str) -> None:
    content = SAMPLES[name]()
    assert render_pdf(content, font_dir=FONT_DIR) == render_pdf(content, font_dir=FONT_DIR)
    assert render_docx(content) == render_docx(content)


def test_pdf_declares_archival_conformance_and_its_own_date() -> None:
    data = render_pdf(samples.rectification_notice(), font_dir=FONT_DIR)
    assert b"<pdfaid:part>2</pdfaid:part>" in data
    assert b"2022-04-12" in data
    assert all(embedded_fonts(data).values())


def test_full_page_has_twenty_two_lines_on_the_grid() -> None:
    data = render_pdf(samples.upward_report(), font_dir=FONT_DIR)
    lines = body_lines(data, 1)
    assert len(lines) == 22
    pitches = [lower[0] - upper[0] for upper, lower in itertools.pairwise(lines)]
    assert all(abs(pitch - 225 / 22) < 0.02 for pitch in pitches)


def test_full_line_has_twenty_eight_characters() -> None:
    data = render_pdf(letter("校" * 56), font_dir=FONT_DIR)
    lines = [text for _, text in body_lines(data, 0) if set(text) == {"校"}]
    assert [len(text) for text in lines] == [26, 28, 2]


def test_margins_are_those_of_the_standard() -> None:
    page = pdf_pages(render_pdf(samples.upward_report(), font_dir=FONT_DIR))[1]
    body = [run for run in page.runs if run.y < 262]
    assert min(run.x for run in body) == pytest.approx(28, abs=1)
    assert body[0].y - 0.88 * 16 * 25.4 / 72 == pytest.approx(37, abs=1)


def test_red_mark_stands_35_mm_below_the_text_area() -> None:
    page = pdf_pages(render_pdf(samples.upward_report(), font_dir=FONT_DIR))[0]
    mark = next(run for run in page.runs if "教育局文件" in run.text)
    assert mark.y - 0.88 * mark.size * 25.4 / 72 == pytest.approx(72, abs=1)


def test_text_can_be_copied_out_of_the_file() -> None:
    text = pdf_text(render_pdf(samples.rectification_notice(), font_dir=FONT_DIR))
    assert "铁县教责改字〔2022〕15号" in text
    assert "执法证号：L0912210001" in text
    assert "责令限期整改通知书" in text
    assert "2022年4月12日" in text


def test_page_numbers_change_sides() -> None:
    pages = pdf_pages(render_pdf(samples.rectification_notice(extra=8), font_dir=FONT_DIR))
    assert len(pages) == 3
    sides = [min(run.x for run in page.runs if run.y > 262) > 105 for page in pages]
    assert sides == [True, False, True]


@pytest.mark.parametrize("extra", range(12))
def test_signature_never_stands_alone_on_a_page(extra: int) -> None:
    data = render_pdf(samples.rectification_notice(extra=extra), font_dir=FONT_DIR)
    last = body_lines(data, -1)
    organ = next(y for y, text in last if text.endswith("铁岭县教育局"))
    assert any(y < organ and "印章" not in text for y, text in last)
    assert any("2022年4月12日" in text for _, text in last)


@pytest.mark.parametrize("closing", ["特此通知。", "特此通知。" * 8, "特此通知。" * 14])
def test_signature_keeps_a_line_of_the_closing_paragraph(closing: str) -> None:
    for count in range(8, 22):
        blocks = (
            *(Paragraph("正文。") for _ in range(count)),
            Paragraph(closing),
            Signature("甲局", "2022-04-12"),
        )
        last = body_lines(render_pdf(dataclasses.replace(letter(""), blocks=blocks), font_dir=FONT_DIR), -1)
        assert any("特此通知" in text or "通知。" in text for _, text in last)


def test_signature_after_a_table_keeps_its_last_rows() -> None:
    for count in range(10, 22):
        table = Table((Column(), Column()), (), tuple((Cell(f"行{no}"), Cell("值")) for no in range(count)))
        content = dataclasses.replace(letter("正文"), blocks=(table, Signature("铁岭县教育局", "2022-04-12")))
        last = body_lines(render_pdf(content, font_dir=FONT_DIR), -1)
        assert any("行" in text for _, text in last)


def test_date_stands_four_characters_from_the_right() -> None:
    page = pdf_pages(render_pdf(samples.inspection_result(), font_dir=FONT_DIR))[-1]
    day = [run for run in page.runs if run.size > 15 and run.x > 105]
    organ = next(run for run in day if "铁岭县教育局" in run.text)
    lowest = max(run.y for run in day)
    last = max((run for run in day if run.y == lowest), key=lambda run: run.x)
    assert last.text == "日"
    width = 16 * 25.4 / 72
    assert last.x + width == pytest.approx(210 - 26 - 4 * width, abs=1)
    assert lowest - organ.y == pytest.approx(225 / 22, abs=0.05)


def test_typed_markup_prints_literally_in_pdf() -> None:
    content = dataclasses.replace(
        samples.rectification_notice(), addressee=INJECTION, blocks=(Paragraph(INJECTION), Paragraph("完。"))
    )
    text = pdf_text(render_pdf(content, font_dir=FONT_DIR)).replace(" ", "").replace("\n", "")
    assert text.count(INJECTION.replace(" ", "")) == 2


def test_typed_markup_prints_literally_in_docx() -> None:
    content = dataclasses.replace(
        samples.rectification_notice(), blocks=(Paragraph(INJECTION),), organ="A&B<局>"
    )
    paragraphs = [paragraph.text for paragraph in Document(io.BytesIO(render_docx(content))).paragraphs]
    assert INJECTION in paragraphs
    assert "A&B<局>" in paragraphs


def test_invisible_characters_are_dropped() -> None:
    content = letter("甲\u200b乙\u202e丙\x00丁\r\n戊")
    assert "甲乙丙丁" in pdf_text(render_pdf(content, font_dir=FONT_DIR))
    assert "甲乙丙丁" in docx_text(render_docx(content))


def test_characters_missing_from_the_body_face_fall_back() -> None:
    data = render_pdf(samples.rectification_notice(name="喆昇堃犇㐂培训学校"), font_dir=FONT_DIR)
    assert "喆昇堃犇㐂培训学校" in pdf_text(data)
    assert any("Noto" in name for name in embedded_fonts(data))
    assert missing_glyphs(letter("喆昇堃犇㐂"), FONT_DIR) == ()


def test_character_in_no_face_is_refused_and_named() -> None:
    content = letter("吉祥\U0001f600")
    assert missing_glyphs(content, FONT_DIR) == ("\U0001f600",)
    with pytest.raises(MissingGlyphError, match="U\\+1F600"):
        render_pdf(content, font_dir=FONT_DIR)


def test_character_outside_the_basic_plane_prints_or_is_refused() -> None:
    content = letter("𠮷田培训学校")
    if any(0x20BB7 in points for points in load_fonts(FONT_DIR).covers.values()):
        assert "𠮷田" in pdf_text(render_pdf(content, font_dir=FONT_DIR))
    else:
        with pytest.raises(MissingGlyphError, match="U\\+20BB7"):
            render_pdf(content, font_dir=FONT_DIR)


def test_substituted_typefaces_are_declared() -> None:
    used = fonts_used(FONT_DIR)
    assert used["body"].startswith("Fandol")
    assert {item.official for item in font_fallbacks(FONT_DIR)} >= {
        "方正小标宋简体",
        "仿宋_GB2312",
        "楷体_GB2312",
    }


def test_wide_table_repeats_its_double_head() -> None:
    pages = pdf_pages(render_pdf(samples.monthly_table(), font_dir=FONT_DIR))
    assert len(pages) == 2
    assert all(page.width > page.height for page in pages)
    for page in pages:
        text = "".join(run.text for run in page.runs)
        assert "责令退费金额" in text
        assert "出动人次" in text


def test_docx_table_merges_and_repeats_its_head() -> None:
    table = Document(io.BytesIO(render_docx(samples.monthly_table()))).tables[1]
    assert len(table._tbl.findall(f".//{qn('w:tblHeader')}")) == 2
    assert table.cell(0, 2).text == table.cell(0, 4).text == "机构数"
    assert table.cell(0, 0).text == table.cell(1, 0).text == "序号"


def test_docx_names_the_official_typefaces() -> None:
    root = Document(io.BytesIO(render_docx(samples.upward_report()))).element
    named = {node.get(qn("w:eastAsia")) for node in root.iter(qn("w:rFonts"))}
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"} <= named
    assert {node.get(qn("w:firstLineChars")) for node in root.iter(qn("w:ind"))} >= {"200"}
    assert any(node.get(qn("w:line")) == "579" for node in root.iter(qn("w:spacing")))


def test_lint_reports_departures() -> None:
    content = dataclasses.replace(samples.rectification_notice(), number="铁县教责改字[2022]015号")
    assert "number" in {finding.rule for finding in lint_pdf(render_pdf(content, font_dir=FONT_DIR))}
    rules = {finding.rule for finding in lint_pdf(render_pdf(samples.monthly_table(), font_dir=FONT_DIR))}
    assert {"paper", "page_number"} <= rules


def test_qr_code_reads_back_as_its_matrix() -> None:
    from PIL import Image

    text = samples.QR.payload
    matrix, scale = qr_matrix(text), 8
    image = Image.open(io.BytesIO(qr_png(text, scale))).convert("1")
    read = tuple(
        tuple(
            int(image.getpixel(((x + 4) * scale + 4, (y + 4) * scale + 4)) == 0) for x in range(len(matrix))
        )
        for y in range(len(matrix))
    )
    assert read == matrix
    assert qr_svg(text).startswith("<svg")


def test_service_receipt_fits_one_page() -> None:
    assert len(pdf_pages(render_pdf(samples.service_receipt(), font_dir=FONT_DIR))) == 1


def test_record_is_signed_on_every_page() -> None:
    pages = pdf_pages(render_pdf(samples.site_record(), font_dir=FONT_DIR))
    assert len(pages) > 1
    assert all("记录人：" in "".join(run.text for run in page.runs if run.y > 265) for page in pages)


def test_long_title_is_divided_by_meaning() -> None:
    lines = title_lines("关于铁岭县义务教育阶段学科类校外培训治理“回头看”工作情况的报告")
    assert "".join(lines) == "关于铁岭县义务教育阶段学科类校外培训治理“回头看”工作情况的报告"
    assert all(len(line) <= 19 and line[0] not in "的”、" for line in lines)
    assert title_lines("关于公布\n结果的通知") == ("关于公布", "结果的通知")


def test_dates_are_arabic_without_leading_zero() -> None:
    assert chinese_date("2022-04-02") == "2022年4月2日"
    with pytest.raises(ContentError, match="2026-11-22"):
        chinese_date("2022/4/2")


def test_unusable_sources_are_refused() -> None:
    with pytest.raises(ContentError, match="未占满"):
        DocumentContent("record", "回证", "2022-04-12", (Fields(((Field("单位"),),)),))
    with pytest.raises(ContentError, match="单元格不足"):
        DocumentContent("table", "表", "2022-04-12", (Table((Column(), Column()), (), ((Cell("一"),),)),))
    with pytest.raises(ContentError, match="无法识别的项"):
        from_dict({**to_dict(letter("正文")), "colour": "red"})
    with pytest.raises(ContentError, match="类型"):
        from_dict({**to_dict(letter("正文")), "blocks": [{"kind": "macro"}]})


def photo() -> str:
    """A small JPEG as the source holds it."""
    target = io.BytesIO()
    Image.new("RGB", (60, 84), (90, 120, 150)).save(target, "JPEG")
    return base64.b64encode(target.getvalue()).decode()


def test_a_picture_stands_in_both_files_and_damage_is_named() -> None:
    card = DocumentContent(
        form="table",
        organ="测试局",
        title="证件",
        date="2026-11-28",
        blocks=(Picture(photo(), "照片"), Paragraph("正文。")),
    )
    assert from_json(to_json(card)) == card
    assert b"/Image" in render_pdf(card, font_dir=FONT_DIR)
    assert render_pdf(card, font_dir=FONT_DIR) == render_pdf(card, font_dir=FONT_DIR)
    with zipfile.ZipFile(io.BytesIO(render_docx(card))) as archive:
        assert [name for name in archive.namelist() if name.startswith("word/media/")]
    for data in ("不是", base64.b64encode(b"GIF89a").decode()):
        with pytest.raises(ContentError, match="重新上传照片"):
            render_docx(dataclasses.replace(card, blocks=(Picture(data, "照片"),)))


def test_docx_sets_twenty_eight_characters_a_line_without_a_character_grid() -> None:
    """LibreOffice gives each character two cells of a grid that is narrower than the character."""
    document = Document(io.BytesIO(render_docx(letter("校" * 56))))
    section = document.sections[0]
    assert section._sectPr.findall(qn("w:docGrid")) == []
    run = document.styles["Normal"].element.rPr
    tracking, size = (int(run.find(qn(f"w:{name}")).get(qn("w:val"))) for name in ("spacing", "sz"))
    pitch = size / 2 + tracking / 20
    width = Emu(section.page_width - section.left_margin - section.right_margin)
    assert int(width.pt / pitch) == 28


def test_a_character_grid_and_loose_lines_are_found_in_a_docx() -> None:
    document = Document(io.BytesIO(render_docx(letter("校" * 56))))
    document.sections[0]._sectPr.append(element("w:docGrid", type="linesAndChars", linePitch=579))
    for paragraph in document.paragraphs:
        paragraph.paragraph_format.line_spacing = Pt(30)
    kept = io.BytesIO()
    document.save(kept)
    assert {finding.rule for finding in lint_docx(kept.getvalue())} == {"grid", "lines"}
