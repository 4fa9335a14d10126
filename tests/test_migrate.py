"""Our `migrate` leaves the schema that Django's own leaves, to the last constraint."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest

from tests.demo_template import ROOT, run_sql, with_path

OURS = "import config.management.commands.migrate as found"
DJANGOS = "import django.core.management.commands.migrate as found"
RUN = (
    "import django; django.setup(); {found}; from django.core.management import call_command; "
    "call_command(found.Command(), verbosity=0)"
)
SCHEMA = """
    SELECT format('%s.%s.%s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable, column_default)
      FROM information_schema.columns WHERE table_schema IN ('public', 'sealed')
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE connamespace::regnamespace::text IN ('public', 'sealed')
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'sealed')
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT app || '.' || name FROM django_migrations
"""


@pytest.mark.prove
def test_the_schema_is_that_of_djangos_own_command() -> None:
    ours, djangos = schema_after("schema_ours", OURS), schema_after("schema_djangos", DJANGOS)
    assert len(ours) > 1000
    assert set(ours) - set(djangos) == set()
    assert set(djangos) - set(ours) == set()


def schema_after(name: str, found: str) -> list[str]:
    """Migrate an empty database with the named command in a process of its own; its schema, line by line."""
    base = os.environ["DATABASE_URL"]
    server, own = with_path(base, "postgres"), with_path(base, name)
    run_sql(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        subprocess.run(
            [sys.executable, "-c", RUN.format(found=found)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": own},
            check=True,
        )
        with closing(psycopg2.connect(own)) as connection, connection.cursor() as cursor:
            cursor.execute(SCHEMA)
            return [row[0] for row in cursor.fetchall()]
    finally:
        run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")
