"""Users of a bureau: what its administrator may do, and what nobody may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import OfficerCertificate, User
from accounts.roles import Role
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from casework.people import services
from casework.people.services import temporary_password
from tests.conftest import World

SignIn = Callable[[User], Client]


def form(world: World, **changes: Any) -> dict[str, Any]:
    """A complete form for a new officer."""
    return {
        "username": "zhang.san",
        "name": "张三",
        "organisation": world.education.pk,
        "title": "科员",
        "phone": "",
        "roles": [Role.OFFICER],
        **changes,
    }


def test_first_passwords_pass_the_rules() -> None:
    passwords = {temporary_password() for _ in range(200)}
    assert len(passwords) == 200
    for password in passwords:
        validate_password(password)


def test_an_administrator_opens_an_account_and_sees_the_password_once(world: World, sign_in: SignIn) -> None:
    answer = sign_in(world.admin).post("/desk/users/new/", form(world))
    person = User.objects.get(username="zhang.san")
    password = answer.context["password"]
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert password in answer.content.decode()
    assert person.check_password(password)
    assert person.must_change_password
    assert person.role_codes == (Role.OFFICER,)
    event = AuditEvent.objects.get(verb="casework.user_create")
    assert event.object_no == "zhang.san"
    assert password not in str(event.changes)


def test_the_new_person_must_change_the_password_first(world: World, sign_in: SignIn) -> None:
    sign_in(world.admin).post("/desk/users/new/", form(world))
    person = User.objects.get(username="zhang.san")
    answer = sign_in(person).get("/desk/")
    assert answer.status_code == 302
    assert answer["Location"].endswith(reverse("accounts:password_change").lstrip("/"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "OFFICER"}, "已被使用"),
        ({"username": "张三"}, "账号只能用"),
        ({"username": "ab"}, "账号只能用"),
        ({"roles": []}, "还没有保存"),
        ({"roles": [Role.TOWNSHIP_CLERK]}, "不能担任"),
        ({"roles": [Role.INSTITUTION_MANAGER]}, "不能担任"),
        ({"name": ""}, "还没有保存"),
    ],
)
def test_a_wrong_form_opens_nothing(
    world: World, sign_in: SignIn, changes: dict[str, Any], words: str
) -> None:
    count = User.objects.count()
    answer = sign_in(world.admin).post("/desk/users/new/", form(world, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.count() == count


def test_nobody_of_an_institution_gets_a_desk_role(world: World) -> None:
    with pytest.raises(Unlawful, match="不能担任"):
        services.user_create(
            actor=world.admin,
            username="spy",
            values={"name": "甲", "organisation": world.institution_org},
            roles=[Role.LEADER],
        )


def test_organisations_elsewhere_are_out_of_reach(world: World, sign_in: SignIn) -> None:
    elsewhere = world.neighbour_officer.organisation
    assert elsewhere is not None
    answer = sign_in(world.admin).post("/desk/users/new/", form(world, organisation=elsewhere.pk))
    assert answer.status_code == 422
    with pytest.raises(NotAllowed):
        services.user_create(
            actor=world.admin,
            username="far",
            values={"name": "甲", "organisation": elsewhere},
            roles=[Role.OFFICER],
        )


@pytest.mark.parametrize("suffix", ["", "edit/", "deactivate/", "activate/", "password/", "certificates/"])
def test_people_elsewhere_and_the_system_do_not_exist_here(
    world: World, sign_in: SignIn, suffix: str
) -> None:
    client = sign_in(world.admin)
    for person in (world.neighbour_officer, world.supervisor, world.system):
        path = f"/desk/users/{person.pk}/{suffix}"
        method = client.get if suffix in {"", "edit/", "deactivate/"} else client.post
        assert method(path).status_code == 404, path


@pytest.mark.parametrize("name", ["leader", "head", "officer", "clerk", "partner", "township", "supervisor"])
def test_only_administrators_come_near_users(world: World, sign_in: SignIn, name: str) -> None:
    client = sign_in(world.personas[name])
    assert client.get("/desk/users/").status_code == 403
    assert client.get(f"/desk/users/{world.officer.pk}/").status_code == 403
    assert client.post(f"/desk/users/{world.officer.pk}/password/").status_code == 403
    with pytest.raises(NotAllowed):
        services.password_reset(actor=world.personas[name], person=world.officer)


def test_the_list_holds_the_bureaus_own_people_only(world: World, sign_in: SignIn) -> None:
    body = sign_in(world.admin).get("/desk/users/").content.decode()
    for person in (world.officer, world.market_officer, world.township, world.institution_user):
        assert person.username in body
    for person in (world.neighbour_officer, world.supervisor):
        assert person.username not in body


def test_the_list_filters_by_words_role_and_state(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.admin)
    assert "执法甲" not in client.get("/desk/users/?q=市监").content.decode()
    assert "市监甲" in client.get("/desk/users/?q=市监").content.decode()
    assert "执法甲" not in client.get(f"/desk/users/?role={Role.LEADER}").content.decode()
    assert "执法甲" not in client.get("/desk/users/?is_active=false").content.decode()


def test_an_edit_notes_only_what_changed(world: World, sign_in: SignIn) -> None:
    data = form(world, name="执法甲", title="", roles=[Role.OFFICER, Role.DATA_CLERK])
    sign_in(world.admin).post(f"/desk/users/{world.officer.pk}/edit/", data)
    event = AuditEvent.objects.get(verb="casework.user_edit")
    assert event.changes == {"roles": [["执法人员"], ["数据报送员", "执法人员"]]}
    assert set(User.objects.get(pk=world.officer.pk).role_codes) == {Role.OFFICER, Role.DATA_CLERK}
    sign_in(world.admin).post(f"/desk/users/{world.officer.pk}/edit/", data)
    assert AuditEvent.objects.filter(verb="casework.user_edit").count() == 1


def test_an_administrator_does_not_lock_oneself_out(world: World) -> None:
    values = {"name": "管理员", "organisation": world.education}
    with pytest.raises(Unlawful, match="不能取消自己"):
        services.user_edit(actor=world.admin, person=world.admin, values=values, roles=[Role.OFFICER])
    with pytest.raises(Unlawful, match="不能停用自己"):
        services.user_deactivate(actor=world.admin, person=world.admin, reason="x")


def test_a_closed_account_is_out_at_once_and_may_come_back(world: World, sign_in: SignIn) -> None:
    officer = sign_in(world.officer)
    admin = sign_in(world.admin)
    assert officer.get("/desk/").status_code == 200
    assert admin.post(f"/desk/users/{world.officer.pk}/deactivate/", {"reason": ""}).status_code == 422
    admin.post(f"/desk/users/{world.officer.pk}/deactivate/", {"reason": "调离"})
    assert officer.get("/desk/").status_code == 302
    with pytest.raises(WrongState):
        services.user_deactivate(actor=world.admin, person=world.officer, reason="再来")
    admin.post(f"/desk/users/{world.officer.pk}/activate/")
    assert User.objects.get(pk=world.officer.pk).is_active


def test_a_reset_ends_sessions_and_is_noted_without_the_password(world: World, sign_in: SignIn) -> None:
    officer = sign_in(world.officer)
    answer = sign_in(world.admin).post(f"/desk/users/{world.officer.pk}/password/")
    password = answer.context["password"]
    assert User.objects.get(pk=world.officer.pk).check_password(password)
    assert officer.get("/desk/").status_code == 302
    event = AuditEvent.objects.get(verb="casework.password_reset")
    assert event.changes == {}
    assert password not in event.reason


def test_a_reset_needs_a_post(world: World, sign_in: SignIn) -> None:
    assert sign_in(world.admin).get(f"/desk/users/{world.officer.pk}/password/").status_code == 405


def test_a_certificate_is_entered_with_both_days_included(world: World, sign_in: SignIn) -> None:
    data = {"number": "50023799", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    sign_in(world.admin).post(f"/desk/users/{world.head.pk}/certificates/", data)
    certificate = OfficerCertificate.objects.get(number="50023799")
    assert certificate.is_valid_on(date(2026, 12, 31))
    assert not certificate.is_valid_on(date(2027, 1, 1))
    assert certificate.last_day == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("number", "starts_on", "ends_on", "words"),
    [
        ("50023701", "2026-01-01", "2026-12-31", "已经登记"),
        ("X1", "2026-12-31", "2026-01-01", "不能早于"),
    ],
)
def test_impossible_certificates_are_refused(
    world: World, sign_in: SignIn, number: str, starts_on: str, ends_on: str, words: str
) -> None:
    data = {"number": number, "starts_on": starts_on, "ends_on": ends_on}
    answer = sign_in(world.admin).post(f"/desk/users/{world.head.pk}/certificates/", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_an_institution_holds_no_certificate(world: World) -> None:
    with pytest.raises(Unlawful, match="行政机关"):
        services.certificate_add(
            actor=world.admin,
            person=world.institution_user,
            organ=world.institution_org,
            number="X",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 2, 1),
        )


def test_a_revoked_certificate_covers_only_the_days_before(world: World, sign_in: SignIn) -> None:
    certificate = world.officer.certificates.get()
    today = timezone.localdate()
    path = f"/desk/users/{world.officer.pk}/certificates/{certificate.pk}/revoke/"
    data = {"revoked_on": today.isoformat(), "reason": "调离执法岗位"}
    assert sign_in(world.admin).post(path, data).status_code == 302
    certificate.refresh_from_db()
    assert certificate.is_valid_on(today - timedelta(days=1))
    assert not certificate.is_valid_on(today)
    assert "已经收回" in sign_in(world.admin).post(path, data).content.decode()
