"""Supervised money of the full county: banks, accounts, deposits of 2023, and what waits today."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from django.utils import timezone

from config.demo.clock import workday, workday_before
from config.demo.fees import build_fees
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from funds import services
from funds.models import Bank, EscrowAccount
from institutions.models import Institution

BANKS = (("示例农商银行", "巫峡支行"), ("示例工商银行", "巫山支行"), ("示例建设银行", "广东路支行"))
DEPOSIT_FEN = 10_000_000
CLOSES = 30  # its licence is cancelled in June 2025; the deposit goes back before
CUSTODY = 34
CLAUSE = "第八条第二款：有抽逃、挪用预收费风险的，乙方凭甲方书面通知停止支付"


def build_funds(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the accounts of 2023 and the matters of today on the timeline."""
    days = [workday(date(2023, 6, 12) + timedelta(days=ahead)) for ahead in (0, 3, 7, 10, 28)]
    banks: list[Bank] = []
    timeline.add(days[0], 9, lambda moment: banks.extend(_banks(county, moment)))
    timeline.add(days[0], 10, lambda moment: services.requirements_set_fixed(
        actor=county.head, since=date(2023, 6, 12), at=moment
    ))  # fmt: skip
    made: dict[str, list[EscrowAccount]] = {"DEPOSIT": [], "CUSTODY": []}
    for kind, count in (("DEPOSIT", 41), ("CUSTODY", CUSTODY)):
        timeline.add(days[1], 9, partial(_opened, county, places, banks, made[kind], kind, count), 10)
        timeline.add(days[2], 9, partial(_filed, county, made[kind]), 20)
        timeline.add(days[3], 9, partial(_verified, county, made[kind], kind), 30)
    timeline.add(days[4], 10, partial(_paid_in, county, made["DEPOSIT"]))
    _closing(county, made, timeline)
    build_fees(county, made["CUSTODY"], timeline, now)
    _today(county, places, banks, made, timeline, now)


def _banks(county: County, moment: datetime) -> list[Bank]:
    return [
        services.bank_register(
            actor=county.clerk,
            values={"name": name, "branch": branch, "contact": "营业部 023-00000000", "is_active": True},
            at=moment,
        )
        for name, branch in BANKS
    ]


def _agreement(number: int, kind: str, day: date) -> dict[str, object]:
    is_custody = kind == "CUSTODY"
    return {
        "kind": kind,
        "agreement_no": f"巫教资监{'托' if is_custody else '保'}〔{day.year}〕{number + 1:03d}号",
        "agreement_from": day,
        "release_mode": "PER_LESSON" if is_custody else "NONE",
        "data_scope": "账户余额和每日流水",
        "freeze_clause": CLAUSE,
    }


def _opened(
    county: County, places: Places, banks: list[Bank], made: list[EscrowAccount], kind: str, count: int,
    moment: datetime,
) -> None:  # fmt: skip
    day = timezone.localdate(moment)
    for number, place in enumerate(places.licensed[:count]):
        made.append(_open(county, place, banks[number % len(banks)], kind, number, day, moment))


def _open(
    county: County, place: Institution, bank: Bank, kind: str, number: int, day: date, moment: datetime
) -> EscrowAccount:
    account = services.account_plan(
        actor=county.clerk, institution=place, bank=bank, values=_agreement(number, kind, day), at=moment
    )
    serial = f"50023700{'71' if kind == 'CUSTODY' else '72'}{number:08d}"
    return services.account_open(actor=county.clerk, account=account, number=serial, opened_on=day, at=moment)


def _filed(county: County, made: list[EscrowAccount], moment: datetime) -> None:
    day = timezone.localdate(moment)
    made[:] = [
        services.account_file(actor=county.clerk, account=row, filed_on=day, at=moment) for row in made
    ]


def _verified(county: County, made: list[EscrowAccount], kind: str, moment: datetime) -> None:
    made[:] = [services.account_verify(actor=county.head, account=row, at=moment) for row in made]
    if kind == "CUSTODY":
        day = timezone.localdate(moment)
        made[:-3] = [
            services.account_enable(actor=county.clerk, account=row, pay_enabled_on=day, at=moment)
            for row in made[:-3]
        ]


def _paid_in(county: County, made: list[EscrowAccount], moment: datetime) -> None:
    day = timezone.localdate(moment)
    for number, account in enumerate(made):
        row = services.movement_propose(
            actor=county.clerk, account=account, direction="IN", amount_fen=DEPOSIT_FEN, booked_on=day,
            reference=f"2023071{number:07d}", note="缴存风险保证金", at=moment,
        )  # fmt: skip
        services.movement_post(actor=county.head, movement=row, at=moment + timedelta(minutes=30))


def _closing(county: County, made: dict[str, list[EscrowAccount]], timeline: Timeline) -> None:
    """The accounts of the place whose licence will be cancelled: notice, deposit back, closed."""

    def begin(moment: datetime) -> None:
        for kind in made:
            made[kind][CLOSES] = services.account_begin_closing(
                actor=county.head, account=made[kind][CLOSES], reason="机构申请终止办学", at=moment
            )

    def give_back(moment: datetime) -> None:
        row = services.movement_propose(
            actor=county.clerk, account=made["DEPOSIT"][CLOSES], direction="RETURN",
            amount_fen=DEPOSIT_FEN, booked_on=timezone.localdate(moment), reference="巫教资退〔2025〕1号",
            note="终止办学，退还保证金", at=moment,
        )  # fmt: skip
        services.movement_post(actor=county.head, movement=row, at=moment + timedelta(hours=1))

    def end(moment: datetime) -> None:
        for kind in made:
            services.account_close(actor=county.head, account=made[kind][CLOSES], at=moment)

    timeline.add(date(2025, 4, 21), 9, begin, 15)
    timeline.add(date(2025, 5, 26), 9, give_back, 25)
    timeline.add(date(2025, 5, 28), 9, end, 25)


def _today(
    county: County,
    places: Places,
    banks: list[Bank],
    made: dict[str, list[EscrowAccount]],
    timeline: Timeline,
    now: date,
) -> None:
    """A raised requirement, a slip to check, an account filed late, a freeze in force and one proposed."""
    deposits = made["DEPOSIT"]

    def raised(moment: datetime) -> None:
        services.requirement_set(
            actor=county.head, institution=deposits[4].institution, formula="CYCLE",
            since=timezone.localdate(moment), students=86, monthly_fen=68_000, at=moment,
        )  # fmt: skip

    def topping_up(moment: datetime) -> None:
        services.movement_propose(
            actor=county.clerk, account=deposits[4], direction="IN", amount_fen=5_000_000,
            booked_on=timezone.localdate(moment), reference="20261119000382", note="补缴一部分", at=moment,
        )  # fmt: skip

    def late(moment: datetime) -> None:
        day = timezone.localdate(moment)
        _open(county, places.licensed[36], banks[1], "CUSTODY", 36, day, moment)

    def frozen(moment: datetime) -> None:
        freeze = services.freeze_propose(
            actor=county.users["officer"], account=made["CUSTODY"][7],
            reason="负责人失联两天，场所关门，家长集中反映", at=moment,
        )  # fmt: skip
        freeze = services.freeze_approve(actor=county.head, freeze=freeze, at=moment + timedelta(hours=1))
        services.freeze_activate(
            actor=county.users["officer"], freeze=freeze, active_on=timezone.localdate(moment),
            bank_receipt="NS-2026-0117", at=moment + timedelta(hours=3),
        )  # fmt: skip

    def proposed(moment: datetime) -> None:
        services.freeze_propose(
            actor=county.users["officer"], account=made["CUSTODY"][12], reason="大额预收后拟变更场所，去向不明",
            at=moment,
        )  # fmt: skip

    for days, hour, work in (
        (12, 9, raised),
        (9, 15, late),
        (5, 10, frozen),
        (3, 11, topping_up),
        (1, 16, proposed),
    ):
        timeline.add(workday_before(now - timedelta(days=days)), hour, work, 5)
