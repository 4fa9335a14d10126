"""Production grants: the application's role writes ordinary rows and cannot touch what is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from casework import audit
from casework.grants import append_only_tables
from casework.models import AuditEvent, AuditPending, AuditSeal, Heartbeat
from tests.conftest import World

ROLE = "grants_test_app"
SEALED = ("casework_auditevent", "casework_auditanchor", "sealed.casework_auditseal")


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """Run statements with the rights of `role`."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def app_role(world: World) -> str:
    """The application's role with the grants of production, in this transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{ROLE}" NOLOGIN')
    call_command("grant_app_role", ROLE, verbosity=0)
    return ROLE


@pytest.mark.parametrize("table", SEALED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_change_what_is_sealed(app_role: str, table: str, statement: str) -> None:
    with (
        acting_as(app_role),
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_every_append_only_table_is_held_back(app_role: str) -> None:
    tables = append_only_tables()
    assert {"casework_auditevent", "casework_auditanchor", "casework_auditseal"} <= set(tables)
    with connection.cursor() as cursor:
        for table in tables:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [app_role, table, right])
                assert cursor.fetchone() == (False,), f"{right} {table}"
            cursor.execute("SELECT has_table_privilege(%s, %s, 'INSERT')", [app_role, table])
            assert cursor.fetchone() == (True,), table


def test_ordinary_work_goes_on(app_role: str, world: World) -> None:
    with acting_as(app_role):
        Heartbeat.objects.create(name="x")
        Heartbeat.objects.filter(name="x").update(outcome="y")
        assert Heartbeat.objects.get(name="x").outcome == "y"
        Heartbeat.objects.filter(name="x").delete()
        audit.record(actor=world.officer, verb="casework.test")
        assert AuditPending.objects.count() == 1
        assert audit.seal_pending() == 1
        assert audit.verify(world.bureau.pk) is None
    assert AuditEvent.objects.count() == AuditSeal.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.intruder (id int)",
        "CREATE TABLE sealed.intruder (id int)",
        "ALTER TABLE casework_auditevent DISABLE TRIGGER ALL",
        "DROP TABLE casework_heartbeat",
        "SET session_replication_role = replica",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_does_not_own_the_house(app_role: str, statement: str) -> None:
    with (
        acting_as(app_role),
        pytest.raises(ProgrammingError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_repeating_changes_nothing(app_role: str) -> None:
    def rights() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants "
                "WHERE grantee = %s ORDER BY 1, 2, 3",
                [app_role],
            )
            return list(cursor.fetchall())

    before = rights()
    call_command("grant_app_role", app_role, verbosity=0)
    assert before == rights()
    assert before


def test_a_missing_or_owning_role_is_refused(world: World) -> None:
    with pytest.raises(CommandError, match="没有角色"):
        call_command("grant_app_role", "nobody_of_that_name")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="不能作为应用角色"):
        call_command("grant_app_role", owner)
