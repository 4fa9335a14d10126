"""The forms against the rooms' own indicators, and the published year of the demonstration county."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Bureau, Region
from accounts.services import system_user
from casework import indicators
from casework.indicators import Period, Scope
from reports import selectors, services
from reports.counting import measured_rows
from reports.data import form, form_cells, sources
from reports.models import ReportEdition
from reports.schedule import plan_for

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "wushan_2023.json").read_text(encoding="utf-8"))
WAITING = {
    "inst_approved_non", "entity_cleaned", "platform_onboarded", "material_self_made",
    "deposit_amt", "snapshot_clue_solved", "monitor_n", "monitor_towns", "patrol_pt",
    "patrol_visit_pt", "patrol_sup", "patrol_sup_visit_pt", "patrol_found_unlicensed", "patrol_found_consulting",
    "monitor_training",
}  # fmt: skip
NOT_IN_THE_DEMONSTRATION = {"ad_removed", "ad_removed_inst"}


def test_every_mapped_cell_has_its_indicator() -> None:
    assert indicators.known_keys() >= {"visit_pt", "inst_total", "white_batches", "towns_total"}
    missing = [
        (code, key)
        for code, cells in sources.cell_map()["forms"].items()
        for key in cells
        if sources.source_of(code, key, campaign_kind="LOOK_BACK") is None
    ]
    assert missing in ([], [("HALF_MONTH", "inst_checked_closed")])


def test_only_known_gaps_of_the_yearly_form_are_entered_by_hand() -> None:
    cells = [cell for cell in form_cells(form("ANNUAL_SUMMARY")) if cell["kind"] != "TEXT"]
    manual = {cell["key"] for cell in cells if sources.source_of("ANNUAL_SUMMARY", cell["key"]) is None}
    assert manual <= WAITING


@pytest.mark.django_db
def test_every_indicator_can_be_measured_with_its_rows(world: Any) -> None:
    scope, span = Scope(world.bureau), Period(date(2026, 1, 1), date(2027, 1, 1))
    for key in sorted(indicators.known_keys()):
        counted = measured_rows(indicators.get(key), scope, span, {})
        assert counted.value == indicators.compute(key, scope, span), key
    towns = measured_rows(indicators.get("towns_total"), scope, span, {})
    assert towns.value == Region.objects.filter(parent=world.bureau.region).count() == 2


@pytest.mark.slow
def test_published_year_comes_out_of_the_books(demo: None) -> None:
    bureau = Bureau.objects.get(slug="wushan")
    services.reference_load(actor=system_user())
    regime = selectors.regime_find(bureau=bureau, code="ANNUAL", on=date(2024, 1, 31))
    plan = plan_for(regime, date(2024, 1, 31))
    assert plan is not None
    period = services.period_open(actor=system_user(), regime=regime, plan=plan)
    edition: ReportEdition = services.period_freeze(actor=system_user(), period=period, now=timezone.now())
    values = selectors.values_of(edition)
    counted = {key for key, _ in edition.figures.filter(source="COUNTED").values_list("key", "column")}
    wanted = {
        item["key"]: item.get("value_fen", item["value"])  # money is counted in fen
        for item in GOLDEN["figures"]
        if item["key"] in counted - NOT_IN_THE_DEMONSTRATION
    }
    assert len(wanted) > 8
    assert {key: values[key, "period"] for key in wanted} == wanted
