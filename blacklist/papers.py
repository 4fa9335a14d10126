"""What the announcements and notices of this room say, as typesetting sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.models import Bureau, Organisation
from blacklist.models import ListBatch, ListEntry
from casework import typesetting
from casework.models import ViolationType
from casework.typesetting.content import (
    Cell,
    Column,
    DocumentContent,
    Heading,
    Paragraph,
    Signature,
    Table,
    chinese_date,
)
from institutions.models import Institution

BATCH_KINDS = {
    "WHITE": ("LIST_WHITE_ANNOUNCEMENT", "白名单公告", "{organ}白名单〔{year}〕{n}号"),
    "RED": ("LIST_RED_ANNOUNCEMENT", "红名单公告", "{organ}红名单〔{year}〕{n}号"),
}
NOTICE_KIND = ("LIST_BLACK_PRIOR_NOTICE", "拟列入黑名单告知书", "{organ}黑告〔{year}〕{n}号")
BLACK_KIND = ("LIST_BLACK_DECISION", "列入黑名单决定书", "{organ}黑名单〔{year}〕{n}号")
KINDS = (*BATCH_KINDS.values(), NOTICE_KIND, BLACK_KIND)


def batch_announcement(
    batch: ListBatch, *, organ: Organisation, batch_no: int, institutions: Sequence[Institution], day: date
) -> dict[str, Any]:
    """The announcement of one batch with its table of institutions."""
    name = batch.get_list_kind_display()
    bureau: Bureau = batch.bureau
    title = f"{bureau.region.name}校外培训机构{name}（第{batch_no}批）公告"
    head = ("序号", "机构名称", "办学许可证号", "培训类别", "办学地址", "许可有效期至")
    rows = tuple(
        tuple(
            Cell(text)
            for text in (
                str(number),
                item.name,
                item.licence_no or "—",
                item.get_track_display(),
                item.address or "—",
                item.licence_to.isoformat() if item.licence_to else "—",
            )
        )
        for number, item in enumerate(institutions, start=1)
    )
    blocks: list[Any] = [
        Paragraph(
            f"根据{batch.basis}，经核查和审定，现将第{batch_no}批列入{name}的校外培训机构公布如下，共{len(rows)}家。"
        ),
        Table(
            columns=(
                Column(0.5),
                Column(2.2, "left"),
                Column(1.6),
                Column(1.0),
                Column(2.4, "left"),
                Column(1.2),
            ),
            head=(tuple(Cell(text) for text in head),),
            rows=rows,
            size=10.5,
        ),
        Paragraph("名单实行动态管理，以公开平台查询结果为准。机构不再符合条件的，随时移出并公布。"),
    ]
    if bureau.hotline:
        blocks.append(Paragraph(f"监督电话：{bureau.hotline}。"))
    blocks.append(Signature(organ=organ.name, date=day.isoformat()))
    return typesetting.to_dict(
        DocumentContent(
            form="red_head", organ=organ.name, title=title, date=day.isoformat(), blocks=tuple(blocks)
        )
    )


def violation_words(codes: Sequence[str]) -> str:
    """Names of violation types, joined; unknown codes are left out."""
    names = dict(ViolationType.objects.filter(code__in=codes).values_list("code", "name"))
    return "；".join(names[code] for code in codes if code in names)


def _facts(entry: ListEntry) -> list[Any]:
    decision = f"有关处理决定：{entry.decision_no}。" if entry.decision_no else ""
    kinds = violation_words(entry.ground_codes)
    return [
        Heading(1, "一、事由"),
        Paragraph(f"{entry.ground_text}{'' if entry.ground_text.endswith('。') else '。'}{decision}"),
        *([Paragraph(f"违法违规类型：{kinds}。")] if kinds else []),
        Heading(1, "二、依据"),
        Paragraph(f"{entry.basis}{'' if entry.basis.endswith('。') else '。'}"),
    ]


def prior_notice(entry: ListEntry, *, organ: Organisation, day: date, reply_until: date) -> dict[str, Any]:
    """The notice that tells an institution of an intended black entry and of its right to reply."""
    assert entry.planned_end_on is not None
    assert entry.earliest_exit_on is not None
    blocks = [
        *_facts(entry),
        Heading(1, "三、拟列入期限和移出条件"),
        Paragraph(
            f"拟自公布之日起列入黑名单，至{chinese_date(entry.planned_end_on)}止；"
            f"最早可于{chinese_date(entry.earliest_exit_on)}移出。移出条件：{entry.way_out}"
        ),
        Heading(1, "四、陈述申辩"),
        Paragraph(
            f"你单位可在{chinese_date(reply_until)}前（含当日）向本机关书面或者通过办事大厅提出陈述申辩并提交材料。"
            "逾期未提出的，不影响本机关依法作出决定。"
        ),
        Signature(organ=organ.name, date=day.isoformat()),
    ]
    return typesetting.to_dict(
        DocumentContent(
            form="letter",
            title="拟列入校外培训机构黑名单告知书",
            organ=organ.name,
            date=day.isoformat(),
            addressee=entry.institution.name,
            blocks=tuple(blocks),
        )
    )


def black_decision(entry: ListEntry, *, organ: Organisation, day: date) -> dict[str, Any]:
    """The decision that puts an institution on the black list."""
    assert entry.planned_end_on is not None
    assert entry.earliest_exit_on is not None
    notice = entry.notice_document.number if entry.notice_document else ""
    blocks = [
        Paragraph(
            f"本机关已以{notice}告知你单位拟列入黑名单的事由、依据和陈述申辩权利。"
            f"复核情况：{entry.get_reply_outcome_display()}。"
        ),
        *_facts(entry),
        Heading(1, "三、决定"),
        Paragraph(
            f"自{chinese_date(day)}起将你单位列入校外培训机构黑名单，公布至{chinese_date(entry.planned_end_on)}；"
            f"最早可于{chinese_date(entry.earliest_exit_on)}移出。移出条件：{entry.way_out}"
        ),
        Signature(organ=organ.name, date=day.isoformat()),
    ]
    return typesetting.to_dict(
        DocumentContent(
            form="letter",
            title="列入校外培训机构黑名单决定书",
            organ=organ.name,
            date=day.isoformat(),
            addressee=entry.institution.name,
            blocks=tuple(blocks),
        )
    )
