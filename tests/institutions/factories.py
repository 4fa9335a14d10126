"""Institutions for tests."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from institutions.codes import USCC_ALPHABET, uscc_check_digit
from institutions.models import Institution
from institutions.services import institution_register

NOW = timezone.make_aware(datetime(2026, 11, 22, 9, 30))
TODAY = date(2026, 11, 22)
_numbers = itertools.count(1)


def make_uscc(number: int | None = None, prefix: str = "91500237") -> str:
    """A correct social credit code."""
    rest = (next(_numbers) if number is None else number) + 31**5
    body = ""
    for _ in range(9):
        rest, sign = divmod(rest, 31)
        body = USCC_ALPHABET[sign] + body
    return prefix + body + uscc_check_digit(prefix + body)


def licensed(world: Any, **changes: Any) -> dict[str, Any]:
    """Values of a licensed institution."""
    number = next(_numbers)
    return {
        "name": f"巫山县青柚子{number}艺术培训有限公司",
        "region": world.town,
        "standing": "LICENSED",
        "uscc": make_uscc(number),
        "licence_no": f"教民15002377{number:07d}号",
        "licence_from": date(2025, 1, 1),
        "licence_to": date(2027, 12, 31),
        "subject_kind": "NON_SUBJECT",
        "track": "CULTURE_ARTS",
        "profit_kind": "FOR_PROFIT",
        "address": f"高唐街道广东中路{number}号",
        "phone": f"1380000{number:04d}",
        **changes,
    }


def make_institution(
    world: Any, actor: User | None = None, at: datetime = NOW, **changes: Any
) -> Institution:
    """A registered licensed institution."""
    return institution_register(actor=actor or world.head, values=licensed(world, **changes), at=at)


def make_unlicensed(world: Any, **changes: Any) -> Institution:
    """A registered place without any papers."""
    values = {
        "name": "阳光小饭桌补习点",
        "region": world.town,
        "standing": "UNLICENSED",
        "address": "集仙东路2号",
    }
    return institution_register(actor=world.head, values={**values, **changes}, at=NOW)
