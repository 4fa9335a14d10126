"""Bulk rows by SQL: every column that is not named gets the model's own default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

ANALYSE_FROM = 10_000  # joins of the next statement need statistics that autovacuum would bring too late


@contextmanager
def without_triggers() -> Iterator[None]:
    """Foreign keys and triggers are not checked inside; check and exclusion constraints are."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def settle() -> None:
    """What autovacuum would have done by the next morning: statistics, visibility, index pending lists."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]


def _default(model: type[models.Model], field: models.Field[Any, Any]) -> tuple[str, list[Any]]:
    """SQL and parameters of the value that the model would have put in."""
    if isinstance(field, models.UUIDField) and field.has_default():
        return "gen_random_uuid()", []
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()", []
    if not field.has_default() and not field.null and not field.empty_strings_allowed:
        raise ValueError(f"{model.__name__}.{field.name} has no default and was not given")
    value = None if not field.has_default() and field.null else field.get_default()
    return f"%s::{field.db_type(connection)}", [field.get_db_prep_save(value, connection)]


def insert_select(
    model: type[models.Model], source: str, /, *, given: Sequence[Any] = (), **expressions: str
) -> int:
    """`INSERT INTO model SELECT …`: `source` follows FROM, with `given` for its placeholders.

    `expressions` are SQL by field name.
    """
    columns, selected, params = [], [], []
    for field in _fields(model):
        columns.append(f'"{field.column}"')
        if field.name in expressions:
            selected.append(f"({expressions.pop(field.name)})::{field.db_type(connection)}")
            continue
        sql, values = _default(model, field)
        selected.append(sql)
        params += values
    if expressions:
        raise ValueError(f"{model.__name__} has no field {sorted(expressions)}")
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) SELECT {", ".join(selected)} FROM {source}',
            [*params, *given],
        )
        made = int(cursor.rowcount)
        if made >= ANALYSE_FROM:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
        return made
