"""Builders of monitors for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from config.demo.watchers import id_number, portrait
from monitors import services
from monitors.models import Monitor
from monitors.services import Nomination, Term
from monitors.services.monitors import account_link, team_of
from tests.conftest import World, make_user


def nominated(world: World, number: int = 0, *, at: datetime | None = None, **values: Any) -> Monitor:
    """A proposal."""
    fields = {
        "name": f"监督员{number}",
        "id_number": id_number(number),
        "region": world.town,
        "category": "PARENT",
        "recommender": "示例社区",
        **values,
    }
    return services.monitor_nominate(actor=world.clerk, nomination=Nomination(**fields), at=at)


def ready(world: World, monitor: Monitor, number: int = 0, at: datetime | None = None) -> Monitor:
    """Checked, with photo and declaration."""
    services.photo_receive(actor=world.clerk, monitor=monitor, upload=portrait(number), at=at)
    services.ties_none(actor=world.clerk, monitor=monitor, at=at)
    return services.monitor_qualify(actor=world.head, monitor=monitor, note="符合条件", at=at)


def publicised(world: World, number: int = 0, *, at: datetime | None = None, **values: Any) -> Monitor:
    """On a notice; by default one whose window is over."""
    moment = at or timezone.now() - timedelta(days=30)
    person = ready(world, nominated(world, number, at=moment, **values), number, moment)
    services.notice_open(
        actor=world.head, candidates=[person], title="拟聘公示", contact="023-0000000", at=moment
    )
    return Monitor.objects.get(pk=person.pk)


def appointed(
    world: World, number: int = 0, *, since: date | None = None, until: date | None = None, **values: Any
) -> Monitor:
    """In office since yesterday for a year, unless told otherwise."""
    today = timezone.localdate()
    first = since or today - timedelta(days=1)
    term = Term(1, first, until or first + timedelta(days=364))
    person = publicised(world, number, **values)
    return services.monitor_appoint(actor=world.leader, monitor=person, term=term)


def with_account(world: World, monitor: Monitor, username: str) -> User:
    """An account that acts in the term."""
    from accounts.roles import Role

    user = make_user(username, monitor.name, team_of(monitor), Role.MONITOR)
    account_link(actor=world.clerk, monitor=monitor, user=user)
    monitor.refresh_from_db()
    return user


def law_with_list(world: World) -> None:
    """The patrol checklist as shipped."""
    from fieldwork.data import checklists
    from fieldwork.services import checklist_publish

    content = next(row for row in checklists() if row["code"] == "DAILY_43")
    checklist_publish(actor=world.system, content=content)


def answers(world: World, **problems: str) -> dict[str, str]:
    """Everything in order except the items named, each with its value."""
    from monitors.selectors.patrols import checklist_on

    version = checklist_on(world.bureau, timezone.localdate())
    assert version is not None
    return {item.code: "YES" for item in version.items.all()} | problems


def sight(world: World, **values: Any) -> Any:
    """One place in order, seen from the street."""
    fields = {
        "place": "高唐街道示例路1号二楼",
        "spot_kind": "STREET",
        "activity": "NON_SUBJECT",
        "answers": answers(world),
        "seen_name": "" if values.get("institution") else "示例补习班",
        **values,
    }
    return services.Sight(**fields)
