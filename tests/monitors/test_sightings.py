"""Duty logs, observations that become clues, alliances, windows of tasks, townships' quotas, the map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.errors import NotAllowed, Unlawful
from casework.indicators import Period, Scope, compute
from casework.models import EvidenceFile, OfficialDocument, PolicyValue
from complaints.models import Clue
from config.demo.watchers import portrait
from inspections.models import Visit
from monitors import rules, services
from monitors.models import DutyEntry, Observation, Outing, PatrolTask, Squad, Stop
from monitors.selectors.areas import area_rows, band_of, quotas_of, unseen_points, wanted_in
from monitors.services import Entry, Watch
from monitors.services.patrols.common import fits_window
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making

SignIn = Callable[[Any], Any]


def watch(**values: Any) -> Watch:
    """Eight pupils went in this last half hour."""
    now = timezone.now()
    fields = {
        "watched_from": now - timedelta(minutes=40),
        "watched_until": now - timedelta(minutes=10),
        "place": "示例花园 5 栋门口",
        "spot_kind": "RESIDENCE",
        "entered": 8,
        "text": "背书包的小学生陆续进入，电梯停在三楼。",
        "is_public_only": True,
        **values,
    }
    return Watch(**fields)


def test_the_three_duties_are_logged_and_advice_becomes_a_clue(law: World, sign_in: SignIn) -> None:
    monitor = making.appointed(law, 1)
    client = sign_in(making.with_account(law, monitor, "mon1"))
    today = timezone.localdate()
    sent = {"duty": "PUBLICISE", "done_on": today.isoformat(), "text": "社区讲座", "reach_count": 60}
    assert client.post("/portal/monitor/log/new/", sent).status_code == 302
    advice = {"duty": "FEEDBACK", "done_on": today.isoformat(), "text": "建议公示退费办法", "is_advice": "on"}
    assert client.post("/portal/monitor/log/new/", advice).status_code == 302
    wrong = {**advice, "duty": "SUPERVISE"}
    assert client.post("/portal/monitor/log/new/", wrong).status_code == 422
    clue = Clue.objects.get()
    assert (clue.kind, clue.channel) == ("ADVICE", "MONITOR")
    assert monitor.name not in clue.text
    page = client.get("/portal/monitor/log/").content.decode()
    assert "60</strong> 人次" in page
    assert "已转交教育部门" in page
    desk = sign_in(law.clerk)
    assert "社区讲座" in desk.get("/desk/monitors/log/?duty=PUBLICISE").content.decode()
    assert desk.get("/desk/monitors/log/?export=csv").status_code == 200
    by_desk = {**sent, "monitor": monitor.pk, "duty": "SUPERVISE", "text": "陪同检查"}
    assert desk.post("/desk/monitors/log/new/", by_desk).status_code == 302
    assert DutyEntry.objects.get(duty="SUPERVISE").reach_count == 0
    scope, period = Scope(law.bureau), Period(today, today + timedelta(days=1))
    assert compute("monitor_duty", scope, period) == 3
    assert compute("monitor_publicity_heads", scope, period) == 60
    other = making.appointed(law, 2)
    stranger = making.with_account(law, other, "mon2")
    with pytest.raises(NotAllowed, match="本人"):
        services.duty_log(actor=stranger, monitor=monitor, entry=Entry("FEEDBACK", today, "x"))
    assert "社区讲座" not in sign_in(stranger).get("/portal/monitor/log/").content.decode()


def test_a_log_stays_inside_the_term(law: World) -> None:
    monitor = making.appointed(law, 1)
    today = timezone.localdate()
    for entry, words in (
        (Entry("FEEDBACK", today + timedelta(days=1), "x"), "晚于今天"),
        (Entry("FEEDBACK", today - timedelta(days=60), "x"), "任期"),
        (Entry("FEEDBACK", today, " "), "做了什么"),
    ):
        with pytest.raises(Unlawful, match=words):
            services.duty_log(actor=law.clerk, monitor=monitor, entry=entry)


def test_an_observation_is_a_clue_and_never_an_inspection(law: World) -> None:
    row = services.observation_record(actor=law.officer, watch=watch(), region=law.town)
    assert "人流观察（未检查、未入户）" in row.clue.text
    assert (row.clue.kind, row.clue.source_no) == ("UNLICENSED", row.number)
    assert row.clue.channel == "DEPARTMENT"
    by_town = services.observation_record(actor=law.township, watch=watch(), region=law.town)
    assert by_town.clue.channel == "GRID"
    by_market = services.observation_record(
        actor=law.market_officer, watch=watch(), region=law.town, bureau=law.bureau
    )
    assert by_market.clue.channel == "DEPARTMENT"
    assert list(Observation.objects.visible_to(law.market_officer)) == [by_market]
    assert law.officer.name not in row.clue.text
    assert not Visit.objects.exists()
    assert not OfficialDocument.objects.filter(subject_uid=row.uid).exists()
    now = timezone.now()
    for values, words in (
        ({"is_public_only": False}, "公共场所"),
        ({"watched_until": now + timedelta(hours=1)}, "不晚于现在"),
        ({"watched_from": now - timedelta(hours=20)}, "12 小时"),
        ({"entered": 0}, "没有看到学生"),
        ({"text": " "}, "写明"),
    ):
        with pytest.raises(Unlawful, match=words):
            services.observation_record(actor=law.officer, watch=watch(**values), region=law.town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=row.pk).update(is_public_only=False)
    with pytest.raises(NotAllowed):
        services.observation_record(actor=law.partner, watch=watch(), region=law.town)


def test_an_observation_on_the_phone_and_at_the_desk(law: World, sign_in: SignIn) -> None:
    monitor = making.appointed(law, 1)
    place = make_place(law)
    client = sign_in(making.with_account(law, monitor, "mon1"))
    now = timezone.localtime()
    sent = {
        "watched_from": f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}", "watched_until": f"{now:%Y-%m-%dT%H:%M}",
        "region": law.town.pk, "place": "示例大厦门口", "spot_kind": "OFFICE", "entered": 6, "activity": "SUBJECT",
        "text": "六名初中生进入，三楼亮灯。", "institution": place.pk,
    }  # fmt: skip
    page = "/portal/patrols/observations/new/"
    assert "没有进入私人住所" in client.get(page).content.decode()
    assert client.post(page, sent).status_code == 422
    assert client.post(page, {**sent, "is_public_only": "on"}).status_code == 302
    row = Observation.objects.get()
    assert row.clue.kind == "DISGUISED"
    assert "示例大厦门口" in client.get("/portal/patrols/").content.decode()
    assert client.get(f"/portal/patrols/observations/{row.uid}/").status_code == 200
    services.tie_declare(actor=law.clerk, monitor=monitor, institution=place, kind="SHARE", note="")
    assert client.post(page, {**sent, "is_public_only": "on"}).status_code == 422
    desk = sign_in(law.head)
    assert row.number in desk.get("/desk/patrols/observations/").content.decode()
    shown = desk.get(f"/desk/patrols/observations/{row.uid}/").content.decode()
    assert "不是检查" in shown
    assert desk.get("/desk/patrols/observations/?export=xlsx").status_code == 200
    assert sign_in(law.neighbour_officer).get(f"/desk/patrols/observations/{row.uid}/").status_code == 404
    town = sign_in(law.township).get("/desk/patrols/observations/new/").content.decode()
    assert law.town2.name not in town


def test_an_alliance_is_a_squad_of_an_association(law: World, sign_in: SignIn) -> None:
    with pytest.raises(Unlawful, match="协会名称"):
        services.squad_save(actor=law.clerk, name="艺术联盟", towns=[law.town], kind="ALLIANCE")
    client = sign_in(law.clerk)
    made = {
        "name": "艺术联盟",
        "kind": "ALLIANCE",
        "association": "艺术培训协会",
        "towns": [law.town.pk],
        "is_active": "on",
    }
    assert client.post("/desk/monitors/squads/new/", made).status_code == 302
    squad = Squad.objects.get()
    assert "艺术培训协会" in client.get("/desk/monitors/squads/").content.decode()
    making.law_with_list(law)
    people = [making.appointed(law, number) for number in (1, 2)]
    for person in people:
        services.squad_assign(actor=law.clerk, monitor=person, squad=squad)
    outing = services.outing_start(
        actor=law.clerk, monitors=people, started_at=timezone.now() - timedelta(minutes=9)
    )
    services.stop_record(actor=law.clerk, outing=outing, sight=making.sight(law))
    services.outing_submit(actor=law.clerk, outing=outing)
    today = timezone.localdate()
    assert (
        compute(
            "alliance_patrol", Scope(law.bureau), Period(today - timedelta(days=1), today + timedelta(days=1))
        )
        == 1
    )


@pytest.mark.parametrize(
    ("slot", "hours", "moment", "fits"),
    [
        ("ANY", None, datetime(2026, 11, 25, 3), True),
        ("DAY", None, datetime(2026, 11, 25, 10), True),
        ("DAY", None, datetime(2026, 11, 25, 20), False),
        ("OFF_DUTY", None, datetime(2026, 11, 25, 20), True),
        ("OFF_DUTY", None, datetime(2026, 11, 28, 10), True),
        ("OFF_DUTY", None, datetime(2026, 11, 25, 10), False),
        ("GATE", (time(16, 30), time(18)), datetime(2026, 11, 25, 17), True),
        ("GATE", (time(16, 30), time(18)), datetime(2026, 11, 25, 12), False),
        ("GATE", (time(16, 30), time(18)), datetime(2026, 11, 28, 17), False),
        ("GATE", (time(17), time(19, 30)), datetime(2026, 11, 25, 18, 40), True),
        ("GATE", (time(17), time(19, 30)), datetime(2026, 11, 28, 18, 40), False),
    ],
)
def test_windows(calendar: None, slot: str, hours: Any, moment: datetime, fits: bool) -> None:
    first, last = hours or (None, None)
    task = PatrolTask(slot=slot, from_time=first, until_time=last)
    assert fits_window(task, timezone.make_aware(moment)) is fits


def test_a_task_counts_outings_in_its_window(law: World, sign_in: SignIn) -> None:
    client = sign_in(law.clerk)
    squad = services.squad_save(actor=law.clerk, name="城区小分队", towns=[law.town])
    day = timezone.localdate().isoformat()
    made = {"title": "开学校门口", "squad": squad.pk, "starts_on": day, "ends_on": day, "slot": "GATE"}
    assert client.post("/desk/patrols/tasks/new/", {**made, "from_time": "16:30"}).status_code == 422
    both = {**made, "from_time": "16:30", "until_time": "18:00"}
    assert client.post("/desk/patrols/tasks/new/", both).status_code == 302
    bare = client.post("/desk/patrols/tasks/new/", made)
    assert bare.status_code == 422
    assert "请填写每天的起止时间" in bare.content.decode()
    today = timezone.localdate()
    values = {**made, "squad": squad, "starts_on": today, "ends_on": today}
    with pytest.raises(Unlawful, match="请填写每天的起止时间"):
        services.task_create(actor=law.clerk, values=values)
    assert "16:30—18:00" in client.get("/desk/patrols/tasks/").content.decode()


def test_townships_have_quotas_and_a_map(
    law: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.law_with_list(law)
    place = make_place(law, longitude=109.88, latitude=31.07)
    people = [making.appointed(law, number) for number in (1, 2)]
    outing = services.outing_start(
        actor=law.clerk, monitors=people, started_at=timezone.now() - timedelta(minutes=30)
    )
    client = sign_in(law.clerk)
    assert "从未巡查" in client.get("/desk/patrols/unseen/map/").content.decode()
    services.stop_record(actor=law.clerk, outing=outing, sight=making.sight(law, institution=place))
    services.outing_submit(actor=law.clerk, outing=outing)
    month = timezone.localdate(Stop.objects.get().arrived_at).replace(day=1)
    rows = {row.pk: row for row in area_rows(law.head, month)}
    row: Any = rows[law.town.pk]
    assert (row.stop_count, row.seen_count, row.place_count) == (1, 1, 1)
    assert row.day_count + row.evening_count + row.rest_count == 1
    quotas = quotas_of(law.bureau, month)
    assert wanted_in(law.town, quotas)[0] == 2
    assert wanted_in(law.town, {**quotas, law.town.pk: (5, "本县")})[0] == 5
    page = client.get(f"/desk/patrols/areas/?month={month:%Y-%m}").content.decode()
    assert "不足" in page
    make_place(law, "示例没有位置", licence_no="教民150023770000044")
    monkeypatch.setattr("monitors.selectors.areas.POINTS_MAX", 0)
    drawn = unseen_points(law.head, timezone.localdate())
    assert (drawn["counts"]["RECENT"], drawn["counts"]["NEVER"], drawn["lost"]) == (1, 1, 1)
    monkeypatch.undo()
    PolicyValue.objects.filter(key=rules.AREA_QUOTA).delete()
    unset = client.get(f"/desk/patrols/areas/?month={month:%Y-%m}").content.decode()
    assert "没有设定" in unset
    assert ">达到<" not in unset
    assert "1/1 家" in page
    assert client.get("/desk/patrols/areas/?export=xlsx").status_code == 200
    shown = client.get(f"/desk/patrols/unseen/map/?region={law.town.pk}").content.decode()
    assert '"band": "RECENT"' in shown
    assert (
        "没有可以画在图上的机构"
        in client.get(f"/desk/patrols/unseen/map/?region={law.town2.pk}").content.decode()
    )
    assert Outing.objects.get().is_in_window is None
    assert [band_of(days) for days in (None, 0, 30, 31, 90, 91)] == [
        "NEVER", "RECENT", "RECENT", "QUARTER", "QUARTER", "LONG",
    ]  # fmt: skip


def test_a_stop_may_be_written_down_later(law: World, sign_in: SignIn) -> None:
    from tests.monitors.test_patrol_pages import form_of

    making.law_with_list(law)
    first, second = making.appointed(law, 1), making.appointed(law, 2)
    client = sign_in(making.with_account(law, first, "mon1"))
    outing = services.outing_start(
        actor=law.clerk, monitors=[first, second], started_at=timezone.now() - timedelta(hours=2)
    )
    page = f"/portal/patrols/{outing.uid}/stop/"
    before = timezone.localtime() - timedelta(hours=1)
    early = timezone.localtime() - timedelta(hours=5)
    assert client.post(page, form_of(law, arrived_at=f"{early:%Y-%m-%dT%H:%M}")).status_code == 422
    assert client.post(page, form_of(law, arrived_at=f"{before:%Y-%m-%dT%H:%M}")).status_code == 302
    arrived = timezone.localtime(Stop.objects.get().arrived_at)
    assert f"{arrived:%H:%M}" == f"{before:%H:%M}"


def test_no_pupil_is_named_in_what_monitors_and_grids_write(law: World, sign_in: SignIn) -> None:
    monitor = making.appointed(law, 1)
    desk = sign_in(law.clerk)
    now = timezone.localtime()
    named = "看到学生王小明、李小红进入三楼。"
    street = services.unit_save(
        actor=law.head,
        region=law.town,
        values={"kind": "STREET", "code": "GT", "name": "高唐街道", "parent": None},
    )
    forms: dict[str, dict[str, Any]] = {
        "/desk/monitors/log/new/": {
            "monitor": monitor.pk, "duty": "SUPERVISE", "done_on": now.date().isoformat(), "text": named,
        },
        "/desk/patrols/observations/new/": {
            "watched_from": f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}",
            "watched_until": f"{now:%Y-%m-%dT%H:%M}", "region": law.town.pk, "place": "示例大厦门口",
            "spot_kind": "OFFICE", "entered": 6, "activity": "SUBJECT", "text": named, "is_public_only": "on",
        },
        "/desk/grids/events/new/": {
            "unit": street.pk, "kind": "OTHER", "place": "示例大厦", "happened_at": f"{now:%Y-%m-%dT%H:%M}",
            "activity": "SUBJECT", "text": named,
        },
        "/desk/schools/surveys/new/": {
            "kind": "OPINION", "title": "满意度", "question": named, "options": "满意\n不满意",
            "due_on": now.date().isoformat(),
        },
    }  # fmt: skip
    for page, sent in forms.items():
        refused = desk.post(page, sent)
        assert refused.status_code == 422, page
        assert "“王小明”“李小红”像是学生姓名" in refused.content.decode()
        assert desk.post(page, {**sent, "names_checked": "on"}).status_code == 302, page


def test_photos_of_the_log_are_found_where_the_entry_stands(law: World, sign_in: SignIn) -> None:
    monitor = making.appointed(law, 1)
    today = timezone.localdate().isoformat()
    sent = {"monitor": monitor.pk, "duty": "SUPERVISE", "done_on": today, "text": "陪同检查"}
    desk = sign_in(law.clerk)
    page = "/desk/monitors/log/new/"
    many = desk.post(page, {**sent, "photos": [portrait(1) for _ in range(10)]})
    assert many.status_code == 422
    assert "最多传 9 张照片" in many.content.decode()
    assert desk.post(page, {**sent, "photos": [portrait(1)]}).status_code == 302
    photo = EvidenceFile.objects.get(subject_type="monitors.dutyentry")
    address = reverse("casework:evidence_file", args=[photo.uid])
    for shown in ("/desk/monitors/log/", f"/desk/monitors/{monitor.uid}/"):
        assert address in desk.get(shown).content.decode(), shown
    assert desk.get(address).status_code == 200
    assert sign_in(law.neighbour_officer).get(address).status_code == 404
    now = timezone.localtime()
    watched = {
        "watched_from": f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%M}", "watched_until": f"{now:%Y-%m-%dT%H:%M}",
        "region": law.town.pk, "place": "示例大厦门口", "spot_kind": "OFFICE", "entered": 6, "activity": "SUBJECT",
        "text": "六名初中生进入", "is_public_only": "on", "photos": [portrait(1) for _ in range(10)],
    }  # fmt: skip
    assert desk.post("/desk/patrols/observations/new/", watched).status_code == 422
