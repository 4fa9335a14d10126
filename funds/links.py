"""The personal link of a family: signed, made void by another key, given out by the bureau only."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Bureau
from funds.models import Family

SALT = "funds.family.link"


def token_of(family: Family) -> str:
    """What stands in the link: the family's number and a signature with its own key."""
    signer = signing.Signer(salt=f"{SALT}:{family.link_key}")
    return signer.sign(str(family.pk)).replace(":", ".")


def family_by(token: str, bureau: Bureau) -> Family | None:
    """The family of a genuine link of this bureau; None for any other text."""
    number, _, _ = token.partition(".")
    if not number.isdecimal() or len(number) > 15:
        return None
    family = Family.objects.filter(pk=int(number), bureau=bureau).first()
    if family is None:
        return None
    try:
        signing.Signer(salt=f"{SALT}:{family.link_key}").unsign(token.replace(".", ":", 1))
    except signing.BadSignature:
        return None
    return family


def path_of(family: Family) -> str:
    """Path of the family's own page."""
    return reverse("funds_public:family", kwargs={"token": token_of(family)})


def link_of(request: HttpRequest, family: Family) -> str:
    """The whole address, for the desk page that shows it under a reason."""
    return request.build_absolute_uri(path_of(family))
