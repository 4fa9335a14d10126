"""What an action is, and the small makers of forms and runs that most actions need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    data,
)
from penalties.models import (
    Case,
)

EDIT, APPROVE, MANAGE = "penalties.case_edit", "penalties.case_approve", "penalties.case_manage"
Make = Callable[[AuthedRequest, Case, Any], Any]
Run = Callable[[User, Case, Any, Any], object]


@dataclass(frozen=True)
class Action:
    """One action: who may, its words, its form (none: one click), what it runs, and of which rows."""

    label: str
    permission: str
    run: Run
    form: Make | None = None
    done: str = "已办理。"
    row: Any = None
    sentence: str = ""
    is_danger: bool = False
    two_columns: bool = False
    versioned: bool = False
    issues: bool = False  # its form can show the papers before they are issued
    tells: Callable[[Any], str] | None = None


def plain(form_class: Any, **initial: Any) -> Make:
    """A form without knowledge of the case."""

    def make(request: AuthedRequest, case: Case, row: Any) -> Any:
        filled = {key: value() if callable(value) else value for key, value in initial.items()}
        return form_class(**data(request), initial=filled)

    return make


def labelled(form_class: Any, label: str) -> Make:
    """A form whose one field is called differently."""
    return lambda request, case, row: form_class(**data(request), label=label)


def knowing(form_class: Any, **initial: Any) -> Make:
    """A form whose choices depend on the case."""

    def make(request: AuthedRequest, case: Case, row: Any) -> Any:
        filled = {key: value() if callable(value) else value for key, value in initial.items()}
        return form_class(**data(request), case=case, initial=filled)

    return make


def on_case(service: Callable[..., object]) -> Run:
    """The form's fields straight to a service of the case."""
    return lambda actor, case, row, form: service(
        actor=actor, case=case, **(form.cleaned_data if form else {})
    )


def on_row(name: str, service: Callable[..., object]) -> Run:
    """The form's fields straight to a service of one row."""
    return lambda actor, case, row, form: service(
        actor=actor, **{name: row}, **(form.cleaned_data if form else {})
    )


def today() -> Any:
    """Today, for forms."""
    return timezone.localdate()


def now() -> Any:
    """Now, for forms."""
    return timezone.localtime()
