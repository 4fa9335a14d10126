"""Yearly plans: drawing up, approval, publication, and which outing runs under which item."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.services import system_user
from burden import papers
from burden.models import PlanItem, PlannedOuting, YearlyPlan
from casework import audit
from casework.documents.services import document_issue, document_supersede
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from casework.yearly import PlanStatus, draft_locked
from inspections.models import Deployment

OPEN_PLANS = (PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.APPROVED)


@database.atomic
def plan_draft(
    *, actor: User, organ: Organisation, year: int, basis: str, note: str = "", at: datetime | None = None
) -> YearlyPlan:
    """Begin an organ's plan of a year; a published one is copied item by item, to be changed.

    Raises NotAllowed, WrongState when one is already being drawn up, Unlawful.
    """
    require(actor, "burden.plan_edit")
    Organisation.objects.select_for_update().get(pk=organ.pk)
    if YearlyPlan.objects.filter(organ=organ, year=year, status__in=OPEN_PLANS).exists():
        raise WrongState(f"{organ.short_name}{year}年度的计划正在编制或审批，请打开那一份继续。")
    plan = YearlyPlan(
        **root_fields(actor=actor, region=organ.bureau.region, bureau=organ.bureau),
        organ=organ,
        year=year,
        basis=basis,
        note=note,
    )
    record_create(actor=actor, obj=plan, verb="burden.plan_draft", at=at)
    earlier = YearlyPlan.objects.filter(organ=organ, year=year, status=PlanStatus.PUBLISHED).first()
    for item in earlier.items.order_by("position") if earlier else ():
        partners = list(item.partners.all())
        copied = PlanItem.objects.create(plan=plan, **{name: getattr(item, name) for name in ITEM_FIELDS})
        copied.partners.set(partners)
    return plan


ITEM_FIELDS = (
    "position",
    "subject",
    "targets",
    "kind",
    "method",
    "month_from",
    "month_to",
    "planned_n",
    "basis",
)


@database.atomic
def plan_edit(
    *, actor: User, plan: YearlyPlan, values: dict[str, Any], version: int | None = None
) -> YearlyPlan:
    """Change basis or note of a draft. Raises NotAllowed, WrongState, StaleVersion, Unlawful."""
    require(actor, "burden.plan_edit")
    draft_locked(plan)
    return record_update(actor=actor, obj=plan, values=values, verb="burden.plan_edit", version=version)


@database.atomic
def item_add(
    *,
    actor: User,
    plan: YearlyPlan,
    values: dict[str, Any],
    partners: Iterable[Organisation] = (),
    at: datetime | None = None,
) -> PlanItem:
    """Add a line to a draft. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, "burden.plan_edit")
    locked = draft_locked(plan)
    last = locked.items.aggregate(last=Max("position"))["last"] or 0
    item = PlanItem(plan=locked, position=last + 1, **values)
    clean(item)
    item.save()
    item.partners.set(partners)
    _audited(actor, locked, "burden.item_add", [None, str(item)], at)
    return item


@database.atomic
def item_edit(
    *,
    actor: User,
    item: PlanItem,
    values: dict[str, Any],
    partners: Iterable[Organisation] = (),
    at: datetime | None = None,
) -> PlanItem:
    """Change a line of a draft. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, "burden.plan_edit")
    plan = draft_locked(item.plan)
    locked = lock(item)
    before = {name: getattr(locked, name) for name in values}
    for name, value in values.items():
        setattr(locked, name, value)
    clean(locked)
    locked.save()
    locked.partners.set(partners)
    changes = {name: [before[name], value] for name, value in values.items() if before[name] != value}
    audit.record(actor=actor, verb="burden.item_edit", target=plan, changes=changes, at=at)
    return locked


@database.atomic
def item_remove(*, actor: User, item: PlanItem, at: datetime | None = None) -> None:
    """Strike a line from a draft; the audit event keeps what it said."""
    require(actor, "burden.plan_edit")
    plan = draft_locked(item.plan)
    if item.outings.exists():
        raise WrongState("这一事项下已有检查，不能删除。")
    words = f"{item}（{item.months}，{item.planned_n} 家次）"
    item.partners.clear()
    item.delete()
    _audited(actor, plan, "burden.item_remove", [words, None], at)


def _audited(actor: User, plan: YearlyPlan, verb: str, change: list[Any], at: datetime | None) -> None:
    audit.record(actor=actor, verb=verb, target=plan, changes={"items": change}, at=at)


def plan_submit(*, actor: User, plan: YearlyPlan, at: datetime | None = None) -> YearlyPlan:
    """Send a draft to the head."""
    return transition(plan, "submit", actor=actor, at=at)


def plan_approve(*, actor: User, plan: YearlyPlan, note: str = "", at: datetime | None = None) -> YearlyPlan:
    """The head approves; whoever drew the plan up may not."""
    values = {"approved_by": actor, "approval_note": note.strip()}
    return transition(plan, "approve", actor=actor, at=at, reason=note, values=values)


def plan_return(*, actor: User, plan: YearlyPlan, reason: str, at: datetime | None = None) -> YearlyPlan:
    """Send a plan back with the reason; an approval given before no longer counts."""
    values = {"approved_by": None, "approved_at": None, "approval_note": ""}
    return transition(plan, "return", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def plan_publish(*, actor: User, plan: YearlyPlan, at: datetime | None = None) -> YearlyPlan:
    """Publish with a number; the plan that was in force until now is taken over, its document superseded.

    Outings already linked to the old plan stay there. Raises Blocked, NotAllowed, WrongState.
    """
    at = at or timezone.now()
    locked = lock(plan)
    ready(locked, "publish", actor)
    earlier = (
        YearlyPlan.objects.select_for_update()
        .filter(organ=locked.organ, year=locked.year, status=PlanStatus.PUBLISHED)
        .first()
    )
    if earlier:
        transition(earlier, "supersede", actor=system_user(), at=at)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind="YEARLY_INSPECTION_PLAN",
        subject=locked,
        content=papers.yearly_plan(locked, at=at),
        title=str(locked),
        at=at,
    )
    if earlier and earlier.document:
        document_supersede(
            actor=actor, document=earlier.document, by=document, reason="公布了新的年度计划", at=at
        )
    return transition(locked, "publish", actor=actor, at=at, values={"document": document})


@database.atomic
def outing_link(
    *,
    actor: User,
    deployment: Deployment,
    item: PlanItem | None = None,
    outside_reason: str = "",
    at: datetime | None = None,
) -> PlannedOuting:
    """Say under which published item an outing runs, or why it runs outside the plan.

    May be changed until the outing starts. Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, "burden.outing_link")
    locked = lock(deployment)
    if locked.status in {"UNDERWAY", "DONE", "CANCELLED"}:
        raise WrongState(f"检查{locked.get_status_display()}，不能再改列计划。")
    _check_item(locked, item)
    if item is None and not outside_reason.strip():
        raise Unlawful("计划外检查须写明理由，理由会公开。")
    known = PlannedOuting.objects.filter(deployment=locked).first()
    before = str(known) if known else None
    link = known or PlannedOuting(deployment=locked)
    link.item, link.outside_reason = item, "" if item else outside_reason.strip()
    link.linked_by, link.linked_at = actor, at or timezone.now()
    try:
        clean(link)
        link.save()
    except IntegrityError as error:
        raise WrongState("刚有同事登记过，请刷新页面。") from error
    audit.record(
        actor=actor,
        verb="burden.outing_link",
        target=locked,
        changes={"planned": [before, str(link)]},
        at=at,
    )
    return link


def _check_item(deployment: Deployment, item: PlanItem | None) -> None:
    if item is None:
        return
    plan, day = lock(item.plan), deployment.planned_on
    if plan.status != PlanStatus.PUBLISHED or plan.organ_id != deployment.lead_organ_id:
        raise Unlawful("只能列入牵头机关已公布的年度计划。")
    if plan.year != day.year or not item.month_from <= day.month <= item.month_to:
        raise Unlawful(f"这一事项安排在 {plan.year} 年 {item.months}，检查计划在 {day:%Y-%m-%d}，不在其内。")


for code, sentence in {
    "plan_draft": "编制年度检查计划",
    "plan_edit": "修改年度检查计划",
    "item_add": "增加计划事项",
    "item_edit": "修改计划事项",
    "item_remove": "删除计划事项",
    "yearlyplan_submit": "送审年度检查计划",
    "yearlyplan_approve": "批准年度检查计划",
    "yearlyplan_return": "退回年度检查计划",
    "yearlyplan_publish": "公布年度检查计划",
    "yearlyplan_supersede": "年度检查计划由新计划代替",
    "outing_link": "检查列入年度计划",
}.items():
    audit.verb(f"burden.{code}", sentence)
