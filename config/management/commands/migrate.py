"""`migrate` as Django has it, without the work that grows with the square of the house.

After every model, field, constraint, index and trigger that is added, Django builds the models around it anew, here
nearly every one: nine tenths of the time of a fresh database. A constraint, an index or a trigger changes no column, and
its statement is made from the operation itself, so the models in hand stay right; nothing that stands depends on a new
model, so it is built alone; a new field joins the model that stands. `tests/test_migrate.py` compares the two schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger

RULES = {"constraints", "indexes"}


@contextmanager
def built_alone() -> Iterator[None]:
    """Inside, what is added to a state leaves models that stand already as they are."""
    ours: tuple[tuple[Any, str, Callable[..., None]], ...] = (
        (ProjectState, "_append_option", _append),
        (ProjectState, "add_model", _add_model),
        (ProjectState, "add_field", _add_field),
        (AddTrigger, "state_forwards", _add_trigger),
    )
    djangos = [(owner, name, getattr(owner, name)) for owner, name, _ in ours]
    _replace(ours)
    try:
        yield
    finally:
        _replace(djangos)


def _replace(methods: Iterable[tuple[Any, str, Callable[..., None]]]) -> None:
    for owner, name, method in methods:
        setattr(owner, name, method)


DJANGOS_APPEND: Callable[..., None] = ProjectState._append_option  # type: ignore[attr-defined]


def _append(state: Any, app_label: str, model_name: str, option_name: str, item: Any) -> None:
    if option_name not in RULES:
        DJANGOS_APPEND(state, app_label, model_name, option_name, item)
        return
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], item]


def _add_model(state: Any, model_state: Any) -> None:
    key = model_state.app_label, model_state.name_lower
    state.models[key] = model_state
    if state._relations is not None:
        state.resolve_model_relations(key)
    if "apps" in state.__dict__:
        state.apps.render_multiple([model_state])


def _add_field(
    state: Any, app_label: str, model_name: str, name: str, field: Any, preserve_default: bool
) -> None:
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    state.models[key].fields[name] = field
    if state._relations is not None:
        state.resolve_model_field_relations(key, name, field)
    if "apps" in state.__dict__:
        state.apps.get_model(*key).add_to_class(name, field.clone())


def _add_trigger(operation: Any, app_label: str, state: Any) -> None:
    options = state.models[app_label, operation.model_name].options
    options["triggers"] = [*options.get("triggers", []), operation.trigger]


class Command(DjangoCommand):
    """Bring the database to the state of the migrations."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Run Django's own command."""
        with built_alone():
            return super().handle(*args, **options)
