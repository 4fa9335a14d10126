"""Persons: each once, numbers sealed, reading audited."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from accounts.models import Region, User
from casework import audit
from casework.crypto import blind_index, seal, unseal
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, root_fields
from institutions.models import Institution, Person

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


def id_number_problem(number: str) -> str:
    """Why a resident identity number is wrong (GB 11643-1999); empty when it is well formed."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return "身份证号应为 18 位（末位可为 X），请重新填写。"
    total = sum(int(sign) * weight for sign, weight in zip(number, _ID_WEIGHTS, strict=False))
    if _ID_CHECKS[total % 11] != number[17]:
        return "身份证号校验位不符，请逐位核对。"
    return ""


@transaction.atomic
def person_register(
    *, actor: User, name: str, region: Region, id_number: str = "", phone: str = ""
) -> Person:
    """The person with that identity number, registered when new. Without a number always a new person.

    Raises Unlawful for a malformed number or a known number under another name.
    """
    number = re.sub(r"\s", "", id_number).upper()
    if number and (problem := id_number_problem(number)):
        raise Unlawful(problem)
    root = root_fields(actor=actor, region=region)
    digest = blind_index(number)
    known = Person.objects.filter(bureau=root["bureau"], id_number_digest=digest).first() if digest else None
    if known is not None:
        if known.name != name:
            raise Unlawful("这个证件号码已登记在另一个姓名下，请核对姓名和号码。")
        return known
    person = Person(**root, name=name, id_number_digest=digest, id_number_tail=number[-4:])
    person.phone_digest, person.phone_tail = blind_index(phone), phone[-4:]
    person.id_number_sealed = seal(number, _context(person, "id_number"))
    person.phone_sealed = seal(phone, _context(person, "phone"))
    return record_create(actor=actor, obj=person, verb="institutions.person_register")


@transaction.atomic
def person_reveal(
    *, actor: User, person: Person, field: str, reason: str, about: Institution | None = None
) -> str:
    """Open a sealed field (`id_number` or `phone`); the reading and its reason are an audit event.

    Raises NotAllowed without the permission and Unlawful without a reason.
    """
    if not actor.may("institutions.person_reveal"):
        raise NotAllowed("您没有“查看证件号码和电话”的权限。")
    if not reason.strip():
        raise Unlawful("查看证件号码或电话须写明用途。")
    if field not in {"id_number", "phone"}:
        raise Unlawful("没有这个保密字段。")
    sealed: Any = getattr(person, f"{field}_sealed")
    audit.record(
        actor=actor,
        verb="institutions.person_reveal",
        target=person,
        reason=reason,
        changes={field: ["", getattr(person, f"{field}_digest")]},
        about=about.uid if about else None,
    )
    return unseal(sealed, _context(person, field))


def _context(person: Person, field: str) -> str:
    return f"institutions.person.{field}:{person.uid}"


audit.verb("institutions.person_register", "登记人员")
audit.verb("institutions.person_reveal", "查看保密的证件号码或电话")
