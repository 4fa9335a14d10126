"""What closure orders, referrals and receipts say on paper."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Organisation
from casework.typesetting import (
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Heading,
    ItemList,
    Paragraph,
    SignatureLine,
    SignatureLines,
    Table,
    chinese_date,
)
from measures.models import AdCase, Closure, Handover
from measures.papers.common import _items, _signed, stop
from measures.papers.directives import _letter


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
