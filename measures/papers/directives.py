"""What directives say: stopping, assigning, pressing, warning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Organisation, Region
from casework import policy
from casework.deadlines import TermUnit
from casework.typesetting import (
    Block,
    DocumentContent,
    Field,
    Fields,
    Paragraph,
    SignatureLine,
    SignatureLines,
    chinese_date,
)
from measures.models import Directive, DirectiveKind
from measures.papers.common import TITLES, _items, _officers, _signed, stop, when


def remedy_line(*, organ: Organisation, region: Region, on: date) -> str:
    """复议 and 诉讼 routes with the terms in force on a day."""
    review = policy.term("remedy.review", region=region, on=on)
    suit = policy.term("remedy.suit", region=region, on=on)
    months = f"{suit.amount}个月" if suit.unit == TermUnit.MONTH else f"{suit.amount}日"
    return (
        f"如不服本通知，可以自收到本通知之日起{review.amount}日内向{organ.bureau.region.name}人民政府申请行政复议，"
        f"或者自收到本通知之日起{months}内依法向人民法院提起行政诉讼。复议、诉讼期间不停止执行。"
    )


def _letter(
    title: str, organ: Organisation, addressee: str, day: date, blocks: Iterable[Block | None]
) -> DocumentContent:
    kept = tuple(
        block
        for block in blocks
        if block is not None and not (isinstance(block, Paragraph) and not block.text.strip("。"))
    )
    return DocumentContent(
        form="letter",
        title=title,
        date=day.isoformat(),
        blocks=kept,
        organ=organ.name,
        addressee=addressee,
    )


def directive(row: Directive, *, at: datetime) -> DocumentContent:
    """The document of one directive, by its kind."""
    builders = {
        DirectiveKind.SUSPENSION_NOTICE: _stopping,
        DirectiveKind.BAN_NOTICE: _stopping,
        DirectiveKind.SITE_ASSIGNMENT: _assigning,
        DirectiveKind.SUPERVISION_LETTER: _assigning,
        DirectiveKind.REMINDER_LETTER: _reminding,
        DirectiveKind.PARENT_LETTER: _parents,
    }
    return builders[DirectiveKind(row.kind)](row, timezone.localdate(at))


def _stopping(row: Directive, day: date) -> DocumentContent:
    word = (
        "停止办学（培训）活动"
        if row.kind == DirectiveKind.SUSPENSION_NOTICE
        else "予以取缔，停止一切培训活动"
    )
    present = (
        f"检查时在场学生{row.students_present}人，你单位须妥善安排，由家长或者学校接回。"
        if row.students_present
        else ""
    )
    since = chinese_date(row.stop_from) if row.stop_from else "即日"
    return _letter(
        TITLES[DirectiveKind(row.kind)],
        row.organ,
        row.party_name,
        day,
        [
            Paragraph(f"经查，你单位存在下列事实：{stop(row.facts)}"),
            Paragraph(f"根据{row.basis}，责令你单位自{since}起{word}。") if row.basis else None,
            Paragraph(present),
            *_items(row.demand),
            Paragraph(f"退费要求：{stop(row.refund_requirement)}") if row.refund_requirement else None,
            Paragraph(row.consequences),
            Paragraph(row.remedy_line),
            _officers(row),
            Paragraph(f"联系人及电话：{row.contact}。"),
            *_signed(row.organ, day, "签收人"),
        ],
    )


def _assigning(row: Directive, day: date) -> DocumentContent:
    name = "督办" if row.kind == DirectiveKind.SUPERVISION_LETTER else "交办"
    until = f"请于{chinese_date(row.due_on)}前办理下列事项并书面报告结果：" if row.due_on else ""
    origin = f"（原文号：{row.original_no}）" if row.original_no else ""
    place = (
        f"涉及单位：{row.institution.name}，地址：{row.party_address or row.institution.address}。"
        if row.institution
        else ""
    )
    return _letter(
        TITLES[DirectiveKind(row.kind)],
        row.organ,
        row.party_name,
        day,
        [
            Paragraph(f"现将下列事项{name}你单位{origin}：{stop(row.facts)}"),
            Paragraph(place),
            Paragraph(until),
            *_items(row.demand),
            Paragraph(row.consequences),
            _officers(row),
            Paragraph(f"联系人及电话：{row.contact}。"),
            *_signed(row.organ, day, "签收人"),
        ],
    )


def _reminding(row: Directive, day: date) -> DocumentContent:
    return _letter(
        TITLES[DirectiveKind(row.kind)],
        row.organ,
        row.party_name,
        day,
        [
            Paragraph(stop(row.facts)),
            Paragraph("现提示如下："),
            *_items(row.demand),
            Paragraph(row.consequences),
            Paragraph("本函为提示，不属于行政处罚。"),
            Paragraph(f"联系人及电话：{row.contact}。"),
            *_signed(row.organ, day),
        ],
    )


def _parents(row: Directive, day: date) -> DocumentContent:
    bureau = row.organ.bureau
    return _letter(
        TITLES[DirectiveKind(row.kind)],
        row.organ,
        row.party_name,
        day,
        [
            Paragraph(stop(row.facts)),
            Paragraph("请您注意："),
            *_items(row.demand),
            Paragraph(f"选择培训机构前，可在“{bureau.portal_title}”查询其证照和名单情况。"),
            Paragraph(f"监督电话：{bureau.hotline or row.contact}。"),
            *_signed(row.organ, day),
        ],
    )


def service_receipt(row: Directive, *, at: datetime) -> DocumentContent:
    """送达回证 of a directive."""
    rows = (
        (Field("送达文书", row.get_kind_display()), Field("文号", row.number)),
        (Field("受送达人", row.party_name, 2),),
        (Field("送达方式", row.get_service_way_display()), Field("送达时间", when(row.served_at))),
        (Field("签收人", row.service_receiver or "—"), Field("送达凭证", row.service_proof or "见签收")),
        (Field("送达人", f"{row.officer_one.name}、{row.officer_two.name}", 2, 2, "送达人签字："),),
        (Field("备注", f"视为送达日期：{row.effective_on:%Y-%m-%d}。", 2),),
    )
    return DocumentContent(
        form="table",
        title="送达回证",
        date=timezone.localdate(at).isoformat(),
        blocks=(Fields(rows=rows, columns=2), SignatureLines((SignatureLine("受送达人"),))),
        organ=row.organ.name,
    )
