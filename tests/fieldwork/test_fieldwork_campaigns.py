"""Campaigns: drawn up with a timetable, started, ended; seen by those who take part."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from casework.errors import Blocked, NotAllowed, StaleVersion, Unlawful, WrongState
from casework.models import AuditEvent
from fieldwork import selectors, services
from fieldwork.models import Campaign, CampaignKind, CampaignStatus
from fieldwork.services import Stage

STAGES = (
    Stage("部署", date(2026, 10, 8), date(2026, 10, 20), "制定方案"),
    Stage("检查", date(2026, 10, 21), date(2026, 11, 30)),
)


def values(**changes: Any) -> dict[str, Any]:
    base = {
        "code": "2026-HTK",
        "name": "“双减”回头看",
        "kind": CampaignKind.LOOK_BACK,
        "issuer": "巫山县教育委员会",
        "basis_no": "巫教发〔2026〕8号",
        "starts_on": date(2026, 10, 8),
        "ends_on": date(2026, 12, 20),
    }
    return {**base, **changes}


@pytest.fixture
def campaign(world) -> Campaign:
    return services.campaign_create(
        actor=world.head, values=values(), stages=STAGES, departments=[world.market]
    )


def test_life_of_a_campaign(world, campaign) -> None:
    started = services.campaign_start(actor=world.head, campaign=campaign)
    assert started.status == CampaignStatus.RUNNING
    assert started.started_at is not None
    assert list(selectors.campaigns_running(world.head, date(2026, 11, 1))) == [started]
    assert not selectors.campaigns_running(world.head, date(2027, 1, 1)).exists()
    with pytest.raises(Unlawful, match="总结"):
        services.campaign_finish(actor=world.head, campaign=started, result=" ")
    ended = services.campaign_finish(actor=world.head, campaign=started, result="检查 55 家次。")
    assert ended.status == CampaignStatus.FINISHED
    with pytest.raises(WrongState):
        services.campaign_edit(actor=world.head, campaign=ended, values={"name": "改"})
    verbs = AuditEvent.objects.filter(object_uid=campaign.uid).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "fieldwork.campaign_create",
        "fieldwork.campaign_start",
        "fieldwork.campaign_finish",
    ]


def test_a_campaign_without_timetable_does_not_start(world) -> None:
    bare = services.campaign_create(actor=world.head, values=values())
    with pytest.raises(Blocked, match="阶段"):
        services.campaign_start(actor=world.head, campaign=bare)


def test_stages_stay_inside_the_window(world) -> None:
    with pytest.raises(Unlawful, match="起止日期"):
        services.campaign_create(
            actor=world.head, values=values(), stages=[Stage("早", date(2026, 9, 1), date(2026, 9, 2))]
        )
    with pytest.raises(Unlawful, match="早于"):
        services.campaign_create(
            actor=world.head, values=values(), stages=[Stage("倒", date(2026, 11, 2), date(2026, 11, 1))]
        )


def test_codes_are_unique_per_bureau(world, campaign) -> None:
    with pytest.raises(Unlawful):
        services.campaign_create(actor=world.head, values=values())
    other = services.campaign_create(actor=world.neighbour_officer, values=values())
    assert other.bureau == world.neighbour


def test_edit_keeps_the_words_before_and_refuses_stale_writes(world, campaign) -> None:
    later = (STAGES[0], Stage("检查", date(2026, 10, 21), date(2026, 12, 10)))
    edited = services.campaign_edit(
        actor=world.head,
        campaign=campaign,
        values={"name": "回头看"},
        stages=later,
        departments=[],
        version=1,
    )
    assert [stage.ends_on for stage in edited.stages.all()] == [date(2026, 10, 20), date(2026, 12, 10)]
    assert not edited.departments.exists()
    with pytest.raises(StaleVersion):
        services.campaign_edit(actor=world.head, campaign=campaign, values={"name": "另一个"}, version=1)
    event = AuditEvent.objects.get(verb="fieldwork.campaign_edit")
    assert event.changes["name"] == ["“双减”回头看", "回头看"]


def test_strange_departments_and_roles_are_refused(world, campaign) -> None:
    with pytest.raises(NotAllowed):
        services.campaign_create(actor=world.officer, values=values(code="X"))
    with pytest.raises(Unlawful, match="不是本地"):
        services.campaign_edit(
            actor=world.head, campaign=campaign, values={}, departments=[world.neighbour_officer.organisation]
        )


def test_who_sees_a_campaign(world, campaign) -> None:
    for person in (world.head, world.market_officer, world.supervisor):
        assert campaign in Campaign.objects.visible_to(person)
    for person in (world.fire_officer, world.neighbour_officer, world.institution_user):
        assert campaign not in Campaign.objects.visible_to(person)


@pytest.fixture
def head(sign_in, world) -> Client:
    return sign_in(world.head)


def test_screens_draw_up_start_and_end_a_campaign(head, world) -> None:
    form = {
        **values(),
        "departments": [world.market.pk],
        "checklist": "",
        "purpose": "查七个方面",
        "idempotency_key": str(uuid4()),
        "stages-TOTAL_FORMS": "2",
        "stages-INITIAL_FORMS": "0",
        "stages-0-name": "部署",
        "stages-0-starts_on": "2026-10-08",
        "stages-0-ends_on": "2026-10-20",
        "stages-1-name": "",
    }
    first = head.post(reverse("fieldwork:campaign_create"), form)
    again = head.post(reverse("fieldwork:campaign_create"), form)
    assert first.status_code == 302
    assert again.url == first.url
    campaign = Campaign.objects.get()
    page = head.get(first.url)
    assert "启动" in page.content.decode()
    head.post(reverse("fieldwork:campaign_start", kwargs={"uid": campaign.uid}))
    head.post(reverse("fieldwork:campaign_finish", kwargs={"uid": campaign.uid}), {"result": "完成"})
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.FINISHED
    assert "完成" in head.get(first.url).content.decode()


def test_a_half_filled_stage_is_told(head, world) -> None:
    form = {
        **values(),
        "stages-TOTAL_FORMS": "1",
        "stages-INITIAL_FORMS": "0",
        "stages-0-name": "部署",
    }
    page = head.post(reverse("fieldwork:campaign_create"), form)
    assert page.status_code == 422
    assert "起止日期" in page.content.decode()
    assert not Campaign.objects.exists()


def test_a_stale_form_shows_both_versions(head, world, campaign) -> None:
    services.campaign_edit(actor=world.head, campaign=campaign, values={"name": "别人改的"})
    form = {**values(name="我改的"), "version": "1", "stages-TOTAL_FORMS": "0", "stages-INITIAL_FORMS": "0"}
    page = head.post(reverse("fieldwork:campaign_edit", kwargs={"uid": campaign.uid}), form)
    assert page.status_code == 422
    assert "别人改的" in page.content.decode()
    assert "我改的" in page.content.decode()


def test_list_exports_and_filters(head, world, campaign) -> None:
    url = reverse("fieldwork:campaign_list")
    assert campaign.code in head.get(url).content.decode()
    assert campaign.code not in head.get(url, {"kind": "FIRE_SAFETY"}).content.decode()
    lines = b"".join(head.get(url, {"export": "csv"}).streaming_content).decode().splitlines()
    assert lines[-1] == "共 1 行"
    assert campaign.basis_no in lines[1]


def test_list_needs_few_queries(head, world, django_assert_max_num_queries) -> None:
    for number in range(25):
        services.campaign_create(actor=world.head, values=values(code=f"C{number}"))
    with django_assert_max_num_queries(15):
        head.get(reverse("fieldwork:campaign_list"))


def test_checklist_pages(head, world) -> None:
    services.reference_load(actor=world.system)
    page = head.get(reverse("fieldwork:checklist_list")).content.decode()
    assert "9个方面43项" in page
    version = selectors.version_in_force(code="DAILY_43", on=date(2026, 11, 20))
    detail = head.get(reverse("fieldwork:checklist_version", kwargs={"uid": version.uid}))
    assert "共 43 项" in detail.content.decode()
    assert detail.content.decode().count("<tr") > 43


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("leader", 200),
        ("market_officer", 200),
        ("supervisor", 200),
        ("fire_officer", 404),
        ("neighbour_officer", 404),
        ("institution_user", 403),
        ("admin", 403),
    ],
)
def test_who_opens_a_campaign(sign_in, world, campaign, persona, expected) -> None:
    client = sign_in(getattr(world, persona))
    assert (
        client.get(reverse("fieldwork:campaign_detail", kwargs={"uid": campaign.uid})).status_code == expected
    )


def test_strangers_are_sent_to_the_login(client, world, campaign) -> None:
    answer = client.get(reverse("fieldwork:campaign_detail", kwargs={"uid": campaign.uid}))
    assert answer.status_code == 302
    assert reverse("accounts:login") in answer.url
