"""Transitions of directives, closures and material handovers."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from measures import guards
from measures.models import (
    ClosureStatus,
    DirectiveStatus,
    HandoverStatus,
)

DIRECTIVE = Workflow(
    model="measures.Directive",
    label="措施文书",
    states=DirectiveStatus,
    initial=DirectiveStatus.DRAFT,
    transitions=(
        Transition(
            "issue",
            "制发",
            (DirectiveStatus.DRAFT,),
            DirectiveStatus.ISSUED,
            permission="measures.directive_edit",
            guards=(
                guards.own("organ"),
                guards.organ_enforces,
                guards.two_officers,
                guards.directive_complete,
                guards.ban_by_head,
            ),
            stamp="issued_at",
            is_primary=True,
        ),
        Transition(
            "serve",
            "登记送达",
            (DirectiveStatus.ISSUED,),
            DirectiveStatus.SERVED,
            permission="measures.directive_edit",
            guards=(guards.own("organ"),),
            requires=("service_way",),
            is_primary=True,
        ),
        Transition(
            "finish",
            "办结",
            (DirectiveStatus.SERVED,),
            DirectiveStatus.DONE,
            permission="measures.directive_edit",
            guards=(guards.own("organ"), guards.pupils_handed_over, guards.ban_published),
            requires=("done_note",),
            stamp="done_at",
            is_primary=True,
        ),
        Transition(
            "withdraw",
            "撤回",
            (DirectiveStatus.DRAFT, DirectiveStatus.ISSUED, DirectiveStatus.SERVED),
            DirectiveStatus.WITHDRAWN,
            permission="measures.directive_withdraw",
            guards=(guards.own("organ"),),
            needs_reason=True,
            stamp="withdrawn_at",
            is_danger=True,
        ),
        Transition(
            "give_way",
            "被新文书替代",
            (DirectiveStatus.ISSUED, DirectiveStatus.SERVED),
            DirectiveStatus.SUPERSEDED,
            is_system=True,
        ),
    ),
)

CLOSURE = Workflow(
    model="measures.Closure",
    label="应急停课",
    states=ClosureStatus,
    initial=ClosureStatus.DRAFT,
    transitions=(
        Transition(
            "issue",
            "发布停课",
            (ClosureStatus.DRAFT,),
            ClosureStatus.IN_FORCE,
            permission="measures.closure_issue",
            guards=(
                guards.own("organ"),
                guards.organ_enforces,
                guards.two_officers,
                guards.closure_has_scope,
            ),
            stamp="issued_at",
            is_primary=True,
            is_danger=True,
        ),
        Transition(
            "lift",
            "恢复",
            (ClosureStatus.IN_FORCE,),
            ClosureStatus.LIFTED,
            permission="measures.closure_issue",
            guards=(guards.own("organ"),),
            requires=("lifted_on", "lift_basis"),
            is_primary=True,
        ),
        Transition(
            "withdraw",
            "撤回",
            (ClosureStatus.DRAFT, ClosureStatus.IN_FORCE),
            ClosureStatus.WITHDRAWN,
            permission="measures.closure_issue",
            guards=(guards.own("organ"),),
            needs_reason=True,
            is_danger=True,
        ),
    ),
)

HANDOVER = Workflow(
    model="measures.Handover",
    label="材料移交",
    states=HandoverStatus,
    initial=HandoverStatus.DRAFT,
    transitions=(
        Transition(
            "receive",
            "接收并出具清单",
            (HandoverStatus.DRAFT,),
            HandoverStatus.RECEIVED,
            permission="measures.handover_edit",
            guards=(
                guards.own("organ"),
                guards.handover_voluntary,
                guards.handover_has_items,
                guards.two_officers,
            ),
            stamp="received_at",
            is_primary=True,
        ),
        Transition(
            "give_back",
            "退还",
            (HandoverStatus.RECEIVED,),
            HandoverStatus.RETURNED,
            permission="measures.handover_edit",
            guards=(guards.own("organ"),),
            requires=("returned_on", "returned_to"),
            is_primary=True,
        ),
        Transition(
            "cancel",
            "取消登记",
            (HandoverStatus.DRAFT,),
            HandoverStatus.CANCELLED,
            permission="measures.handover_edit",
            guards=(guards.own("organ"),),
            needs_reason=True,
        ),
    ),
)
