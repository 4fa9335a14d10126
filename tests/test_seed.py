"""The demonstration's commands: refused in production, deterministic, named accounts."""

from __future__ import annotations

from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import demo
from accounts.models import Bureau, OfficerCertificate, User
from casework.management.commands.load_reference import load_calendar_years
from config.demo.clock import anchor, at
from config.demo.people import FENGJIE, WUSHAN, build_city, build_county
from config.demo.timeline import Timeline


@pytest.mark.parametrize("command", ["seed_demo", "demo_accounts"])
def test_refused_in_production(settings, command: str) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="正式环境"):
        call_command(command)


@pytest.mark.django_db
def test_people_are_built_once_with_the_printed_passwords() -> None:
    call_command("load_regions", WUSHAN.code, FENGJIE.code, verbosity=0)
    for _ in range(2):
        city = build_city()
        county = build_county(WUSHAN, city)
    assert Bureau.objects.count() == 2
    assert OfficerCertificate.objects.filter(organ=county.education).count() == 16
    assert all(user.check_password(demo.password("wushan")) for user in (county.leader, county.officer))
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    for account in demo.COUNTY_ACCOUNTS:
        if account.suffix not in {"institution", "school"}:
            assert f"wushan-{account.suffix} " in out.getvalue()
    assert county.head.may("fieldwork.campaign_edit")
    assert not User.objects.get(username="wushan-admin").may("fieldwork.campaign_edit")


@pytest.mark.django_db
def test_without_a_demonstration_there_are_no_accounts() -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("demo_accounts")


@pytest.mark.django_db
def test_the_anchor_keeps_terms_inside_known_calendars() -> None:
    load_calendar_years()
    assert anchor(date(2026, 11, 10)) == date(2026, 11, 10)
    assert anchor(date(2026, 12, 30)).year == 2026
    assert anchor(date(2029, 3, 1)).year == 2026


def test_things_happen_in_the_order_of_time() -> None:
    seen: list[tuple[str, datetime]] = []
    timeline = Timeline()
    timeline.add(date(2023, 5, 2), 9, lambda moment: seen.append(("later", moment)))
    timeline.add(date(2023, 5, 1), 9, lambda moment: seen.append(("first", moment)))
    timeline.add(date(2023, 5, 1), 10, lambda moment: timeline.add(date(2023, 5, 1), 12, seen_twice))
    timeline.add(date(2023, 6, 1), 9, lambda moment: seen.append(("never", moment)))

    def seen_twice(moment: datetime) -> None:
        seen.append(("added", moment))

    assert timeline.run(at(date(2023, 5, 31))) == 4
    assert [name for name, _ in seen] == ["first", "added", "later"]
