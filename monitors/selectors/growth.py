"""Reads of trainings, manuals and assessments."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.models import Activity
from monitors.models import Assessment, Manual, Monitor, Stop
from monitors.querysets import is_monitor


def year_inputs(monitor: Monitor, year: int) -> dict[str, Any]:
    """Counts of a monitor's year that an assessment rests on."""
    results = monitor.training_results.filter(activity__held_on__year=year)
    outings = monitor.outings.filter(outing__status="SUBMITTED", outing__started_at__year=year)
    stops = Stop.objects.counted().filter(outing__members__in=outings)
    return {
        "outings": outings.count(),
        "stops": stops.count(),
        "clues": stops.filter(clue__isnull=False).count(),
        "clues_true": stops.filter(clue__status="CLOSED", clue__outcome__in=["CONFIRMED", "PARTLY"]).count(),
        "trainings": results.count(),
        "trainings_passed": results.filter(is_passed=True).count(),
        "manuals_read": monitor.manual_receipts.filter(acknowledged_at__year=year).count(),
        "feedback": monitor.duty_entries.filter(duty="FEEDBACK", done_on__year=year).count(),
        "publicised": monitor.duty_entries.filter(duty="PUBLICISE", done_on__year=year).count(),
        "observations": monitor.observations.filter(watched_from__year=year).count(),
    }


INPUT_LABELS = {
    "outings": "巡查（次）",
    "stops": "巡查（家次）",
    "clues": "提交线索（件）",
    "clues_true": "查实线索（件）",
    "trainings": "参加培训（次）",
    "trainings_passed": "测试合格（次）",
    "manuals_read": "确认工作手册（版）",
    "feedback": "反馈（次）",
    "publicised": "宣传（次）",
    "observations": "人流观察（次）",
}


def trainings(actor: User) -> ScopedQuerySet[Activity]:
    """Trainings of monitors in the activity register, newest first, with how many results are in."""
    rows: Any = (
        Activity.objects.visible_to(actor)
        .filter(kind="TRAINING", audience="MONITORS")
        .annotate(
            result_count=Count("monitor_results"),
            passed_count=Count("monitor_results", filter=Q(monitor_results__is_passed=True)),
        )
        .order_by("-held_on", "-pk")
    )
    found: ScopedQuerySet[Activity] = rows
    return found


def manuals(actor: User) -> QuerySet[Manual]:
    """Versions of the manual; monitors read those of their own bureau."""
    if is_monitor(actor):
        return Manual.objects.filter(bureau=actor.bureau_id).order_by("-number")
    return Manual.objects.visible_to(actor).annotate(readers=Count("receipts")).order_by("-number")


def assessments(actor: User) -> QuerySet[Assessment]:
    """Yearly assessments, newest first."""
    rows: QuerySet[Assessment] = Assessment.objects.visible_to(actor)
    return rows.select_related("monitor__person", "monitor__squad", "region").order_by("-year", "-pk")
