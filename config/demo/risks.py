"""Risks of the full county: a run-away with its claims, a round of fund audits, wage claims, sheets from outside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile

from config.demo.clock import at, workday_before
from config.demo.people import County
from funds import services
from funds.models import (
    AccountFreeze,
    AuditRound,
    AuditSheet,
    CheckItem,
    Contract,
    EscrowAccount,
    RunawayEvent,
)
from institutions.models import Institution

PLACES, CHECKED, TALKED = 8, 7, 4
PROBLEMS = (
    ("PRIVATE", 468_000, "前台使用个人二维码收取教材费 6 笔"),
    ("CUSTODY", 1_264_000, "秋季班 4 名学员学费没有进监管账户"),
    ("OVER", 0, "一次性收取 5 个月学费，超过 3 个月"),
)


def has_risks(county: County) -> bool:
    """Whether the part stands."""
    return AuditRound.objects.filter(bureau=county.bureau).exists()


def build_risks(county: County, now: date) -> None:
    """Everything of this part, up to this morning."""
    _round(county, now)
    _runaways(county, now)
    _signals(county, now)
    _platform(county, now)


def _round(county: County, now: date) -> None:
    begun = workday_before(now - timedelta(days=24))
    officer, moment = county.users["officer"], at(begun, 9)
    row = services.round_open(
        actor=officer,
        values={
            "title": f"{now.year} 年预收费资金专查", "basis_no": f"巫教委函〔{now.year}〕18号",
            "range_note": "开立托管账户的机构，本年秋季学期收费", "partners": "县金融发展服务中心、县市场监管局",
            "starts_on": begun, "ends_on": now + timedelta(days=10),
        },
        at=moment,
    )  # fmt: skip
    accounts = EscrowAccount.objects.filter(bureau=county.bureau, kind="CUSTODY", status="PAY_ENABLED")
    places = [item.institution for item in accounts.select_related("institution").order_by("pk")[:PLACES]]
    services.round_places_add(actor=officer, audit_round=row, institutions=places, at=moment)
    sheets = list(AuditSheet.objects.filter(round=row).select_related("institution").order_by("pk"))
    for number, sheet in enumerate(sheets[:CHECKED]):
        _sheet(county, sheet, number, begun + timedelta(days=1 + number))


def _sheet(county: County, sheet: AuditSheet, number: int, day: date) -> None:
    officer, moment = county.users["officer"], at(day, 15)
    problem = PROBLEMS[number] if number < len(PROBLEMS) else None
    checks = {item.value: "OK" for item in CheckItem} | {"LOAN": "NA"}
    is_talked = number < TALKED
    if problem:
        checks[problem[0]] = "BAD"
    done = services.sheet_fill(
        actor=officer, sheet=sheet, checked_on=day, checkers="示例执法员、县金融发展服务中心示例", checks=checks,
        note="核对了合同、发票、监管账户流水和收款码", talked_on=day if is_talked else None,
        talk_note="约谈法定代表人，要求全额纳入监管" if is_talked else "", at=moment,
    )  # fmt: skip
    if problem is None:
        return
    kind, fen, words = problem
    found = services.finding_add(
        actor=officer, sheet=done, kind=kind, amount_fen=fen, summary=words, measure="RECTIFY",
        due_on=day + timedelta(days=12), at=moment,
    )  # fmt: skip
    if number == 0:
        after = day + timedelta(days=6)
        found = services.finding_rectify(
            actor=officer, finding=found, result="已停用个人二维码，4,680 元转入监管账户", rectified_on=after,
            at=at(after, 10),
        )  # fmt: skip
        services.finding_close(actor=county.head, finding=found, at=at(after, 16))
    elif number == 1:
        after = day + timedelta(days=9)
        services.finding_rectify(
            actor=officer,
            finding=found,
            result="12,640 元已转入监管账户，附回单",
            rectified_on=after,
            at=at(after, 10),
        )


def _runaways(county: County, now: date) -> None:
    freeze = (
        AccountFreeze.objects.filter(bureau=county.bureau, status="ACTIVE")
        .select_related("account__institution")
        .first()
    )
    if freeze is not None:
        event = _event(county, freeze.account.institution, now - timedelta(days=5), kind="RUN")
        _wages(county, freeze.account.institution, now - timedelta(days=4))
        services.runaway_measure_add(
            actor=county.clerk, event=event, kind="FREEZE", taken_on=now - timedelta(days=5),
            note="已冻结托管账户，家长退费不受影响", reference="NS-2026-0117", at=at(now - timedelta(days=4), 9),
        )  # fmt: skip
    last = Contract.objects.filter(bureau=county.bureau, status="ACTIVE").order_by("-account").first()
    if last is None or (freeze and freeze.account_id == last.account_id):
        return
    event = _event(county, last.institution, now - timedelta(days=2), kind="STOP", is_reachable=True)
    moment = at(now - timedelta(days=1), 10)
    services.runaway_measure_add(
        actor=county.clerk, event=event, kind="CONTACT", taken_on=now - timedelta(days=2),
        note="负责人称场地租约到期，同意退费", at=moment,
    )  # fmt: skip
    services.claims_list(actor=county.head, event=event, at=moment)
    services.claims_open(actor=county.head, event_id=event.pk, at=moment)


def _event(county: County, place: Institution, day: date, **values: Any) -> RunawayEvent:
    told = {
        "happened_on": day, "found_on": day, "found_by": "COMPLAINT", "is_reachable": False,
        "summary": "家长反映大门上锁、停课，现场核查属实", **values,
    }  # fmt: skip
    return services.runaway_register(actor=county.clerk, institution=place, values=told, at=at(day, 16))


def _wages(county: County, place: Institution, day: date) -> None:
    row = services.labour_register(
        actor=county.clerk,
        institution=place,
        values={
            "kind": "WAGE", "source": "LABOUR", "reference": f"巫劳监〔{day.year}〕31号", "claimed_on": day,
            "persons": 5, "amount_fen": 3_860_000, "summary": "5 名教师两个月工资",
        },
        at=at(day, 10),
    )  # fmt: skip
    services.labour_pass_on(
        actor=county.clerk, claim=row, passed_to="县人力资源和社会保障局", passed_no=f"巫教委函〔{day.year}〕22号",
        result="由劳动监察办理，教育部门不动用监管资金", ended_on=day, at=at(day, 15),
    )  # fmt: skip


def _sheet_of(name: str, *lines: str) -> ContentFile[bytes]:
    return ContentFile("\n".join(lines).encode("gb18030"), name=name)


def _signals(county: County, now: date) -> None:
    names = Institution.objects.filter(bureau=county.bureau, standing="LICENSED").order_by("-pk")
    names_list = list(names.values_list("name", flat=True)[:2])
    if len(names_list) < 2:
        return
    day = f"{now - timedelta(days=20):%Y-%m-%d}"
    upload = _sheet_of(
        "县法院涉教育培训案件.csv",
        "案号,被告,案由,立案日期,摘要",
        f"（{now.year}）示例民初1041号,{names_list[0]},房屋租赁合同纠纷,{day},欠付半年租金",
        f"（{now.year}）示例民初1102号,{names_list[1]},追索劳动报酬纠纷,{day},两名教师",
        f"（{now.year}）示例民初1175号,示例外县培训学校,教育培训合同纠纷,{day},",
    )
    sheet = services.outside_receive(
        actor=county.clerk, kind="SIGNALS", upload=upload, defaults={"source": "COURT"}
    )
    services.outside_apply(actor=county.clerk, sheet=sheet, at=at(now - timedelta(days=1), 11))


def _platform(county: County, now: date) -> None:
    rows = list(
        Contract.objects.filter(bureau=county.bureau, first_paid_on__isnull=False)
        .select_related("institution")
        .order_by("pk")[:6]
    )
    if len(rows) < 4:
        return
    lines = [
        f"{row.order_no},{row.institution.name},{(row.paid_fen + (10_000 if number == 1 else 0)) / 100:.2f},"
        f"{row.lessons},{row.first_paid_on:%Y-%m-%d}"
        for number, row in enumerate(rows[:-1])
    ]
    first = rows[0]
    lines.append(f"209911223344,{first.institution.name},1980.00,20,{first.first_paid_on:%Y-%m-%d}")
    sheet = services.outside_receive(
        actor=county.clerk,
        kind="ORDERS",
        upload=_sheet_of("国家平台订单.csv", "订单号,机构名称,支付金额,课时数,支付日期", *lines),
        covers_from=now - timedelta(days=60),
        covers_to=now,
    )
    services.outside_apply(actor=county.clerk, sheet=sheet, at=at(now, 9))
