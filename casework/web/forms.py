"""Carrying out a form once, and showing refusals where the user is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest

from accounts.models import User
from casework.audit.events import plain
from casework.errors import DomainError, NotAllowed, StaleVersion
from casework.models import AuditEvent, FormReceipt


def give_rows(form: forms.BaseForm, **rows: models.QuerySet[Any]) -> None:
    """Give the choice fields of a form, by name, the rows that they offer."""
    for name, queryset in rows.items():
        field = form.fields[name]
        if not isinstance(field, forms.ModelChoiceField):
            raise TypeError(f"{name} offers no rows")
        field.queryset = queryset


def fresh_key() -> UUID:
    """A key for the hidden field `idempotency_key` of a new form."""
    return uuid4()


def submit_once(*, actor: User, key: str, work: Callable[[], str]) -> str:
    """Run `work` (which returns the address of its result) once per key; a repeat gets the same address.

    A concurrent second submit waits for the first. A missing or malformed key runs the work plainly.
    """
    try:
        parsed = UUID(key)
    except ValueError:
        with transaction.atomic():
            return work()
    with transaction.atomic():
        receipt, is_first = FormReceipt.objects.get_or_create(user=actor, key=parsed)
        if not is_first:
            return receipt.result_url
        receipt.result_url = work()
        receipt.save(update_fields=["result_url"])
        return receipt.result_url


@contextmanager
def guarded(form: forms.BaseForm) -> Iterator[None]:
    """Turn a refusal of the service into an error of the form; NotAllowed becomes 403.

    After the block check `form.errors` (or `form.is_valid()`), which then holds the sentence. When somebody
    else saved first, `form.conflict` holds both persons' values and the version to save over.
    """
    try:
        yield
    except StaleVersion as error:
        form.add_error(None, error.message)
        form.conflict = version_conflict(error.current, form)  # type: ignore[attr-defined]
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except DomainError as error:
        form.add_error(None, error.message)


def say(request: HttpRequest, work: Callable[[], str]) -> bool:
    """Run a one-click action: its returned sentence, or the refusal, is shown as a message."""
    try:
        messages.success(request, work())
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except DomainError as error:
        messages.error(request, error.message)
        return False
    return True


def version_conflict(current: models.Model, form: forms.BaseForm) -> dict[str, Any]:
    """Data of `ui/_version_conflict.html`: the other person's values beside those in the form."""
    rows = []
    for name, bound in form.fields.items():
        if not hasattr(current, name):
            continue
        theirs = getattr(current, name)
        mine = form.cleaned_data.get(name) if hasattr(form, "cleaned_data") else form.data.get(name)
        if plain(theirs) != plain(mine):
            rows.append({"label": bound.label or name, "mine": plain(mine), "theirs": plain(theirs)})
    last = AuditEvent.objects.filter(object_uid=getattr(current, "uid", None)).order_by("-pk").first()
    return {
        "actor": last.actor_name if last else "另一位工作人员",
        "at": getattr(current, "updated_at", None),
        "rows": rows,
        "version": getattr(current, "version", 1),
    }
