"""Transitions as buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from casework.errors import Blocked, DomainError, NotAllowed
from casework.workflow import Offer


def offers_as_actions(
    offers: Iterable[Offer], url_of: Callable[[str], str | None], version: int | None = None
) -> list[dict[str, Any]]:
    """Data of `ui/_actions.html`. `url_of(name)` gives a page (with a form) or a POST address, or None to
    leave the transition out; prefix the address with `POST ` for a one-click action."""
    actions = []
    for offer in offers:
        address = url_of(offer.transition.name)
        if address is None:
            continue
        method, _, url = address.rpartition(" ")
        actions.append(
            {
                "label": offer.transition.label,
                "url": url,
                "method": "post" if method == "POST" else "link",
                "primary": offer.transition.is_primary,
                "danger": offer.transition.is_danger,
                "confirm": f"确定{offer.transition.label}？" if method == "POST" else "",
                "blocked": [str(reason) for reason in offer.reasons],
                "version": version,
            }
        )
    return actions


def run_transition(request: HttpRequest, work: Callable[[], Any], done: str) -> bool:
    """Run a one-click service call; show `done`, or every reason why it was refused."""
    try:
        work()
    except NotAllowed as error:
        raise PermissionDenied(error.message) from error
    except Blocked as error:
        for reason in error.reasons:
            messages.error(request, str(reason))
        return False
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True
