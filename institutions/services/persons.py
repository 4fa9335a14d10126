"""Persons: each once, numbers sealed, reading audited."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Region, User
from casework import audit
from casework.crypto import blind_index, seal, unseal
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, root_fields
from institutions.models import Institution, Person
from institutions.services.registry import institution_edit

SEALED_FIELDS = {"id_number": "证件号码", "phone": "电话"}
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


def id_number_normal(text: str) -> str:
    """A number as it is compared: half-width, without spaces, the check letter in upper case."""
    wide = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
    return re.sub(r"\s", "", text).translate(wide).upper()


REGISTERING = ("institutions.institution_register", "institutions.institution_edit")


@transaction.atomic
def person_register(
    *, actor: User, name: str, region: Region, id_number: str = "", phone: str = ""
) -> Person:
    """The person with that identity number, registered when new. Without a number always a new person.

    A telephone given for a known person takes the place of the earlier one. Raises NotAllowed, and Unlawful
    for a malformed number or a known number under another name.
    """
    if not any(actor.may(permission) for permission in REGISTERING):
        raise NotAllowed("您没有“登记机构”的权限，不能登记人员。请联系监管股办理。")
    number = id_number_normal(id_number)
    if number and (problem := id_number_problem(number)):
        raise Unlawful(problem)
    root = root_fields(actor=actor, region=region)
    digest = blind_index(number)
    known = _known(root["bureau"].pk, digest)
    if known is not None:
        if known.name != name:
            raise Unlawful("这个证件号码已登记在另一个姓名下，请核对姓名和号码。")
        return _phone_take(actor, known, phone)
    person = Person(**root, name=name, id_number_digest=digest, id_number_tail=number[-4:])
    person.phone_digest, person.phone_tail = blind_index(phone), phone[-4:]
    person.id_number_sealed = seal(number, _context(person, "id_number"))
    person.phone_sealed = seal(phone, _context(person, "phone"))
    return record_create(actor=actor, obj=person, verb="institutions.person_register")


@transaction.atomic
def legal_person_set(
    *,
    actor: User,
    institution: Institution,
    name: str,
    id_number: str,
    phone: str = "",
    reason: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Institution:
    """Register who stands for the place (法定代表人, of an unlicensed place its operator) and note it on the file.

    Raises NotAllowed, Unlawful, StaleVersion.
    """
    person = person_register(
        actor=actor, name=name.strip(), region=institution.region, id_number=id_number, phone=phone.strip()
    )
    return institution_edit(
        actor=actor,
        institution=institution,
        values={"legal_person": person},
        version=version,
        reason=reason,
        at=at,
    )


@transaction.atomic
def person_reveal(
    *, actor: User, person: Person, field: str, reason: str, about: Institution | None = None
) -> str:
    """Open a sealed field (`id_number` or `phone`); the reading and its reason are an audit event.

    Raises NotAllowed without the permission or outside the actor's reach, and Unlawful without a reason, for
    another field or for an empty one.
    """
    if not actor.may("institutions.person_reveal"):
        raise NotAllowed("您没有“查看证件号码和电话”的权限。")
    if not Person.objects.visible_to(actor).filter(pk=person.pk).exists():
        raise NotAllowed("这名人员不在您的辖区内，不能查看。")
    if not reason.strip():
        raise Unlawful("查看证件号码或电话须写明用途。")
    if field not in SEALED_FIELDS:
        raise Unlawful("没有这个保密字段。")
    sealed: Any = getattr(person, f"{field}_sealed")
    if not sealed:
        raise Unlawful(f"{person.name}没有登记{SEALED_FIELDS[field]}。")
    audit.record(
        actor=actor,
        verb="institutions.person_reveal",
        target=person,
        reason=reason.strip(),
        changes={field: ["", getattr(person, f"{field}_digest")]},
        about=about.uid if about else None,
    )
    return unseal(sealed, _context(person, field))


def _known(bureau_id: int, digest: str) -> Person | None:
    if not digest:
        return None
    rows = Person.objects.select_for_update().filter(bureau=bureau_id, id_number_digest=digest)
    return rows.first()


def _phone_take(actor: User, person: Person, phone: str) -> Person:
    digest = blind_index(phone)
    if not digest or digest == person.phone_digest:
        return person
    before = person.phone_digest
    person.phone_digest, person.phone_tail = digest, phone[-4:]
    person.phone_sealed = seal(phone, _context(person, "phone"))
    person.version += 1
    person.save()
    audit.record(
        actor=actor,
        verb="institutions.person_phone",
        target=person,
        changes={"phone": [before, digest]},
    )
    return person


def _context(person: Person, field: str) -> str:
    return f"institutions.person.{field}:{person.uid}"


audit.verb("institutions.person_register", "登记人员")
audit.verb("institutions.person_phone", "更换人员的电话")
audit.verb("institutions.person_reveal", "查看保密的证件号码或电话")
