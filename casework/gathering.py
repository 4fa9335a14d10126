"""Many small readings in one trip to the database: the home page asks thirty rooms for their rows at once.

A function decorated with `asking` yields what it makes (work items, figures) and, when it needs rows, yields a
query set: the rows come back as the value of that `yield`. Called alone it reads for itself; `gather` runs many
of them side by side and reads what all of them ask for at the same time by one statement.

    @asking
    def approvals(actor, today):
        for row in (yield approvals_waiting(actor)):
            yield WorkItem(...)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, QuerySet, Value
from psycopg2.extensions import string_types

from accounts.models import User

Work = Generator[Any, Any, None]
BATCH = 12


class Asking:
    """A source of items that asks for its rows; see the module."""

    def __init__(self, work: Callable[..., Work]) -> None:
        self.begin = work
        update_wrapper(self, work)

    def __call__(self, actor: User, *args: Any) -> list[Any]:
        """Its items, read alone."""
        return gather([self.begin(actor, *args)])[0]


def asking(work: Callable[..., Work]) -> Asking:
    """Mark a generator that asks for rows by yielding query sets."""
    return Asking(work)


def begin(source: Callable[..., Iterable[Any]], *args: Any) -> Work:
    """A source as something that `gather` runs, whether it asks or reads for itself."""
    if isinstance(source, Asking):
        return source.begin(*args)
    return _plain(source, *args)


def _plain(source: Callable[..., Iterable[Any]], *args: Any) -> Work:
    yield from source(*args)


def gather(works: Sequence[Work]) -> list[list[Any]]:
    """The items of each work in its order; what several works ask for at the same time is read in one trip."""
    made: list[list[Any]] = [[] for _ in works]
    waiting = {
        place: rows
        for place, work in enumerate(works)
        if (rows := _advance(work, made[place], None)) is not None
    }
    while waiting:
        answers = dict(zip(waiting, read_together(list(waiting.values())), strict=True))
        waiting = {
            place: rows
            for place, answer in answers.items()
            if (rows := _advance(works[place], made[place], answer)) is not None
        }
    return made


def _advance(work: Work, made: list[Any], answer: list[Any] | None) -> QuerySet[Any] | None:
    """Run until the work asks for rows (returned) or ends (None)."""
    try:
        said = work.send(answer)
        while not isinstance(said, QuerySet):
            if isinstance(said, list):
                said = work.send(said)
            else:
                made.append(said)
                said = next(work)
    except StopIteration:
        return None
    rows: QuerySet[Any] = said
    return rows


def read_together(asked: Sequence[QuerySet[Any]]) -> list[list[Any]]:
    """The rows of each query set, prefetched ones included, by as few statements as pay.

    A dozen query sets make one UNION ALL. Every branch gives its cells as an array of texts; the driver's own
    casters then make of a text what they would have made of the column. More in one statement gain nothing: the
    planner's time grows faster than the number of branches.
    """
    if len({rows.db for rows in asked}) > 1:
        return [list(rows) for rows in asked]
    rows: list[list[Any]] = []
    for start in range(0, len(asked), BATCH):
        rows += _read_batch(asked[start : start + BATCH])
    return rows


def _read_batch(asked: Sequence[QuerySet[Any]]) -> list[list[Any]]:
    if len(asked) == 1:
        return [list(asked[0])]
    connection = connections[asked[0].db]
    compiled = [_compiled(rows) for rows in asked]
    branches = [_branch(place, one) for place, one in enumerate(compiled) if one.sql]
    found: list[list[Any]] = [[] for _ in asked]
    if branches:
        params = [item for one in compiled if one.sql for item in one.params]
        with connection.cursor() as cursor:
            cursor.execute(f"{' UNION ALL '.join(branches)} ORDER BY 1, 2", params)
            _sort_out(cursor.fetchall(), cursor.cursor, compiled, found)
    return [_made_of(rows, one.compiler, got) for rows, one, got in zip(asked, compiled, found, strict=True)]


@dataclass(frozen=True)
class _Compiled:
    """A query set as SQL; empty when it can have no rows."""

    compiler: Any
    sql: str
    params: tuple[Any, ...]


def _compiled(rows: QuerySet[Any]) -> _Compiled:
    compiler: Any = rows.query.chain().get_compiler(using=rows.db)
    try:
        sql, params = compiler.as_sql(with_col_aliases=True)
    except EmptyResultSet:
        return _Compiled(compiler, "", ())
    return _Compiled(compiler, sql, tuple(params))


def _branch(place: int, one: _Compiled) -> str:
    quote = one.compiler.quote_name_unless_alias
    cells = ", ".join(f"{quote(alias)}::text" for _, _, alias in one.compiler.select)
    head = f"SELECT {place} AS place, row_number() OVER () AS line, ARRAY[{cells}] AS cells"
    return f"{head} FROM ({one.sql}) AS rows_{place}"


def _sort_out(
    answer: list[tuple[Any, ...]], driver: Any, compiled: list[_Compiled], found: list[list[Any]]
) -> None:
    """Cells of each row, made into values by the driver's casters for the types of the columns."""
    casters = {**string_types, **driver.connection.string_types}
    casts: dict[int, list[Any]] = {}
    for place, _, cells in answer:
        if place not in casts:
            casts[place] = [casters[oid] for oid in _types(compiled[place])]
        found[place].append(tuple(cast(cell, driver) for cast, cell in zip(casts[place], cells, strict=True)))


def _types(one: _Compiled) -> list[int]:
    """Type numbers of the columns, as the fields declare them."""
    names = [
        expression.output_field.db_type(one.compiler.connection) for expression, _, _ in one.compiler.select
    ]
    unknown = sorted(set(names) - _known_types.keys())
    if unknown:
        with one.compiler.connection.cursor() as cursor:
            cursor.execute("SELECT name, name::regtype::oid::int8 FROM unnest(%s) AS name", [unknown])
            _known_types.update(cursor.fetchall())
    return [_known_types[name] for name in names]


_known_types: dict[str, int] = {}


def _made_of(rows: QuerySet[Any], compiler: Any, found: list[tuple[Any, ...]]) -> list[Any]:
    """Model instances (or values) of raw rows, by the query set's own machinery."""
    answered: Any = rows.all()
    compiler.execute_sql = lambda *args, **kwargs: [found]
    answered.query.get_compiler = lambda *args, **kwargs: compiler
    return list(answered)


def totals(rows: QuerySet[Any], **aggregates: Any) -> QuerySet[Any]:
    """Totals over rows as a query set, so that they can be asked for; read them with `total_of`."""
    values = aggregates or {"n": Count("pk")}
    whole: QuerySet[Any] = (
        rows.order_by().annotate(_whole=Value(1)).values("_whole").annotate(**values).values(*values)
    )
    return whole


def total_of(answer: list[dict[str, Any]], name: str = "n") -> int:
    """One of the totals; nothing to count is 0."""
    return int(answer[0][name] or 0) if answer else 0
