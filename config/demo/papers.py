"""Papers of the demonstration: a draft of a checklist, a posted notice, a changed key, an own number word."""

from __future__ import annotations

from datetime import date, timedelta

from casework.documents.keys import key_rotate
from casework.documents.services import posting_add
from casework.models import DocumentKind, OfficialDocument
from casework.numbering import number_word_set
from config.demo.clock import at
from config.demo.outings import photo
from config.demo.people import County
from fieldwork.selectors import drafts_of, version_in_force
from fieldwork.services import draft_create, draft_head_edit, draft_item_save


def has_papers(county: County) -> bool:
    """Whether the draft stands."""
    return drafts_of(county.officer).exists()


def build_papers(county: County, now: date) -> None:
    """What the pages of documents and checklists show besides the history."""
    _draft(county, now)
    _posting(county, now)
    administrator = county.users["admin"]
    key_rotate(actor=administrator, bureau=county.bureau, reason="年度例行更换", at=at(now, 8))
    kind = DocumentKind.objects.get(code="REMINDER_LETTER")
    number_word_set(actor=administrator, organ=county.education, kind=kind, word="风险提示")


def _draft(county: County, now: date) -> None:
    source = version_in_force(code="DAILY_43", on=now, bureau=county.bureau)
    assert source is not None
    draft = draft_create(actor=county.officer, source=source, at=at(now, 9))
    item = {
        "code": "A6",
        "text": "检查时在场的学生人数",
        "hint": "按教室清点，没有学生的填 0",
        "basis": ["中办发〔2021〕40号"],
        "see": ["L"],
        "departments": ["EDUCATION"],
        "answer_kind": "COUNT",
        "unit": "人",
    }
    draft = draft_item_save(actor=county.officer, draft=draft, values=item, aspect_code="A")
    note = "增加在场学生人数，供停训和清退统计使用。"
    draft_head_edit(actor=county.officer, draft=draft, values={"change_note": note})


def _posting(county: County, now: date) -> None:
    rows = OfficialDocument.objects.filter(bureau=county.bureau, organ=county.education)
    document = rows.filter(kind="RECTIFICATION_NOTICE", state="VALID").order_by("-issued_at").first()
    if document is not None:
        taken = document.issued_at + timedelta(minutes=50)
        posting_add(
            actor=county.officer,
            document=document,
            upload=photo(f"张贴 {document.number}"),
            captured_at=taken,
            at=taken + timedelta(minutes=10),
        )
