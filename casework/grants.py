"""What the application's database role may do in production.

Migrations run as the owner. The application's role owns nothing, reads and writes ordinary tables, and
only reads and appends where rows are evidence: audit events, seals, anchors and every other append-only table.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql

SEALED_SCHEMA = "sealed"
SCHEMAS = ("public", SEALED_SCHEMA)
READ_ONLY = ("django_migrations",)


class GrantRefused(Exception):
    """The named role cannot be the application's role; the message says why."""


def append_only_tables() -> list[str]:
    """Tables whose model forbids change and deletion by the trigger `append_only`."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", ()))
    )


def changeable_columns() -> dict[str, tuple[str, ...]]:
    """Columns of sealed tables that may change (keys that are rotated or shredded), by table."""
    return {
        model._meta.db_table: columns
        for model in apps.get_models()
        if (columns := getattr(model, "changeable_columns", ()))
    }


@transaction.atomic
def role_grant(role: str) -> list[str]:
    """Give `role` exactly what the application needs; returns the append-only tables. Repeatable.

    Raises GrantRefused when the role is missing, a superuser, or owns tables: triggers and grants would
    not hold it back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise GrantRefused(f"数据库里没有角色 {role}，请先建立（参见 deploy/postgres-init.sh）。")
        if found[0]:
            raise GrantRefused(f"{role} 是超级用户，不能作为应用角色。")
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tableowner = %s AND schemaname = ANY(%s)",
            [role, list(SCHEMAS)],
        )
        if cursor.fetchone()[0]:
            raise GrantRefused(f"{role} 拥有数据表，不能作为应用角色。请用另一个角色执行迁移。")
        sealed = append_only_tables()
        for statement in _statements(role, sealed):
            cursor.execute(statement)
    return sealed


def _statements(role: str, append_only: list[str]) -> list[sql.Composed]:
    who = sql.Identifier(role)
    schemas = sql.SQL(", ").join(map(sql.Identifier, SCHEMAS))
    found = [
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {schemas} FROM {who}"),
        sql.SQL("REVOKE CREATE ON SCHEMA {schemas} FROM {who}"),
        sql.SQL("REVOKE CREATE ON SCHEMA {schemas} FROM PUBLIC"),
        sql.SQL("GRANT USAGE ON SCHEMA {schemas} TO {who}"),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO {who}"),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {who}"),
        sql.SQL("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA sealed TO {who}"),
    ]
    composed = [statement.format(schemas=schemas, who=who) for statement in found]
    for table in append_only:
        composed.append(
            sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {who}").format(
                table=sql.Identifier(table), who=who
            )
        )
    for table, columns in sorted(changeable_columns().items()):
        composed.append(
            sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {who}").format(
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                table=sql.Identifier(SEALED_SCHEMA, table),
                who=who,
            )
        )
    for table in READ_ONLY:
        composed.append(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {table} FROM {who}").format(
                table=sql.Identifier(table), who=who
            )
        )
    return composed
