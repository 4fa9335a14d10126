"""Surveys in counts: open, answer, close, publish with small numbers hidden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.records import record_create, record_update, root_fields
from casework.steps import lock, require
from casework.workflow import transition
from schools import rules
from schools.disclosure import Table, complemented, telling
from schools.models import School, Survey, SurveyAnswer, SurveyStatus
from schools.selectors.surveys import contributions_by_stage, sums_by_stage

OPTIONS_LEAST, OPTIONS_MOST, OPTION_LENGTH = 2, 8, 20


@database.atomic
def survey_open(
    *,
    actor: User,
    kind: str,
    title: str,
    question: str,
    options: Sequence[str],
    due_on: date,
    at: datetime | None = None,
) -> Survey:
    """Ask every open school one question. Raises NotAllowed, Unlawful (options, a term that is over)."""
    require(actor, "schools.survey_open")
    at = at or timezone.now()
    if actor.bureau is None:
        raise NotAllowed("系统账号不开展调查。")
    words = [option.strip() for option in options if option.strip()]
    if not OPTIONS_LEAST <= len(words) <= OPTIONS_MOST or len(set(words)) != len(words):
        raise Unlawful(f"请填写 {OPTIONS_LEAST} 至 {OPTIONS_MOST} 个不重复的选项，一行一个。")
    if any(len(word) > OPTION_LENGTH for word in words):
        raise Unlawful(f"一个选项最多 {OPTION_LENGTH} 字。")
    if due_on < timezone.localdate(at):
        raise Unlawful("填报期限不能早于今天。")
    row = Survey(
        **root_fields(actor=actor, region=actor.bureau.region),
        kind=kind,
        title=title.strip(),
        question=question.strip(),
        options=words,
        due_on=due_on,
    )
    return record_create(actor=actor, obj=row, verb="schools.survey_open", at=at)


@database.atomic
def survey_answer(
    *, actor: User, school: School, survey: Survey, counts: Sequence[int], at: datetime | None = None
) -> SurveyAnswer:
    """A school's counts, one for each option; again corrects them while the survey is open.

    Raises NotAllowed (another school), WrongState (closed), Unlawful (counts).
    """
    require(actor, "schools.survey_answer")
    at = at or timezone.now()
    if actor.organisation_id != school.organisation_id or school.bureau_id != survey.bureau_id:
        raise NotAllowed("只能填报本校的调查。")
    locked = lock(survey)
    if locked.status != SurveyStatus.OPEN:
        raise WrongState("调查已经截止，不能再填报。")
    given = list(counts)
    if len(given) != len(locked.options) or any(count < 0 for count in given):
        raise Unlawful("每个选项都要填人数，没有的填 0。")
    total = sum(given)
    if total < 1:
        raise Unlawful("至少有一个选项的人数不是 0。")
    if school.pupil_count and total > school.pupil_count:
        raise Unlawful(f"各选项合计 {total} 人，超过在校学生数 {school.pupil_count} 人，请核对。")
    values = {
        "counts": given, "total": total, "submitted_at": at,
        "is_late": timezone.localdate(at) > locked.due_on,
    }  # fmt: skip
    known = SurveyAnswer.objects.filter(survey=locked, school=school).first()
    if known is not None:
        return record_update(actor=actor, obj=known, values=values, verb="schools.survey_answer", at=at)
    row = SurveyAnswer(
        **root_fields(actor=actor, region=school.region, bureau=school.bureau),
        survey=locked,
        school=school,
        **values,
    )
    return record_create(actor=actor, obj=row, verb="schools.survey_answer", at=at)


@database.atomic
def survey_close(*, actor: User, survey: Survey, at: datetime | None = None) -> Survey:
    """No more answers. Raises NotAllowed, WrongState."""
    return transition(survey, "close", actor=actor, at=at)


@database.atomic
def survey_publish(*, actor: User, survey: Survey, at: datetime | None = None) -> Survey:
    """Publish the sums by stage; small numbers, those that a school could take apart and complements are hidden.

    Raises NotAllowed, WrongState (open), Unlawful (no answer).
    """
    at = at or timezone.now()
    locked = lock(survey)
    require(actor, "schools.survey_publish")
    answers = SurveyAnswer.objects.filter(survey=locked)
    names, inner = sums_by_stage(answers, len(locked.options))
    if not inner:
        raise Unlawful("没有学校填报，不能公布。")
    threshold = rules.days(rules.CELLS_MIN, region=locked.region, on=timezone.localdate(at))
    table = Table.of(inner)
    small = frozenset(cell for cell in table.cells() if table.is_small(cell, threshold))
    unsafe = telling(table, contributions_by_stage(answers), threshold)
    hidden = complemented(table, small | unsafe, threshold)
    cells = [
        [None if (i, j) in hidden else value for j, value in enumerate(row)]
        for i, row in enumerate(table.grid)
    ]
    return transition(
        locked,
        "publish",
        actor=actor,
        at=at,
        values={"threshold": threshold, "rows": [*names, "合计"], "cells": cells, "published_by": actor},
    )


for name, sentence in {
    "survey_open": "开展学校调查",
    "survey_answer": "填报学校调查",
    "survey_close": "截止学校调查",
    "survey_publish": "公布学校调查结果",
}.items():
    audit.verb(f"schools.{name}", sentence)
