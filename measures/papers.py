"""What the documents of this room say, as sources for the typesetter. Preview and issue use the same functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, Region
from casework import policy
from casework.deadlines import TermUnit
from casework.typesetting import (
    Block,
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Heading,
    ItemList,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
    chinese_date,
    to_dict,
)
from measures.models import AdCase, Closure, Directive, DirectiveKind, Handover, Meeting, Talk

TITLES = {
    DirectiveKind.SUSPENSION_NOTICE: "停办通知书",
    DirectiveKind.BAN_NOTICE: "取缔通知书",
    DirectiveKind.SITE_ASSIGNMENT: "现场交办单",
    DirectiveKind.SUPERVISION_LETTER: "督办函",
    DirectiveKind.REMINDER_LETTER: "提示函",
    DirectiveKind.PARENT_LETTER: "致家长告知书",
}


def source(content: DocumentContent) -> dict[str, Any]:
    """The content as JSON values for freezing."""
    return to_dict(content)


def lines(text: str) -> tuple[str, ...]:
    """Lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def stop(text: str) -> str:
    """The text closed by a full stop."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def when(moment: datetime | None) -> str:
    """A moment as documents write it."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{chinese_date(local.date())}{local:%H:%M}"


def remedy_line(*, organ: Organisation, region: Region, on: date) -> str:
    """复议 and 诉讼 routes with the terms in force on a day."""
    review = policy.term("remedy.review", region=region, on=on)
    suit = policy.term("remedy.suit", region=region, on=on)
    months = f"{suit.amount}个月" if suit.unit == TermUnit.MONTH else f"{suit.amount}日"
    return (
        f"如不服本通知，可以自收到本通知之日起{review.amount}日内向{organ.bureau.region.name}人民政府申请行政复议，"
        f"或者自收到本通知之日起{months}内依法向人民法院提起行政诉讼。复议、诉讼期间不停止执行。"
    )


def _items(text: str) -> list[Block]:
    rows = lines(text)
    if not rows:
        return []
    return [ItemList(rows)] if len(rows) > 1 else [Paragraph(stop(rows[0]))]


def _signed(organ: Organisation, day: date, *receivers: str) -> list[Block]:
    tail: list[Block] = [Signature(organ.name, day.isoformat())]
    if receivers:
        tail.append(SignatureLines(tuple(SignatureLine(word) for word in receivers)))
    return tail


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


def _officers(directive: Directive) -> Paragraph | None:
    if not directive.officer_one_no:
        return Paragraph(f"执法人员：{directive.officer_one.name}、{directive.officer_two.name}。")
    return Paragraph(
        f"执法人员：{directive.officer_one.name}（{directive.officer_one_no}）、"
        f"{directive.officer_two.name}（{directive.officer_two_no}）。"
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


def ad_referral(ad: AdCase, *, to: Organisation, reason: str, at: datetime) -> DocumentContent:
    """The letter that hands an advertisement to the authority in charge of it."""
    day = timezone.localdate(at)
    files = list(ad.photos.select_related("evidence"))
    shown = [f"{item.get_phase_display()}：SHA-256 {item.evidence.sha256}" for item in files]
    return _letter(
        "案件移送函",
        ad.lead_organ,
        to.name,
        day,
        [
            Paragraph(
                f"我单位于{chinese_date(ad.found_on)}在{ad.place}发现违规校外培训广告，现移送你单位依法处理。"
            ),
            Paragraph(f"广告形式：{ad.get_kind_display()}，数量{ad.pieces}。广告主：{ad.owner_words}。"),
            Paragraph(f"广告内容：{stop(ad.content)}"),
            Paragraph(f"网址：{ad.url}") if ad.url else None,
            Paragraph(f"移送理由：{stop(reason)}"),
            Paragraph("所附材料："),
            ItemList(tuple(shown)) if shown else None,
            Paragraph("请将受理和处理情况书面回复我单位。"),
            *_signed(ad.lead_organ, day, "接收人"),
        ],
    )


def talk_invitation(talk: Talk, *, names: list[str], at: datetime) -> DocumentContent:
    """约谈通知书."""
    day = timezone.localdate(at)
    organ = talk.organ
    return _letter(
        "约谈通知书",
        organ,
        "、".join(names),
        day,
        [
            Paragraph(f"因{talk.reason.rstrip('。')}，根据{talk.basis}，决定对你单位负责人进行约谈。"),
            Paragraph(f"时间：{when(talk.planned_at)}。"),
            Paragraph(f"地点：{stop(talk.place)}"),
            Paragraph("请负责人携带本人身份证件和相关材料准时到场；确不能到场的，请书面说明并委托他人。"),
            Paragraph(f"联系人及电话：{talk.host.name} {organ.phone or organ.bureau.hotline}。"),
            *_signed(organ, day, "签收人"),
        ],
    )


def talk_record(talk: Talk, *, at: datetime) -> DocumentContent:
    """约谈记录 with who came and what was promised."""
    parties = list(talk.parties.select_related("institution"))
    head = (
        (Field("约谈单位", talk.organ.name), Field("形式", talk.get_kind_display())),
        (Field("时间", when(talk.held_at)), Field("地点", talk.place)),
        (Field("主谈人", talk.host.name), Field("记录人", talk.recorder.name)),
        (Field("约谈事由", talk.reason, 2, 2),),
        (Field("约谈要求", "\n".join(lines(talk.requirements)), 2, 3),),
    )
    rows = tuple(
        (
            Cell(party.institution.name, align="left"),
            Cell(
                f"{party.get_attendance_display()}{f'（{party.attendee}）' if party.attendee else ''}",
            ),
            Cell(party.promise or "—", align="left"),
            Cell(party.promise_due_on.isoformat() if party.promise_due_on else "—"),
        )
        for party in parties
    )
    table = Table(
        columns=(Column(2.0), Column(1.4), Column(3.2), Column(1.2)),
        head=((Cell("机构"), Cell("到场情况"), Cell("承诺事项"), Cell("期限")),),
        rows=rows,
    )
    return DocumentContent(
        form="record",
        title="约谈记录",
        date=timezone.localdate(at).isoformat(),
        blocks=(
            Fields(rows=head, columns=2),
            table,
            SignatureLines((SignatureLine("约谈人"), SignatureLine("被约谈人"))),
        ),
        organ=talk.organ.name,
    )


def meeting_minutes(meeting: Meeting, *, at: datetime) -> DocumentContent:
    """会议纪要 with the table of decisions."""
    day = timezone.localdate(at)
    bodies = "、".join(
        f"{row.organisation.name}{f'（{row.people}）' if row.people else ''}"
        for row in meeting.participants.select_related("organisation")
    )
    rows = tuple(
        (
            Cell(str(row.position)),
            Cell(row.text, align="left"),
            Cell(row.assignee.name),
            Cell(row.due_on.isoformat()),
        )
        for row in meeting.decisions.select_related("assignee").order_by("position")
    )
    blocks: list[Block] = [
        Paragraph(f"{when(meeting.held_at)}，{meeting.chair}在{meeting.place}主持召开{meeting.title}。"),
        *[Paragraph(stop(line)) for line in lines(meeting.minutes)],
        Heading(1, "议定事项"),
        Table(
            columns=(Column(0.6), Column(4.2), Column(2.0), Column(1.4)),
            head=((Cell("序号"), Cell("事项"), Cell("责任单位"), Cell("完成期限")),),
            rows=rows,
        ),
        Heading(1, "参会单位"),
        Paragraph(stop(bodies)),
        Signature(meeting.organ.name, day.isoformat()),
    ]
    return DocumentContent(
        form="letter",
        title=f"{meeting.title}纪要",
        date=day.isoformat(),
        blocks=tuple(blocks),
        organ=meeting.organ.name,
    )


def closure_scope(closure: Closure) -> str:
    """Whom a closure binds, in words."""
    if closure.scope_kind == "ALL":
        return f"{closure.bureau.region.name}行政区域内全部校外培训机构和培训点"
    if closure.scope_kind == "TOWNS":
        towns = "、".join(closure.towns.order_by("code").values_list("name", flat=True))
        return f"{towns}范围内的校外培训机构和培训点"
    names = list(closure.targets.select_related("institution").values_list("institution__name", flat=True))
    return "、".join(names)


def closure_order(closure: Closure, *, at: datetime) -> DocumentContent:
    """应急停课通知."""
    day = timezone.localdate(at)
    until = (
        f"预计至{chinese_date(closure.until_on)}恢复，具体以恢复通知为准。"
        if closure.until_on
        else "恢复时间另行通知。"
    )
    return _letter(
        closure.title,
        closure.organ,
        "各校外培训机构",
        day,
        [
            Paragraph(
                f"因{closure.get_cause_display()}需要，根据{closure.basis}，自{chinese_date(closure.from_on)}起，"
                f"下列范围内停止线下培训：{closure_scope(closure)}。{until}"
            ),
            Heading(1, "要求"),
            *_items(closure.demand),
            Paragraph("本通知为应急措施，不属于行政处罚。"),
            *_signed(closure.organ, day),
        ],
    )


def closure_lift(closure: Closure, *, at: datetime) -> DocumentContent:
    """恢复线下培训通知."""
    day = timezone.localdate(at)
    number = closure.document.number if closure.document else ""
    assert closure.lifted_on is not None
    return _letter(
        "恢复线下培训通知",
        closure.organ,
        "各校外培训机构",
        day,
        [
            Paragraph(
                f"根据{closure.lift_basis}，自{chinese_date(closure.lifted_on)}起恢复线下培训，"
                f"{number}《{closure.title}》同时停止执行。"
            ),
            *_signed(closure.organ, day),
        ],
    )


def handover_receipt(handover: Handover, *, at: datetime) -> DocumentContent:
    """培训材料移交清单 that is also the receipt."""
    head = (
        (Field("移交单位", handover.institution.name, 2),),
        (Field("移交人", handover.handed_by), Field("职务", handover.handed_title or "—")),
        (Field("接收日期", chinese_date(handover.received_on)), Field("接收地点", handover.place)),
        (Field("接收用途", handover.purpose, 2),),
        (Field("说明", "上述材料由移交人自愿提供，用后退还，不属于先行登记保存或者查封、扣押。", 2, 2),),
    )
    rows = tuple(
        (
            Cell(str(item.position)),
            Cell(item.title, align="left"),
            Cell(item.edition or "—"),
            Cell(item.get_source_display()),
            Cell(str(item.copies)),
            Cell(item.note or "—"),
        )
        for item in handover.items.order_by("position")
    )
    table = Table(
        columns=(Column(0.6), Column(3.0), Column(1.2), Column(1.4), Column(0.8), Column(1.4)),
        head=((Cell("序号"), Cell("名称"), Cell("版本"), Cell("来源"), Cell("册数"), Cell("备注")),),
        rows=rows,
    )
    return DocumentContent(
        form="record",
        title="培训材料移交清单",
        date=timezone.localdate(at).isoformat(),
        blocks=(
            Fields(rows=head, columns=2),
            table,
            SignatureLines((SignatureLine("移交人"), SignatureLine("接收人（两名）"))),
        ),
        organ=handover.organ.name,
    )
