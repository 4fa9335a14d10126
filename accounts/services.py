"""Writing users."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User


@transaction.atomic
def password_changed(*, actor: User) -> None:
    """Note that the person has set an own password."""
    User.objects.filter(pk=actor.pk).update(must_change_password=False)
