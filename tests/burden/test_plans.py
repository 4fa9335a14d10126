"""Yearly plans, and outings under or outside them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from burden import selectors, services
from burden.models import PlannedOuting, YearlyPlan
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from casework.yearly import PlanStatus
from inspections import services as inspecting
from institutions.models import Institution
from tests.burden.conftest import item_of
from tests.conftest import World
from tests.inspections import making

pytestmark = pytest.mark.django_db


def test_an_empty_plan_is_not_sent_for_approval(law: World) -> None:
    plan = services.plan_draft(actor=law.officer, organ=law.education, year=2026, basis="依据")
    with pytest.raises(Blocked, match="还没有检查事项"):
        services.plan_submit(actor=law.officer, plan=plan)


def test_who_drew_it_up_does_not_approve_it(law: World) -> None:
    plan = services.plan_draft(actor=law.head, organ=law.education, year=2026, basis="依据")
    item_of(law, plan)
    services.plan_submit(actor=law.head, plan=plan)
    with pytest.raises(NotAllowed):
        services.plan_approve(actor=law.head, plan=plan)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        YearlyPlan.objects.filter(pk=plan.pk).update(approved_by=law.head, approved_at=timezone.now())


def test_published_with_number_table_and_audit(published: YearlyPlan) -> None:
    assert published.status == PlanStatus.PUBLISHED
    assert "检计〔" in published.number
    assert "收费和资金监管" in str(published.document.content)
    verbs = AuditEvent.objects.filter(object_uid=published.uid).values_list("verb", flat=True)
    assert {"burden.plan_draft", "burden.item_add", "burden.yearlyplan_publish"} <= set(verbs)


def test_a_published_plan_does_not_change_but_is_taken_over_by_a_new_one(
    law: World, published: YearlyPlan
) -> None:
    with pytest.raises(WrongState, match="不能修改"):
        item_of(law, published)
    new = services.plan_draft(actor=law.officer, organ=law.education, year=published.year, basis="依据")
    assert [item.subject for item in new.items.all()] == ["收费和资金监管"]
    assert list(new.items.get().partners.all()) == [law.market]
    services.item_edit(
        actor=law.officer, item=new.items.get(), values={"planned_n": 30}, partners=[law.market]
    )
    services.plan_submit(actor=law.officer, plan=new)
    services.plan_approve(actor=law.leader, plan=new)
    services.plan_publish(actor=law.head, plan=new)
    published.refresh_from_db()
    assert published.status == PlanStatus.SUPERSEDED
    assert published.document.state == "SUPERSEDED"
    assert published.items.get().planned_n == 41
    assert YearlyPlan.objects.get(status=PlanStatus.PUBLISHED) == new


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE burden_planitem SET planned_n = 1 WHERE plan_id = %s",
        "DELETE FROM burden_planitem WHERE plan_id = %s",
    ],
)
def test_the_database_keeps_the_rows_of_a_published_plan(published: YearlyPlan, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only while it is a draft"), transaction.atomic():
        connection.cursor().execute(statement, [published.pk])


def test_only_one_plan_is_in_work(law: World, draft: YearlyPlan) -> None:
    with pytest.raises(WrongState, match="正在编制"):
        services.plan_draft(actor=law.head, organ=law.education, year=draft.year, basis="依据")


def test_returning_takes_the_approval_back(law: World, draft: YearlyPlan) -> None:
    services.plan_submit(actor=law.officer, plan=draft)
    services.plan_approve(actor=law.leader, plan=draft)
    back = services.plan_return(actor=law.leader, plan=draft, reason="家次过多")
    assert (back.status, back.approved_by, back.approved_at) == (PlanStatus.DRAFT, None, None)


def test_an_outing_names_its_item_or_why_not(law: World, place: Institution, published: YearlyPlan) -> None:
    outing = making.make_plan(law, place)
    with pytest.raises(Blocked, match="还没有列入"):
        inspecting.deployment_submit(actor=law.officer, deployment=outing)
    with pytest.raises(Unlawful, match="写明理由"):
        services.outing_link(actor=law.officer, deployment=outing)
    services.outing_link(actor=law.officer, deployment=outing, outside_reason="上级临时部署")
    services.outing_link(actor=law.officer, deployment=outing, item=published.items.get())
    assert PlannedOuting.objects.get().outside_reason == ""
    assert inspecting.deployment_submit(actor=law.officer, deployment=outing).status == "SUBMITTED"


def test_without_a_published_plan_nothing_is_asked(law: World, place: Institution, draft: YearlyPlan) -> None:
    outing = making.make_plan(law, place)
    assert inspecting.deployment_submit(actor=law.officer, deployment=outing).status == "SUBMITTED"


def test_a_clue_is_never_asked_for_a_plan(law: World, place: Institution, published: YearlyPlan) -> None:
    outing = making.make_plan(law, place, kind="CLUE")
    assert inspecting.deployment_submit(actor=law.officer, deployment=outing).status == "SUBMITTED"


def test_items_of_other_months_and_organs_are_refused(law: World, place: Institution) -> None:
    month = timezone.localdate().month
    other = month % 12 + 1
    plan = services.plan_draft(
        actor=law.officer, organ=law.education, year=timezone.localdate().year, basis="依据"
    )
    item_of(law, plan, month_from=other, month_to=other)
    outing = making.make_plan(law, place)
    with pytest.raises(Unlawful, match="已公布"):
        services.outing_link(actor=law.officer, deployment=outing, item=plan.items.get())
    services.plan_submit(actor=law.officer, plan=plan)
    services.plan_approve(actor=law.leader, plan=plan)
    services.plan_publish(actor=law.head, plan=plan)
    with pytest.raises(Unlawful, match="不在其内"):
        services.outing_link(actor=law.officer, deployment=outing, item=plan.items.get())


def test_the_database_wants_an_item_or_a_reason(law: World, place: Institution) -> None:
    outing = making.make_plan(law, place)
    with pytest.raises(IntegrityError, match="item_or_reason"), transaction.atomic():
        PlannedOuting.objects.create(deployment=outing, linked_by=law.officer, linked_at=timezone.now())


def test_progress_counts_visits_carried_out(law: World, place: Institution, published: YearlyPlan) -> None:
    outing = making.make_plan(law, place)
    services.outing_link(actor=law.officer, deployment=outing, item=published.items.get())
    assert selectors.items_of(published).get().done_n == 0
    making.start(law, outing)
    assert selectors.items_of(published).get().done_n == 1


def test_the_neighbour_sees_nothing(law: World, published: YearlyPlan) -> None:
    assert not selectors.plans_visible(law.neighbour_officer).exists()
    assert selectors.item_get(law.neighbour_officer, published.items.get().uid) is None
