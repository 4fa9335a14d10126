"""Reads of surveys: registers, sums by stage, what a school still has to answer."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum

from accounts.models import User
from schools.models import School, Stage, Survey, SurveyAnswer
from schools.selectors.registry import school_of


def surveys_visible(actor: User) -> QuerySet[Survey]:
    """Surveys of the bureau with how many schools answered; a township sees its bureau's, a school too."""
    rows = Survey.objects.filter(bureau=actor.bureau_id) if actor.bureau_id else Survey.objects.none()
    if not (actor.may("schools.survey_view") or actor.may("schools.survey_answer")) or not actor.is_active:
        return rows.none()
    if not actor.bureau_id or (actor.reach.region_path and not actor.reach.bureau_id):
        rows = Survey.objects.visible_to(actor)
    return (
        rows.select_related("region", "bureau")
        .annotate(answer_count=Count("answers"), people=Sum("answers__total"))
        .order_by("-due_on", "-pk")
    )


def answers_visible(actor: User, survey: Survey) -> QuerySet[SurveyAnswer]:
    """Answers of one survey inside the actor's reach."""
    rows = SurveyAnswer.objects.visible_to(actor).filter(survey=survey)
    return rows.select_related("school", "region").order_by("region_path", "school__name")


def missing_schools(actor: User, survey: Survey) -> QuerySet[School]:
    """Open schools inside the actor's reach that did not answer."""
    rows = School.objects.visible_to(actor).open().filter(bureau=survey.bureau_id)
    found: QuerySet[School] = rows.exclude(pk__in=survey.answers.values("school")).select_related("region")
    return found.order_by("region_path", "name")


def sums_by_stage(rows: QuerySet[SurveyAnswer], width: int) -> tuple[list[str], list[list[int]]]:
    """Names of the stages that answered and, for each, the sums of the options."""
    found: dict[str, list[int]] = {}
    for stage, counts in rows.values_list("school__stage", "counts"):
        kept = found.setdefault(stage, [0] * width)
        for place, count in enumerate(counts):
            kept[place] += count
    labels: dict[Any, Any] = dict(Stage.choices)
    stages = [code for code in Stage.values if code in found]
    return [str(labels[code]) for code in stages], [found[code] for code in stages]


def contributions_by_stage(rows: QuerySet[SurveyAnswer]) -> list[list[list[int]]]:
    """The answers of each stage school by school, stages in the order of `sums_by_stage`."""
    found: dict[str, list[list[int]]] = {}
    for stage, counts in rows.values_list("school__stage", "counts"):
        found.setdefault(stage, []).append(list(counts))
    return [found[code] for code in Stage.values if code in found]


def surveys_to_answer(actor: User) -> list[Survey]:
    """Open surveys that the actor's school has not answered."""
    school = school_of(actor)
    if school is None or not school.is_open:
        return []
    done = SurveyAnswer.objects.filter(school=school).values("survey")
    rows = surveys_visible(actor).filter(status="OPEN").exclude(pk__in=done)
    return list(rows.order_by("due_on", "pk")[:20])


def own_answers(actor: User) -> dict[int, SurveyAnswer]:
    """What the actor's school answered, by survey."""
    return {row.survey_id: row for row in SurveyAnswer.objects.visible_to(actor).order_by("-pk")[:200]}


def published_of(bureau: Any) -> QuerySet[Survey]:
    """Published surveys as everybody may see them."""
    return Survey.objects.filter(bureau=bureau, status="PUBLISHED").order_by("-published_at", "-pk")
