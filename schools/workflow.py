"""Transitions of this room's rows."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from schools import guards
from schools.models import TipStatus as T

TIP_EDIT, TIP_ISSUE, TIP_ANSWER = "schools.tip_edit", "schools.tip_issue", "schools.tip_answer"

TIP = Workflow(
    model="schools.WorkTip",
    label="工作提示",
    states=T,
    initial=T.DRAFT,
    transitions=(
        Transition(
            "issue", "发出", (T.DRAFT,), T.ISSUED, permission=TIP_ISSUE,
            guards=(guards.own_organ, guards.numbered_organ, guards.names_nobody, guards.school_open,
                    guards.has_reader),
            requires=("document", "due_on", "number"), stamp="issued_at", is_primary=True,
        ),
        Transition(
            "cancel", "取消", (T.DRAFT,), T.CANCELLED, permission=TIP_EDIT, guards=(guards.own_organ,),
            needs_reason=True, is_danger=True,
        ),
        Transition(
            "receive", "签收", (T.ISSUED,), T.RECEIVED, permission=TIP_ANSWER, guards=(guards.own_school,),
            stamp="received_at", is_primary=True,
        ),
        Transition(
            "serve", "登记送达", (T.ISSUED,), T.RECEIVED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("received_at", "received_way"),
        ),
        Transition(
            "answer", "答复", (T.ISSUED, T.RECEIVED, T.RETURNED), T.ANSWERED, permission=TIP_ANSWER,
            guards=(guards.own_school,), stamp="answered_at", is_primary=True,
        ),
        Transition(
            "return", "退回补充", (T.ANSWERED,), T.RETURNED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("due_on",), needs_reason=True,
        ),
        Transition(
            "close", "办结", (T.ANSWERED,), T.CLOSED, permission=TIP_EDIT, guards=(guards.own_organ,),
            requires=("result",), stamp="closed_at", is_primary=True,
        ),
        Transition(
            "withdraw", "撤回", (T.ISSUED, T.RECEIVED, T.RETURNED), T.WITHDRAWN, permission=TIP_ISSUE,
            guards=(guards.own_organ,), needs_reason=True, is_danger=True,
        ),
    ),
)  # fmt: skip
