"""The numbers of this room and of the activity register, at the edges of their periods."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from casework.activities.services import activity_edit, activity_register
from casework.errors import NotAllowed, Unlawful
from casework.indicators import Period, Scope, compute, rows_of
from institutions.models import Institution
from measures import services
from tests.conftest import World
from tests.inspections.making import photo
from tests.measures import making

pytestmark = pytest.mark.django_db

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


def moment(day: str, hour: int = 12, minute: int = 0) -> datetime:
    """A moment in Asia/Shanghai."""
    return timezone.make_aware(datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:00"))


def number(world: World, key: str, period: Period = OCTOBER, **dims: Any) -> int:
    """One figure of the home county."""
    return int(compute(key, Scope(world.bureau), period, **dims))


@pytest.fixture
def places(law: World) -> tuple[Institution, Institution]:
    """Two institutions registered before the period."""
    from tests.inspections.making import make_place

    with time_machine.travel(moment("2026-09-01"), tick=False):
        first = make_place(law)
        second = make_place(law, "示例晴川艺术培训中心", licence_no="教民150023770000002")
    return first, second


def test_ads_count_by_the_day_they_were_found(law: World, places: tuple[Institution, Institution]) -> None:
    for day in ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"):
        with time_machine.travel(moment(day), tick=False):
            making.ad(law, places[0], pieces=3)
    with time_machine.travel(moment("2026-10-20"), tick=False):
        making.ad(law, kind="ONLINE", url="https://example.com/x", pieces=1, origin="ONLINE_WATCH")
        dropped = making.ad(law, pieces=9, origin="SCHOOL_GATE")
        services.ad_drop(actor=law.officer, ad=dropped, reason="公益广告")
    assert number(law, "adcase_n") == 3
    assert number(law, "adcase_pieces") == 6
    assert number(law, "adcase_online") == 1
    assert number(law, "adcase_school_gate") == 0
    assert compute("adcase_n", Scope(law.neighbour), OCTOBER) == 0


def test_removed_pieces_and_institutions(law: World, places: tuple[Institution, Institution]) -> None:
    with time_machine.travel(moment("2026-09-20"), tick=False):
        rows = [
            making.ad(law, place, pieces=count)
            for place, count in zip((*places, places[0]), (2, 1, 4), strict=True)
        ]
    for row, when in zip(
        rows, (moment("2026-10-01", 0), moment("2026-10-31", 23, 59), moment("2026-11-01", 0)), strict=True
    ):
        with time_machine.travel(when, tick=False):
            services.ad_remove(
                actor=law.officer,
                ad=row,
                removed_at=when,
                pieces=row.pieces,
                by="机构",
                photos=[photo(f"#{when.day:02}00{row.pieces:02}")],
            )
    assert number(law, "adcase_removed") == 3
    assert number(law, "adcase_removed_inst") == 2
    assert rows_of("adcase_removed", Scope(law.bureau), OCTOBER).count() == 2


def test_talks_count_once_and_institutions_each(law: World, places: tuple[Institution, Institution]) -> None:
    for start in ("2026-10-31", "2026-11-01"):
        with time_machine.travel(moment(start, 8), tick=False):
            talk = services.talk_invite(
                actor=law.officer, talk=making.talk(law, *places, planned_at=moment(start, 9))
            )
        with time_machine.travel(moment(start, 23, 59), tick=False):
            came = {party.pk: services.Came("ABSENT") for party in talk.parties.all()}
            services.talk_hold(
                actor=law.officer, talk=talk, held_at=moment(start, 23), requirements="规范收费", came=came
            )
    assert (number(law, "talk_n"), number(law, "talk_inst"), number(law, "talk_inst_pt")) == (1, 2, 2)
    both = Period(date(2026, 10, 1), date(2026, 12, 1))
    assert (
        number(law, "talk_n", both),
        number(law, "talk_inst", both),
        number(law, "talk_inst_pt", both),
    ) == (2, 2, 4)


def test_documents_count_by_issue_and_not_when_withdrawn(
    law: World, places: tuple[Institution, Institution]
) -> None:
    kept = []
    for when in (moment("2026-10-01", 0), moment("2026-10-31", 23, 59), moment("2026-11-01", 0)):
        with time_machine.travel(when, tick=False):
            kept.append(making.issued(law, "SUSPENSION_NOTICE", places[0], students_present=5))
    assert (number(law, "suspension_n"), number(law, "suspension_pupils")) == (2, 10)
    with time_machine.travel(moment("2026-11-02"), tick=False):
        services.directive_withdraw(actor=law.head, directive=kept[0], reason="对象有误")
    assert (number(law, "suspension_n"), number(law, "suspension_pupils")) == (1, 5)
    assert number(law, "ban_n") == 0


def test_whistles_and_duty(law: World) -> None:
    with time_machine.travel(moment("2026-10-31", 23), tick=False):
        whistle = making.whistle(law)
        making.shift(law, hours=0)
    with time_machine.travel(moment("2026-11-01", 2), tick=False):
        call = whistle.calls.get(organisation=law.education)
        services.call_arrive(actor=law.officer, call=call, arrived_at=timezone.now(), people="二人")
    assert (number(law, "whistle_n"), number(law, "whistle_call_pt"), number(law, "whistle_late")) == (
        1,
        1,
        1,
    )
    assert (number(law, "duty_pt"), number(law, "shift_n")) == (2, 1)
    november = Period(date(2026, 11, 1), date(2026, 12, 1))
    assert (number(law, "whistle_n", november), number(law, "duty_pt", november)) == (0, 0)


def activity(world: World, day: str, **values: Any) -> Any:
    """A training of officers."""
    fields = {
        "kind": "TRAINING",
        "level": "COUNTY",
        "audience": "OFFICERS",
        "title": "执法培训",
        "held_on": date.fromisoformat(day),
        "hours": "8",
        "organiser": "巫山县教育委员会",
        **values,
    }
    return activity_register(
        actor=world.clerk,
        region=world.bureau.region,
        values=fields,
        people=[world.officer, world.officer2],
        at=moment("2026-11-20"),
    )


def test_trainings_of_officers(law: World) -> None:
    for day in ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"):
        activity(law, day)
    activity(law, "2026-10-10", level="CITY", hours="16")
    activity(law, "2026-10-11", kind="STUDY", hours="4")
    activity(law, "2026-10-12", audience="INSTITUTIONS")
    activity(law, "2026-10-13", kind="STUDY", audience="SCHOOLS")
    assert number(law, "training_county") == 2
    assert number(law, "training_city") == 1
    assert number(law, "study_n") == 1
    assert number(law, "officer_training_hours") == 2 * (8 + 8 + 16 + 4)
    assert number(law, "officer_trained_n") == 2


def test_an_activity_keeps_the_hours_of_each_person(law: World) -> None:
    row = activity(law, "2026-10-10")
    row = activity_edit(
        actor=law.clerk, activity=row, values={"hours": 6}, people=[law.officer], at=moment("2026-11-20")
    )
    assert [(item.user, item.hours) for item in row.attendees.all()] == [(law.officer, 6)]
    with pytest.raises(Unlawful, match="不能晚于今天"):
        activity(law, "2026-11-21")
    with pytest.raises(NotAllowed):
        activity_register(actor=law.partner, region=law.bureau.region, values={}, at=moment("2026-11-20"))


def test_the_activity_register_on_screen(law: World, sign_in: Any) -> None:
    from casework.models import Activity

    client = sign_in(law.clerk)
    values = {
        "kind": "STUDY",
        "level": "OWN",
        "audience": "OFFICERS",
        "title": "行政处罚法学习",
        "held_on": (timezone.localdate() - timedelta(days=1)).isoformat(),
        "hours": "3",
        "organiser": "监管股",
        "people": [law.officer.pk],
    }
    client.post("/desk/activities/new/", values)
    row = Activity.objects.get()
    home = f"/desk/activities/{row.uid}/"
    client.post(f"{home}papers/", {"file": photo(), "caption": "签到表"})
    shown = client.get(home).content.decode()
    assert "执法甲" in shown
    assert "签到表" in shown
    client.post(f"{home}edit/", {**values, "hours": "4", "version": row.version})
    assert Activity.objects.get().hours == 4
    assert "行政处罚法学习" in client.get("/desk/activities/?q=处罚法").content.decode()
    assert sign_in(law.neighbour_officer).get(home).status_code == 404
    assert sign_in(law.partner).post("/desk/activities/new/", values).status_code == 403
    officer = sign_in(law.head).get(f"/desk/officers/{law.officer.pk}/").content.decode()
    assert "行政处罚法学习" in officer
