"""Draws for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from draws import services
from draws.models import Draw
from inspections import services as inspections
from inspections.models import Deployment, Visit
from institutions.models import Institution
from institutions.services import institution_projection_set
from tests.conftest import World
from tests.inspections.making import RECORD, make_place

VALUE = "03 11 17 22 25 30 09"
NOTE = "示例彩票网公告"


def places(world: World, count: int = 8, risky: int = 0) -> list[Institution]:
    """Licensed places, the first `risky` of high risk."""
    found = [
        make_place(world, f"示例机构{number}号", licence_no=f"教民1500237{number:08d}")
        for number in range(count)
    ]
    for place in found[:risky]:
        institution_projection_set(
            actor=world.head,
            institution=place,
            kind="RISK_LEVEL",
            value="HIGH",
            since=timezone.localdate(),
        )
    return found


def values(world: World, **more: Any) -> dict[str, Any]:
    """Fields of a draft: a quarter of every layer, two officers for two places, a value due in an hour."""
    now = timezone.now()
    return {
        "title": "示例双随机抽查",
        "lead_organ": world.education,
        "basis": "国发〔2019〕5号",
        "item": "办学资质、收费、消防安全",
        "planned_on": timezone.localdate(now) + timedelta(days=2),
        "planned_until": timezone.localdate(now) + timedelta(days=4),
        "filters": {},
        "shares": {"HIGH": 5000, "MEDIUM": 2500, "LOW": 2500, "UNRATED": 2500},
        "team_size": 2,
        "places_per_team": 2,
        "cap_reason": "专项行动需要",
        "entropy_kind": "LOTTERY",
        "entropy_source": "示例彩票 2026 年第 135 期开奖号码",
        "entropy_due_at": now + timedelta(hours=1),
        **more,
    }


def draft(world: World, **more: Any) -> Draw:
    """A draft."""
    organs = more.pop("organs", ())
    return services.draw_draft(actor=world.officer, values=values(world, **more), organs=organs)


def frozen(world: World, **more: Any) -> Draw:
    """A frozen draw whose public value exists by now: everything happened two hours ago."""
    then = timezone.now() - timedelta(hours=2)
    more.setdefault("entropy_due_at", then + timedelta(hours=1))
    return services.draw_freeze(actor=world.head, draw=draft(world, **more), at=then)


def confirmed(world: World, **more: Any) -> Draw:
    """A frozen draw with its value typed and confirmed."""
    draw = frozen(world, **more)
    services.draw_enter(actor=world.officer, draw=draw, value=VALUE, note=NOTE)
    return services.draw_confirm(actor=world.legal, draw=draw, value=VALUE)


def drawn(world: World, **more: Any) -> Draw:
    """A drawn draw."""
    return services.draw_run(actor=world.head, draw=confirmed(world, **more))


def planned(world: World, **more: Any) -> tuple[Draw, list[Deployment]]:
    """A drawn draw with its outings."""
    draw = drawn(world, **more)
    return draw, services.plans_make(actor=world.officer, draw=draw)


def carry_out(world: World, deployment: Deployment, at: datetime | None = None) -> None:
    """Approve, notify, visit and record every place of an outing."""
    submitted = inspections.deployment_submit(actor=world.officer, deployment=deployment)
    inspections.deployment_approve(actor=world.leader, deployment=submitted)
    inspections.deployment_notify(actor=world.officer, deployment=submitted)
    member = deployment.members.order_by("pk").first().user
    for visit in Visit.objects.filter(deployment=deployment).order_by("pk"):
        begun = inspections.visit_start(actor=member, visit=visit, at=at)
        inspections.visit_record(actor=member, visit=begun, values=RECORD, at=at)
