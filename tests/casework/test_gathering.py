"""Rows asked for by many at once are the same as when each reads for itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, Count, Exists, F, Model, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.test.utils import CaptureQueriesContext

from accounts.models import OfficerCertificate, Organisation, Region, RoleAssignment, User
from casework.gathering import BATCH, asking, begin, gather, read_together, total_of, totals
from casework.management.commands.load_reference import load_all
from casework.models import AuditEvent, CalendarDay, DocumentKind, PolicyValue
from casework.registries import WorkItem
from institutions import services
from institutions.models import Institution, InstitutionState, Person
from tests.conftest import World
from tests.institutions.factories import make_institution, make_unlicensed

pytestmark = pytest.mark.django_db


def told(row: Any) -> Any:
    """Everything that a row holds, whole rows of its relations included."""
    if not isinstance(row, Model):
        return row
    held = {
        key: value
        for key, value in row.__dict__.items()
        if key not in {"_state", "_prefetched_objects_cache"}
    }
    held = {key: bytes(value) if isinstance(value, memoryview) else value for key, value in held.items()}
    return held, {name: told(item) for name, item in row._state.fields_cache.items()}


@pytest.fixture
def asked(world: World) -> list[QuerySet[Any]]:
    """Every type of column that the house knows, and every shape of a query set that worklists use."""
    load_all()
    place = make_institution(
        world, aliases=["橘灯，画室", 'a"b\\c{}'], longitude=109.8791, latitude=31.07, floor_area_m2="120.50"
    )
    make_unlicensed(world)
    services.legal_person_set(
        actor=world.head,
        institution=place,
        name="李示例",
        id_number="11010519491231002X",
        phone="13800138000",
    )
    roles = RoleAssignment.objects.filter(user=OuterRef("pk"), role="OFFICER")
    word = Case(When(name__contains="县", then=Value("county")), default=F("code"))
    return [
        Institution.objects.select_related(
            "region", "bureau", "competent_department", "legal_person"
        ).order_by("pk"),
        Institution.objects.none(),
        Institution.objects.filter(pk__in=[]),
        Person.objects.all(),
        InstitutionState.objects.select_related("institution").order_by("-span", "pk"),
        OfficerCertificate.objects.select_related("user__organisation", "organ").order_by("pk")[1:3],
        AuditEvent.objects.order_by("-pk"),
        CalendarDay.objects.order_by("day")[:20],
        PolicyValue.objects.select_related("region").order_by("pk")[:30],
        DocumentKind.objects.defer("basis").order_by("-code"),
        User.objects.get_queryset().annotate(is_officer=Exists(roles)).order_by("username"),
        User.objects.get_queryset().prefetch_related("role_assignments").order_by("pk"),
        Organisation.objects.annotate(people=Count("users")).order_by("-people", "pk"),
        Region.objects.annotate(word=word, up=Coalesce("parent_id", 0)).order_by("path"),
        Region.objects.order_by("path").values_list("name", flat=True).distinct(),
        Region.objects.filter(name__contains="%").values("pk", "valid_from"),
        totals(Institution.objects.all(), n=Count("pk"), towns=Count("region", distinct=True)),
        totals(Institution.objects.filter(name="没有")),
    ]


def test_rows_are_the_same_as_when_read_alone(asked: list[QuerySet[Any]]) -> None:
    alone = [[told(row) for row in rows.all()] for rows in asked]
    read_together(asked)  # the first reading also learns the numbers of the types
    with CaptureQueriesContext(connection) as caught:
        together = [[told(row) for row in rows] for rows in read_together([rows.all() for rows in asked])]
    assert together == alone
    assert sum(bool(rows) for rows in together) > len(asked) - 5
    prefetches = 1
    assert len(caught) == -(-len(asked) // BATCH) + prefetches


def test_prefetched_rows_are_there(asked: list[QuerySet[Any]], django_assert_num_queries: Any) -> None:
    people = read_together(asked)[11]
    with django_assert_num_queries(0):
        assert any(row.role_assignments.all() for row in people)


def test_totals_of_nothing_are_nought(asked: list[QuerySet[Any]]) -> None:
    *_, some, nothing = read_together(asked)
    assert (total_of(some), total_of(some, "towns")) == (2, 1)
    assert total_of(nothing) == 0


@asking
def towns(actor: User, today: date) -> Any:
    rows = yield Region.objects.filter(level="TOWNSHIP").order_by("pk")
    for row in rows:
        yield WorkItem(row.name, "", today)
    again = yield Region.objects.filter(level="COUNTY").order_by("pk")
    yield WorkItem(f"{len(again)} 县", "", None)


@asking
def by_hand(actor: User, today: date) -> Any:
    for name in (yield ["甲", "乙"]):
        yield WorkItem(name, "", None)


def plainly(actor: User, today: date) -> list[WorkItem]:
    return [WorkItem("丙", "", None)]


def test_sources_run_side_by_side_and_alone(world: World) -> None:
    today = date(2026, 11, 22)
    sources = [towns, by_hand, plainly, towns]
    read_together([Region.objects.all(), Region.objects.all()])
    with CaptureQueriesContext(connection) as caught:
        made = gather([begin(source, world.head, today) for source in sources])
    assert len(caught) == 2, "one for each round, not one for each source"
    assert made[0] == made[3] == towns(world.head, today)
    assert [item.title for item in made[1] + made[2]] == ["甲", "乙", "丙"]
    assert made[0][-1].title.endswith("县")
    assert len(made[0]) == Region.objects.filter(level="TOWNSHIP").count() + 1
