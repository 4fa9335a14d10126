"""The published figures of 2023 come out of the demonstration county's books, and seeding again changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from accounts.models import Bureau, User
from blacklist.models import ListEntry
from casework import audit
from casework.indicators import Period, Rounding, Scope, compute, ratio, rows_of
from casework.models import AuditEvent, IssuedNumber
from config.demo.clock import anchor
from inspections.models import Deployment, NoticeStatus, RectificationNotice, Visit
from institutions.models import Institution
from reports.models import ReportPeriod
from tests.demo_template import demo_template

GOLDEN = json.loads((Path(__file__).parent / "golden" / "wushan_2023.json").read_text(encoding="utf-8"))
SWEEP = {"campaign_kind": "SUBJECT_SWEEP"}
COUNTED: dict[str, tuple[str, dict[str, Any]]] = {
    "inst_approved_non": ("inst_total", {"standing": "LICENSED", "subject_kind": "NON_SUBJECT"}),
    "white_batches": ("white_batches", {}),
    "officers_certified": ("officers_certified", {}),
    "officers_total": ("officers_total", {}),
    "sweep_n": ("sweep_n", SWEEP),
    "officers_pt": ("officers_pt", SWEEP),
    "visit_pt": ("visit_pt", SWEEP),
    "visit_closed_pt": ("visit_closed_pt", SWEEP),
    "ad_removed": ("ad_removed", {}),
    "ad_removed_inst": ("ad_removed_inst", {}),
    "fire_now": ("fire_now", {}),
    "fire_term": ("fire_term", {}),
    "random_problem_n": ("random_problem_n", {}),
    "notice_n": ("notice_n", {"campaign_kind": "DOUBLE_RANDOM"}),
    "training_county": ("training_county", {}),
    "training_city": ("training_city", {}),
    "snapshot_clue_solved": ("snapshot_clue_solved", {}),
    "monitor_n": ("monitor_n", {}),
    "monitor_towns": ("monitor_towns", {}),
    "monitor_training": ("monitor_training", {}),
    "talk_levels": ("talk_levels", {}),
    "patrol_pt": ("patrol_pt", {}),
    "patrol_visit_pt": ("patrol_visit_pt", {}),
    "patrol_sup": ("patrol_sup", {}),
    "patrol_sup_visit_pt": ("patrol_sup_visit_pt", {}),
    "patrol_found_unlicensed": ("patrol_found_unlicensed", {}),
    "patrol_found_consulting": ("patrol_found_consulting", {}),
    "deposit_amt": ("deposit_amt", {}),
    "platform_onboarded": ("platform_onboarded", {}),
    "entity_cleaned": ("entity_cleaned", {}),
    "material_self_made": ("material_self_made", {}),
}
FIGURES = {row["key"]: row for row in GOLDEN["figures"]}


@dataclass
class Seeded:
    """The seeded county."""

    bureau: Bureau
    scope: Scope
    period: Period
    today: date


@pytest.fixture(scope="module")
def wushan(demo: None) -> Seeded:
    """The demonstration, whose own year is any year; what was published is of 2023."""
    bureau = Bureau.objects.get(slug="wushan")
    span = GOLDEN["period"]
    period = Period(date.fromisoformat(span["from"]), date.fromisoformat(span["to"]))
    return Seeded(bureau, Scope(bureau), period, anchor(demo_template().today))


@pytest.mark.parametrize("key", sorted(COUNTED))
def test_published_figure(wushan: Seeded, key: str) -> None:
    indicator, dims = COUNTED[key]
    wanted = FIGURES[key].get("value_fen", FIGURES[key]["value"])  # money is counted in fen
    assert compute(indicator, wushan.scope, wushan.period, **dims) == wanted
    assert rows_of(indicator, wushan.scope, wushan.period, **dims).exists()


def test_every_published_figure_is_counted() -> None:
    assert set(FIGURES) == set(COUNTED)


@pytest.mark.parametrize(
    ("rounding", "expected"), [(Rounding.HALF_UP, Decimal("91.36")), (Rounding.TRUNCATE, Decimal("91.35"))]
)
def test_a_ratio_names_how_it_was_rounded(rounding: Rounding, expected: Decimal) -> None:
    assert ratio(81 - 7, 81, decimals=2, rounding=rounding) == expected


def test_numbers_of_notices_have_no_gap(wushan: Seeded) -> None:
    issued = IssuedNumber.objects.filter(bureau=wushan.bureau, kind="RECTIFICATION_NOTICE", year=2023)
    for organ in set(issued.values_list("organ", flat=True)):
        values = list(issued.filter(organ=organ).order_by("value").values_list("value", flat=True))
        assert values == list(range(1, len(values) + 1))
    assert issued.filter(organ__kind="EDUCATION").count() == FIGURES["notice_n"]["value"]


def test_the_chain_of_the_seeded_county_is_whole(wushan: Seeded) -> None:
    audit.seal_pending(limit=100_000)
    assert AuditEvent.objects.filter(bureau=wushan.bureau).exists()
    assert audit.verify(wushan.bureau.pk) is None


def test_every_worklist_has_something(wushan: Seeded) -> None:
    own = {"bureau": wushan.bureau}
    notices = set(RectificationNotice.objects.filter(**own).values_list("status", flat=True))
    assert notices == set(NoticeStatus.values)
    overdue = RectificationNotice.objects.filter(**own, status="SERVED", due_on__lt=wushan.today)
    assert overdue.exists()
    assert Visit.objects.filter(**own, planned_on=wushan.today, status="PLANNED").exists()
    deployments = set(Deployment.objects.filter(**own).values_list("status", flat=True))
    assert deployments >= {"DRAFT", "SUBMITTED", "NOTIFIED", "UNDERWAY", "DONE"}
    entries = Counter(ListEntry.objects.filter(**own, kind="BLACK").values_list("status", flat=True))
    assert entries == {"PUBLISHED": 1, "NOTIFIED": 1, "DRAFT": 1}
    periods = set(ReportPeriod.objects.filter(**own).values_list("status", flat=True))
    assert periods >= {"OPEN", "FROZEN", "ACCEPTED"}
    standings = Institution.objects.filter(**own, operating_state="OPERATING").values_list(
        "standing", flat=True
    )
    assert set(standings) >= {"LICENSED", "REGISTERED_ONLY", "UNLICENSED"}
    assert Institution.objects.filter(**own, licence_state="EXPIRED").exists()


def test_the_neighbour_keeps_its_own_books(wushan: Seeded) -> None:
    neighbour = Bureau.objects.get(slug="fengjie")
    assert Institution.objects.filter(bureau=neighbour).count() == 8
    officer = User.objects.get(username="fengjie-officer")
    assert set(Visit.objects.visible_to(officer).values_list("bureau", flat=True)) == {neighbour.pk}
    supervisor = User.objects.get(username="chongqing-supervisor")
    assert set(Visit.objects.visible_to(supervisor).values_list("bureau", flat=True)) == {
        neighbour.pk,
        wushan.bureau.pk,
    }


def test_seeding_again_changes_nothing(wushan: Seeded) -> None:
    before = {model._meta.label: _rows(model) for model in apps.get_models() if model._meta.managed}
    call_command("seed_demo", today=demo_template().today, verbosity=0)
    after = {model._meta.label: _rows(model) for model in apps.get_models() if model._meta.managed}
    assert [label for label, rows in after.items() if rows != before[label]] == []


def _rows(model: Any) -> tuple[int, int]:
    """How many rows there are, and the newest key."""
    newest = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    return model._base_manager.count(), hash(newest)
