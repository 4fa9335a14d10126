"""Freezing, filling in, reviewing, approving and correcting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import InternalError, transaction

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from reports import selectors, services
from reports.models import ReportEdition, ReportFigure, ReportPeriod
from tests.conftest import World
from tests.reports.making import make_visit, moment, open_period

NOW = moment(date(2026, 9, 27))


@pytest.fixture
def edition(county: World, first: ReportPeriod) -> ReportEdition:
    return services.period_freeze(actor=county.system, period=first, now=NOW)


def value(edition: ReportEdition, key: str, column: str) -> int | None:
    return edition.figures.get(key=key, column=column).value


def test_first_period_counts_its_own_days_only(edition: ReportEdition) -> None:
    assert value(edition, "checks_times", "period") == 4
    assert value(edition, "checks_times", "cumulative") == 4
    assert value(edition, "inst_checked", "period") == 3
    assert value(edition, "k3_over_amount", "period") == 7_000_000
    figure = edition.figures.get(key="checks_times", column="period")
    assert (len(figure.rows), figure.indicator, figure.rule) == (4, "t_visits", "每到一家计一次")


def test_second_period_counts_new_places_and_all_visits(
    county: World, first: ReportPeriod, approve: Any
) -> None:
    approve(first)
    second = services.period_freeze(
        actor=county.system, period=open_period(county, date(2026, 10, 13)), now=moment(date(2026, 10, 13))
    )
    assert value(second, "checks_times", "period") == 2
    assert value(second, "checks_times", "cumulative") == 6
    assert value(second, "inst_checked", "period") == 1, "甲 was seen before, 丁 is new"
    assert value(second, "inst_checked", "cumulative") == 4
    assert not [item for item in selectors.breaches_of(second) if item.breach.code == "CUMULATIVE_IS_SUM"]


def test_freezing_before_the_cut_off_is_refused(county: World, first: ReportPeriod) -> None:
    with pytest.raises(WrongState, match="2026-09-27 00:00"):
        services.period_freeze(actor=county.system, period=first, now=moment(date(2026, 9, 26)))
    assert not first.editions.exists()


def test_freezing_again_returns_the_same_edition(
    county: World, first: ReportPeriod, edition: ReportEdition
) -> None:
    again = services.period_freeze(actor=county.system, period=first, now=moment(date(2026, 9, 28)))
    assert again == edition
    assert first.editions.count() == 1


def test_freezing_needs_the_permission(county: World, first: ReportPeriod) -> None:
    with pytest.raises(NotAllowed):
        services.period_freeze(actor=county.officer, period=first, now=NOW)


def test_counted_figures_cannot_be_changed_even_in_sql(edition: ReportEdition) -> None:
    figure = edition.figures.get(key="checks_times", column="period")
    with pytest.raises(InternalError), transaction.atomic():
        ReportFigure.objects.filter(pk=figure.pk).update(value=5)
    with pytest.raises(InternalError), transaction.atomic():
        ReportEdition.objects.filter(pk=edition.pk).update(figures_hash="0")
    with pytest.raises(InternalError), transaction.atomic():
        ReportFigure.objects.filter(pk=figure.pk).delete()


def test_manual_cells_need_a_source_and_follow_into_the_cumulative(
    county: World, edition: ReportEdition
) -> None:
    with pytest.raises(Unlawful, match="注明数据来源"):
        services.edition_fill(
            actor=county.clerk, edition=edition, values={("k2_talked", "period"): (3, "")}, now=NOW
        )
    with pytest.raises(Unlawful, match="由系统统计"):
        services.edition_fill(
            actor=county.clerk, edition=edition, values={("checks_times", "period"): (9, "x")}, now=NOW
        )
    services.edition_fill(
        actor=county.clerk, edition=edition, values={("k2_talked", "period"): (3, "约谈记录")}, now=NOW
    )
    assert value(edition, "k2_talked", "cumulative") == 3


def test_review_names_every_gap_and_refuses_the_filler(county: World, edition: ReportEdition) -> None:
    with pytest.raises(Blocked) as refused:
        services.edition_review(actor=county.head, period=edition.period, now=NOW)
    assert any("项未填" in str(reason) for reason in refused.value.reasons)
    services.figures_fill_zero(actor=county.head, edition=edition, now=NOW)
    with pytest.raises(Blocked) as same_person:
        services.edition_review(actor=county.head, period=edition.period, now=NOW)
    assert "填报人不能审核自己填报的数据。" in same_person.value.message


def test_contradictions_block_the_review(county: World, edition: ReportEdition) -> None:
    services.edition_fill(
        actor=county.clerk,
        edition=edition,
        values={("k1_closed_down", "period"): (2, "x"), ("k1_fake_closed", "period"): (1, "x")},
        now=NOW,
    )
    services.figures_fill_zero(actor=county.clerk, edition=edition, now=NOW)
    found = {item.breach.code: item for item in selectors.breaches_of(edition)}
    assert found["HANDLED"].is_open
    with pytest.raises(Blocked, match="大于发现数"):
        services.edition_review(actor=county.head, period=edition.period, now=NOW)


def test_explain_breaches_pass_with_a_text(county: World, first: ReportPeriod, approve: Any) -> None:
    approve(first)
    second = services.period_freeze(
        actor=county.system, period=open_period(county, date(2026, 10, 13)), now=moment(date(2026, 10, 13))
    )
    services.edition_fill(
        actor=county.clerk, edition=second, values={("towns_total", "cumulative"): (25, "民政")}
    )
    breach = next(item for item in selectors.breaches_of(second) if item.breach.code == "TOWNS_BASE")
    assert breach.is_open
    services.edition_fill(actor=county.clerk, edition=second, explanations={breach.note_key: "两镇合并"})
    breach = next(item for item in selectors.breaches_of(second) if item.breach.code == "TOWNS_BASE")
    assert not breach.is_open


def test_approved_edition_is_sealed(
    county: World, first: ReportPeriod, approve: Callable[..., ReportPeriod]
) -> None:
    approved = approve(first)
    edition = approved.current_edition
    assert edition is not None
    assert edition.is_sealed
    assert len(edition.content_hash) == 64
    assert edition.foot["filled_by"] == county.clerk.name
    with pytest.raises(WrongState):
        services.edition_fill(actor=county.clerk, edition=edition, values={("k2_talked", "period"): (1, "x")})
    manual = edition.figures.get(key="k2_talked", column="period")
    with pytest.raises(InternalError), transaction.atomic():
        ReportFigure.objects.filter(pk=manual.pk).update(value=5)
    with pytest.raises(InternalError), transaction.atomic():
        edition.notes.all().delete()


def test_later_changes_leave_the_edition_and_raise_the_restated_flag(
    county: World, first: ReportPeriod, approve: Any
) -> None:
    edition = approve(first).current_edition
    assert selectors.edition_differences(edition) == []
    make_visit(county, date(2026, 9, 18), "戊")
    found = {(item.figure.key, item.figure.column): item for item in selectors.edition_differences(edition)}
    assert (found["checks_times", "period"].now, found["checks_times", "period"].added) == (5, 1)
    assert value(edition, "checks_times", "period") == 4


def test_correction_is_a_new_edition_with_a_reason(county: World, first: ReportPeriod, approve: Any) -> None:
    old = approve(first).current_edition
    make_visit(county, date(2026, 9, 18), "戊")
    with pytest.raises(Unlawful, match="理由"):
        services.edition_correct(actor=county.clerk, period=first, reason=" ")
    new = services.edition_correct(actor=county.clerk, period=first, reason="补录 9 月 18 日检查")
    assert (new.number, new.reason) == (2, "补录 9 月 18 日检查")
    assert value(new, "checks_times", "period") == 5
    assert value(new, "towns_total", "cumulative") == 26, "hand-made figures are carried over"
    assert value(old, "checks_times", "period") == 4
    first.refresh_from_db()
    assert first.status == "FROZEN"
    assert not ReportPeriod.objects.get(pk=first.pk).current_edition.is_sealed


def test_send_back_opens_the_form_again(county: World, first: ReportPeriod, edition: ReportEdition) -> None:
    services.figures_fill_zero(actor=county.clerk, edition=edition, now=NOW)
    services.edition_fill(
        actor=county.clerk, edition=edition, values={("towns_total", "cumulative"): (26, "民政部门")}, now=NOW
    )
    services.edition_review(actor=county.head, period=first, now=NOW)
    services.edition_send_back(actor=county.head, period=first, reason="请补说明", now=NOW)
    services.edition_fill(actor=county.clerk, edition=edition, notes={"note": "已补"}, now=NOW)
    assert selectors.notes_of(edition)["note"] == "已补"
