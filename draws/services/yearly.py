"""The year's plan of random inspections: compiling, approval, publication."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.db.models import Max
from django.utils import timezone

from accounts.models import Bureau, Organisation, User
from accounts.services import system_user
from casework import audit
from casework.documents.services import document_issue, document_supersede
from casework.errors import Unlawful, WrongState
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, refuse, require
from casework.workflow import transition
from casework.yearly import PlanStatus, draft_locked
from draws import papers
from draws.models import DrawPlan, DrawPlanRow
from inspections.guards import enforcing_reasons

OPEN_PLANS = (PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.APPROVED)
PLAN_KIND = "RANDOM_INSPECTION_PLAN"
ROW_FIELDS = (
    "key", "position", "item", "checklist", "pool", "filters", "per_10000", "window_from", "window_until", "lead_organ",
)  # fmt: skip


@database.atomic
def draw_plan_draft(
    *, actor: User, organ: Organisation, year: int, basis: str, note: str = "", at: datetime | None = None
) -> DrawPlan:
    """Begin a bureau's plan of a year; a published one is copied row by row, to be changed.

    Raises NotAllowed, Blocked (G07), WrongState when one is already being compiled, Unlawful.
    """
    require(actor, "draws.plan_edit")
    Bureau.objects.select_for_update().get(pk=organ.bureau_id)
    if DrawPlan.objects.filter(bureau=organ.bureau, year=year, status__in=OPEN_PLANS).exists():
        raise WrongState(f"{year}年度双随机抽查计划正在编制或审批，请打开那一份继续。")
    refuse(enforcing_reasons(organ))
    plan = DrawPlan(
        **root_fields(actor=actor, region=organ.bureau.region, bureau=organ.bureau),
        organ=organ,
        year=year,
        basis=basis.strip(),
        note=note.strip(),
    )
    record_create(actor=actor, obj=plan, verb="draws.draw_plan_draft", at=at)
    earlier = DrawPlan.objects.filter(bureau=organ.bureau, year=year, status=PlanStatus.PUBLISHED).first()
    for row in earlier.rows.order_by("position") if earlier else ():
        copied = DrawPlanRow.objects.create(plan=plan, **{name: getattr(row, name) for name in ROW_FIELDS})
        copied.partners.set(row.partners.all())
    return plan


@database.atomic
def draw_plan_edit(
    *, actor: User, plan: DrawPlan, values: dict[str, Any], version: int | None = None
) -> DrawPlan:
    """Change basis or note of a draft. Raises NotAllowed, WrongState, StaleVersion, Unlawful."""
    require(actor, "draws.plan_edit")
    draft_locked(plan)
    return record_update(actor=actor, obj=plan, values=values, verb="draws.draw_plan_edit", version=version)


@database.atomic
def plan_row_add(
    *,
    actor: User,
    plan: DrawPlan,
    values: dict[str, Any],
    partners: Iterable[Organisation] = (),
    at: datetime | None = None,
) -> DrawPlanRow:
    """Add a row to a draft. Raises NotAllowed, WrongState, Blocked (G07), Unlawful."""
    require(actor, "draws.plan_edit")
    locked = draft_locked(plan)
    last = locked.rows.aggregate(last=Max("position"))["last"] or 0
    row = DrawPlanRow(plan=locked, position=last + 1, **values)
    _save(locked, row, partners)
    _audited(actor, locked, "draws.plan_row_add", {"rows": [None, _words(row)]}, at)
    return row


@database.atomic
def plan_row_edit(
    *,
    actor: User,
    row: DrawPlanRow,
    values: dict[str, Any],
    partners: Iterable[Organisation] = (),
    at: datetime | None = None,
) -> DrawPlanRow:
    """Change a row of a draft. Raises NotAllowed, WrongState, Blocked (G07), Unlawful."""
    require(actor, "draws.plan_edit")
    plan = draft_locked(row.plan)
    locked = lock(row)
    before = _words(locked)
    for name, value in values.items():
        setattr(locked, name, value)
    _save(plan, locked, partners)
    _audited(actor, plan, "draws.plan_row_edit", {f"row_{locked.position}": [before, _words(locked)]}, at)
    return locked


@database.atomic
def plan_row_remove(*, actor: User, row: DrawPlanRow, at: datetime | None = None) -> None:
    """Strike a row from a draft; the audit event keeps what it said. Raises NotAllowed, WrongState."""
    require(actor, "draws.plan_edit")
    plan = draft_locked(row.plan)
    words = _words(row)
    row.partners.clear()
    row.delete()
    _audited(actor, plan, "draws.plan_row_remove", {"rows": [words, None]}, at)


def _save(plan: DrawPlan, row: DrawPlanRow, partners: Iterable[Organisation]) -> None:
    if row.window_from.year != plan.year or row.window_until.year != plan.year:
        raise Unlawful(f"抽查时间须在 {plan.year} 年内。")
    refuse(enforcing_reasons(row.lead_organ))
    joined = [organ for organ in partners if organ.pk != row.lead_organ_id]
    for organ in (row.lead_organ, *joined):
        if organ.bureau_id != plan.bureau_id:
            raise Unlawful(f"{organ.short_name}不属于本地，不能列入本地的计划。")
    clean(row)
    row.save()
    row.partners.set(joined)


def _words(row: DrawPlanRow) -> str:
    joined = "、".join(row.partners.order_by("pk").values_list("short_name", flat=True)) if row.pk else ""
    return f"{row}；{row.pool}；{row.percent}%；{row.window}；{row.lead_organ.short_name}牵头" + (
        f"，{joined}联合" if joined else ""
    )


def _audited(actor: User, plan: DrawPlan, verb: str, changes: dict[str, Any], at: datetime | None) -> None:
    audit.record(actor=actor, verb=verb, target=plan, changes=changes, at=at)


def draw_plan_submit(*, actor: User, plan: DrawPlan, at: datetime | None = None) -> DrawPlan:
    """Send a draft to the leader. Raises Blocked, WrongState, NotAllowed."""
    return transition(plan, "submit", actor=actor, at=at)


def draw_plan_approve(*, actor: User, plan: DrawPlan, note: str = "", at: datetime | None = None) -> DrawPlan:
    """The leader approves; whoever compiled the plan may not. Raises Blocked, WrongState, NotAllowed."""
    values = {"approved_by": actor, "approval_note": note.strip()}
    return transition(plan, "approve", actor=actor, at=at, reason=note, values=values)


def draw_plan_return(*, actor: User, plan: DrawPlan, reason: str, at: datetime | None = None) -> DrawPlan:
    """Send a plan back with the reason; an approval given before no longer counts."""
    values = {"approved_by": None, "approved_at": None, "approval_note": ""}
    return transition(plan, "return", actor=actor, reason=reason, at=at, values=values)


@database.atomic
def draw_plan_publish(*, actor: User, plan: DrawPlan, at: datetime | None = None) -> DrawPlan:
    """Publish with a number; the plan in force until now is superseded with its document.

    Raises Blocked, NotAllowed, WrongState.
    """
    at = at or timezone.now()
    locked = lock(plan)
    ready(locked, "publish", actor)
    earlier = (
        DrawPlan.objects.select_for_update()
        .filter(bureau=locked.bureau, year=locked.year, status=PlanStatus.PUBLISHED)
        .first()
    )
    if earlier:
        transition(earlier, "supersede", actor=system_user(), at=at)
    document = document_issue(
        actor=actor,
        organ=locked.organ,
        kind=PLAN_KIND,
        subject=locked,
        content=papers.draw_plan(locked, at=at),
        title=f"{locked.organ.short_name}{locked}",
        at=at,
    )
    if earlier and earlier.document:
        document_supersede(
            actor=actor, document=earlier.document, by=document, reason="公布了新的年度双随机抽查计划", at=at
        )
    return transition(locked, "publish", actor=actor, at=at, values={"document": document})


for code, sentence in {
    "draw_plan_draft": "编制年度双随机抽查计划",
    "draw_plan_edit": "修改年度双随机抽查计划",
    "plan_row_add": "增加抽查事项",
    "plan_row_edit": "修改抽查事项",
    "plan_row_remove": "删除抽查事项",
    "drawplan_submit": "送审年度双随机抽查计划",
    "drawplan_approve": "批准年度双随机抽查计划",
    "drawplan_return": "退回年度双随机抽查计划",
    "drawplan_publish": "公布年度双随机抽查计划",
    "drawplan_supersede": "年度双随机抽查计划由新计划代替",
}.items():
    audit.verb(f"draws.{code}", sentence)
