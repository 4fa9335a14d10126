"""Password sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User


class ActiveUserBackend:
    """Checks user name and password of an active person; the system user never signs in.

    Signing in at another bureau's address is refused, so that a session belongs to one tenant.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        user = User.objects.filter(username__iexact=username, is_system=False).first()
        if user is None:
            make_password(password)
            return None
        bureau = getattr(request, "bureau", None)
        if not user.check_password(password) or not user.is_active:
            return None
        return None if bureau is not None and bureau.pk != user.bureau_id else user

    def get_user(self, user_id: int) -> User | None:
        return (
            User.objects.select_related("organisation__region", "bureau__region")
            .filter(pk=user_id, is_active=True)
            .first()
        )
