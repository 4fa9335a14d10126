"""Review, extension and the decision: penalty, no penalty, on the spot."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction as database

from accounts.models import User
from casework import audit, events
from casework.errors import Unlawful, WrongState
from casework.models import OfficialDocument
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from penalties import clock, guards, papers, terms
from penalties.events import PenaltyDecided
from penalties.models import (
    Case,
    Discussion,
    LegalReview,
    MeasureKind,
    MeasureStage,
    Outcome,
)
from penalties.services.base import (
    DECIDE,
    PAY,
    SERVE,
    add_row,
    end_term,
    issue,
    local,
    open_case,
    start_term,
)
from penalties.services.credit import credit_prepare
from penalties.services.defence import (
    READY,
)
from penalties.services.inquiry import copy_measures


@database.atomic
def review_request(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> LegalReview:
    """Send the case to 法制审核 (G25). Raises WrongState while one is open."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_edit", *READY)
        if locked.legalreviews.filter(status="OPEN").exists():
            raise WrongState("法制审核正在进行，请等待审核意见。")
        grounds = (
            "；".join([*terms.review_grounds(locked), *([note] if note else [])]) or "办案机构认为需要审核"
        )
        row = LegalReview(case=locked, grounds=grounds[:200], requested_at=moment)
        return add_row(row, actor=actor, verb="penalties.review_request", at=moment)


@database.atomic
def review_give(
    *,
    actor: User,
    review: LegalReview,
    passed: bool,
    opinions: dict[str, str],
    conclusion: str,
    qualification: str,
    at: datetime | None = None,
) -> LegalReview:
    """Give the opinion aspect by aspect and issue it. The reviewer did not investigate (G25)."""
    with clock.acting_at(at) as moment:
        require(actor, "penalties.legal_review")
        case = lock(review.case)
        refuse(guards.is_own_organ(case, actor))
        refuse(guards.review_qualified(case, actor))
        if passed and not qualification.strip():
            raise Unlawful("请填写审核人资格（初次从事法制审核的须有法律职业资格）。")
        given = transition(
            review,
            "pass" if passed else "return",
            actor=actor,
            at=moment,
            values={
                "reviewer": actor,
                "opinions": opinions,
                "conclusion": conclusion.strip(),
                "qualification": qualification.strip(),
            },
        )
        given.document = issue(case, papers.legal_review(given, at=moment), actor=actor, at=moment)
        given.save(update_fields=["document"])
        return given


@database.atomic
def discussion_record(
    *, actor: User, case: Case, values: dict[str, Any], at: datetime | None = None
) -> Discussion:
    """集体讨论 by the heads (G26)."""
    with clock.acting_at(at) as moment:
        locked = open_case(case, actor, "penalties.case_manage", *READY)
        row = add_row(
            Discussion(case=locked, **values), actor=actor, verb="penalties.discussion_record", at=moment
        )
        row.document = issue(locked, papers.discussion_record(row, at=moment), actor=actor, at=moment)
        row.save(update_fields=["document"])
        return row


@database.atomic
def extension_record(*, actor: User, case: Case, ground: str, at: datetime | None = None) -> Case:
    """Record why the ninety days may be exceeded (G28); the head grants it."""
    require(actor, "penalties.case_approve")
    locked = lock(case)
    refuse(guards.is_own_organ(locked, actor))
    if not ground.strip():
        raise Unlawful("请写明延长办案期限的理由。")
    before, locked.extension_ground = (
        locked.extension_ground,
        f"{ground.strip()}（批准人 {actor.name}）"[:300],
    )
    locked.version += 1
    locked.save()
    audit.record(
        actor=actor,
        verb="penalties.extension_record",
        target=locked,
        changes={"extension_ground": [before, locked.extension_ground]},
        reason=ground,
        about=locked.file_uid,
        at=at,
    )
    return locked


@database.atomic
def case_decide(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> Case:
    """决定处罚: every gate of G17 to G31, the approval form, the decision, the frozen income, 双公示 prepared."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide", actor)
        income = terms.income_of(locked, local(moment))
        locked.income_snapshot = _frozen(income, local(moment))
        copy_measures(locked, MeasureStage.PROPOSED, MeasureStage.DECIDED, actor)
        issue(
            locked,
            papers.decision_approval(locked, at=moment, approver=actor.name, note=note),
            actor=actor,
            at=moment,
        )
        document = issue(locked, papers.decision(locked, at=moment), actor=actor, at=moment)
        decided = _decided(locked, "decide", document, Outcome.PENALTY, actor, moment, note)
        credit_prepare(actor=actor, case=decided, at=moment)
        _announce(decided, local(moment))
        return decided


def _frozen(income: Any, on: date) -> dict[str, Any]:
    if not income.charged:
        return {}
    return {
        "on": on.isoformat(),
        "charged": income.charged,
        "refunded": income.refunded,
        "deducted": income.deducted,
        "amount": income.amount,
        "lines": list(income.lines),
    }


def _decided(
    case: Case,
    name: str,
    document: OfficialDocument,
    outcome: str,
    actor: User,
    moment: datetime,
    note: str,
) -> Case:
    end_term(case, DECIDE, local(moment), actor=actor)
    served_by = start_term(case, SERVE, "送达决定书", "penalty.service", local(moment), actor=actor)
    return transition(
        case,
        name,
        actor=actor,
        at=moment,
        reason=note,
        values={
            "decision": document,
            "decision_no": document.number,
            "outcome": outcome,
            "decided_by": actor,
            "serve_due_on": served_by.due_on,
            "income_snapshot": case.income_snapshot,
        },
    )


def _announce(case: Case, on: date) -> None:
    rows = {row.kind: row for row in terms.measures_at(case, MeasureStage.DECIDED)}
    amounts = {kind: row.amount_fen for kind, row in rows.items()}
    events.publish(
        PenaltyDecided(
            case.uid,
            case.file_uid,
            case.decision_no,
            on,
            tuple(rows),
            amounts.get(MeasureKind.FINE, 0),
            amounts.get(MeasureKind.CONFISCATION, 0),
            case.violation.code,
        )
    )


@database.atomic
def case_decide_no_penalty(*, actor: User, case: Case, note: str = "", at: datetime | None = None) -> Case:
    """不予处罚 on a ground of law, with the education given (G19)."""
    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide_no_penalty", actor)
        locked.measures.filter(stage=MeasureStage.PROPOSED).delete()
        issue(
            locked,
            papers.decision_approval(locked, at=moment, approver=actor.name, note=note),
            actor=actor,
            at=moment,
        )
        document = issue(locked, papers.no_penalty(locked, at=moment), actor=actor, at=moment)
        return _decided(locked, "decide_no_penalty", document, Outcome.NO_PENALTY, actor, moment, note)


@database.atomic
def case_decide_on_spot(*, actor: User, case: Case, place: str, at: datetime | None = None) -> Case:
    """当场处罚 within the caps: decided, handed over and reported in one step (G29, 行政处罚法 第五十一、五十二条)."""
    from penalties.services.serving import Service, receipt_record, words_done

    with clock.acting_at(at) as moment:
        locked = lock(case)
        ready(locked, "decide_on_spot", actor)
        copy_measures(locked, MeasureStage.PROPOSED, MeasureStage.DECIDED, actor)
        document = issue(locked, papers.on_spot(locked, at=moment, place=place), actor=actor, at=moment)
        officers = guards.handlers(locked)
        service = Service(
            method="DIRECT",
            place=place,
            server_one=officers[0],
            server_two=officers[1],
            receiver=locked.party_head or locked.party_name[:40],
            receiver_relation="当事人",
        )
        receipt_record(
            actor=actor, case=locked, document=document, service=service, served_at=moment, at=moment
        )
        words_done(locked, local(moment))
        pay = start_term(locked, PAY, "缴纳罚款", "penalty.payment", local(moment), actor=actor)
        decided = transition(
            locked,
            "decide_on_spot",
            actor=actor,
            at=moment,
            values={
                "decision": document,
                "decision_no": document.number,
                "outcome": Outcome.PENALTY,
                "decided_at": moment,
                "decided_by": actor,
                "payment_due_on": pay.due_on,
                "payment_explanation": pay.explanation,
            },
        )
        credit_prepare(actor=actor, case=decided, at=moment)
        _announce(decided, local(moment))
        return decided


for code, sentence in {
    "review_request": "送法制审核",
    "legalreview_pass": "法制审核通过",
    "legalreview_return": "法制审核退回补正",
    "discussion_record": "登记集体讨论",
    "extension_record": "延长办案期限",
    "case_decide": "作出行政处罚决定",
    "case_decide_no_penalty": "决定不予行政处罚",
    "case_decide_on_spot": "当场作出行政处罚决定",
}.items():
    audit.verb(f"penalties.{code}", sentence)
