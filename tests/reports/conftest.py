"""Indicators over audit events, so that these tests need no other room's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casework import indicators, registries
from reports import services
from reports.data import sources
from reports.models import ReportPeriod
from tests.conftest import World
from tests.reports.making import CELLS, TEST_INDICATORS, fill_visits, install, moment, open_period


@pytest.fixture(autouse=True)
def test_indicators(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """The only indicators known here, and folders of their own; tests of the real rooms keep theirs."""
    if request.module.__name__.endswith("test_report_rooms"):
        return
    monkeypatch.setattr(indicators, "_indicators", {item.key: item for item in TEST_INDICATORS})
    monkeypatch.setitem(sources.cell_map()["forms"], "HALF_MONTH", CELLS)
    monkeypatch.setattr(
        registries, "nav", [item for item in registries.nav if item.url_name.startswith("reports:")]
    )
    settings.EXCHANGE_DIR = tmp_path / "exchange"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }


@pytest.fixture
def county(world: World) -> World:
    """The small world with the 2026 orders."""
    install(world)
    return world


@pytest.fixture
def first(county: World) -> ReportPeriod:
    """The period due on 27 September 2026 with its visits, still open."""
    fill_visits(county)
    return open_period(county, date(2026, 9, 27))


@pytest.fixture
def approve(county: World) -> Callable[..., ReportPeriod]:
    """Freeze, fill with zeros, review and approve a period."""

    def run(period: ReportPeriod) -> ReportPeriod:
        now = moment(period.due_on)
        edition = services.period_freeze(actor=county.system, period=period, now=now)
        has_towns = edition.figures.filter(key="towns_total").exists()
        services.edition_fill(
            actor=county.clerk,
            edition=edition,
            values={("towns_total", "cumulative"): (26, "民政部门")} if has_towns else {},
            notes={
                "note": "以宣促查。",
                "text_practice": "抓排查。",
                "text_problem": "个别机构反弹。",
                "text_next": "常态巡查。",
            },
            now=now,
        )
        services.figures_fill_zero(actor=county.clerk, edition=edition, now=now)
        services.edition_review(actor=county.head, period=period, now=now)
        return services.edition_approve(actor=county.leader, period=period, now=now)

    return run
