"""Transitions of supervised accounts, freezes and deposit movements."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from funds import guards
from funds.models import AccountStatus as A
from funds.models import ContractStatus as C
from funds.models import FreezeStatus as F
from funds.models import InstructionStatus as I
from funds.models import LessonStatus as L
from funds.models import MovementStatus as M
from funds.models import RefundStatus as R
from funds.models import ReleaseStatus as B
from funds.models import SettlementStatus as S

EDIT, VERIFY, CLOSE = "funds.account_edit", "funds.account_verify", "funds.account_close"
PROPOSE, APPROVE = "funds.freeze_propose", "funds.freeze_approve"
CHECK, REVERSE = "funds.deposit_check", "funds.deposit_reverse"

ACCOUNT = Workflow(
    model="funds.EscrowAccount",
    label="监管账户",
    states=A,
    initial=A.PLANNED,
    transitions=(
        Transition(
            "open", "登记开户", (A.PLANNED,), A.OPENED, permission=EDIT,
            requires=("number_digest", "number_tail", "opened_on"), is_primary=True,
        ),
        Transition(
            "file", "备案", (A.OPENED,), A.FILED, permission=EDIT, guards=(guards.agreement_complete,),
            requires=("filed_on", "filed_by"), is_primary=True,
        ),
        Transition(
            "verify", "核验", (A.FILED,), A.VERIFIED, permission=VERIFY, guards=(guards.other_than_filer,),
            stamp="verified_at", is_primary=True,
        ),
        Transition(
            "enable", "开通支付", (A.VERIFIED,), A.PAY_ENABLED, permission=EDIT,
            guards=(guards.takes_payments,), requires=("pay_enabled_on",), is_primary=True,
        ),
        Transition(
            "begin_closing", "申请销户", (A.VERIFIED, A.PAY_ENABLED), A.CLOSING, permission=CLOSE,
            guards=(guards.no_freeze,), requires=("close_not_before",), needs_reason=True, is_danger=True,
        ),
        Transition(
            "keep", "撤回销户", (A.CLOSING,), A.VERIFIED, permission=CLOSE, needs_reason=True,
        ),
        Transition(
            "close", "销户", (A.CLOSING,), A.CLOSED, permission=CLOSE,
            guards=(guards.no_freeze, guards.notice_over, guards.is_empty), requires=("closed_on",),
            is_danger=True,
        ),
        Transition(
            "drop", "撤销登记", (A.PLANNED, A.OPENED, A.FILED), A.CLOSED, permission=CLOSE,
            guards=(guards.no_freeze, guards.is_empty), requires=("closed_on",), needs_reason=True,
            is_danger=True,
        ),
    ),
)  # fmt: skip

FREEZE = Workflow(
    model="funds.AccountFreeze",
    label="账户冻结",
    states=F,
    initial=F.PROPOSED,
    transitions=(
        Transition(
            "approve", "批准冻结", (F.PROPOSED,), F.APPROVED, permission=APPROVE,
            guards=(guards.second_person,), requires=("approved_by",), stamp="approved_at", is_primary=True,
        ),
        Transition(
            "refuse", "不予冻结", (F.PROPOSED,), F.REFUSED, permission=APPROVE,
            guards=(guards.second_person,), requires=("end_reason",),
        ),
        Transition(
            "activate", "登记银行执行", (F.APPROVED,), F.ACTIVE, permission=PROPOSE,
            requires=("active_on", "bank_receipt"), is_primary=True,
        ),
        Transition(
            "lift", "解除冻结", (F.APPROVED, F.ACTIVE), F.LIFTED, permission=APPROVE,
            requires=("lifted_on", "end_reason"), is_danger=True,
        ),
    ),
)  # fmt: skip

MOVEMENT = Workflow(
    model="funds.DepositMovement",
    label="保证金收付",
    states=M,
    initial=M.PROPOSED,
    transitions=(
        Transition(
            "post", "复核入账", (M.PROPOSED,), M.POSTED, permission=CHECK,
            guards=(guards.second_person, guards.may_leave), requires=("entry_uid", "decided_by"),
            stamp="decided_at", is_primary=True,
        ),
        Transition(
            "refuse", "退回", (M.PROPOSED,), M.REFUSED, permission=CHECK, requires=("refusal",),
        ),
        Transition(
            "reverse", "冲正", (M.POSTED,), M.REVERSED, permission=REVERSE,
            guards=(guards.not_the_checker,), requires=("refusal", "reversal_uid"), is_danger=True,
        ),
    ),
)  # fmt: skip

ENTER, STOP, PAY = "funds.contract_enter", "funds.contract_stop", "funds.payment_book"
SEND, BOOK = "funds.instruction_send", "funds.instruction_book"

CONTRACT = Workflow(
    model="funds.Contract",
    label="培训合同",
    states=C,
    initial=C.DRAFT,
    transitions=(
        Transition(
            "sign", "提交生效", (C.DRAFT,), C.SIGNED, permission=ENTER, requires=("signed_on",),
            stamp="signed_at", is_primary=True,
        ),
        Transition("pay_part", "部分缴费入账", (C.SIGNED, C.PARTLY_PAID), C.PARTLY_PAID, permission=PAY),
        Transition("pay", "缴费入账", (C.SIGNED, C.PARTLY_PAID), C.ACTIVE, permission=PAY),
        Transition("take_over", "期初余额入账", (C.SIGNED,), C.ACTIVE, permission="funds.suspense_confirm"),
        Transition(
            "take_over_part", "期初余额部分缴费入账", (C.SIGNED,), C.PARTLY_PAID,
            permission="funds.suspense_confirm",
        ),
        Transition(
            "payment_back", "缴费全部冲正", (C.PARTLY_PAID, C.ACTIVE), C.SIGNED,
            permission="funds.suspense_confirm", needs_reason=True,
        ),
        Transition(
            "payment_part_back", "缴费部分冲正", (C.PARTLY_PAID, C.ACTIVE), C.PARTLY_PAID,
            permission="funds.suspense_confirm", needs_reason=True,
        ),
        Transition(
            "suspend", "暂停", (C.ACTIVE,), C.SUSPENDED, permission=STOP, needs_reason=True, is_danger=True,
        ),
        Transition("resume", "恢复", (C.SUSPENDED,), C.ACTIVE, permission=STOP, is_primary=True),
        Transition("complete", "履行完毕", (C.ACTIVE,), C.COMPLETED, is_system=True),
        Transition(
            "refund", "进入退费", (C.PARTLY_PAID, C.ACTIVE, C.SUSPENDED), C.REFUNDING,
            permission="funds.refund_decide",
        ),
        Transition(
            "refund_paid", "退费完成", (C.REFUNDING,), C.REFUNDED, permission=BOOK, requires=("ended_on",),
        ),
        Transition("refund_back", "退费退汇", (C.REFUNDED,), C.REFUNDING, is_system=True),
        Transition(
            "terminate", "终止", (C.DRAFT, C.SIGNED), C.TERMINATED, permission=ENTER,
            guards=(guards.nothing_paid,), requires=("ended_on",), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip

INSTRUCTION = Workflow(
    model="funds.Instruction",
    label="支付指令",
    states=I,
    initial=I.PENDING,
    transitions=(
        Transition(
            "send", "登记已发送", (I.PENDING,), I.SENT, permission=SEND, guards=(guards.not_frozen,),
            stamp="sent_at", is_primary=True,
        ),
        Transition("accept", "登记银行受理", (I.SENT, I.UNKNOWN), I.ACCEPTED, permission=BOOK, stamp="accepted_at"),
        Transition(
            "unknown", "登记结果不明", (I.SENT, I.ACCEPTED), I.UNKNOWN, permission=BOOK, requires=("failure",),
        ),
        Transition(
            "post", "登记支付成功", (I.SENT, I.ACCEPTED, I.UNKNOWN), I.POSTED, permission=BOOK,
            requires=("entry_uid", "booked_on"), stamp="ended_at", is_primary=True,
        ),
        Transition(
            "void", "登记未支付并作废", (I.PENDING, I.SENT, I.ACCEPTED, I.UNKNOWN), I.VOIDED, permission=BOOK,
            requires=("failure",), stamp="ended_at", is_danger=True,
        ),
        Transition(
            "return", "登记退汇", (I.POSTED,), I.RETURNED, permission=BOOK, requires=("failure", "return_uid"),
            is_danger=True,
        ),
    ),
)  # fmt: skip

DECIDE, REFUND = "funds.lesson_decide", "funds.refund_decide"

LESSON = Workflow(
    model="funds.Lesson",
    label="课时",
    states=L,
    initial=L.TAUGHT,
    transitions=(
        Transition(
            "confirm", "家长确认", (L.TAUGHT,), L.CONFIRMED, requires=("confirmed_at",), is_system=True,
        ),
        Transition(
            "auto_confirm", "到期自动确认", (L.TAUGHT,), L.AUTO_CONFIRMED, requires=("confirmed_at",),
            is_system=True,
        ),
        Transition(
            "dispute", "家长提出异议", (L.TAUGHT,), L.DISPUTED, requires=("dispute",), stamp="disputed_at",
            is_system=True,
        ),
        Transition(
            "uphold", "认定已授课", (L.DISPUTED, L.TAUGHT), L.CONFIRMED, permission=DECIDE,
            guards=(guards.silence_holds_up_a_refund,), requires=("decision", "confirmed_at"), is_primary=True,
        ),
        Transition(
            "cancel", "认定未授课", (L.DISPUTED, L.TAUGHT), L.CANCELLED, permission=DECIDE,
            guards=(guards.silence_holds_up_a_refund,), requires=("decision", "decided_by"),
        ),
        Transition(
            "withdraw", "撤回申报", (L.TAUGHT,), L.CANCELLED, permission="funds.lesson_declare",
            requires=("decision",), is_danger=True,
        ),
    ),
)  # fmt: skip

SETTLEMENT = Workflow(
    model="funds.SettlementAccount",
    label="结算账户",
    states=S,
    initial=S.PROPOSED,
    transitions=(
        Transition(
            "verify", "核验", (S.PROPOSED,), S.VERIFIED, permission=VERIFY, guards=(guards.second_person,),
            requires=("verified_by",), stamp="verified_at", is_primary=True,
        ),
        Transition("retire", "停用", (S.PROPOSED, S.VERIFIED), S.RETIRED, permission=VERIFY, is_danger=True),
    ),
)  # fmt: skip

RELEASE = Workflow(
    model="funds.ReleaseBatch",
    label="拨付批次",
    states=B,
    initial=B.BUILT,
    transitions=(
        Transition(
            "approve", "批准拨付", (B.BUILT,), B.APPROVED, permission="funds.release_approve",
            guards=(guards.second_person, guards.money_may_leave, guards.decision_attached),
            requires=("approved_by",), stamp="approved_at", is_primary=True,
        ),
        Transition(
            "hold", "暂缓", (B.BUILT,), B.HELD, permission="funds.release_hold", requires=("reason",),
        ),
        Transition("resume", "恢复", (B.HELD,), B.BUILT, permission="funds.release_hold"),
        Transition(
            "refuse", "不予拨付", (B.BUILT, B.HELD), B.REFUSED, permission="funds.release_approve",
            requires=("reason",), is_danger=True,
        ),
        Transition("paid", "银行已支付", (B.APPROVED,), B.PAID, requires=("paid_on",), is_system=True),
        Transition("fail", "未支付", (B.APPROVED,), B.FAILED, requires=("reason",), is_system=True),
        Transition("back", "退汇", (B.PAID,), B.RETURNED, requires=("reason",), is_system=True),
    ),
)  # fmt: skip

REFUNDS = Workflow(
    model="funds.Refund",
    label="退费申请",
    states=R,
    initial=R.APPLIED,
    transitions=(
        Transition(
            "agree", "同意退费", (R.APPLIED,), R.INST_AGREED, permission="funds.refund_answer", is_primary=True,
        ),
        Transition("auto_agree", "逾期视为同意", (R.APPLIED,), R.AUTO_AGREED, is_system=True),
        Transition(
            "refuse", "不同意退费", (R.APPLIED,), R.INST_REFUSED, permission="funds.refund_answer",
            requires=("answer",),
        ),
        Transition(
            "mediate", "受理调解", (R.APPLIED, R.INST_REFUSED, R.INST_AGREED, R.AUTO_AGREED), R.MEDIATION,
            permission="funds.refund_mediate", guards=(guards.answered_or_undated,),
        ),
        Transition(
            "approve", "审定退费", (R.INST_AGREED, R.AUTO_AGREED, R.MEDIATION), R.APPROVED, permission=REFUND,
            requires=("decided_by", "amount_fen"), is_primary=True,
        ),
        Transition(
            "reject", "不予退费", (R.MEDIATION,), R.REJECTED, permission=REFUND,
            requires=("decision", "decided_by"), is_danger=True,
        ),
        Transition(
            "withdraw", "撤回申请", (R.APPLIED, R.INST_AGREED, R.AUTO_AGREED, R.INST_REFUSED, R.MEDIATION),
            R.WITHDRAWN, permission="funds.refund_apply",
        ),
        Transition(
            "pay", "发起支付", (R.APPROVED, R.FAILED), R.PAYING, permission=REFUND,
            guards=(guards.in_custody,), is_primary=True,
        ),
        Transition(
            "paid_by_place", "登记机构已自付", (R.APPROVED,), R.PAID, permission=BOOK, requires=("paid_on",),
            guards=(guards.keeps_fees_itself,),
        ),
        Transition(
            "paid_by_deposit", "动用保证金退费", (R.APPROVED, R.FAILED), R.PAID, permission="funds.deposit_use",
            requires=("paid_on",), guards=(guards.not_the_decider,), is_danger=True,
        ),
        Transition("paid", "银行已退费", (R.PAYING,), R.PAID, requires=("paid_on",), is_system=True),
        Transition("fail", "支付未成", (R.PAYING,), R.FAILED, requires=("failure",), is_system=True),
        Transition("back", "退汇", (R.PAID,), R.FAILED, requires=("failure",), is_system=True),
    ),
)  # fmt: skip
