"""Transitions of whistles, calls, meetings and their decisions."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from measures import guards
from measures.models import (
    CallStatus,
    DecisionStatus,
    MeetingStatus,
    WhistleStatus,
)

WHISTLE = Workflow(
    model="measures.Whistle",
    label="镇街吹哨",
    states=WhistleStatus,
    initial=WhistleStatus.OPEN,
    transitions=(
        Transition(
            "handle",
            "部门全部办结",
            (WhistleStatus.OPEN,),
            WhistleStatus.HANDLED,
            guards=(guards.calls_settled,),
            stamp="handled_at",
            is_system=True,
        ),
        Transition(
            "close",
            "评价并办结",
            (WhistleStatus.HANDLED,),
            WhistleStatus.CLOSED,
            permission="measures.whistle_call",
            guards=(guards.own("caller"),),
            requires=("result",),
            stamp="closed_at",
            is_primary=True,
        ),
        Transition(
            "cancel",
            "撤销吹哨",
            (WhistleStatus.OPEN,),
            WhistleStatus.CANCELLED,
            permission="measures.whistle_call",
            guards=(guards.own("caller"),),
            needs_reason=True,
        ),
    ),
)

CALL = Workflow(
    model="measures.WhistleCall",
    label="部门报到",
    states=CallStatus,
    initial=CallStatus.CALLED,
    transitions=(
        Transition(
            "acknowledge",
            "响应",
            (CallStatus.CALLED,),
            CallStatus.ACKNOWLEDGED,
            permission="measures.whistle_answer",
            guards=(guards.own("organisation"), guards.whistle_is_open),
            stamp="acknowledged_at",
        ),
        Transition(
            "arrive",
            "登记到场",
            (CallStatus.CALLED, CallStatus.ACKNOWLEDGED),
            CallStatus.ARRIVED,
            permission="measures.whistle_answer",
            guards=(guards.own("organisation"), guards.whistle_is_open),
            requires=("people",),
            is_primary=True,
        ),
        Transition(
            "finish",
            "登记办结",
            (CallStatus.ARRIVED,),
            CallStatus.DONE,
            permission="measures.whistle_answer",
            guards=(guards.own("organisation"), guards.whistle_is_open),
            requires=("action",),
            stamp="finished_at",
            is_primary=True,
        ),
        Transition(
            "return",
            "退回",
            (CallStatus.CALLED, CallStatus.ACKNOWLEDGED),
            CallStatus.RETURNED,
            permission="measures.whistle_answer",
            guards=(guards.own("organisation"), guards.whistle_is_open),
            requires=("returned_reason",),
        ),
    ),
)

MEETING = Workflow(
    model="measures.Meeting",
    label="联席会议",
    states=MeetingStatus,
    initial=MeetingStatus.DRAFT,
    transitions=(
        Transition(
            "issue",
            "印发纪要",
            (MeetingStatus.DRAFT,),
            MeetingStatus.ISSUED,
            permission="measures.meeting_edit",
            guards=(guards.own("organ"), guards.has_decisions, guards.meeting_is_numbered),
            stamp="issued_at",
            is_primary=True,
        ),
        Transition(
            "finish",
            "全部落实",
            (MeetingStatus.ISSUED,),
            MeetingStatus.DONE,
            permission="measures.meeting_edit",
            guards=(guards.own("organ"), guards.decisions_settled),
            stamp="done_at",
            is_primary=True,
        ),
    ),
)

DECISION = Workflow(
    model="measures.Decision",
    label="议定事项",
    states=DecisionStatus,
    initial=DecisionStatus.OPEN,
    transitions=(
        Transition(
            "report",
            "报告落实",
            (DecisionStatus.OPEN,),
            DecisionStatus.REPORTED,
            permission="measures.decision_report",
            guards=(guards.own("assignee"), guards.meeting_is_issued),
            requires=("report",),
            stamp="reported_at",
            is_primary=True,
        ),
        Transition(
            "confirm",
            "确认落实",
            (DecisionStatus.REPORTED,),
            DecisionStatus.DONE,
            permission="measures.meeting_edit",
            guards=(guards.own("meeting__organ"),),
            stamp="settled_at",
            is_primary=True,
        ),
        Transition(
            "send_back",
            "退回继续落实",
            (DecisionStatus.REPORTED,),
            DecisionStatus.OPEN,
            permission="measures.meeting_edit",
            guards=(guards.own("meeting__organ"),),
            needs_reason=True,
        ),
        Transition(
            "drop",
            "不再落实",
            (DecisionStatus.OPEN, DecisionStatus.REPORTED),
            DecisionStatus.DROPPED,
            permission="measures.meeting_edit",
            guards=(guards.own("meeting__organ"),),
            needs_reason=True,
            stamp="settled_at",
            is_danger=True,
        ),
    ),
)
