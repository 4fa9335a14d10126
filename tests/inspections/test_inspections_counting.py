"""人 beside 人次, 家 beside 家次: what each indicator counts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from casework.indicators import Period, Scope, compute, figure
from inspections import services
from inspections.models import RectificationNotice
from tests.conftest import World
from tests.inspections import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def period() -> Period:
    """Today and yesterday."""
    today = timezone.localdate()
    return Period(today - timedelta(days=1), today + timedelta(days=1))


def number(world: World, key: str, period: Period, **dims: object) -> Decimal:
    """One indicator of the county."""
    return compute(key, Scope(world.bureau), period, **dims)


def test_two_outings_to_three_places(law: World, period: Period) -> None:
    places = [making.make_place(law, f"示例机构{index}", licence_no=f"教民{index}") for index in range(3)]
    first = making.make_plan(law, *places)
    making.officer_in(law, first, law.market_officer)
    services.member_add(
        actor=law.officer,
        deployment=first,
        organisation=law.market,
        role="ASSISTANT",
        person_name="协管员",
        is_counted=False,
    )
    making.start(law, first)
    for visit in first.visits.filter(status="PLANNED"):
        services.visit_start(actor=law.officer, visit=visit)
    making.start(law, making.make_plan(law, places[0]))
    counts = {
        key: int(number(law, key, period))
        for key in ("sweep_n", "officers_pt", "officers_n", "visit_pt", "visit_n", "visit_closed_pt")
    }
    assert counts == {
        "sweep_n": 2,
        "officers_pt": 5,
        "officers_n": 3,
        "visit_pt": 4,
        "visit_n": 3,
        "visit_closed_pt": 0,
    }
    assert len(figure("visit_pt", Scope(law.bureau), period).row_ids) == 4
    assert number(law, "visit_pt", Period(period.end, period.end + timedelta(days=5))) == 0
    assert compute("visit_pt", Scope(law.neighbour), period) == 0


def test_findings_and_notices(law: World, period: Period, served: RectificationNotice) -> None:
    spot = making.add_finding(law, served.visit, code="FIRE_EQUIPMENT", mode="ON_SPOT", text="灭火器被遮挡")
    services.finding_fix(actor=law.officer, finding=spot, no_photo_reason="无电")
    advert = making.add_finding(
        law, served.visit, code="AD_ILLEGAL_PLACE", mode="ON_SPOT", text="灯箱广告", quantity=4
    )
    services.finding_fix(actor=law.officer, finding=advert, no_photo_reason="无电")
    struck = making.add_finding(law, served.visit, code="OTHER", text="误登")
    services.finding_void(actor=law.officer, finding=struck, reason="重复")
    expected = {
        "problem_n": 4,
        "problem_inst": 1,
        "fixed_on_spot": 2,
        "fixed_in_term": 2,
        "fire_now": 1,
        "fire_term": 0,
        "ad_removed": 4,
        "ad_removed_inst": 1,
        "notice_n": 1,
        "rect_done": 0,
        "rect_overdue": 0,
        "rect_open_inst": 1,
    }
    assert {key: int(number(law, key, period)) for key in expected} == expected
    making.answer(law, served)
    making.recheck(law, served, "DONE", "DONE")
    assert number(law, "rect_done", period) == 2
    assert number(law, "rect_done_inst", period) == 1
    assert number(law, "rect_open_inst", period) == 0


def test_overdue_counts_only_unanswered_after_the_term(law: World, served: RectificationNotice) -> None:
    end = served.due_on + timedelta(days=3)
    assert number(law, "rect_overdue", Period(served.due_on, end)) == 1
    assert number(law, "rect_overdue", Period(timezone.localdate(), served.due_on)) == 0
    making.answer(law, served)
    assert number(law, "rect_overdue", Period(served.due_on, end)) == 0


def test_withdrawn_notice_is_not_counted(law: World, period: Period, served: RectificationNotice) -> None:
    services.notice_withdraw(actor=law.head, notice=served, reason="当事人写错")
    assert number(law, "notice_n", period) == 0


def test_certified_officers(law: World, period: Period) -> None:
    assert number(law, "officers_certified", period) == 2
    assert number(law, "officers_certified", period, organ_kind="MARKET") == 2
    assert number(law, "officers_total", period) == 2
