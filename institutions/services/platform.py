"""Milestones on the national platform."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from institutions.models import Institution, Milestone, PlatformMilestone

EDIT = "institutions.platform_edit"


@transaction.atomic
def milestones_reach(
    *,
    actor: User,
    institutions: Iterable[Institution],
    milestone: str,
    reached_on: date,
    note: str = "",
    at: datetime | None = None,
) -> list[PlatformMilestone]:
    """Enter that institutions reached a milestone; those that stand at it already are left as they are.

    Raises NotAllowed, Unlawful (nobody chosen, a day to come, not on the platform yet).
    """
    require(actor, EDIT)
    if reached_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("达到日期不能晚于今天。")
    rows = sorted(institutions, key=lambda row: row.pk)
    if not rows:
        raise Unlawful("请选择机构。")
    standing = PlatformMilestone.objects.filter(institution__in=rows, left_on__isnull=True)
    reached = set(standing.filter(milestone=milestone).values_list("institution", flat=True))
    if milestone != Milestone.ONBOARDED:
        _on_platform(rows, set(standing.filter(milestone="ONBOARDED").values_list("institution", flat=True)))
    return [
        _reach(actor, row, milestone, reached_on, note.strip(), at) for row in rows if row.pk not in reached
    ]


def _on_platform(rows: list[Institution], present: set[int]) -> None:
    absent = [row.name for row in rows if row.pk not in present]
    if absent:
        more = f"等 {len(absent)} 家" if len(absent) > 1 else ""
        raise Unlawful(f"{absent[0]}{more}还没有登记入驻平台，请先登记入驻。")


def _reach(
    actor: User, place: Institution, milestone: str, day: date, note: str, at: datetime | None
) -> PlatformMilestone:
    row = PlatformMilestone(
        **root_fields(actor=actor, region=place.region, bureau=place.bureau),
        institution=place,
        milestone=milestone,
        reached_on=day,
        note=note,
    )
    return record_create(actor=actor, obj=row, verb="institutions.milestone_reach", at=at)


@transaction.atomic
def milestone_leave(
    *, actor: User, milestone: PlatformMilestone, left_on: date, note: str, at: datetime | None = None
) -> PlatformMilestone:
    """It stands there no longer, or the entry was wrong. Raises NotAllowed, Unlawful, WrongState."""
    require(actor, EDIT)
    locked = lock(milestone)
    if locked.left_on is not None:
        raise WrongState(f"已于 {locked.left_on:%Y-%m-%d} 登记退出。")
    if left_on > timezone.localdate(at or timezone.now()):
        raise Unlawful("退出日期不能晚于今天。")
    if not note.strip():
        raise Unlawful("请写明退出的原因；登记有误的，写明误登。")
    values = {"left_on": left_on, "left_note": note.strip()}
    return record_update(actor=actor, obj=locked, values=values, verb="institutions.milestone_leave", at=at)


audit.verb("institutions.milestone_reach", "登记国家平台进度")
audit.verb("institutions.milestone_leave", "登记退出国家平台事项")
