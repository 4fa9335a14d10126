"""Transitions of batches and entries."""

from __future__ import annotations

from blacklist import rules
from blacklist.models import BatchStatus, EntryStatus
from casework.workflow import Transition, Workflow

BATCH = Workflow(
    model="blacklist.ListBatch",
    label="名单批次",
    states=BatchStatus,
    initial=BatchStatus.DRAFT,
    transitions=(
        Transition(
            "submit",
            "送审",
            (BatchStatus.DRAFT,),
            BatchStatus.REVIEWING,
            permission="blacklist.batch_edit",
            guards=(rules.batch_not_empty, rules.still_eligible),
            stamp="submitted_at",
            is_primary=True,
        ),
        Transition(
            "approve",
            "审定",
            (BatchStatus.REVIEWING,),
            BatchStatus.APPROVED,
            permission="blacklist.batch_approve",
            guards=(rules.not_own_batch, rules.still_eligible),
            stamp="approved_at",
            is_primary=True,
        ),
        Transition(
            "publish",
            "公布",
            (BatchStatus.APPROVED,),
            BatchStatus.PUBLISHED,
            permission="blacklist.batch_publish",
            guards=(rules.batch_not_empty, rules.still_eligible),
            stamp="published_at",
            is_primary=True,
        ),
        Transition(
            "return",
            "退回拟定",
            (BatchStatus.REVIEWING, BatchStatus.APPROVED),
            BatchStatus.DRAFT,
            permission="blacklist.batch_approve",
            needs_reason=True,
        ),
        Transition(
            "drop",
            "作废",
            (BatchStatus.DRAFT, BatchStatus.REVIEWING, BatchStatus.APPROVED),
            BatchStatus.DROPPED,
            permission="blacklist.batch_edit",
            needs_reason=True,
            is_danger=True,
        ),
    ),
)

ENTRY = Workflow(
    model="blacklist.ListEntry",
    label="名单条目",
    states=EntryStatus,
    initial=EntryStatus.DRAFT,
    transitions=(
        Transition(
            "notify",
            "告知机构",
            (EntryStatus.DRAFT,),
            EntryStatus.NOTIFIED,
            permission="blacklist.entry_edit",
            guards=(rules.ready_to_notify,),
            is_primary=True,
        ),
        Transition(
            "review",
            "复核陈述申辩",
            (EntryStatus.NOTIFIED,),
            EntryStatus.REVIEWED,
            permission="blacklist.entry_review",
            guards=(rules.may_review,),
            stamp="reviewed_at",
            is_primary=True,
        ),
        Transition(
            "publish",
            "列入并公布",
            (EntryStatus.REVIEWED,),
            EntryStatus.PUBLISHED,
            permission="blacklist.entry_publish",
            guards=(rules.may_publish,),
            stamp="published_at",
            is_primary=True,
            is_danger=True,
        ),
        Transition(
            "drop",
            "不予列入",
            (EntryStatus.DRAFT, EntryStatus.NOTIFIED, EntryStatus.REVIEWED),
            EntryStatus.DROPPED,
            permission="blacklist.entry_review",
            needs_reason=True,
        ),
        Transition(
            "remove",
            "移出名单",
            (EntryStatus.PUBLISHED,),
            EntryStatus.REMOVED,
            permission="blacklist.entry_remove",
            needs_reason=True,
            stamp="removed_at",
            is_danger=True,
        ),
        Transition(
            "give_way",
            "依规则移出",
            (EntryStatus.PUBLISHED,),
            EntryStatus.REMOVED,
            permission="blacklist.entry_rule",
            needs_reason=True,
            stamp="removed_at",
        ),
        Transition(
            "expire",
            "期满移出",
            (EntryStatus.PUBLISHED,),
            EntryStatus.REMOVED,
            stamp="removed_at",
            is_system=True,
        ),
    ),
)
