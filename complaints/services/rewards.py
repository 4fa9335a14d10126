"""Rewards for confirmed real-name reports. Off unless the bureau's policy switches them on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, policy
from casework.errors import Unlawful
from casework.records import record_create, root_fields
from casework.steps import require
from casework.workflow import transition
from complaints.models import Clue, ClueStatus, Outcome, Reward

SWITCH = "clue.reward.enabled"
AMOUNT = "public.report.reward"


def rewards_are_on(clue: Clue, on: date) -> bool:
    """Whether the bureau pays rewards on that day."""
    try:
        return bool(policy.value(SWITCH, region=clue.region, on=on).value)
    except policy.PolicyMissing:
        return False


@database.atomic
def reward_propose(
    *, actor: User, clue: Clue, reason: str, amount_fen: int | None = None, at: datetime | None = None
) -> Reward:
    """Propose the reward of one report; without an amount, that of the policy value, fen.

    Raises NotAllowed, Unlawful (switched off, anonymous, not confirmed, rewarded already).
    """
    require(actor, "complaints.reward_propose")
    at = at or timezone.now()
    today = timezone.localdate(at)
    if not rewards_are_on(clue, today):
        raise Unlawful("本单位没有开启举报奖励。需要时请在“政策参数”中开启并注明依据。")
    if not clue.is_real_name:
        raise Unlawful("匿名举报不能发放奖励。")
    if clue.status != ClueStatus.CLOSED or clue.outcome not in {Outcome.CONFIRMED, Outcome.PARTLY}:
        raise Unlawful("只有查实并办结的实名举报才能奖励。")
    if Reward.objects.filter(clue=clue).exists():
        raise Unlawful("这条线索已经提出过奖励。")
    rule = policy.value(AMOUNT, region=clue.region, on=today)
    reward = Reward(
        **root_fields(actor=actor, region=clue.region, bureau=clue.bureau),
        clue=clue,
        amount_fen=int(rule.value) if amount_fen is None else amount_fen,
        basis=rule.basis,
        reason=reason.strip(),
        proposed_by=actor,
    )
    return record_create(actor=actor, obj=reward, verb="complaints.reward_propose", at=at)


def reward_decide(
    *, actor: User, reward: Reward, is_granted: bool, reason: str = "", at: datetime | None = None
) -> Reward:
    """Another person grants or refuses it. Raises Blocked, WrongState, NotAllowed, Unlawful."""
    name = "approve" if is_granted else "refuse"
    return transition(reward, name, actor=actor, at=at, reason=reason, values={"decided_by": actor})


def reward_pay(
    *, actor: User, reward: Reward, paid_on: date, voucher_no: str, at: datetime | None = None
) -> Reward:
    """Register the payment by its voucher; who received it stays behind the wall. Raises Unlawful, WrongState."""
    at = at or timezone.now()
    if paid_on > timezone.localdate(at):
        raise Unlawful("发放日期不能晚于今天。")
    values = {"paid_on": paid_on, "voucher_no": voucher_no.strip()}
    return transition(reward, "pay", actor=actor, at=at, values=values)


for code, sentence in {
    "reward_propose": "提出举报奖励",
    "reward_approve": "批准举报奖励",
    "reward_refuse": "不予举报奖励",
    "reward_pay": "登记举报奖励发放",
}.items():
    audit.verb(f"complaints.{code}", sentence)
