"""What the documents of this room say, as sources for the typesetter. Preview and issue use the same functions."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Organisation
from casework.typesetting import (
    Block,
    DocumentContent,
    ItemList,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    chinese_date,
)
from schools.models import ParentLetter, WorkTip


def _stop(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _items(text: str) -> list[Block]:
    rows = tuple(line.strip() for line in text.splitlines() if line.strip())
    return [ItemList(rows)] if len(rows) > 1 else [Paragraph(_stop(row)) for row in rows]


def work_tip(tip: WorkTip, *, due_on: date, at: datetime) -> DocumentContent:
    """The letter: how many pupils, where, what to do, by when; nobody is named."""
    day = timezone.localdate(at)
    return DocumentContent(
        form="letter",
        title="工作提示函",
        date=day.isoformat(),
        organ=tip.organ.name,
        addressee=tip.school.name,
        blocks=(
            Paragraph(
                f"{chinese_date(tip.found_on)}，我单位发现你校学生{tip.pupil_count}人参加违规校外培训。"
                f"{_stop(tip.situation)}"
            ),
            Paragraph("请你校立即核查处理："),
            *_items(tip.requirements),
            Paragraph(
                f"请于{chinese_date(due_on)}前通过办事大厅答复核查情况和采取的措施。"
                "答复只写人数，学生姓名由学校留存，不要写入答复。办理情况计入学校年度综合考核。"
            ),
            Paragraph(f"联系人及电话：{tip.contact}。"),
            Signature(tip.organ.name, day.isoformat()),
            SignatureLines((SignatureLine("学校签收"),)),
        ),
    )


def parent_letter(letter: ParentLetter, *, organ: Organisation, at: datetime) -> DocumentContent:
    """The letter to parents, with the hotline and where to look institutions up."""
    day, bureau = timezone.localdate(at), organ.bureau
    return DocumentContent(
        form="letter",
        title=letter.title,
        date=day.isoformat(),
        organ=organ.name,
        addressee="各位家长",
        blocks=(
            *(Paragraph(_stop(line.strip())) for line in letter.body.splitlines() if line.strip()),
            Paragraph(
                f"选择培训机构前，请在“{bureau.portal_title}”查询许可证、白名单和监管账户："
                f"{settings.PUBLIC_BASE_URL.rstrip('/')}/ 。"
            ),
            Paragraph(f"举报和咨询电话：{bureau.hotline or organ.phone or '见公开平台'}。"),
            Signature(organ.name, day.isoformat()),
            SignatureLines((SignatureLine("家长签字（回执由学校留存）"),)),
        ),
    )
