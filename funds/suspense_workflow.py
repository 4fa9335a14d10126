"""Transitions of lines in suspense, of payments taken back and of what is left of opening stock."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from funds import suspense_guards as guards
from funds.models import CaseStatus as C
from funds.models import CorrectionStatus as P
from funds.models import RestStatus as R
from funds.models import SuspenseStatus as S

WORK, JUDGE, UNDO = "funds.suspense_propose", "funds.suspense_confirm", "funds.suspense_undo"

SUSPENSE = Workflow(
    model="funds.SuspenseItem",
    label="待查款",
    states=S,
    initial=S.OPEN,
    transitions=(
        Transition(
            "propose", "提出处理意见", (S.OPEN,), S.PROPOSED, permission=WORK,
            requires=("way", "reason", "proposed_by"), needs_reason=True, is_primary=True,
        ),
        Transition(
            "confirm", "复核入账", (S.PROPOSED,), S.RESOLVED, permission=JUDGE,
            guards=(guards.other_than_proposer, guards.is_not_returned), requires=("entry_uid", "decided_by"),
            is_primary=True,
        ),
        Transition(
            "send_back_money", "同意退回", (S.PROPOSED,), S.RETURNING, permission=JUDGE,
            guards=(guards.other_than_proposer, guards.is_to_be_returned), requires=("decided_by",),
            is_primary=True,
        ),
        Transition(
            "returned", "银行已退回", (S.RETURNING,), S.RESOLVED, is_system=True, requires=("entry_uid",),
        ),
        Transition(
            "send_back", "不同意", (S.PROPOSED,), S.OPEN, permission=JUDGE,
            guards=(guards.other_than_proposer,), needs_reason=True,
        ),
        Transition(
            "undo", "撤销处理", (S.RESOLVED, S.RETURNING), S.OPEN, permission=UNDO,
            guards=(guards.not_the_judge,), needs_reason=True, is_danger=True,
        ),
        Transition("taken_back", "缴费更正后重新待查", (S.RESOLVED,), S.OPEN, needs_reason=True, is_system=True),
    ),
)  # fmt: skip

CORRECTION = Workflow(
    model="funds.PaymentCorrection",
    label="缴费更正",
    states=P,
    initial=P.PROPOSED,
    transitions=(
        Transition(
            "post", "复核冲正", (P.PROPOSED,), P.POSTED, permission=JUDGE,
            guards=(guards.other_than_author,), requires=("reversal_uid", "booked_on", "decided_by"),
            is_primary=True,
        ),
        Transition(
            "refuse", "不予更正", (P.PROPOSED,), P.REFUSED, permission=JUDGE,
            guards=(guards.other_than_author,), requires=("refusal", "decided_by"), needs_reason=True,
        ),
    ),
)  # fmt: skip

INVOICE_CASE = Workflow(
    model="funds.InvoiceCase",
    label="三一致异常",
    states=C,
    initial=C.OPEN,
    transitions=(
        Transition(
            "explain", "说明情况", (C.OPEN, C.EXPLAINED), C.EXPLAINED, permission="funds.invoice_explain",
            requires=("reason", "handled_by"), needs_reason=True, is_primary=True,
        ),
        Transition("clear", "已一致", (C.OPEN, C.EXPLAINED), C.CLEARED, is_system=True),
    ),
)  # fmt: skip

OPENING_REST = Workflow(
    model="funds.OpeningRest",
    label="期初存量结清",
    states=R,
    initial=R.PROPOSED,
    transitions=(
        Transition(
            "post", "复核结清", (R.PROPOSED,), R.POSTED, permission=JUDGE,
            guards=(guards.other_than_opener, guards.rest_is_settled),
            requires=("entry_uid", "booked_on", "decided_by"), is_primary=True,
        ),
        Transition(
            "refuse", "不予结清", (R.PROPOSED,), R.REFUSED, permission=JUDGE,
            guards=(guards.other_than_opener,), requires=("refusal", "decided_by"), needs_reason=True,
        ),
        Transition(
            "reverse", "冲正", (R.POSTED,), R.REVERSED, permission=UNDO, guards=(guards.not_the_judge,),
            requires=("refusal", "reversal_uid"), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip
