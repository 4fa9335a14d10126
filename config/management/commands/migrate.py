"""`migrate` as Django has it, without the work that grows with the square of the house.

After every `AddConstraint` and `AddIndex` Django builds the changed model anew, and with it all models related to it,
here nearly every one: five sixths of the time of a fresh database. Neither changes a column, and the statement is
made from the operation itself, so the models in hand stay right. Fields, tables and triggers are built as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db.migrations.state import ProjectState

RULES = {"constraints", "indexes"}


@contextmanager
def rules_alone() -> Iterator[None]:
    """Inside, a constraint or an index added to a model's state leaves built models as they are."""
    original = ProjectState._append_option  # type: ignore[attr-defined]

    def append(state: Any, app_label: str, model_name: str, option_name: str, item: Any) -> None:
        if option_name not in RULES:
            original(state, app_label, model_name, option_name, item)
            return
        options = state.models[app_label, model_name].options
        options[option_name] = [*options[option_name], item]

    ProjectState._append_option = append  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._append_option = original  # type: ignore[attr-defined]


class Command(DjangoCommand):
    """Bring the database to the state of the migrations."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Run Django's own command."""
        with rules_alone():
            return super().handle(*args, **options)
