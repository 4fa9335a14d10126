"""What talks and meetings say on paper."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from casework.typesetting import (
    Block,
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Heading,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
)
from measures.models import Meeting, Talk
from measures.papers.common import _signed, lines, stop, when
from measures.papers.directives import _letter


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
