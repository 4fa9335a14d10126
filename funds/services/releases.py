"""Releases: built by turn or on application, checked, let go by a second person, then the bank's matter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit
from casework.errors import Blocked, DomainError, NotAllowed, Reason, Unlawful
from casework.records import record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from funds.events import InstructionEnded
from funds.models import (
    CONFIRMED,
    EscrowAccount,
    Instruction,
    InstructionKind,
    Lesson,
    ReleaseBatch,
)
from funds.selectors.releases import findings_of, release_due, settlement_of
from funds.services.instructions import Payee, instruction_prepare
from institutions.models import Institution

BUILD, APPLY = "funds.release_build", "funds.release_apply"


@database.atomic
def release_build(
    *, actor: User, account: EscrowAccount, note: str = "", at: datetime | None = None
) -> ReleaseBatch:
    """A batch of what may be released today. Raises NotAllowed, Blocked (with every reason why not)."""
    require(actor, BUILD)
    return _build(actor, account, note, at or timezone.now(), is_applied=False)


@database.atomic
def release_apply(
    *, actor: User, account: EscrowAccount, note: str, at: datetime | None = None
) -> ReleaseBatch:
    """The institution asks for what it has earned (needed for staged releases). Raises NotAllowed, Blocked."""
    require(actor, APPLY)
    if not Institution.objects.visible_to(actor).filter(pk=account.institution_id).exists():
        raise NotAllowed("只能为本机构申请拨付。")
    return _build(actor, account, note, at or timezone.now(), is_applied=True)


def _build(actor: User, account: EscrowAccount, note: str, at: datetime, *, is_applied: bool) -> ReleaseBatch:
    locked = lock(account)
    today = timezone.localdate(at)
    due = release_due(locked, today, is_applied=is_applied)
    if not due.is_open:
        raise Blocked([Reason(sentence) for sentence in due.blocks or ("没有可拨付的金额。",)])
    row = ReleaseBatch(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        institution=locked.institution,
        account=locked,
        mode=locked.release_mode,
        until=today,
        amount_fen=due.fen,
        lesson_count=_lessons_since(locked, at),
        findings=findings_of(locked, today),
        is_applied=is_applied,
        note=note.strip()[:200],
    )
    return record_create(actor=actor, obj=row, verb="funds.release_build", at=at)


def _lessons_since(account: EscrowAccount, at: datetime) -> int:
    """Confirmed lessons that no paid batch counted yet."""
    place = account.institution_id
    confirmed = Lesson.objects.filter(institution=place, status__in=CONFIRMED, confirmed_at__lte=at).count()
    paid = ReleaseBatch.objects.filter(institution=place, status="PAID")
    counted: int = paid.aggregate(n=Sum("lesson_count"))["n"] or 0
    return max(0, confirmed - counted)


def releases_build_due(*, actor: User, at: datetime | None = None) -> tuple[int, int]:
    """Build every batch whose turn has come; how many were built and how many accounts had a reason not to."""
    require(actor, BUILD)
    rows = EscrowAccount.objects.visible_to(actor).filter(kind="CUSTODY", status="PAY_ENABLED").order_by("pk")
    built = left = 0
    for account in rows.exclude(release_mode="STAGED").select_related("institution", "region", "bureau"):
        try:
            release_build(actor=actor, account=account, at=at)
            built += 1
        except DomainError:
            left += 1
    return built, left


@database.atomic
def release_manual(
    *,
    actor: User,
    account: EscrowAccount,
    amount_fen: int,
    decision_no: str,
    note: str,
    at: datetime | None = None,
) -> ReleaseBatch:
    """A release ordered by a decision outside the cycle, never out of families' money; the decision's paper is
    attached before approval. Raises NotAllowed, Unlawful, Blocked.
    """
    require(actor, BUILD)
    locked = lock(account)
    today = timezone.localdate(at or timezone.now())
    due = release_due(locked, today, is_applied=True)
    if amount_fen > due.position.may_release:
        raise Unlawful(
            f"人工拨付也只能用已确认消课的款项，现可拨付 {due.position.may_release / 100:,.2f} 元。"
        )
    row = ReleaseBatch(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        institution=locked.institution,
        account=locked,
        mode=locked.release_mode,
        until=today,
        amount_fen=amount_fen,
        findings=findings_of(locked, today),
        is_manual=True,
        decision_no=decision_no.strip(),
        note=note.strip()[:200],
    )
    return record_create(actor=actor, obj=row, verb="funds.release_manual", at=at)


def release_hold(
    *, actor: User, batch: ReleaseBatch, reason: str, at: datetime | None = None
) -> ReleaseBatch:
    """Wait with it; the institution sees the reason. Raises WrongState, NotAllowed, Unlawful."""
    return transition(batch, "hold", actor=actor, at=at, values={"reason": reason.strip()[:200]})


def release_resume(*, actor: User, batch: ReleaseBatch, at: datetime | None = None) -> ReleaseBatch:
    """Go on with it. Raises WrongState, NotAllowed."""
    return transition(batch, "resume", actor=actor, at=at, values={"reason": ""})


def release_refuse(
    *, actor: User, batch: ReleaseBatch, reason: str, at: datetime | None = None
) -> ReleaseBatch:
    """Do not release; the money stays in custody. Raises WrongState, NotAllowed, Unlawful."""
    return transition(batch, "refuse", actor=actor, at=at, values={"reason": reason.strip()[:200]})


@database.atomic
def release_approve(*, actor: User, batch: ReleaseBatch, at: datetime | None = None) -> ReleaseBatch:
    """Let it go as another person than its builder: the money is reserved under an instruction to the bank.

    Raises WrongState, NotAllowed, Blocked (same person, freeze, families' money, no settlement account).
    """
    lock(batch.account)
    let_go = transition(batch, "approve", actor=actor, at=at, values={"approved_by": actor})
    settlement = settlement_of(let_go.institution)
    if settlement is None:
        raise Blocked([Reason("机构没有已核验的结算账户。", cleared_by="请先登记并核验。")])
    let_go.instruction = instruction_prepare(
        actor=actor,
        account=let_go.account,
        kind=InstructionKind.MANUAL_RELEASE if let_go.is_manual else InstructionKind.RELEASE,
        amount_fen=let_go.amount_fen,
        payee=Payee(
            settlement.account_name,
            account_digest=settlement.number_digest,
            account_tail=settlement.number_tail,
        ),
        subject_uid=let_go.uid,
        prepared_by=let_go.created_by,
        at=at,
    )
    let_go.save(update_fields=["instruction"])
    return let_go


@database.atomic
def release_follow(event: InstructionEnded) -> None:
    """The bank's word about a release: paid, not paid, or sent back."""
    if event.kind == InstructionKind.REFUND_PAY:
        return
    batch = ReleaseBatch.objects.filter(uid=event.subject_uid).first()
    if batch is None:
        return
    row = Instruction.objects.get(uid=event.uid)
    step = {"POSTED": "paid", "VOIDED": "fail", "RETURNED": "back"}[event.status]
    values: dict[str, Any] = {"paid_on": row.booked_on} if step == "paid" else {"reason": row.failure}
    transition(batch, step, actor=system_user(), values=values)


for code, sentence in {
    "release_build": "生成拨付批次",
    "release_manual": "提出人工拨付",
    "releasebatch_hold": "暂缓拨付",
    "releasebatch_resume": "恢复拨付",
    "releasebatch_approve": "批准拨付",
    "releasebatch_refuse": "不予拨付",
    "releasebatch_paid": "银行已拨付",
    "releasebatch_fail": "拨付未成",
    "releasebatch_back": "拨付退汇",
}.items():
    audit.verb(f"funds.{code}", sentence)
