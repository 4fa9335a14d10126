"""Refund disputes at every stage, and a sheet of the 12345 hotline."""

from __future__ import annotations

import io
from datetime import date, timedelta
from operator import itemgetter

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from casework.evidence.services import evidence_receive
from casework.web.listing import Column, xlsx_bytes
from complaints import services
from complaints.models import RefundDispute
from complaints.services import ClaimLine
from complaints.wall import Contact
from config.demo.clock import at, workday_before
from config.demo.people import County
from institutions.models import Institution, Standing

TICKETS = (
    ("GD20261109001", "退费", "孩子转学，培训班只肯退一半学费，拖了一个月", "高唐街道平湖西路"),
    (
        "GD20261111017",
        "无证办学",
        "楼上住户晚上招十几个孩子补数学，每天到九点",
        "龙门街道净坛一路示例小区 5 栋",
    ),
    ("GD20261112023", "建议", "希望在小区公告栏张贴白名单", ""),
)
FAMILIES = (
    (("覃某", "15400000101"), 460_000),
    (("向某", "15400000102"), 380_000),
    (("谭某", "15400000103"), 215_050),
)


def has_refunds(county: County) -> bool:
    """Whether this part stands."""
    return RefundDispute.objects.filter(bureau=county.bureau).exists()


def build_refunds(county: County, now: date) -> None:
    """One paid, one agreed, one in mediation, one just claimed."""
    places = list(
        Institution.objects.filter(bureau=county.bureau, standing=Standing.LICENSED)
        .exclude(operating_state__in=["CLOSED", "BANNED"])
        .order_by("pk")[:4]
    )
    _paid(county, places[0], now)
    _agreed(county, places[1], now)
    _mediating(county, places[2], now)
    _open(county, places[3], now, 2, "机构停课两周，不退剩余课时费", 1)
    _tickets(county, now)


def _open(county: County, place: Institution, now: date, ago: int, reason: str, count: int) -> RefundDispute:
    day = workday_before(now - timedelta(days=ago))
    claims = [ClaimLine(fen, contact=Contact(name, phone)) for (name, phone), fen in FAMILIES[:count]]
    return services.dispute_open(
        actor=county.head, party_name="", institution=place, reason=reason, claims=claims,
        claimed_on=day, at=at(day, 10),
    )  # fmt: skip


def _mediating(county: County, place: Institution, now: date) -> RefundDispute:
    dispute = _open(county, place, now, 9, "更换任课教师后家长不满意，要求退费", 2)
    day = dispute.claimed_on
    return services.dispute_mediate(actor=county.head, dispute=dispute, mediator=county.head, at=at(day, 15))


def _settled(county: County, place: Institution, now: date, ago: int, reason: str) -> RefundDispute:
    dispute = _open(county, place, now, ago, reason, 3)
    day = dispute.claimed_on
    dispute = services.dispute_mediate(
        actor=county.head, dispute=dispute, mediator=county.head, at=at(day, 14)
    )
    for claim in dispute.claims.all():
        services.claim_agree(
            actor=county.head, claim=claim, agreed_fen=claim.claimed_fen * 9 // 10, at=at(day, 15)
        )
    return services.dispute_agree(
        actor=county.head, dispute=dispute, agreement="按剩余课时的九成退费，分两批转账。",
        pay_by=day + timedelta(days=10), note="双方到场，家长同意扣除已用教材费。", at=at(day, 16),
    )  # fmt: skip


def _agreed(county: County, place: Institution, now: date) -> None:
    dispute = _settled(county, place, now, 6, "校区搬迁后路程太远，要求退费")
    claim = dispute.claims.first()
    if claim is not None and claim.agreed_fen:
        day = workday_before(now - timedelta(days=1))
        services.claim_pay(
            actor=county.head, claim=claim, paid_fen=claim.agreed_fen, paid_on=day, payment_no="HD-0611",
            at=at(day, 11),
        )  # fmt: skip


def _paid(county: County, place: Institution, now: date) -> None:
    dispute = _settled(county, place, now, 30, "课程改为线上，家长不同意")
    day = workday_before(now - timedelta(days=22))
    for claim in dispute.claims.all():
        services.claim_pay(
            actor=county.head, claim=claim, paid_fen=claim.agreed_fen or 0, paid_on=day,
            payment_no=f"HD-05{claim.ordinal:02d}", at=at(day, 10),
        )  # fmt: skip
    evidence_receive(
        actor=county.head, subject=dispute, upload=_slip(), caption="转账回单", at=at(day, 10, 20)
    )
    services.dispute_pay(actor=county.head, dispute=dispute, at=at(day, 11))


def _slip() -> ContentFile[bytes]:
    picture = Image.new("RGB", (900, 420), "#f7f7f2")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((30, 30, 870, 390), outline="#335", width=3)
    for line in range(5):
        draw.line((60, 110 + line * 50, 840, 110 + line * 50), fill="#99a")
    draw.text((60, 60), "BANK TRANSFER RECEIPT (SAMPLE)", fill="#224")
    target = io.BytesIO()
    picture.save(target, "JPEG")
    return ContentFile(target.getvalue(), name="回单.jpg")


def _tickets(county: County, now: date) -> None:
    came, due = workday_before(now - timedelta(days=4)), workday_before(now + timedelta(days=5))
    heads = ("工单编号", "诉求类型", "诉求内容", "诉求地址", "来电人", "来电号码", "受理时间", "办结期限")
    rows = [
        (number, kind, text, place, "来电市民", "15400000199", came.isoformat(), due.isoformat())
        for number, kind, text, place in TICKETS
    ]
    columns = tuple(Column(head, itemgetter(index)) for index, head in enumerate(heads))
    data = xlsx_bytes(rows, columns, "工单")
    batch = services.tickets_check(
        actor=county.head, upload=ContentFile(data, name="工单.xlsx"), name="工单.xlsx", at=at(now, 9)
    )
    services.tickets_apply(actor=county.head, batch=batch, at=at(now, 9, 5))
