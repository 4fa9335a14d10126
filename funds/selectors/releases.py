"""What may be released to an institution now, by the mode of its agreement, and why not more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q, Sum

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework import policy
from funds.models import (
    CONFIRMED,
    OPEN_RELEASE,
    Contract,
    EntryLine,
    EscrowAccount,
    Lesson,
    Refund,
    ReleaseBatch,
    SettlementAccount,
)
from funds.selectors.money import Position, positions_of
from institutions.models import Institution

CYCLE, STAGES, PAUSE = "fund.release.cycle", "fund.release.stages", "fund.release.auto_share"
AUTO_MIN = 20


def releases_visible(actor: User) -> ScopedQuerySet[ReleaseBatch]:
    """Release batches, newest first."""
    rows: Any = ReleaseBatch.objects.visible_to(actor)
    found: ScopedQuerySet[ReleaseBatch] = rows.select_related(
        "institution", "account", "account__bank", "region", "created_by", "approved_by", "instruction"
    ).order_by("-pk")
    return found


def settlements_visible(actor: User) -> ScopedQuerySet[SettlementAccount]:
    """Settlement accounts, newest first."""
    rows: Any = SettlementAccount.objects.visible_to(actor)
    found: ScopedQuerySet[SettlementAccount] = rows.select_related(
        "institution", "region", "created_by", "verified_by"
    ).order_by("-pk")
    return found


def settlement_of(place: Institution) -> SettlementAccount | None:
    """The verified settlement account."""
    return SettlementAccount.objects.filter(institution=place, status="VERIFIED").first()


@dataclass(frozen=True)
class Due:
    """What a release could take today, when the next one is due, and every reason against it."""

    fen: int
    next_on: date | None
    blocks: tuple[str, ...]
    position: Position

    @property
    def is_open(self) -> bool:
        """Whether a batch may be built now."""
        return self.fen > 0 and not self.blocks


def release_due(account: EscrowAccount, today: date, *, is_applied: bool = False) -> Due:
    """Amount, next day and reasons for one custody account (funds.md §2: modes differ by agreement)."""
    return releases_due([account], today, is_applied=is_applied)[account.pk]


def releases_due(
    accounts: Iterable[EscrowAccount], today: date, *, is_applied: bool = False
) -> dict[int, Due]:
    """The same for many accounts, by their primary key, in a fixed number of queries."""
    rows = list(accounts)
    if not rows:
        return {}
    facts = _facts(rows, today)
    return {account.pk: _due(account, facts, today, is_applied) for account in rows}


@dataclass(frozen=True)
class Facts:
    """What is known of all asked accounts."""

    positions: dict[int, Position]
    settled: set[int]
    open: set[int]
    last: dict[int, date]
    stages: dict[int, int]
    cycle_days: int


def _facts(rows: list[EscrowAccount], today: date) -> Facts:
    places = {row.institution_id for row in rows}
    batches = ReleaseBatch.objects.filter(account__in=rows)
    regular = batches.filter(is_manual=False, status__in=[*OPEN_RELEASE, "PAID"])
    staged = [row for row in rows if row.release_mode == "STAGED"]
    cycle = policy.term(CYCLE, region=rows[0].bureau.region, on=today)
    return Facts(
        positions=positions_of(rows, today),
        settled=set(
            SettlementAccount.objects.filter(institution__in=places, status="VERIFIED").values_list(
                "institution", flat=True
            )
        ),
        open=set(batches.filter(status__in=OPEN_RELEASE).values_list("account", flat=True)),
        last=dict(regular.order_by().values_list("account").annotate(last=Max("until"))),
        stages=_stages_left(staged, today) if staged else {},
        cycle_days=cycle.amount,
    )


def _due(account: EscrowAccount, facts: Facts, today: date, is_applied: bool) -> Due:
    position = facts.positions[account.pk]
    fen = position.may_release
    if account.release_mode == "STAGED":
        fen = max(0, min(fen, facts.stages.get(account.pk, 0) - position.pending_release))
    next_on = _next_on(account, facts)
    blocks = list(_blocks(account, facts, position, fen, next_on, today))
    if account.release_mode == "STAGED" and not is_applied:
        blocks.append("按进度分段拨付，须由机构申请。")
    return Due(fen, next_on, tuple(blocks), position)


def _blocks(
    account: EscrowAccount, facts: Facts, position: Position, fen: int, next_on: date | None, today: date
) -> list[str]:
    found = []
    if position.is_held:
        found.append("账户已冻结，解除前不拨付；家长退费不受影响。")
    if account.institution_id not in facts.settled:
        found.append("机构没有已核验的结算账户，请先登记并核验。")
    if account.pk in facts.open:
        found.append("已有拨付批次在办。")
    if next_on is not None and next_on > today:
        found.append(f"按拨付周期，{next_on:%Y-%m-%d} 起可再次拨付。")
    if not fen and not position.is_held:
        found.append(_why_nothing(position))
    return found


def _why_nothing(position: Position) -> str:
    if position.available_releasable <= 0:
        return "没有已确认、未拨付的课时。"
    if position.free_of_families <= 0:
        return "账户余额须先保障家长未消课和应退的款项（可能有在途款或无指令支出）。"
    return "还没有到可以拨付的进度。"


def _next_on(account: EscrowAccount, facts: Facts) -> date | None:
    last = facts.last.get(account.pk)
    if last is None:
        return None
    if account.release_mode == "MONTHLY":
        return (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    if account.release_mode == "PER_CYCLE":
        return last + timedelta(days=facts.cycle_days)
    return None


def _stages_left(accounts: list[EscrowAccount], today: date) -> dict[int, int]:
    """What the stages reached so far let go in all, less what was paid out: [[progress %, share %], …] by contract."""
    stages = policy.value(STAGES, region=accounts[0].bureau.region, on=today).value
    decided = Refund.objects.filter(contract__account__in=accounts, decided_at__isnull=False)
    back = dict(decided.exclude(status__in=["REJECTED", "WITHDRAWN"]).values_list("contract", "amount_fen"))
    found = {account.pk: 0 for account in accounts}
    rows = Contract.objects.filter(account__in=accounts).exclude(status__in=["DRAFT", "SIGNED", "TERMINATED"])
    for row in rows.only("account", "price_fen", "paid_fen", "lessons", "used", "status"):
        share = max(
            (int(part) for reached, part in stages if row.used * 100 >= int(reached) * row.lessons), default=0
        )
        is_over = row.status in {"COMPLETED", "REFUNDED", "REFUNDING"}
        fen = row.paid_fen - back.get(row.pk, 0) if is_over else row.price_fen * share // 100
        found[row.account_id or 0] += fen
    paid = _paid_out({account.institution_id for account in accounts})
    return {account.pk: found[account.pk] - paid.get(account.institution_id, 0) for account in accounts}


def _paid_out(places: set[int]) -> dict[int, int]:
    """Fen paid out to institutions so far, returned money taken off."""
    rows = ReleaseBatch.objects.filter(institution__in=places, status="PAID").order_by()
    return {place: int(fen) for place, fen in rows.values_list("institution").annotate(fen=Sum("amount_fen"))}


def findings_of(account: EscrowAccount, today: date) -> list[str]:
    """Warnings of the risk check: worth a look before letting money go, no stop by themselves."""
    found = []
    lessons = Lesson.objects.filter(institution=account.institution_id, status__in=CONFIRMED)
    recent = lessons.filter(confirmed_at__date__gt=today - timedelta(days=30))
    total, auto = recent.count(), recent.filter(status="AUTO_CONFIRMED").count()
    limit = int(policy.value(PAUSE, region=account.region, on=today).value)
    if total >= AUTO_MIN and auto * 100 >= total * limit:
        found.append(
            f"近 30 日 {total} 课时中 {auto} 课时是到期自动确认，占 {auto * 100 // total}%，请抽查是否真实上课。"
        )
    open_ones = Lesson.objects.filter(institution=account.institution_id, status="DISPUTED").count()
    if open_ones:
        found.append(f"有 {open_ones} 课时家长有异议，尚未处理（这些课时没有计入本次拨付）。")
    suspense = EntryLine.objects.filter(
        account__institution=account.institution_id, account__kind="SUSPENSE_OUT"
    ).aggregate(
        fen=Sum("amount_fen", filter=Q(side="DEBIT")), back=Sum("amount_fen", filter=Q(side="CREDIT"))
    )
    if (suspense["fen"] or 0) > (suspense["back"] or 0):
        found.append("账户有无指令支出没有查清。")
    return found
