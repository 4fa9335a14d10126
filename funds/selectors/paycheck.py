"""缴费前查一查: is the place licensed, is this its account, is the charge within the caps; without login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Bureau
from casework import policy
from funds import rules
from funds.models import Contract, EscrowAccount
from institutions.models import Institution
from institutions.selectors import institution_by_public_id

HITS = 5
WORDS = {"ok": "可以", "warn": "请核对", "bad": "不要付"}
RANK = {"ok": 0, "warn": 1, "bad": 2}


@dataclass(frozen=True)
class Finding:
    """One answer: a tone (ok, warn, bad), what was found and what to do."""

    tone: str
    title: str
    text: str


@dataclass(frozen=True)
class Charge:
    """What the family was asked to pay; None where it did not say."""

    tail: str = ""
    fen: int | None = None
    lessons: int | None = None
    months: int | None = None


def places_named(bureau: Bureau, query: str) -> list[Institution]:
    """Places by public number or name; an exact number gives one."""
    text = query.strip()
    by_number = institution_by_public_id(text.upper(), bureau)
    if by_number is not None:
        return [by_number]
    exact = list(Institution.objects.filter(bureau=bureau, name=text)[:2])
    if len(exact) == 1:
        return exact
    return list(Institution.objects.filter(bureau=bureau).search(text)[:HITS])


def verdict(findings: list[Finding]) -> str:
    """The worst tone decides."""
    return max((item.tone for item in findings), key=lambda tone: RANK[tone], default="warn")


def pay_check(place: Institution, charge: Charge, today: date) -> list[Finding]:
    """Every answer about one place and one charge. An account that is not the registered one is bad."""
    return [_licence(place, today), _account(place, charge.tail), *_caps(place, charge, today)]


def _licence(place: Institution, today: date) -> Finding:
    stops = [reason.sentence for reason in rules.standing_stops(place, today)]
    if stops:
        return Finding("bad", "这家机构不能收费", " ".join(stops))
    if place.list_status != "WHITE":
        return Finding("warn", "有办学许可，但不在白名单", "请先向教育局咨询，再决定是否缴费。")
    return Finding(
        "ok",
        "有办学许可，在白名单上",
        f"许可证有效期至 {place.licence_to:%Y-%m-%d}。" if place.licence_to else "",
    )


def _account(place: Institution, tail: str) -> Finding:
    account = rules.custody_account(place)
    if account is None or account.status != "PAY_ENABLED":
        return _without_custody(place, tail)
    name = f"{account.bank}，户名“{account.account_name}”，账号末四位 {account.number_tail}"
    if any(True for _ in rules.account_stops(account)):
        return Finding("bad", "监管账户现在不能收费", f"{name}。账户已冻结，不要缴费，请向教育局咨询。")
    if not tail:
        return Finding("warn", "请核对收款账户", f"只能付到监管账户：{name}。")
    if tail != account.number_tail:
        return Finding(
            "bad",
            "这不是监管账户",
            f"末四位 {tail} 与登记的不符。只能付到：{name}。付到其他账户的钱不受保护。",
        )
    return Finding(
        "ok", "账号末四位与监管账户相符", f"{name}。请再核对户名和银行；不付现金，不付到个人账户。"
    )


def _without_custody(place: Institution, tail: str) -> Finding:
    deposit = EscrowAccount.objects.filter(institution=place, kind="DEPOSIT", status="VERIFIED").exists()
    if (
        deposit
        and Contract.objects.filter(institution=place, mode="DEPOSIT").exclude(status="DRAFT").exists()
    ):
        return Finding(
            "warn", "这家机构自收学费，只有风险保证金", "学费不在银行托管，请少付、短付，保存凭证。"
        )
    text = "没有登记可以收费的监管账户，付款不受保护。"
    return Finding("bad", "没有监管账户", f"末四位 {tail} 不是监管账户。{text}" if tail else text)


def _caps(place: Institution, charge: Charge, today: date) -> list[Finding]:
    over = []
    lessons = policy.value(rules.LESSONS, region=place.region, on=today)
    if charge.lessons is not None and charge.lessons > int(lessons.value):
        over.append(f"{charge.lessons} 课时超过一次最多 {lessons.value} 课时")
    months = policy.value(rules.MONTHS, region=place.region, on=today)
    span = rules.months_of(months.value)
    if span and charge.months is not None and charge.months > span:
        over.append(f"{charge.months} 个月超过一次最多 {span} 个月")
    amount = policy.value(rules.AMOUNT, region=place.region, on=today)
    if place.subject_kind != "SUBJECT" and charge.fen is not None and charge.fen > int(amount.value):
        over.append(f"{charge.fen / 100:,.2f} 元超过一次最多 {int(amount.value) / 100:,.0f} 元")
    if over:
        text = f"{'；'.join(over)}（{lessons.basis}、{amount.basis}）。请拒绝，并可向教育局举报。"
        return [Finding("bad", "超过一次性收费上限", text)]
    if charge.lessons is None and charge.months is None and charge.fen is None:
        limit = f"一次最多 {span} 个月或 {lessons.value} 课时"
        money = "" if place.subject_kind == "SUBJECT" else f"，且不超过 {int(amount.value) / 100:,.0f} 元"
        return [Finding("warn", "一次能收多少", f"{limit}{money}。填写金额和课时可以核对。")]
    return [Finding("ok", "没有超过一次性收费上限", "要求使用国家示范合同文本，索取发票。")]
