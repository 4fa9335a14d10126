"""The world of inspections for this room."""

from __future__ import annotations

import pytest
from django.utils import timezone

from burden import services
from burden.models import YearlyPlan
from inspections.models import Visit
from institutions.models import Institution
from tests.conftest import World
from tests.inspections import making


@pytest.fixture
def law(world: World) -> World:
    """The world with policies, violation types and document kinds loaded."""
    making.load_law()
    return world


@pytest.fixture
def place(law: World) -> Institution:
    """A licensed institution with an account in the portal."""
    return making.make_place(law, organisation=law.institution_org)


@pytest.fixture
def draft(law: World) -> YearlyPlan:
    """The education organ's plan of this year with one item for all months."""
    plan = services.plan_draft(
        actor=law.officer, organ=law.education, year=timezone.localdate().year, basis="国办发〔2024〕54号"
    )
    item_of(law, plan)
    return plan


def item_of(law: World, plan: YearlyPlan, **values: object) -> None:
    """Add one line."""
    fields = {
        "subject": "收费和资金监管",
        "targets": "全部持证机构",
        "kind": "DAILY",
        "month_from": 1,
        "month_to": 12,
        "planned_n": 41,
        "basis": "国办发〔2024〕54号",
        **values,
    }
    services.item_add(actor=law.officer, plan=plan, values=fields, partners=[law.market])


@pytest.fixture
def published(law: World, draft: YearlyPlan) -> YearlyPlan:
    """That plan, in force."""
    services.plan_submit(actor=law.officer, plan=draft)
    services.plan_approve(actor=law.leader, plan=draft)
    return services.plan_publish(actor=law.head, plan=draft)


@pytest.fixture
def closed(law: World, place: Institution) -> Visit:
    """A visit without problems, its result told."""
    from inspections import services as inspecting

    visit = making.start(law, making.make_plan(law, place))
    inspecting.visit_record(
        actor=law.officer,
        visit=visit,
        values={
            "premises": "OPERATING",
            "summary": "正常",
            "representative": "张某",
            "signature": "SIGNED",
            "ended_at": timezone.now(),
        },
    )
    visit.refresh_from_db()
    return inspecting.visit_close(actor=law.officer, visit=visit)
