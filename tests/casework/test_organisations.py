"""The administrator keeps partner departments; the section opens institutions' accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Organisation, User
from casework.models import AuditEvent
from tests.conftest import World

SignIn = Callable[[User], Client]
NEW = "/desk/organisations/new/"


def entered(world: World, **changes: object) -> dict[str, object]:
    facts = {
        "kind": "SPORT",
        "name": "巫山县体育局",
        "short_name": "体育局",
        "region": world.bureau.region.pk,
        "number_word": "巫体",
        "is_active": "on",
    }
    return {**facts, **changes}


def test_a_department_is_opened_and_changed(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.admin)
    assert client.post(NEW, entered(world)).status_code == 302
    body = Organisation.objects.get(name="巫山县体育局")
    assert (body.kind, body.number_word, body.region_path) == ("SPORT", "巫体", world.bureau.region.path)
    client.post(
        f"/desk/organisations/{body.pk}/", entered(world, short_name="县体育局", uscc="11500237009047112A")
    )
    body.refresh_from_db()
    assert (body.short_name, body.uscc) == ("县体育局", "11500237009047112A")
    assert AuditEvent.objects.filter(verb__startswith="casework.organisation_").count() == 2
    assert "县体育局" in client.get("/desk/organisations/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写此项"),
        ({"number_word": "巫教培"}, "机关代字"),
        ({"uscc": "1150023700904711OA"}, "统一社会信用代码为 18 位"),
    ],
)
def test_wrong_facts_are_told(world: World, sign_in: SignIn, changes: dict[str, object], words: str) -> None:
    answer = sign_in(world.admin).post(NEW, entered(world, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Organisation.objects.filter(kind="SPORT").exists()


def test_a_region_of_the_neighbour_is_no_choice(world: World, sign_in: SignIn) -> None:
    answer = sign_in(world.admin).post(NEW, entered(world, region=world.neighbour_town.pk))
    assert answer.status_code == 422


@pytest.mark.parametrize("persona", ["officer", "leader", "partner", "township", "supervisor"])
def test_only_the_administrator_keeps_bodies(world: World, sign_in: SignIn, persona: str) -> None:
    client = sign_in(world.personas[persona])
    assert client.get("/desk/organisations/").status_code == 403
    assert client.post(NEW, entered(world)).status_code == 403


def test_the_neighbours_body_is_not_found(world: World, sign_in: SignIn) -> None:
    foreign = Organisation.objects.filter(bureau=world.neighbour).first()
    assert foreign is not None
    assert sign_in(world.admin).get(f"/desk/organisations/{foreign.pk}/").status_code == 404
