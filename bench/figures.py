"""Figures of one report period through the indicators, beside one hand-written statement with the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Bureau, User
from accounts.services import system_user
from bench.table import Results, Row
from bench.world import table_size
from casework import indicators
from casework.indicators import Period, Scope

KEYS = (
    "sweep_n",
    "officers_pt",
    "officers_n",
    "visit_pt",
    "visit_n",
    "visit_closed_pt",
    "visit_night_pt",
    "problem_n",
    "problem_inst",
    "fixed_on_spot",
    "fixed_in_term",
    "fire_now",
    "fire_term",
    "notice_n",
    "rect_done",
    "rect_overdue",
)
BY_HAND = """
WITH outing AS MATERIALIZED (
    SELECT id FROM inspections_deployment
    WHERE status IN ('UNDERWAY', 'DONE') AND region_path LIKE %(path)s
      AND started_at >= %(start)s AND started_at < %(end)s
), visit AS MATERIALIZED (
    SELECT id, institution_id, was_closed, is_night FROM inspections_visit
    WHERE status IN ('STARTED', 'RECORDED', 'CLOSED') AND region_path LIKE %(path)s
      AND started_at >= %(start)s AND started_at < %(end)s
), visits AS (
    SELECT count(*) AS visit_pt, count(DISTINCT institution_id) AS visit_n,
           count(*) FILTER (WHERE was_closed) AS visit_closed_pt,
           count(*) FILTER (WHERE is_night) AS visit_night_pt
    FROM visit
), people AS (
    SELECT count(*) AS officers_pt, count(DISTINCT m.person_name) AS officers_n
    FROM inspections_deploymentmember m JOIN outing o ON o.id = m.deployment_id
    WHERE m.is_counted AND m.removed_at IS NULL
), problems AS (
    SELECT count(*) AS problem_n, count(DISTINCT v.institution_id) AS problem_inst,
           count(*) FILTER (WHERE f.status = 'FIXED') AS fixed_on_spot,
           count(*) FILTER (WHERE f.mode = 'IN_TERM') AS fixed_in_term,
           count(*) FILTER (WHERE f.status = 'FIXED' AND y."group" = '消防安全') AS fire_now,
           count(*) FILTER (WHERE f.mode = 'IN_TERM' AND y."group" = '消防安全') AS fire_term
    FROM inspections_finding f JOIN visit v ON v.id = f.visit_id
    JOIN casework_violationtype y ON y.id = f.violation_id
    WHERE f.status <> 'VOID'
), notices AS (
    SELECT count(*) FILTER (WHERE status NOT IN ('WITHDRAWN', 'DRAFT') AND served_at >= %(start)s
               AND served_at < %(end)s) AS notice_n,
           count(*) FILTER (WHERE status = 'CLOSED' AND closed_at >= %(start)s AND closed_at < %(end)s) AS rect_done,
           count(*) FILTER (WHERE served_at < %(end)s AND due_on < %(last)s
               AND (closed_at IS NULL OR closed_at >= %(end)s)
               AND (escalated_at IS NULL OR escalated_at >= %(end)s)
               AND (withdrawn_at IS NULL OR withdrawn_at >= %(end)s)
               AND (status <> 'ANSWERED' OR answered_at IS NULL OR answered_at >= %(end)s)) AS rect_overdue
    FROM inspections_rectificationnotice WHERE region_path LIKE %(path)s
)
SELECT (SELECT count(*) FROM outing), officers_pt, officers_n, visit_pt, visit_n, visit_closed_pt, visit_night_pt,
       problem_n, problem_inst, fixed_on_spot, fixed_in_term, fire_now, fire_term, notice_n, rect_done, rect_overdue
FROM visits, people, problems, notices
"""
PERIODS = (
    ("a year", Period(date(2025, 1, 1), date(2026, 1, 1))),
    ("half a month", Period(date(2026, 11, 1), date(2026, 11, 16))),
)


def measure(results: Results, *, rounds: int) -> None:
    """The figures of a long and of a short period, and the freezing of a yearly form."""
    bureau = Bureau.objects.select_related("region").get(slug="wushan")
    scope = Scope(bureau)
    for label, period in PERIODS:
        _beside(results, f"16 figures of {label}", scope, period, rounds)
    _freeze(results, bureau)


def through_indicators(scope: Scope, period: Period) -> list[Decimal]:
    """Every figure by its indicator, as the page of live figures counts them."""
    values = indicators.compute_many(KEYS, scope, period)
    return [values[key] for key in KEYS]


def by_hand(scope: Scope, period: Period) -> list[Decimal]:
    """The same figures in one statement."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"path": f"{scope.region_path}%", "last": period.end}
        cursor.execute(BY_HAND, {**values, "start": period.starts_at, "end": period.ends_at})
        return [Decimal(value) for value in cursor.fetchone()]


def _timed(work: Callable[[], list[Decimal]]) -> tuple[float, list[Decimal]]:
    begun = perf_counter()
    values = work()
    return (perf_counter() - begun) * 1000, values


def _beside(results: Results, label: str, scope: Scope, period: Period, rounds: int) -> None:
    """In turn, after one warm-up of each; the numbers must be the same."""
    ours, plain = [], []
    for turn in range(rounds + 1):
        one, values = _timed(lambda: through_indicators(scope, period))
        other, expected = _timed(lambda: by_hand(scope, period))
        different = [key for key, a, b in zip(KEYS, values, expected, strict=True) if a != b]
        if different:
            raise RuntimeError(f"the two ways of counting differ in {', '.join(different)}")
        if turn:
            ours.append(one)
            plain.append(other)
    ratio = median(ours) / median(plain)
    size = f"{table_size('inspections_visit'):,} visits on file, {int(values[KEYS.index('visit_pt')]):,} in the period"
    value, beside = f"{median(ours):.0f} ms", f"{median(plain):.0f} ms by hand"
    results.add(Row("figures", f"{label} ({size})", value, beside, f"{ratio:.2f}", "≤ 1.50", ratio <= 1.5))


def _freeze(results: Results, bureau: Bureau) -> None:
    """A yearly form counted and frozen with the rows behind every figure."""
    from reports import services
    from reports.models import ReportPeriod, ReportRegime
    from reports.schedule import plan_for

    head, officer = User.objects.get(username="head"), User.objects.get(username="officer1")
    services.regimes_install(actor=head, bureau=bureau, reporter=officer, reviewer=head)
    regime = ReportRegime.objects.filter(bureau=bureau, cadence="YEAR").order_by("pk").first()
    if regime is None or ReportPeriod.objects.filter(regime=regime).exists():
        return
    plan = plan_for(regime, _due_day(regime))
    if plan is None:
        return
    actor = system_user()
    period = services.period_open(actor=actor, regime=regime, plan=plan)
    moment = timezone.make_aware(datetime.combine(period.due_on, time(10)))
    begun = perf_counter()
    edition = services.period_freeze(actor=actor, period=period, now=moment)
    seconds = perf_counter() - begun
    rows = sum(len(figure.rows or []) for figure in edition.figures.all())
    results.add(Row("figures", f"freezing {regime.name}", f"{seconds:.1f} s", f"{rows:,} rows kept with it"))


def _due_day(regime: Any) -> date:
    """The day in 2026 on which the figures of 2025 are due."""
    return date(2026, int(regime.due["month"]), int(regime.due["day"]))
