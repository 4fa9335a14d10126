"""Transitions of ads and summons talks."""

from __future__ import annotations

from casework.workflow import Transition, Workflow
from measures import guards
from measures.models import (
    AdStatus,
    TalkStatus,
)

AD = Workflow(
    model="measures.AdCase",
    label="违规广告",
    states=AdStatus,
    initial=AdStatus.FOUND,
    transitions=(
        Transition(
            "order",
            "责令清除",
            (AdStatus.FOUND, AdStatus.BACK),
            AdStatus.ORDERED,
            permission="measures.ad_handle",
            guards=(guards.own("lead_organ"), guards.has_found_photo),
            requires=("order_text", "due_on"),
            stamp="ordered_at",
            is_primary=True,
        ),
        Transition(
            "refer",
            "移送",
            (AdStatus.FOUND, AdStatus.ORDERED, AdStatus.BACK),
            AdStatus.REFERRED,
            permission="measures.ad_handle",
            guards=(guards.own("lead_organ"), guards.has_found_photo, guards.referral_is_numbered),
            requires=("referred_to",),
            stamp="referred_at",
        ),
        Transition(
            "remove",
            "登记清除",
            (AdStatus.FOUND, AdStatus.ORDERED, AdStatus.REFERRED, AdStatus.BACK),
            AdStatus.REMOVED,
            permission="measures.ad_edit",
            guards=(guards.has_found_photo, guards.has_after_photo),
            requires=("removed_pieces", "removed_by"),
            is_primary=True,
        ),
        Transition(
            "verify",
            "复核通过",
            (AdStatus.REMOVED,),
            AdStatus.CLOSED,
            permission="measures.ad_edit",
            stamp="closed_at",
            is_primary=True,
        ),
        Transition(
            "rebound",
            "登记反弹",
            (AdStatus.REMOVED, AdStatus.CLOSED),
            AdStatus.BACK,
            permission="measures.ad_edit",
            needs_reason=True,
            is_danger=True,
        ),
        Transition(
            "drop",
            "不属违规",
            (AdStatus.FOUND, AdStatus.REFERRED),
            AdStatus.DROPPED,
            permission="measures.ad_handle",
            guards=(guards.own("lead_organ"),),
            needs_reason=True,
        ),
    ),
)

TALK = Workflow(
    model="measures.Talk",
    label="约谈",
    states=TalkStatus,
    initial=TalkStatus.DRAFT,
    transitions=(
        Transition(
            "invite",
            "发出约谈通知",
            (TalkStatus.DRAFT,),
            TalkStatus.INVITED,
            permission="measures.talk_edit",
            guards=(guards.own("organ"), guards.has_parties, guards.talk_is_numbered),
            stamp="invited_at",
            is_primary=True,
        ),
        Transition(
            "hold",
            "登记约谈",
            (TalkStatus.INVITED,),
            TalkStatus.HELD,
            permission="measures.talk_edit",
            guards=(guards.own("organ"),),
            requires=("requirements",),
            is_primary=True,
        ),
        Transition(
            "close",
            "办结",
            (TalkStatus.HELD,),
            TalkStatus.CLOSED,
            permission="measures.talk_edit",
            guards=(guards.own("organ"), guards.promises_followed),
            stamp="closed_at",
            is_primary=True,
        ),
        Transition(
            "cancel",
            "取消",
            (TalkStatus.DRAFT, TalkStatus.INVITED),
            TalkStatus.CANCELLED,
            permission="measures.talk_edit",
            guards=(guards.own("organ"),),
            needs_reason=True,
        ),
    ),
)
