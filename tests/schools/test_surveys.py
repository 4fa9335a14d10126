"""Surveys in counts, and the school's own activities in the register that every room shares."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope, compute
from casework.models import Activity
from schools import services
from schools.disclosure import Table, telling
from schools.models import School, Survey, SurveyAnswer
from tests.conftest import World
from tests.schools import making

SignIn = Callable[[Any], Any]


def school_at(world: World, number: int) -> tuple[School, User]:
    """A school of its own stage, and its contact."""
    stage = ("PRIMARY", "JUNIOR")[number]
    made = making.make_school(world, f"示例{number}校", world.town, stage=stage, pupil_count=600)
    return made, making.contact_of(made)


def survey(world: World) -> Survey:
    """One question about taking part."""
    return services.survey_open(
        actor=world.clerk,
        kind="PARTICIPATION",
        title="秋季参加培训情况",
        question="本学期参加校外培训的情况",
        options=["不参加", "学科类", "非学科类"],
        due_on=timezone.localdate() + timedelta(days=7),
    )


def test_schools_answer_in_counts_and_small_numbers_are_hidden(law: World) -> None:
    row = survey(law)
    for number, counts in enumerate(([300, 2, 60], [280, 1, 55])):
        school, contact = school_at(law, number)
        services.survey_answer(actor=contact, school=school, survey=row, counts=counts)
    with pytest.raises(Unlawful, match="每个选项"):
        services.survey_answer(actor=contact, school=school, survey=row, counts=[1, 2])
    with pytest.raises(Unlawful, match="超过在校学生数"):
        services.survey_answer(actor=contact, school=school, survey=row, counts=[99999, 0, 0])
    services.survey_answer(actor=contact, school=school, survey=row, counts=[280, 1, 50])
    assert SurveyAnswer.objects.count() == 2
    with pytest.raises(WrongState):
        services.survey_publish(actor=law.leader, survey=row)
    closed = services.survey_close(actor=law.clerk, survey=row)
    with pytest.raises(WrongState, match="已经截止"):
        services.survey_answer(actor=contact, school=school, survey=closed, counts=[1, 0, 0])
    with pytest.raises(NotAllowed):
        services.survey_publish(actor=law.clerk, survey=closed)
    done = services.survey_publish(actor=law.leader, survey=closed)
    assert done.rows[-1] == "合计"
    assert 3 not in [value for line in done.cells for value in line]
    shown = [value for value in done.cells[-1] if value is not None]
    total = 580 + 3 + 110
    assert sum(shown) < 2 * total
    assert sum(value is None for value in done.cells[-1]) >= 2


def test_options_are_checked(law: World) -> None:
    for options in (["一个"], ["同", "同"], [str(number) for number in range(9)], ["长" * 21, "短"]):
        with pytest.raises(Unlawful):
            services.survey_open(
                actor=law.clerk, kind="OPINION", title="x", question="y", options=options,
                due_on=timezone.localdate(),
            )  # fmt: skip


def test_survey_pages(law: World, sign_in: SignIn) -> None:
    school, contact = school_at(law, 0)
    school_at(law, 1)
    desk, phone = sign_in(law.clerk), sign_in(contact)
    made = {
        "kind": "OPINION", "title": "课后服务满意度", "question": "满意吗", "options": "满意\n一般\n不满意",
        "due_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert desk.post("/desk/schools/surveys/new/", {**made, "options": "满意"}).status_code == 422
    assert desk.post("/desk/schools/surveys/new/", made).status_code == 302
    row = Survey.objects.get()
    assert "课后服务满意度" in phone.get("/portal/surveys/").content.decode()
    assert "课后服务满意度" in phone.get("/portal/").content.decode()
    assert phone.post(f"/portal/surveys/{row.uid}/", {"o0": 20, "o1": 3}).status_code == 422
    assert phone.post(f"/portal/surveys/{row.uid}/", {"o0": 20, "o1": 3, "o2": 1}).status_code == 302
    page = f"/desk/schools/surveys/{row.uid}/"
    shown = desk.get(page).content.decode()
    assert school.name in shown
    assert "没有填报（1 所）" in shown
    assert desk.get("/desk/schools/surveys/?export=xlsx").status_code == 200
    assert desk.post(f"{page}close/").status_code == 302
    assert sign_in(law.leader).post(f"{page}publish/").status_code == 302
    opened = desk.get("/school-talks/").content.decode()
    assert "课后服务满意度" in opened
    assert sign_in(law.neighbour_officer).get(page).status_code == 404


def test_a_school_enters_its_own_activities(law: World, sign_in: SignIn) -> None:
    school, contact = school_at(law, 0)
    phone = sign_in(contact)
    today = timezone.localdate()
    sent = {
        "kind": "PARENTS", "audience": "PARENTS", "way": "ONSITE", "title": "秋季家长会", "held_on": today.isoformat(),
        "session_count": 12, "head_count": 480, "summary": "讲解如何选择合规机构，不买超长课时包。",
    }  # fmt: skip
    assert phone.post("/portal/activities/", sent).status_code == 302
    row = Activity.objects.get()
    assert (row.session_count, row.head_count, row.organiser) == (12, 480, school.name)
    assert "12 场" in phone.get("/portal/activities/").content.decode()
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert phone.post("/portal/activities/", {**sent, "held_on": tomorrow}).status_code == 422
    desk = sign_in(law.clerk).get("/desk/activities/?audience=PARENTS").content.decode()
    assert "秋季家长会" in desk
    assert "12</strong> 场次" in desk
    scope, period = Scope(law.bureau), Period(today, today + timedelta(days=1))
    assert compute("activity_parents_sessions", scope, period) == 12
    assert compute("activity_parents_heads", scope, period) == 480
    assert compute("activity_forum_heads", scope, period) == 0
    _, other = school_at(law, 1)
    assert "秋季家长会" not in sign_in(other).get("/portal/activities/").content.decode()
    assert sign_in(law.institution_user).get("/portal/activities/").status_code == 403


def test_a_school_cannot_take_its_own_share_off_a_published_sum(law: World, sign_in: SignIn) -> None:
    row = survey(law)
    answers = {
        "PRIMARY": ([300, 40, 60], [280, 3, 55], [250, 0, 70], [210, 0, 44]),
        "JUNIOR": ([200, 30, 61], [180, 30, 52], [170, 31, 43], [190, 1, 50]),
    }
    for stage, given in answers.items():
        for counts in given:
            name = f"示例{stage}{counts[0]}校"
            school = making.make_school(law, name, law.town, stage=stage, pupil_count=900)
            services.survey_answer(actor=making.contact_of(school), school=school, survey=row, counts=counts)
    closed = services.survey_close(actor=law.clerk, survey=row)
    done = services.survey_publish(actor=law.leader, survey=closed)
    primary, junior, total = done.cells
    assert primary[1] is None
    assert junior[1] is None
    assert total[1] is not None or total[3] is None
    assert (primary[3] is None) or (primary[0] is None) or (primary[2] is None)
    page = sign_in(law.clerk).get("/school-talks/").content.decode()
    texts = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert texts.count("—") >= 4
    assert not {"3", "1", "43"} & set(texts)


def test_which_sums_tell_on_a_contributor() -> None:
    safe, two, big = [[10], [12], [11]], [[40], [38]], [[90], [2], [1]]
    answers = [safe, two, big]
    table = Table.of([[sum(counts[0] for counts in row)] for row in answers])
    assert telling(table, answers, 5) == {(1, 0), (1, 1), (2, 0), (2, 1)}
    assert telling(Table.of([[0]]), [[[0]]], 5) == frozenset()
