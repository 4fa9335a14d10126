"""Mediating refund disputes: claim, mediation, agreement, payment with proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework import audit, policy
from casework.deadlines import (
    CalendarMissing,
    compute,
    deadline_cancel,
    deadline_finish,
    deadline_start,
    load_calendar,
)
from casework.deadlines.services import DeadlineMoved
from casework.errors import Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.numbering import number_take
from casework.records import clean, record_create, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from complaints import rules, wall
from complaints.models import Clue, DisputeStatus, RefundClaim, RefundDispute
from complaints.services.register import keeper_of
from institutions.models import Institution

EDIT = "complaints.dispute_edit"
CLOCK = "REFUND_DISPUTE"
NUMBER_PATTERN = "{organ}退费〔{year}〕{n}号"
CLAIMS_MAX = 5000


@dataclass(frozen=True)
class ClaimLine:
    """One family's claim: who (sealed), for how many persons, how much in fen."""

    claimed_fen: int
    persons: int = 1
    contact: wall.Contact | None = None


@database.atomic
def dispute_open(
    *,
    actor: User,
    party_name: str,
    reason: str,
    claims: list[ClaimLine],
    institution: Institution | None = None,
    clue: Clue | None = None,
    claimed_on: date | None = None,
    at: datetime | None = None,
) -> RefundDispute:
    """Take a dispute in, give it a number, start its clock, seal who claims.

    Raises NotAllowed, Unlawful (no claim, an amount that is none), PolicyMissing.
    """
    require(actor, EDIT)
    if not claims or len(claims) > CLAIMS_MAX:
        raise Unlawful(f"请填写 1 至 {CLAIMS_MAX} 项退费诉求。")
    if actor.bureau is None:
        raise Unlawful("系统账号不能登记退费纠纷。")
    at = at or timezone.now()
    day = claimed_on or timezone.localdate(at)
    if day > timezone.localdate(at):
        raise Unlawful("提出日期不能晚于今天。")
    region = institution.region if institution else clue.region if clue else actor.bureau.region
    dispute = RefundDispute(
        **root_fields(actor=actor, region=region),
        institution=institution,
        party_name=(party_name or (institution.name if institution else "")).strip(),
        reason=reason.strip(),
        clue=clue,
        claimed_on=day,
    )
    dispute.number = number_take(
        organ=keeper_of(dispute.bureau), kind=CLOCK, subject=dispute, at=at, pattern=NUMBER_PATTERN
    ).text
    _clock(actor, dispute, day)
    record_create(
        actor=actor,
        obj=dispute,
        verb="complaints.dispute_open",
        about=institution.uid if institution else None,
        at=at,
    )
    for ordinal, line in enumerate(claims, start=1):
        _claim_add(dispute, ordinal, line, at)
    return dispute


def _clock(actor: User, dispute: RefundDispute, day: date) -> None:
    term = policy.term("clue.refund", region=dispute.region, on=day)
    try:
        deadline = deadline_start(
            actor=actor,
            bureau=dispute.bureau,
            subject=dispute,
            kind=CLOCK,
            label="调解退费纠纷",
            term=term,
            starts_on=day,
        )
    except CalendarMissing as missing:
        dispute.due_explanation = [missing.message]
        return
    dispute.due_on, dispute.due_explanation = deadline.due_on, list(deadline.explanation)


def _claim_add(dispute: RefundDispute, ordinal: int, line: ClaimLine, at: datetime) -> RefundClaim:
    claim = RefundClaim(dispute=dispute, ordinal=ordinal, persons=line.persons, claimed_fen=line.claimed_fen)
    clean(claim)
    claim.save(force_insert=True)
    if line.contact and line.contact.is_given:
        today = timezone.localdate(at)
        term = replace(policy.term(rules.RETENTION, region=dispute.region, on=today), rolls_to_workday=False)
        wall.seal(
            clue_uid=claim.uid,
            content={"contact": asdict(line.contact)},
            shred_on=compute(term, today, load_calendar()).due_on,
            at=at,
        )
    return claim


@database.atomic
def claims_add(
    *, actor: User, dispute: RefundDispute, lines: Iterable[ClaimLine], at: datetime | None = None
) -> list[RefundClaim]:
    """Several families join, all or none. Raises as `claim_add`."""
    return [claim_add(actor=actor, dispute=dispute, line=line, at=at) for line in lines]


@database.atomic
def claim_add(
    *, actor: User, dispute: RefundDispute, line: ClaimLine, at: datetime | None = None
) -> RefundClaim:
    """One more family joins before the agreement. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = _in(dispute, DisputeStatus.CLAIMED, DisputeStatus.MEDIATING)
    at = at or timezone.now()
    last = locked.claims.order_by("-ordinal").values_list("ordinal", flat=True).first() or 0
    claim = _claim_add(locked, last + 1, line, at)
    _told(actor, locked, "complaints.claim_add", {"claimed_fen": [None, claim.claimed_fen]}, at)
    return claim


def dispute_mediate(
    *, actor: User, dispute: RefundDispute, mediator: User, reason: str = "", at: datetime | None = None
) -> RefundDispute:
    """Begin mediation, or begin again after it failed. Raises WrongState, NotAllowed, Unlawful."""
    if mediator.bureau_id != dispute.bureau_id or not mediator.may(EDIT):
        raise Unlawful("调解人须是本单位有办理权限的人员。")
    name = "mediate" if dispute.status == DisputeStatus.CLAIMED else "resume"
    return transition(dispute, name, actor=actor, at=at, reason=reason, values={"mediator": mediator})


@database.atomic
def claims_agree(
    *, actor: User, dispute: RefundDispute, agreed: dict[int, int], at: datetime | None = None
) -> list[RefundClaim]:
    """Write down all that was settled on, fen by ordinal, all or none. Raises as `claim_agree`."""
    return [
        claim_agree(actor=actor, claim=claim, agreed_fen=agreed[claim.ordinal], at=at)
        for claim in dispute.claims.all()
        if claim.ordinal in agreed
    ]


@database.atomic
def claim_agree(
    *, actor: User, claim: RefundClaim, agreed_fen: int, at: datetime | None = None
) -> RefundClaim:
    """Write down what one family and the institution settled on, in fen. Raises WrongState, Unlawful."""
    require(actor, EDIT)
    dispute = _in(claim.dispute, DisputeStatus.MEDIATING)
    return _claim_set(actor, dispute, claim, "complaints.claim_agree", at, agreed_fen=agreed_fen)


def dispute_agree(
    *,
    actor: User,
    dispute: RefundDispute,
    agreement: str,
    pay_by: date,
    note: str = "",
    at: datetime | None = None,
) -> RefundDispute:
    """Register the parties' agreement. Raises Blocked while a claim has no amount, Unlawful, WrongState."""
    at = at or timezone.now()
    if pay_by < timezone.localdate(at):
        raise Unlawful("约定退款日期不能早于今天。")
    values = {"agreement": agreement.strip(), "pay_by": pay_by, "mediation_note": note.strip()}
    return transition(dispute, "agree", actor=actor, at=at, values=values)


@database.atomic
def claim_pay(
    *,
    actor: User,
    claim: RefundClaim,
    paid_fen: int,
    paid_on: date,
    payment_no: str = "",
    proof: UploadedFile[Any] | None = None,
    at: datetime | None = None,
) -> RefundClaim:
    """Register a payment to one family, in fen, with its slip. Raises WrongState, Unlawful (more than agreed, in the future)."""
    require(actor, EDIT)
    dispute = _in(claim.dispute, DisputeStatus.AGREED)
    if paid_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("退款日期不能晚于今天。")
    if proof is not None:
        evidence_receive(actor=actor, subject=dispute, upload=proof, caption="退款凭证", at=at)
    return _claim_set(
        actor,
        dispute,
        claim,
        "complaints.claim_pay",
        at,
        paid_fen=paid_fen,
        paid_on=paid_on,
        payment_no=payment_no.strip(),
    )


@database.atomic
def dispute_pay(*, actor: User, dispute: RefundDispute, at: datetime | None = None) -> RefundDispute:
    """Confirm that everybody was paid, with proof on file; the clock ends. Raises Blocked, WrongState."""
    at = at or timezone.now()
    paid = transition(dispute, "pay", actor=actor, at=at)
    deadline_finish(actor=actor, subject_uid=paid.uid, kind=CLOCK, on=timezone.localdate(at))
    return paid


@database.atomic
def dispute_end(
    *,
    actor: User,
    dispute: RefundDispute,
    reason: str,
    is_withdrawn: bool = False,
    at: datetime | None = None,
) -> RefundDispute:
    """Mediation failed, or the claim was withdrawn. Raises WrongState, NotAllowed, Unlawful."""
    at = at or timezone.now()
    name = "withdraw" if is_withdrawn else "fail"
    ended = transition(dispute, name, actor=actor, at=at, values={"end_reason": reason.strip()})
    deadline_cancel(
        actor=actor, subject_uid=ended.uid, kind=CLOCK, on=timezone.localdate(at), reason=reason.strip()
    )
    return ended


@database.atomic
def claimant_read(
    *, actor: User, claim: RefundClaim, reason: str, at: datetime | None = None
) -> wall.Contact:
    """Open who claims, to reach the family; the reading and its reason are an audit event.

    A claimant deals with the institution openly, unlike a reporter, so one person may read it.
    Raises NotAllowed, Unlawful without a reason or contact.
    """
    require(actor, EDIT)
    if not reason.strip():
        raise Unlawful("查看联系方式须写明理由。")
    sealed = wall.sealed_of(claim.uid).first()
    if sealed is None:
        raise Unlawful("这一项没有留下联系方式。")
    _told(actor, claim.dispute, "complaints.claimant_read", {"claim": [None, claim.ordinal]}, at, reason)
    return wall.Contact(**wall.unseal(sealed)["contact"])


@database.atomic
def dispute_due_moved(event: DeadlineMoved) -> None:
    """Copy a recomputed term."""
    if event.kind != CLOCK:
        return
    dispute = RefundDispute.objects.select_for_update().filter(uid=event.subject_uid).first()
    if dispute is None or dispute.due_on == event.due_on:
        return
    changes = {"due_on": [dispute.due_on, event.due_on]}
    dispute.due_on = event.due_on
    dispute.save(update_fields=["due_on"])
    _told(system_user(), dispute, "complaints.dispute_due_moved", changes, None)


def _in(dispute: RefundDispute, *states: str) -> RefundDispute:
    locked = lock(dispute)
    if locked.status not in states:
        raise WrongState(f"这件纠纷现在是“{locked.get_status_display()}”，不能办理这一步。请刷新页面。")
    return locked


def _claim_set(
    actor: User, dispute: RefundDispute, claim: RefundClaim, verb: str, at: datetime | None, **values: Any
) -> RefundClaim:
    locked = lock(claim)
    changes = {name: [getattr(locked, name), value] for name, value in values.items()}
    for name, value in values.items():
        setattr(locked, name, value)
    _check_amounts(locked)
    clean(locked)
    locked.save()
    _told(actor, dispute, verb, changes, at)
    return locked


def _check_amounts(claim: RefundClaim) -> None:
    if claim.agreed_fen is not None and not 0 <= claim.agreed_fen <= claim.claimed_fen:
        raise Unlawful("协议退款金额不能为负，也不能超过要求退款的金额。")
    if claim.paid_fen is not None and not 0 < claim.paid_fen <= (claim.agreed_fen or 0):
        raise Unlawful("实际退款金额须大于零，且不超过协议金额。")


def _told(
    actor: User,
    dispute: RefundDispute,
    verb: str,
    changes: dict[str, list[Any]],
    at: datetime | None,
    reason: str = "",
) -> None:
    about = dispute.institution.uid if dispute.institution else None
    audit.record(actor=actor, verb=verb, target=dispute, changes=changes, about=about, at=at, reason=reason)


for code, sentence in {
    "dispute_open": "登记退费纠纷",
    "claim_add": "增加退费诉求",
    "claim_agree": "登记协议退款金额",
    "claim_pay": "登记退款",
    "claimant_read": "查看退费人联系方式",
    "dispute_due_moved": "退费纠纷期限变动",
    "refunddispute_mediate": "开始调解",
    "refunddispute_agree": "登记退费协议",
    "refunddispute_pay": "确认已退款",
    "refunddispute_fail": "调解不成",
    "refunddispute_withdraw": "撤回退费诉求",
    "refunddispute_resume": "重新调解",
}.items():
    audit.verb(f"complaints.{code}", sentence)
