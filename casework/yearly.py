"""The life of a year's plan, whichever room compiles it: checked, approved by another, published, replaced.

Plans of inspections (国办发〔2024〕54号) and of random inspections (国发〔2019〕5号) go the same way. A room brings its own
model with `status`, `created_by` and the time stamps named below, its gates before submission, and its document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import pgtrigger
from django.db import models

from accounts.models import User
from casework.errors import Reason, WrongState
from casework.models import RootModel
from casework.steps import lock
from casework.workflow import Transition

P = TypeVar("P", bound=RootModel)


class PlanStatus(models.TextChoices):
    """Where a year's plan stands."""

    DRAFT = "DRAFT", "编制中"
    SUBMITTED = "SUBMITTED", "待审批"
    APPROVED = "APPROVED", "已批准"
    PUBLISHED = "PUBLISHED", "已公布"
    SUPERSEDED = "SUPERSEDED", "已被新计划代替"


def not_own_plan(plan: Any, actor: User) -> Iterable[Reason]:
    """Whoever compiled a plan does not approve it."""
    if plan.created_by_id == actor.pk:
        yield Reason("编制人不能批准自己编制的计划。", cleared_by="请由其他局领导批准。", gate="four_eyes")


def plan_transitions(room: str, *before_submission: Any) -> tuple[Transition, ...]:
    """The steps of a room's plan, under the permissions `<room>.plan_edit`, `plan_approve` and `plan_publish`."""
    s = PlanStatus
    edit, approve, publish = (f"{room}.plan_{act}" for act in ("edit", "approve", "publish"))
    return (
        Transition(
            "submit", "送审", (s.DRAFT,), s.SUBMITTED, permission=edit, guards=before_submission,
            stamp="submitted_at", is_primary=True,
        ),
        Transition(
            "approve", "批准", (s.SUBMITTED,), s.APPROVED, permission=approve, guards=(not_own_plan,),
            stamp="approved_at", is_primary=True,
        ),
        Transition(
            "return", "退回修改", (s.SUBMITTED, s.APPROVED), s.DRAFT, permission=approve, needs_reason=True
        ),
        Transition(
            "publish", "公布", (s.APPROVED,), s.PUBLISHED, permission=publish, requires=("document",),
            stamp="published_at", is_primary=True,
        ),
        Transition(
            "supersede", "由新计划代替", (s.PUBLISHED,), s.SUPERSEDED, is_system=True, stamp="superseded_at"
        ),
    )  # fmt: skip


def rows_stay(plan_table: str) -> pgtrigger.Trigger:
    """The database's word that rows with `plan_id` change only while their plan is a draft."""
    return pgtrigger.Trigger(
        name="rows_stay",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        declare=[("held", "BIGINT")],
        func=f"""
            held := CASE WHEN TG_OP = 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END;
            IF (TG_OP = 'UPDATE' AND NEW.plan_id <> OLD.plan_id)
               OR EXISTS (SELECT 1 FROM {plan_table} WHERE id = held AND status <> 'DRAFT') THEN
                RAISE EXCEPTION 'rows of plan % change only while it is a draft', held;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,  # noqa: S608 - the table is named by the model that declares the trigger
    )


def draft_locked(plan: P) -> P:
    """The plan, locked, while it may still be changed. Raises WrongState."""
    locked = lock(plan)
    if locked.status != PlanStatus.DRAFT:  # type: ignore[attr-defined]
        label = locked.get_status_display()  # type: ignore[attr-defined]
        raise WrongState(f"计划现在是“{label}”，不能修改。需要修改的，请先退回，或另行编制新计划。")
    return locked
