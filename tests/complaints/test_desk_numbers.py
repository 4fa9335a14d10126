"""Statistics: every outcome for itself, figures that open their rows, and nothing to compute small cells from."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.indicators import Period, Scope, compute, rows_of
from casework.models import CalendarYear
from complaints import services
from complaints.models import Clue, Outcome
from complaints.selectors import statistics as counting
from tests.complaints import making
from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_of_each(law: World) -> dict[str, Clue]:
    """A closed clue of every outcome."""
    return {code: making.closed(law, code) for code in Outcome.values}


def this_year() -> Period:
    today = timezone.localdate()
    return Period(date(today.year, 1, 1), date(today.year + 1, 1, 1))


def test_no_outcome_is_counted_as_another(law: World, one_of_each: dict[str, Clue]) -> None:
    scope, period = Scope(law.bureau), this_year()
    for code, clue in one_of_each.items():
        rows = rows_of(f"clue_outcome_{code.lower()}", scope, period)
        assert list(rows) == [clue], code
    assert compute("clue_closed", scope, period) == len(Outcome.values)
    assert compute("clue_fixed", scope, period) == 0
    assert compute("clue_solved", scope, period) == 0


def test_closed_solved_and_fixed_are_three_numbers(law: World, one_of_each: dict[str, Clue]) -> None:
    scope, period = Scope(law.bureau), this_year()
    services.clue_fixed(actor=law.officer, clue=one_of_each["CONFIRMED"], note="已搬离")
    services.reporter_solved(clue=one_of_each["NOT_OURS"], is_solved=True)
    services.reporter_solved(clue=one_of_each["PARTLY"], is_solved=False)
    assert list(rows_of("clue_fixed", scope, period)) == [one_of_each["CONFIRMED"]]
    assert list(rows_of("clue_solved", scope, period)) == [one_of_each["NOT_OURS"]]
    today = timezone.localdate()
    total = counting.table(law.head, period.start, period.last_day, today)[-1].figures
    assert (total["closed"], total["solved"], total["unsolved"], total["fixed"]) == (5, 1, 1, 1)
    assert sum(total[f"outcome_{code.lower()}"] for code in Outcome.values) == total["closed"]


def test_a_period_is_half_open_and_a_neighbours_rows_stay_out(law: World) -> None:
    period = Period(date(2025, 3, 1), date(2025, 4, 1))
    first, last = period.starts_at, period.ends_at - timedelta(seconds=1)
    inside = {making.clue(law, at=first), making.clue(law, at=last)}
    making.clue(law, at=first - timedelta(seconds=1))
    making.clue(law, at=period.ends_at)
    making.clue(law, at=first, is_quarantined=True)
    services.clue_reject(actor=law.officer, clue=making.clue(law, at=first), reason="与校外培训无关")
    assert set(rows_of("clue_received", Scope(law.bureau), period)) == inside
    assert not rows_of("clue_received", Scope(law.neighbour), period).exists()
    assert compute("clue_received", Scope(law.bureau), period, channel="PHONE") == 0


def test_solved_snapshots_count_merged_ones_once(law: World) -> None:
    main, other = making.verified(law), making.clue(law)
    services.clue_merge(actor=law.officer, clue=other, into=main, reason="同一地点")
    services.clue_close(
        actor=law.officer, clue=main, outcome="CONFIRMED", outcome_note="已取缔", public_answer="已取缔"
    )
    making.closed(law, "CONFIRMED", channel="PHONE")
    making.closed(law, "PARTLY")
    assert compute("snapshot_clue_solved", Scope(law.bureau), this_year()) == 1


def test_the_median_is_of_working_days(law: World) -> None:
    friday, monday = datetime(2025, 3, 7, 1), datetime(2025, 3, 10, 1)
    clue = making.clue(law, at=timezone.make_aware(friday))
    Clue.objects.filter(pk=clue.pk).update(verified_at=timezone.make_aware(monday))
    lines = counting.table(law.head, date(2025, 3, 1), date(2025, 3, 31), timezone.localdate())
    assert lines[0].median_days == 1.0
    CalendarYear.objects.update(is_confirmed=False)
    assert (
        counting.table(law.head, date(2025, 3, 1), date(2025, 3, 31), timezone.localdate())[0].median_days
        is None
    )


def test_every_figure_opens_as_many_rows(law: World, one_of_each: dict[str, Clue], sign_in: Any) -> None:
    making.clue(law, channel="PHONE")
    making.assigned(law, at=timezone.now() - timedelta(days=40))
    services.reporter_solved(clue=one_of_each["NOT_OURS"], is_solved=True)
    client = sign_in(law.head)
    page = client.get("/desk/clues/statistics/?since=2025-01-01")
    assert page.status_code == 200
    checked = 0
    for line in page.context["lines"]:
        for cell in line["cells"]:
            if cell["value"]:
                path = cell["url"].split("/desk/", 1)[1]
                assert client.get(f"/desk/{path}").context["total"] == cell["value"], cell["url"]
                checked += 1
    assert checked > 12


def test_nothing_published_depends_on_a_small_cell() -> None:
    """Whatever the hidden cells hold, the published table is the same: nobody computes them back."""
    columns = ["甲", "乙", "丙"]
    base = {"电话": {"甲": 9, "乙": 0, "丙": 4}, "网络": {"甲": 5, "乙": 12, "丙": 1}}
    shown = counting.publish(base, columns, 5)
    hidden = [(row, col) for row, cells in base.items() for col, value in cells.items() if value < 5]
    for values in itertools.product(range(5), repeat=len(hidden)):
        changed = {row: dict(cells) for row, cells in base.items()}
        for (row, col), value in zip(hidden, values, strict=True):
            changed[row][col] = value
        assert counting.publish(changed, columns, 5) == shown
    assert shown.rows[0] == ("电话", [9, None, None], 9)
    assert (shown.totals, shown.total) == ([14, 12, 0], 26)


def test_the_public_page_shows_ended_years_without_small_cells(law: World) -> None:
    last_year = timezone.make_aware(datetime(timezone.localdate().year - 1, 3, 3, 9))
    for _ in range(6):
        making.closed(law, "CONFIRMED", at=last_year)
    for _ in range(4):
        making.closed(law, "PARTLY", at=last_year)
    making.closed(law, "NOT_FOUND")
    client = Client()
    page = client.get("/b/wushan/report/numbers/")
    assert page.status_code == 200
    closed = page.context["closed"]
    row = {name: (cells, total) for name, cells, total in closed.rows}["随手拍"]
    assert row == ([6, None, None, None, None], 6)
    assert closed.total == 6
    assert page.context["received"].total == 10
    this = timezone.localdate().year
    assert client.get(f"/b/wushan/report/numbers/?year={this}").status_code == 404
    assert client.get("/b/wushan/report/numbers/?year=x").status_code == 404
    empty = client.get("/b/fengjie/report/numbers/")
    assert empty.status_code == 200
    assert "还没有" in empty.content.decode()
