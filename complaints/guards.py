"""Reasons why a step of a clue is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from casework import policy
from casework.deadlines import CalendarMissing, compute, load_calendar
from casework.errors import Reason
from casework.models import EvidenceFile

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Clue, RefundDispute, Reward

RETURN_TERM = "petition.wrong_route"


def still_returnable(clue: Clue, actor: User) -> Iterator[Reason]:
    """A wrongly routed item goes back within the term of 《信访工作条例》第二十三条 (five working days)."""
    if clue.assigned_at is None:
        return
    assigned, today = timezone.localdate(clue.assigned_at), timezone.localdate()
    try:
        term = policy.term(RETURN_TERM, region=clue.region, on=assigned)
        due_on = compute(term, assigned, load_calendar()).due_on
    except CalendarMissing:
        return
    if today > due_on:
        yield Reason(f"分派已超过 {term}，不能退回。请办理，或请分派人改派。", basis=term.basis)


def was_looked_into(clue: Clue, actor: User) -> Iterator[Reason]:
    """Handling ends only after somebody looked: a verification record or a recorded visit."""
    if clue.verified_at is None:
        yield Reason("还没有核查记录。请先登记核查情况，或提请检查并等检查结果。")


def own_organ(clue: Clue, actor: User) -> Iterator[Reason]:
    """Only the people of the organ in charge, and the heads who assign, handle a clue."""
    if actor.may("complaints.clue_assign") or actor.is_system:
        return
    if clue.assigned_organ_id != actor.organisation_id:
        yield Reason("这条线索由其他单位承办。", gate="organ")


def _before_merge(clue: Clue) -> str:
    merge = clue.merges.filter(undone_at__isnull=True).first()
    return merge.before if merge else ""


def _was(clue: Clue, state: str) -> Iterator[Reason]:
    if _before_merge(clue) != state:
        yield Reason("并案前不是这个状态。", gate="organ")


def was_received(clue: Clue, actor: User) -> Iterator[Reason]:
    """It waited for acceptance before it was merged."""
    yield from _was(clue, "RECEIVED")


def was_assigned(clue: Clue, actor: User) -> Iterator[Reason]:
    """It was assigned before it was merged."""
    yield from _was(clue, "ASSIGNED")


def was_verifying(clue: Clue, actor: User) -> Iterator[Reason]:
    """It was being verified before it was merged."""
    yield from _was(clue, "VERIFYING")


def main_is_open(clue: Clue, actor: User) -> Iterator[Reason]:
    """The clue that took this one in is still open; afterwards its answer was given for both."""
    if clue.merged_into is not None and not clue.merged_into.is_open:
        yield Reason(
            f"并入的线索 {clue.merged_into.number} 已不在办理中，不能撤销并案。请先重新办理那条线索。"
        )


def amounts_agreed(dispute: RefundDispute, actor: User) -> Iterator[Reason]:
    """Every claim has its agreed amount, zero included, before the agreement counts."""
    waiting = [claim.ordinal for claim in dispute.claims.all() if claim.agreed_fen is None]
    if waiting:
        yield Reason(f"第 {'、'.join(map(str, waiting))} 项还没有填写协议退款金额。")


def all_paid(dispute: RefundDispute, actor: User) -> Iterator[Reason]:
    """Paid means the whole agreed amount of every claim."""
    short = [
        claim.ordinal for claim in dispute.claims.all() if (claim.paid_fen or 0) != (claim.agreed_fen or 0)
    ]
    if short:
        yield Reason(
            f"第 {'、'.join(map(str, short))} 项的实际退款与协议金额不一致。请登记退款，或登记调解不成。"
        )


def payment_proved(dispute: RefundDispute, actor: User) -> Iterator[Reason]:
    """A transfer slip or receipt is on file."""
    if not EvidenceFile.objects.filter(subject_uid=dispute.uid).exists():
        yield Reason("还没有上传退款凭证。请先上传转账回单或收条。")


def second_person(reward: Reward, actor: User) -> Iterator[Reason]:
    """Who proposed a reward does not approve it."""
    if reward.proposed_by_id == actor.pk:
        yield Reason("奖励由您本人提出，须由另一人批准。")
