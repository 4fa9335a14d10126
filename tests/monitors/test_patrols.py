"""Patrols: two people, one place at a time, only in office, no place with a tie; red lines become clues; nothing is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from accounts import roles
from accounts.models import User
from accounts.roles import Role
from casework import indicators
from casework.documents.services import document_issue
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.indicators import Period, Scope
from casework.typesetting import DocumentContent, Paragraph, to_dict
from complaints.models import Clue
from institutions.models import Institution
from monitors import services
from monitors.models import Monitor, Outing, OutingMember, Slot, Stop
from monitors.services.patrols import slot_of
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making


@dataclass
class Team:
    """Two monitors in office, one with an account, and a place."""

    first: Monitor
    second: Monitor
    user: User
    place: Institution


@pytest.fixture
def team(law: World) -> Team:
    making.law_with_list(law)
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    return Team(first, second, making.with_account(law, first, "mon1"), make_place(law))


def start(team: Team, **values: Any) -> Outing:
    return services.outing_start(
        actor=team.user,
        monitors=[team.first, team.second],
        started_at=timezone.now() - timedelta(hours=2),
        **values,
    )


def test_a_patrol_counts_people_and_places(law: World, team: Team) -> None:
    outing = start(team)
    services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, institution=team.place))
    services.stop_record(actor=team.user, outing=outing, sight=making.sight(law))
    today = timezone.localdate()
    scope, period = Scope(law.bureau), Period(today - timedelta(days=1), today + timedelta(days=1))
    assert indicators.compute("patrol_pt", scope, period) == 0
    done = services.outing_submit(actor=team.user, outing=outing)
    values = indicators.compute_many(
        ["patrol_pt", "patrol_n", "patrol_visit_pt", "patrol_visit_n", "monitor_n", "monitor_towns"],
        scope,
        period,
    )
    assert values == {
        "patrol_pt": 2, "patrol_n": 2, "patrol_visit_pt": 2, "patrol_visit_n": 1, "monitor_n": 2, "monitor_towns": 1,
    }  # fmt: skip
    assert set(done.members.values_list("span", flat=True)) == {
        DateTimeTZRange(done.started_at, done.ended_at)
    }
    outside = Period(today + timedelta(days=1), today + timedelta(days=2))
    assert indicators.compute("patrol_pt", scope, outside) == 0
    assert indicators.compute("patrol_visit_pt", Scope(law.neighbour), period) == 0
    services.outing_void(actor=law.head, outing=done, reason="测试数据")
    assert indicators.compute("patrol_pt", scope, period) == 0


def test_one_person_is_refused(law: World, team: Team) -> None:
    with pytest.raises(Unlawful, match="一个人不能开始"):
        services.outing_start(actor=team.user, monitors=[team.first, team.first])
    outing = start(team)
    with pytest.raises(IntegrityError), transaction.atomic():
        Outing.objects.filter(pk=outing.pk).update(people=1)


def test_a_monitor_whose_term_has_ended_is_refused(law: World, team: Team) -> None:
    Monitor.objects.filter(pk=team.second.pk).update(
        term=DateRange(date(2025, 1, 1), timezone.localdate() - timedelta(days=3))
    )
    with pytest.raises(Unlawful, match=r"任期已于 .* 结束"):
        start(team)
    third = making.appointed(law, 3)
    outing = services.outing_start(actor=law.clerk, monitors=[team.first, third])
    with pytest.raises(DatabaseError, match="not in office"), transaction.atomic():
        OutingMember.objects.create(
            outing=outing, monitor=team.second, span=DateTimeTZRange(timezone.now(), None)
        )


def test_nobody_is_at_two_places_at_once(law: World, team: Team) -> None:
    third = making.appointed(law, 3)
    outing = start(team)
    with pytest.raises(Unlawful, match="还没有提交"):
        services.outing_start(actor=team.user, monitors=[team.first, third])
    services.stop_record(actor=team.user, outing=outing, sight=making.sight(law))
    services.outing_submit(actor=team.user, outing=outing)
    with pytest.raises(Unlawful, match="不能同时在两处"):
        services.outing_start(
            actor=team.user, monitors=[team.first, third], started_at=timezone.now() - timedelta(hours=1)
        )
    later = services.outing_start(actor=team.user, monitors=[team.first, third])
    with pytest.raises(IntegrityError), transaction.atomic():
        OutingMember.objects.filter(outing=later, monitor=team.first).update(
            span=DateTimeTZRange(timezone.now() - timedelta(hours=1), None)
        )


def test_only_the_own_patrol(law: World, team: Team) -> None:
    other = making.with_account(law, making.appointed(law, 3), "mon3")
    with pytest.raises(NotAllowed, match="本人参加"):
        services.outing_start(actor=other, monitors=[team.first, team.second])
    outing = start(team)
    with pytest.raises(NotAllowed):
        services.stop_record(actor=other, outing=outing, sight=making.sight(law))
    assert not Outing.objects.visible_to(other).exists()
    with pytest.raises(NotAllowed):
        services.outing_start(actor=law.institution_user, monitors=[team.first, team.second])


def test_a_place_with_a_tie_is_refused(law: World, team: Team) -> None:
    services.tie_declare(actor=law.clerk, monitor=team.second, institution=team.place, kind="FAMILY")
    outing = start(team)
    with pytest.raises(Unlawful, match="须回避"):
        services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, institution=team.place))
    services.tie_end(actor=law.clerk, tie=team.second.ties.get(), reason="已离职")
    services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, institution=team.place))
    with pytest.raises(Unlawful, match="已经记录过"):
        services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, institution=team.place))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"answers": {"A1": "YES"}}, "没有填写"),
        ({"answers": {"ZZ": "YES"}}, "没有 ZZ"),
        ({"seen_name": ""}, "不在名录的"),
        ({"spot_kind": "MOON"}, "MOON"),
        ({"pupils": -3}, "大于或等于0"),
    ],
)
def test_a_bad_record_is_refused(law: World, team: Team, values: dict[str, Any], words: str) -> None:
    outing = start(team)
    with pytest.raises(Unlawful, match=words):
        services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, **values))
    assert not Stop.objects.exists()


def test_a_problem_needs_words_and_a_red_line_becomes_a_clue(law: World, team: Team) -> None:
    outing = start(team)
    bad = {"answers": making.answers(law, A1="NO", A2="NO"), "pupils": 12, "cover": "CONSULTING"}
    with pytest.raises(Unlawful, match="请写明看到的情况"):
        services.stop_record(actor=team.user, outing=outing, sight=making.sight(law, **bad))
    bad["notes"] = {"A1": "墙上没有任何证照", "A2": "招牌写着咨询"}
    stop = services.stop_record(
        actor=team.user, outing=outing, sight=making.sight(law, **bad), files=[making.portrait(7)]
    )
    assert (stop.problem_count, stop.star_count) == (2, 1)
    clue = Clue.objects.get()
    assert stop.clue == clue
    assert (clue.channel, clue.kind, clue.source_no) == ("MONITOR", "UNLICENSED", stop.number)
    assert "墙上没有任何证照" in clue.text
    assert "招牌写着咨询" not in clue.text
    assert team.first.name not in clue.text
    assert clue.created_by.is_system
    assert timezone.localdate(clue.received_at) == timezone.localdate()
    with pytest.raises(IntegrityError), transaction.atomic():
        Stop.objects.filter(pk=stop.pk).update(clue=None)


def test_an_ordinary_problem_is_no_clue(law: World, team: Team) -> None:
    outing = start(team)
    sight = making.sight(law, answers=making.answers(law, A2="NO"), notes={"A2": "招牌名称不全"})
    stop = services.stop_record(actor=team.user, outing=outing, sight=sight)
    assert stop.problem_count == 1
    assert stop.clue is None
    assert not Clue.objects.exists()


def test_submitting_needs_a_stop_and_a_sound_time(law: World, team: Team) -> None:
    outing = start(team)
    with pytest.raises(Blocked, match="还没有记录任何一家"):
        services.outing_submit(actor=team.user, outing=outing)
    services.stop_record(actor=team.user, outing=outing, sight=making.sight(law))
    with pytest.raises(Unlawful, match="不能早于最后一家"):
        services.outing_submit(
            actor=team.user, outing=outing, ended_at=outing.started_at + timedelta(minutes=1)
        )
    done = services.outing_submit(actor=team.user, outing=outing)
    with pytest.raises(WrongState):
        services.stop_record(actor=team.user, outing=done, sight=making.sight(law))


def test_tasks_bind_squad_and_days(law: World, team: Team) -> None:
    mine = services.squad_save(actor=law.clerk, name="城区", towns=[law.town])
    other = services.squad_save(actor=law.clerk, name="江北", towns=[law.town2])
    for person in (team.first, team.second):
        services.squad_assign(actor=law.clerk, monitor=person, squad=mine)
    today = timezone.localdate()
    values = {
        "title": "开学巡查",
        "starts_on": today - timedelta(days=1),
        "ends_on": today + timedelta(days=3),
    }
    strange = services.task_create(actor=law.clerk, values={**values, "squad": other})
    with pytest.raises(Unlawful, match="另一个小分队"):
        start(team, task=strange)
    task = services.task_create(actor=law.clerk, values={**values, "squad": mine})
    assert start(team, task=task).task == task
    assert services.task_finish(actor=law.clerk, task=task).status == "DONE"


def test_the_time_of_day_follows_the_calendar(law: World) -> None:
    from config.demo.clock import at

    assert slot_of(at(date(2026, 11, 23), 10)) == Slot.DAY
    assert slot_of(at(date(2026, 11, 23), 19)) == Slot.EVENING
    assert slot_of(at(date(2026, 11, 22), 10)) == Slot.REST_DAY
    assert slot_of(at(date(2026, 10, 1), 10)) == Slot.REST_DAY


def test_a_patrol_never_issues_anything(law: World, team: Team) -> None:
    """No permission, no service and no table lets a patrol issue a paper or have one signed."""
    held = roles.permissions_of([Role.MONITOR])
    assert held == {
        "casework.portal_open",
        "fieldwork.field_open",
        "monitors.duty_log",
        "monitors.observe",
        "monitors.own_view",
        "monitors.patrol_do",
        "monitors.patrol_submit",
    }
    outing = start(team)
    stop = services.stop_record(actor=team.user, outing=outing, sight=making.sight(law))
    content = to_dict(
        DocumentContent(
            form="letter",
            organ=law.education.name,
            title="整改通知书",
            date="2026-11-22",
            blocks=(Paragraph("限期整改"),),
        )
    )
    for subject in (outing, stop):
        with pytest.raises(DatabaseError, match="a patrol is no inspection"), transaction.atomic():
            document_issue(
                actor=law.head, organ=law.education, kind="RECTIFICATION_NOTICE", subject=subject, content=content,
                title="整改通知书",
            )  # fmt: skip
    targets = {
        field.related_model._meta.label
        for model in (Outing, OutingMember, Stop)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
    }
    assert not any(label.startswith("inspections.") for label in targets)
    assert "casework.OfficialDocument" not in targets
    assert not [
        field.name for model in (Outing, Stop) for field in model._meta.get_fields() if "sign" in field.name
    ]
