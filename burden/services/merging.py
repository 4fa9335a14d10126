"""One visit instead of several (综合查一次, 国办发〔2024〕54号)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from burden.models import VisitMerge
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.steps import lock, require
from inspections.models import Deployment, DeploymentStatus, Visit, VisitStatus
from inspections.services import deployment_cancel, deployment_edit, member_add, visit_cancel

ITEM_MAX = 4000


@database.atomic
def visits_merge(*, actor: User, keep: Visit, others: Iterable[Visit], at: datetime | None = None) -> Visit:
    """Make planned visits of several drafts to one place into the visit `keep`.

    What the others were to check is written into the kept outing's items, their people join its team; an
    outing left without stops is cancelled. Nothing that was to be checked is lost. Raises NotAllowed,
    WrongState when an outing is past drafting, Unlawful for visits of different places.
    """
    require(actor, "burden.visit_merge")
    at = at or timezone.now()
    rest = sorted({visit.pk for visit in others} - {keep.pk})
    if not rest:
        raise Unlawful("请至少选择两次对同一机构的检查。")
    locked = {
        visit.pk: visit
        for visit in Visit.objects.select_for_update(of=("self",))
        .filter(pk__in=[keep.pk, *rest])
        .select_related("deployment", "institution")
        .order_by("pk")
    }
    kept = locked[keep.pk]
    into = _mergeable(kept)
    for pk in rest:
        _merge_one(actor, kept, into, locked[pk], at)
        into = lock(into)
    return kept


def _mergeable(visit: Visit) -> Deployment:
    deployment = lock(visit.deployment)
    if deployment.status != DeploymentStatus.DRAFT or visit.status != VisitStatus.PLANNED:
        raise WrongState(f"“{deployment.name}”已经送审或取消，只有起草中的检查可以合并。")
    return deployment


def _merge_one(actor: User, kept: Visit, into: Deployment, other: Visit, at: datetime) -> None:
    if other.institution_id != kept.institution_id:
        raise Unlawful("只能合并对同一机构的检查。")
    source = _mergeable(other)
    _join_items(actor, into, source)
    for member in source.members.filter(removed_at__isnull=True).select_related("user", "organisation"):
        if not into.members.filter(person_name=member.person_name, removed_at__isnull=True).exists():
            member_add(
                actor=actor,
                deployment=into,
                organisation=member.organisation,
                role=member.role,
                user=member.user,
                person_name=member.person_name,
                is_counted=member.is_counted,
                at=at,
            )
    reason = f"并入“{into.name}”，综合查一次"
    visit_cancel(actor=actor, visit=other, reason=reason, at=at)
    VisitMerge.objects.create(given_up=other, kept=kept, merged_by=actor, merged_at=at)
    audit.record(
        actor=actor,
        verb="burden.visit_merge",
        target=kept,
        changes={"merged": [None, source.name]},
        about=kept.file_uid,
        at=at,
    )
    if not source.visits.exclude(status=VisitStatus.CANCELLED).exists():
        deployment_cancel(actor=actor, deployment=source, reason=reason, at=at)


def _join_items(actor: User, into: Deployment, source: Deployment) -> None:
    organ = source.lead_organ.short_name
    added = f"{organ}：{source.item.strip()}"
    if added in into.item or source.item.strip() in into.item:
        return
    joined = f"{into.item.rstrip()}\n{added}"
    if len(joined) > ITEM_MAX:
        raise Unlawful("合并后的检查事项过长，请先精简各自的检查事项。")
    deployment_edit(actor=actor, deployment=into, values={"item": joined})


audit.verb("burden.visit_merge", "合并检查，综合查一次")
