"""Opening a real county: one command, then the administrator signs in."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Bureau, Region, User
from casework.models import AuditEvent, PolicyValue


def opened(*extra: str) -> str:
    out = io.StringIO()
    call_command("create_bureau", "211221", "tieling", "铁岭县教育局", "铁县教", *extra, stdout=out)
    return out.getvalue()


def test_a_county_is_opened_with_its_townships_and_an_administrator(db: None) -> None:
    said = opened()
    county = Bureau.objects.get(slug="tieling").region
    assert Region.objects.filter(parent=county).count() == 16
    assert PolicyValue.objects.exists()
    assert AuditEvent.objects.filter(verb="casework.bureau_open").count() == 1
    admin = User.objects.get(username="tieling-admin")
    password = said.split("初始密码 ")[1].split("（")[0]
    assert admin.must_change_password
    answer = Client().post("/b/tieling/accounts/login/", {"username": "tieling-admin", "password": password})
    assert answer.status_code == 302


def test_the_same_county_is_not_opened_twice(db: None) -> None:
    opened()
    with pytest.raises(CommandError, match="已被使用"):
        opened()
    with pytest.raises(CommandError, match="已经开通"):
        call_command("create_bureau", "211221", "tieling2", "铁岭县教育局", "铁县教二", stdout=io.StringIO())
    with pytest.raises(CommandError, match="小写字母"):
        call_command("create_bureau", "211221", "铁岭", "x", "y", stdout=io.StringIO())
