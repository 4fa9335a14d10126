"""The case file: 正卷 and 副卷, each one PDF with cover, table of contents, numbered pages and 备考表."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

from casework import policy, typesetting
from casework.documents.preview import WATERMARK
from casework.documents.services import document_file
from casework.models import EvidenceFile, OfficialDocument
from casework.typesetting import (
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    SignatureLine,
    SignatureLines,
    Table,
)
from inspections.models import ServiceRecord
from penalties import money
from penalties.models import Case, CaseKind, EvidenceItem, Outcome

MAIN, SIDE = "main", "side"
LABELS = {MAIN: "正卷", SIDE: "副卷"}
TO_PARTY = (
    "PENALTY_PRIOR_NOTICE",
    "HEARING_RIGHTS",
    "HEARING_NOTICE",
    "EVIDENCE_HOLD_NOTICE",
    "SAMPLING_NOTICE",
    "RECTIFICATION_NOTICE",
    "SUSPENSION_NOTICE",
    "REFUND_ORDER",
    "PAYMENT_EXTENSION",
    "URGE_NOTICE",
    "COURT_APPLICATION",
    "CASE_TRANSFER_LETTER",
    "SERVICE_ADDRESS",
)
ORDER: dict[str, tuple[str, ...]] = {
    MAIN: (
        "CASE_FILING_APPROVAL",
        "PENALTY_DECISION",
        "NO_PENALTY_DECISION",
        "ON_SPOT_PENALTY_DECISION",
        *TO_PARTY,
        "SERVICE_RECEIPT",
        "AGENT_AUTHORISATION",
        "INTERVIEW_RECORD",
        "STATEMENT_RECORD",
        "HEARING_RECORD",
    ),
    SIDE: (
        "CASE_SOURCE",
        "INVESTIGATION_REPORT",
        "LEGAL_REVIEW",
        "COLLECTIVE_DISCUSSION",
        "PENALTY_APPROVAL",
        "CASE_CLOSE_APPROVAL",
    ),
}
A4_PIXELS = (1240, 1754)
FRAME = (1080, 1480)


@dataclass(frozen=True)
class Entry:
    """One line of the table of contents with the pages behind it."""

    title: str
    number: str
    on: date
    pdf: bytes
    pages: int


@dataclass(frozen=True)
class Volume:
    """A finished volume."""

    name: str
    pdf: bytes
    pages: int
    entries: tuple[Entry, ...]


def papers_of(case: Case) -> list[OfficialDocument]:
    """Every valid document of the case, oldest first."""
    return list(
        OfficialDocument.objects.filter(subject_uid=case.uid, state="VALID").order_by("issued_at", "pk")
    )


def before_filing(case: Case) -> list[OfficialDocument]:
    """Valid papers of the inspection and the rectification out of which the case grew, in their order."""
    notice = case.notice
    visit = case.visit
    found = [visit.notice_document, visit.record_document, visit.result_document] if visit else []
    if notice:
        service: ServiceRecord | None = getattr(notice, "service", None)
        rechecks = notice.rechecks.select_related("document").order_by("pk")
        found += [notice.document, service.document if service else None, *(row.document for row in rechecks)]
    return [document for document in found if document and document.state == "VALID"]


def required_papers(case: Case) -> dict[str, str]:
    """Kinds that a case of this course must hold, with their names."""
    if case.kind == CaseKind.SIMPLE:
        return {"ON_SPOT_PENALTY_DECISION": "当场行政处罚决定书", "CASE_CLOSE_APPROVAL": "结案审批表"}
    wanted = {
        "CASE_SOURCE": "案件来源登记表",
        "CASE_FILING_APPROVAL": "立案审批表",
        "CASE_CLOSE_APPROVAL": "结案审批表",
    }
    if case.outcome:
        wanted |= {"INVESTIGATION_REPORT": "案件调查终结报告", "PENALTY_APPROVAL": "行政处罚决定审批表"}
        wanted |= {"SERVICE_RECEIPT": "送达回证"}
    if case.outcome == Outcome.PENALTY:
        wanted |= {"PENALTY_PRIOR_NOTICE": "行政处罚事先告知书", "PENALTY_DECISION": "行政处罚决定书"}
    if case.outcome == Outcome.NO_PENALTY:
        wanted |= {"NO_PENALTY_DECISION": "不予行政处罚决定书"}
    if case.close_ground == "TRANSFERRED":
        wanted |= {"CASE_TRANSFER_LETTER": "案件移送函"}
    return wanted


def missing_papers(case: Case) -> list[str]:
    """Names of papers that the file lacks."""
    kinds = {document.kind for document in papers_of(case)}
    return [name for kind, name in required_papers(case).items() if kind not in kinds]


def build(case: Case, volume: str) -> Volume:
    """Put one volume together: cover, contents, the pages with their numbers, 备考表. Seconds for hundreds of pages.

    Until the case is archived its cover, contents and 备考表 carry the watermark of previews.
    """
    entries = list(entries_of(case, volume))
    total = sum(entry.pages for entry in entries)
    is_draft = not case.archive_no
    writer = PdfWriter()
    writer.append(io.BytesIO(_render(cover(case, volume, total), is_draft=is_draft)))
    writer.append(io.BytesIO(_render(_contents(case, volume, entries), is_draft=is_draft)))
    first = len(writer.pages)
    for entry in entries:
        writer.append(io.BytesIO(entry.pdf))
    for position in range(total):
        _stamp(writer, first + position, str(position + 1))
    writer.append(io.BytesIO(_render(_afterword(case, volume, total), is_draft=is_draft)))
    _bookmarks(writer, entries, first)
    writer.add_metadata({"/Title": f"{case.title}（{LABELS[volume]}）"})
    writer.compress_identical_objects()
    target = io.BytesIO()
    writer.write(target)
    return Volume(
        f"{case.archive_no or case.number or '案卷'}-{LABELS[volume]}.pdf",
        target.getvalue(),
        total,
        tuple(entries),
    )


def entries_of(case: Case, volume: str) -> Iterator[Entry]:
    """What goes into a volume, in the order of the file."""
    documents = papers_of(case)
    for kind in ORDER[volume]:
        for document in documents:
            if document.kind == kind:
                yield _paper_entry(document)
    if volume == MAIN:
        yield from map(_paper_entry, before_filing(case))
        yield from _evidence_entries(case)
        if case.payments.exists():
            yield _typeset_entry("缴款情况", _payments(case), _closed_on(case))


def _paper_entry(document: OfficialDocument) -> Entry:
    data, _ = document_file(document=document, suffix="pdf")
    pages = len(PdfReader(io.BytesIO(data)).pages)
    return Entry(document.kind_name, document.number, document.issued_on, data, pages)


def _typeset_entry(title: str, content: DocumentContent, on: date, more: bytes = b"") -> Entry:
    writer = PdfWriter()
    writer.append(io.BytesIO(_render(content)))
    if more:
        writer.append(io.BytesIO(more))
    target = io.BytesIO()
    writer.write(target)
    return Entry(title, "", on, target.getvalue(), len(writer.pages))


def _evidence_entries(case: Case) -> Iterator[Entry]:
    items = list(case.evidenceitems.filter(void_reason="").order_by("position"))
    files: dict[object, list[EvidenceFile]] = {}
    wanted = EvidenceFile.objects.filter(subject_uid__in=[item.uid for item in items]).order_by("pk")
    for file in wanted:
        files.setdefault(file.subject_uid, []).append(file)
    for item in items:
        yield _typeset_entry(
            f"证据{item.position}：{item.name}",
            _evidence_sheet(item),
            item.collected_on,
            _attached(files.get(item.uid, [])),
        )


def _attached(files: list[EvidenceFile]) -> bytes:
    """Pictures as pages of their own, PDF files page by page; other files are only listed."""
    writer = PdfWriter()
    for file in files:
        with default_storage.open(file.stored_as) as stored:
            data = stored.read()
        if file.is_image:
            writer.append(io.BytesIO(_picture_page(data)))
        elif file.mime == "application/pdf":
            writer.append(io.BytesIO(data))
    if not writer.pages:
        return b""
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _picture_page(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", FRAME)
        shown = picture.convert("RGB")
        shown.thumbnail(FRAME, Image.Resampling.BILINEAR)
        sheet = Image.new("RGB", A4_PIXELS, "white")
        sheet.paste(shown, ((A4_PIXELS[0] - shown.width) // 2, 160))
        target = io.BytesIO()
        sheet.save(target, "PDF", resolution=150.0, quality=82)
        return target.getvalue()


def _stamp(writer: PdfWriter, index: int, text: str) -> None:
    """Print the page's number in its upper right corner without touching what is there."""
    page = writer.pages[index]
    box = page.mediabox
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    x, y = float(box.right) - 48, float(box.top) - 34
    after.set_data(f"\nQ\nBT /CaseFileNo 11 Tf {x:.0f} {y:.0f} Td ({text}) Tj ET\n".encode())
    held = page.get("/Contents")
    inner = held.get_object() if held is not None else None
    parts = list(inner) if isinstance(inner, ArrayObject) else [held] if held is not None else []
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *parts, writer._add_object(after)]
    )
    resources = page.get("/Resources", DictionaryObject()).get_object()
    fonts = resources.get("/Font", DictionaryObject()).get_object()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts[NameObject("/CaseFileNo")] = font
    resources[NameObject("/Font")] = fonts
    page[NameObject("/Resources")] = resources


def _bookmarks(writer: PdfWriter, entries: list[Entry], first: int) -> None:
    page = first
    for entry in entries:
        writer.add_outline_item(title=entry.title, page_number=page)
        page += entry.pages


def _render(content: DocumentContent, *, is_draft: bool = False) -> bytes:
    return typesetting.render_pdf(content, watermark=WATERMARK if is_draft else "")


def _closed_on(case: Case) -> date:
    return timezone.localdate(case.closed_at) if case.closed_at else case.found_on


def _day(moment: datetime | None) -> str:
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else "—"


def retention(case: Case) -> str:
    """How long the file is kept: the data term, permanent for major cases."""
    if case.is_major:
        return "永久"
    term = policy.term("archive.retention.general", region=case.region, on=_closed_on(case))
    return f"{term.amount}年"


def cover(case: Case, volume: str, pages: int) -> DocumentContent:
    """案卷封面 of one volume."""
    rows = (
        (Field("案件名称", case.title, 2, 3),),
        (Field("归档号", case.archive_no or "（未归档）"), Field("卷别", LABELS[volume])),
        (Field("立案号", case.number or "—"), Field("决定书文号", case.decision_no or "—")),
        (Field("办案机构", case.organ.name, 2),),
        (Field("立案日期", _day(case.filed_at)), Field("结案日期", _day(case.closed_at))),
        (Field("保管期限", retention(case)), Field("页数", f"{pages}页")),
        (Field("立卷人", case.archive_filer or "—"), Field("检查人", case.archive_checker or "—")),
    )
    return DocumentContent(
        form="table",
        title="行政处罚案卷",
        date=_closed_on(case).isoformat(),
        blocks=(Fields(rows=rows, columns=2),),
        organ=case.organ.name,
    )


def _contents(case: Case, volume: str, entries: list[Entry]) -> DocumentContent:
    rows, page = [], 1
    for number, entry in enumerate(entries, 1):
        last = page + entry.pages - 1
        span = f"{page}" if last == page else f"{page}—{last}"
        cells = (str(number), entry.title, entry.number or "—", entry.on.isoformat(), span)
        rows.append(tuple(Cell(text, align="left" if place == 1 else "") for place, text in enumerate(cells)))
        page = last + 1
    head = tuple(Cell(text) for text in ("序号", "文书名称", "文号", "日期", "页码"))
    columns = (Column(0.6), Column(3.4), Column(2.4), Column(1.3), Column(0.9))
    empty = (tuple(Cell(text) for text in ("—", "本卷没有文书", "—", "—", "—")),)
    table = Table(columns=columns, head=(head,), rows=tuple(rows) or empty)
    return DocumentContent(
        form="table",
        title=f"卷内目录（{LABELS[volume]}）",
        date=_closed_on(case).isoformat(),
        blocks=(table,),
        organ=case.organ.name,
    )


def _afterword(case: Case, volume: str, pages: int) -> DocumentContent:
    rows = (
        (
            Field(
                "本卷情况",
                f"本卷（{LABELS[volume]}）共 {pages} 页，与卷内目录相符。{case.archive_note}",
                2,
                6,
            ),
        ),
        (Field("立卷人", case.archive_filer or "—"), Field("检查人", case.archive_checker or "—")),
        (Field("立卷时间", _day(case.archived_at), 2),),
    )
    lines = SignatureLines((SignatureLine("立卷人"), SignatureLine("检查人")))
    return DocumentContent(
        form="table",
        title="卷内备考表",
        date=_closed_on(case).isoformat(),
        blocks=(Fields(rows=rows, columns=2), lines),
        organ=case.organ.name,
    )


def _evidence_sheet(item: EvidenceItem) -> DocumentContent:
    rows = (
        (Field("证据名称", item.name, 2),),
        (Field("证据种类", item.get_kind_display()), Field("原件", "是" if item.is_original else "复制件")),
        (Field("证明事项", item.proves or "—", 2, 3),),
        (Field("来源", item.source), Field("取得日期", item.collected_on.isoformat())),
        (Field("页数", f"{item.pages}页"), Field("电子监控", "已审核" if item.is_monitoring else "否")),
    )
    return DocumentContent(
        form="table",
        title=f"证据{item.position}",
        date=item.collected_on.isoformat(),
        blocks=(
            Fields(rows=rows, columns=2),
            SignatureLines((SignatureLine("提供人"), SignatureLine("执法人员"))),
        ),
        organ=item.case.organ.name,
    )


def _payments(case: Case) -> DocumentContent:
    rows = tuple(
        (
            Cell(row.paid_on.isoformat()),
            Cell(row.get_kind_display()),
            Cell(money.yuan(row.amount_fen), align="right"),
            Cell(row.receipt_no),
            Cell("当场收缴" if row.is_on_spot else "银行缴款"),
        )
        for row in case.payments.order_by("paid_on", "pk")
    )
    head = tuple(Cell(text) for text in ("日期", "款项", "金额（元）", "票据号", "方式"))
    table = Table(columns=tuple(Column() for _ in head), head=(head,), rows=rows)
    return DocumentContent(
        form="table",
        title="缴款情况",
        date=_closed_on(case).isoformat(),
        blocks=(table,),
        organ=case.organ.name,
    )
