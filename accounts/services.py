"""Writing users."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User

SYSTEM_USERNAME = "system"


@transaction.atomic
def system_user() -> User:
    """Who signs what jobs do; made on first use, so that no audit event is without an actor."""
    user, is_new = User.objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"name": "系统", "is_system": True}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def password_changed(*, actor: User) -> None:
    """Note that the person has set an own password."""
    User.objects.filter(pk=actor.pk).update(must_change_password=False)
