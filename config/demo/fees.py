"""A term of prepaid fees at a few institutions: contracts, lessons, releases, refunds, and what waits today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.services import system_user
from config.demo.clock import workday_before
from config.demo.people import County
from config.demo.timeline import Timeline
from funds import rules, services
from funds.models import (
    OPEN_REFUND,
    Contract,
    EntryKind,
    EscrowAccount,
    Instruction,
    Lesson,
    Refund,
    ReleaseBatch,
)
from funds.selectors import contract_money

PLACES, FAMILIES, WEEKS = 5, 6, 6
PRICES = (198_000, 240_000, 268_800, 300_000, 336_000, 420_000)
SURNAMES = ("覃", "谭", "向", "冉", "蔺", "禚")
COURSES = (
    ("少儿美术", "美术"),
    ("中国舞启蒙", "舞蹈"),
    ("少儿篮球", "篮球"),
    ("硬笔书法", "书法"),
    ("图形编程", "编程"),
)


def build_fees(county: County, accounts: list[EscrowAccount], timeline: Timeline, now: date) -> None:
    """Put the term on the timeline; `accounts` are custody accounts that are opened earlier on it."""
    first = workday_before(now - timedelta(days=7 * WEEKS + 3))
    term: dict[str, list[Any]] = {"accounts": [], "contracts": []}
    timeline.add(first, 9, partial(_signed, county, accounts, term), 20)
    timeline.add(first, 16, partial(_paid, county, term))
    for week in range(WEEKS):
        day = first + timedelta(days=7 * week + 2)
        timeline.add(day, 20, partial(_taught, county, term, is_last=week == WEEKS - 1))
        timeline.add(day + timedelta(days=1), 1, _night)
    for days in (20, 9):
        timeline.add(workday_before(now - timedelta(days=days)), 10, partial(_released, county, term), 40)
    timeline.add(workday_before(now - timedelta(days=6)), 10, partial(_refunded, county, term))
    timeline.add(workday_before(now - timedelta(days=1)), 17, partial(_waiting, county, term))
    timeline.add(now, 1, _night)
    timeline.add(now, 9, partial(_built, county, term), 10)


def _signed(
    county: County, accounts: list[EscrowAccount], term: dict[str, list[Any]], moment: datetime
) -> None:
    today = timezone.localdate(moment)
    for account in accounts:
        account.refresh_from_db()
        place = account.institution
        stops = [*rules.standing_stops(place, today), *rules.account_stops(account)]
        if stops or place.list_status != "WHITE" or len(term["accounts"]) == PLACES:
            continue
        row = services.settlement_propose(
            actor=county.clerk, institution=place, account_name=place.name, bank_name="示例工商银行",
            number=f"6222{place.pk:012d}", at=moment,
        )  # fmt: skip
        services.settlement_verify(actor=county.head, settlement=row, at=moment)
        for number in range(FAMILIES):
            term["contracts"].append(_contract(county, account, len(term["accounts"]), number, moment))
        term["accounts"].append(account)


def _contract(county: County, account: EscrowAccount, place: int, number: int, moment: datetime) -> Contract:
    today = timezone.localdate(moment)
    price = PRICES[(place + number) % len(PRICES)]
    course, subject = COURSES[place % len(COURSES)]
    values = {
        "number": f"XS{today:%Y%m}-{number + 1:03d}",
        "student": f"{SURNAMES[number]}小禾",
        "guardian": f"{SURNAMES[number]}示例",
        "phone": f"199{place:04d}{number:04d}",
        "course": course,
        "subject": subject,
        "lessons": 24,
        "bonus_lessons": 1 if number == 0 else 0,
        "price_fen": price,
        "list_price_fen": price * 6 // 5,
        "deduction_fen": 8_000 if number % 2 else 0,
        "deduction_note": "教材工本费，合同第七条" if number % 2 else "",
        "starts_on": today,
        "ends_on": today + timedelta(days=84),
        "signed_on": today,
    }
    row = services.contract_draft(
        actor=county.clerk, institution=account.institution, values=values, at=moment
    )
    return services.contract_sign(actor=county.clerk, contract=row, at=moment)


def _paid(county: County, term: dict[str, list[Any]], moment: datetime) -> None:
    """All but one family pay at once; one pays half."""
    for number, row in enumerate(term["contracts"]):
        fen = row.price_fen // 2 if number == len(term["contracts"]) - 1 else row.price_fen
        services.payment_post(
            actor=county.clerk, contract=row, fen=fen, booked_on=timezone.localdate(moment),
            key=f"示例/{row.order_no}", via=EntryKind.PAY_DIRECT, at=moment,
        )  # fmt: skip


def _taught(county: County, term: dict[str, list[Any]], moment: datetime, *, is_last: bool) -> None:
    """One lesson a week where no refund is open; of the earlier weeks every second family confirms the same evening."""
    day = timezone.localdate(moment)
    for account in term["accounts"]:
        rows = [
            services.Taught(row, day)
            for row in Contract.objects.filter(account=account, status="ACTIVE")
            .exclude(pk__in=Refund.objects.filter(status__in=OPEN_REFUND).values("contract"))
            .order_by("pk")
        ]
        if not rows:
            continue
        made = services.lessons_declare(
            actor=county.clerk, institution=account.institution, rows=rows, at=moment
        )
        for lesson in made[::2]:
            if not is_last:
                services.lesson_confirm(actor=system_user(), lesson=lesson, at=moment)


def _night(moment: datetime) -> None:
    today = timezone.localdate(moment)
    services.lessons_auto_confirm(actor=system_user(), today=today, at=moment)
    services.refunds_auto_agree(actor=system_user(), today=today, at=moment)
    services.certificates_make(actor=system_user(), on=today - timedelta(days=1), at=moment)


def _released(county: County, term: dict[str, list[Any]], moment: datetime) -> None:
    for number, account in enumerate(term["accounts"]):
        batch = services.release_build(actor=county.clerk, account=account, at=moment)
        batch = services.release_approve(actor=county.head, batch=batch, at=moment)
        row = services.instruction_send(actor=county.clerk, instruction=_paper(batch), at=moment)
        services.instruction_post(
            actor=county.clerk, instruction=row, booked_on=timezone.localdate(moment),
            bank_serial=f"{moment:%Y%m%d}{number:06d}", at=moment + timedelta(hours=3),
        )  # fmt: skip


def _paper(row: ReleaseBatch | Refund) -> Instruction:
    if row.instruction is None:
        raise ValueError(f"{row} has no instruction")
    return row.instruction


def _settle(contract: Contract, moment: datetime) -> None:
    for lesson in Lesson.objects.filter(contract=contract, status="TAUGHT").order_by("taught_on"):
        services.lesson_confirm(actor=system_user(), lesson=lesson, at=moment)


def _refunded(county: County, term: dict[str, list[Any]], moment: datetime) -> None:
    """One refund is paid, one is refused by its institution."""
    if len(term["contracts"]) < 4 * FAMILIES:
        return
    paid, refused = term["contracts"][1], term["contracts"][FAMILIES + 1]
    _settle(paid, moment)
    row = services.refund_apply(
        actor=system_user(), contract=paid, ground="FAMILY", statement="转学到主城，不能继续上课", at=moment
    )
    row.contract.institution.refresh_from_db()
    row = services.refund_agree(actor=system_user(), refund=row, answer="同意", at=moment)
    row = services.refund_approve(actor=county.head, refund=row, at=moment + timedelta(hours=2))
    row = services.refund_pay(actor=county.head, refund=row, at=moment + timedelta(hours=2))
    sent = services.instruction_send(actor=county.clerk, instruction=_paper(row), at=moment)
    services.instruction_post(
        actor=county.clerk, instruction=sent, booked_on=timezone.localdate(moment),
        bank_serial=f"{moment:%Y%m%d}900001", at=moment + timedelta(hours=4),
    )  # fmt: skip
    row = services.refund_apply(
        actor=system_user(),
        contract=refused,
        ground="INSTITUTION",
        statement="机构换了老师，没有告知",
        at=moment,
    )
    services.refund_refuse(
        actor=system_user(), refund=row, answer="老师病假一周，已安排代课", at=moment + timedelta(hours=5)
    )


def _waiting(county: County, term: dict[str, list[Any]], moment: datetime) -> None:
    """A lesson under dispute, and a refund that waits for its institution."""
    if len(term["contracts"]) < 4 * FAMILIES:
        return
    lesson = Lesson.objects.filter(contract=term["contracts"][2 * FAMILIES + 2], status="TAUGHT").first()
    if lesson is not None:
        services.lesson_dispute(
            actor=system_user(), lesson=lesson, words="那天孩子发烧请假，没有去上课", at=moment
        )
    row = term["contracts"][3 * FAMILIES]
    if contract_money(row).unearned:
        services.refund_apply(
            actor=system_user(), contract=row, ground="FAMILY", statement="时间冲突", at=moment
        )


def _built(county: County, term: dict[str, list[Any]], moment: datetime) -> None:
    """Batches of the week that wait for approval."""
    services.releases_build_due(actor=county.clerk, at=moment)
