"""Who stands for a place: registered once, numbers sealed, each reading with its purpose on record."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from casework.crypto import blind_index
from casework.errors import NotAllowed, Unlawful
from casework.models import AuditEvent
from institutions import services
from institutions.models import Institution, Person
from tests.conftest import World
from tests.institutions.factories import make_institution

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
NUMBER = "11010519491231002X"


def with_person(world: World) -> Institution:
    return services.legal_person_set(
        actor=world.head,
        institution=make_institution(world),
        name="李示例",
        id_number=NUMBER,
        phone="13800138000",
    )


def address(person: Person, field: str) -> str:
    return f"/desk/institutions/persons/{person.uid}/{field}/"


def readings(person: Person) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(verb="institutions.person_reveal", object_uid=person.uid))


def test_the_clerk_registers_a_legal_person_and_the_file_shows_the_tail_only(
    world: World, sign_in: SignIn
) -> None:
    place = make_institution(world)
    client = sign_in(world.clerk)
    url = f"/desk/institutions/{place.uid}/legal-person/"
    wrong = client.post(url, {"name": "李示例", "id_number": "110105194912310021", "version": "1"})
    assert wrong.status_code == 422
    assert "校验位" in wrong.content.decode()
    assert wrong["Cache-Control"] == "no-store"
    done = client.post(
        url,
        {"name": "李示例", "id_number": "１１０１０５ 19491231 002x", "phone": "13800138000", "version": "1"},
    )
    assert done.status_code == 302
    place.refresh_from_db()
    assert place.legal_person is not None
    assert place.legal_person.id_number_tail == "002X"
    text = client.get(f"/desk/institutions/{place.uid}/").content.decode()
    assert "李示例" in text
    assert "002X" in text
    assert NUMBER not in text
    assert (
        "13800138000"
        not in client.get(f"/desk/institutions/persons/{place.legal_person.uid}/").content.decode()
    )
    stale = client.post(url, {"name": "王示例", "id_number": "990001198001010013", "version": "1"})
    assert stale.status_code == 422


def test_an_officer_reads_a_number_once_with_a_purpose(
    world: World, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    place = with_person(world)
    person = place.legal_person
    assert person is not None
    client = sign_in(world.officer)
    page = client.get(address(person, "id_number"))
    assert page["Cache-Control"] == "no-store"
    assert NUMBER not in page.content.decode()
    for reason in ("", "核对"):
        refused = client.post(address(person, "id_number"), {"reason": reason})
        assert refused.status_code == 422
        assert NUMBER not in refused.content.decode()
    assert not readings(person)
    form = {"reason": "制作询问笔录，核对身份", "idempotency_key": str(uuid4())}
    with caplog.at_level(logging.DEBUG):
        shown = client.post(address(person, "id_number"), form)
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert NUMBER in shown.content.decode()
    assert NUMBER not in caplog.text
    [event] = readings(person)
    assert (event.actor, event.reason, event.about) == (world.officer, form["reason"], place.uid)
    assert event.changes == {"id_number": ["", blind_index(NUMBER)]}
    again = client.post(address(person, "id_number"), form, follow=True)
    assert "只显示一次" in again.content.decode()
    assert NUMBER not in again.content.decode()
    assert len(readings(person)) == 1
    assert form["reason"] in client.get(f"/desk/institutions/persons/{person.uid}/").content.decode()
    phone = client.post(address(person, "phone"), {"reason": "通知到场接受询问"})
    assert "13800138000" in phone.content.decode()


@pytest.mark.parametrize(
    ("persona", "page", "reveal"),
    [
        ("neighbour_officer", 404, 404),
        ("clerk", 200, 403),
        ("leader", 200, 403),
        ("legal", 200, 403),
        ("partner", 403, 403),
        ("market_officer", 404, 404),
        ("township", 403, 403),
        ("supervisor", 403, 403),
        ("institution_user", 403, 403),
    ],
)
def test_who_may_open_what(world: World, sign_in: SignIn, persona: str, page: int, reveal: int) -> None:
    person = with_person(world).legal_person
    assert person is not None
    client = sign_in(world.personas[persona])
    assert client.get(f"/desk/institutions/persons/{person.uid}/").status_code == page
    assert client.get(address(person, "id_number")).status_code == reveal
    posted = client.post(address(person, "id_number"), {"reason": "制作询问笔录"})
    assert posted.status_code == reveal
    assert NUMBER not in posted.content.decode()
    assert not readings(person)


def test_services_refuse_by_themselves(world: World) -> None:
    person = with_person(world).legal_person
    assert person is not None
    with pytest.raises(NotAllowed):
        services.person_reveal(
            actor=world.neighbour_officer, person=person, field="id_number", reason="制作笔录"
        )
    with pytest.raises(NotAllowed):
        services.person_register(actor=world.legal, name="张示例", region=world.town)
    bare = services.person_register(actor=world.head, name="张示例", region=world.town)
    with pytest.raises(Unlawful, match="没有登记电话"):
        services.person_reveal(actor=world.head, person=bare, field="phone", reason="通知到场")
    again = services.person_register(
        actor=world.head, name="李示例", region=world.town, id_number=NUMBER, phone="13900139000"
    )
    assert again.pk == person.pk
    assert again.phone_tail == "9000"
    event = AuditEvent.objects.get(verb="institutions.person_phone")
    assert event.changes == {"phone": [blind_index("13800138000"), blind_index("13900139000")]}


def test_no_field_but_the_sealed_ones(world: World, sign_in: SignIn) -> None:
    person = with_person(world).legal_person
    assert person is not None
    assert sign_in(world.officer).get(address(person, "name")).status_code == 404
    page = sign_in(world.officer).get(f"/desk/institutions/persons/{person.uid}/").content.decode()
    assert re.search(r"查看证件号码", page)
