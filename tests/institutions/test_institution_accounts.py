"""An institution's account in the portal: opened once by the section, used by the institution alone."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from accounts.models import User
from institutions import services
from institutions.models import Institution
from tests.conftest import World

SignIn = Callable[[User], Client]


def place(world: World) -> Institution:
    values = {
        "name": "示例新苗艺术培训中心",
        "region": world.town,
        "standing": "UNLICENSED",
        "address": "示例路 1 号",
    }
    return services.institution_register(actor=world.head, values=values, at=timezone.now())


def test_the_first_password_opens_the_portal_and_shows_the_own_file(world: World, sign_in: SignIn) -> None:
    institution = place(world)
    page = sign_in(world.head).post(
        f"/desk/institutions/{institution.uid}/account/", {"username": "xinmiao", "name": "示例甲"}
    )
    text = page.content.decode()
    password = text.split('id="first-password">')[1].split("<")[0].strip()
    client = Client()
    client.post("/b/wushan/accounts/login/", {"username": "xinmiao", "password": password})
    assert client.get("/b/wushan/portal/")["Location"].endswith("/accounts/password/")
    person = User.objects.get(username="xinmiao")
    person.must_change_password = False
    person.save()
    assert "示例新苗艺术培训中心" in client.get("/b/wushan/portal/institution/").content.decode()
    assert client.get(f"/b/wushan/desk/institutions/{institution.uid}/").status_code == 403


def test_a_taken_name_is_told_and_nothing_is_made(world: World, sign_in: SignIn) -> None:
    institution = place(world)
    page = sign_in(world.head).post(
        f"/desk/institutions/{institution.uid}/account/", {"username": "officer", "name": "示例甲"}
    )
    assert page.status_code == 422
    assert "已被使用" in page.content.decode()
    institution.refresh_from_db()
    assert institution.organisation is None


def test_officers_and_neighbours_do_not_open_accounts(world: World, sign_in: SignIn) -> None:
    address = f"/desk/institutions/{place(world).uid}/account/"
    assert sign_in(world.officer).get(address).status_code == 403
    assert sign_in(world.neighbour_officer).get(address).status_code == 404
