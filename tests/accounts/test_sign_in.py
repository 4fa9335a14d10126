"""Signing in: lockout, idle time-out, tenants, password rules."""

from __future__ import annotations

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD, World


def attempt(username: str, password: str, prefix: str = "/b/wushan") -> object:
    return Client().post(f"{prefix}/accounts/login/", {"username": username, "password": password})


def test_the_right_password_opens_the_desk(world: World) -> None:
    response = attempt("officer", PASSWORD)
    assert response.status_code == 302
    assert response["Location"].endswith("/home/")


def test_a_wrong_password_is_refused_in_chinese(world: World) -> None:
    response = attempt("officer", "wrong")
    assert response.status_code == 200
    assert "账号或密码不正确" in response.content.decode()


def test_five_failures_lock_the_account(world: World) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt("officer", "wrong")
    locked = attempt("officer", PASSWORD)
    assert locked.status_code == 429
    assert "锁定" in locked.content.decode()


def test_another_bureaus_address_refuses_the_session(world: World) -> None:
    assert attempt("officer", PASSWORD, "/b/fengjie").status_code == 200
    client = Client()
    client.post("/b/wushan/accounts/login/", {"username": "officer", "password": PASSWORD})
    assert client.get("/b/wushan/desk/").status_code == 200
    assert client.get("/b/fengjie/desk/").status_code == 404


def test_an_unknown_bureau_is_not_found(world: World) -> None:
    assert Client().get("/b/nowhere/").status_code == 404


def test_an_idle_session_ends(world: World) -> None:
    client = Client()
    with time_machine.travel("2026-11-22 09:00+08:00", tick=False) as clock:
        client.post("/b/wushan/accounts/login/", {"username": "officer", "password": PASSWORD})
        assert client.get("/b/wushan/desk/").status_code == 200
        clock.shift(settings.IDLE_TIMEOUT_SECONDS + 61)
        response = client.get("/b/wushan/desk/")
    assert response.status_code == 302
    assert "idle=1" in response["Location"]


def test_a_first_password_must_be_changed(world: World) -> None:
    User.objects.filter(pk=world.officer.pk).update(must_change_password=True)
    client = Client()
    client.post("/b/wushan/accounts/login/", {"username": "officer", "password": PASSWORD})
    assert client.get("/b/wushan/desk/")["Location"].endswith("/accounts/password/")
    new = "Brand-New-Pass-9"
    client.post(
        "/b/wushan/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert client.get("/b/wushan/desk/").status_code == 200


@pytest.mark.parametrize("weak", ["short-A1", "alllowercaseletters", "1234567890", "password123"])
def test_weak_passwords_are_refused(db: None, weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak)


def test_the_system_user_never_signs_in(world: World) -> None:
    world.system.set_password(PASSWORD)
    world.system.save()
    assert attempt("system", PASSWORD).status_code == 200


def test_security_headers_and_strict_csp(world: World) -> None:
    response = Client().get("/b/wushan/accounts/login/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Request-ID"]
