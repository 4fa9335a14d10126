"""Builders of clues for the tests of this room; everything goes through services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from complaints import services
from complaints.models import Channel, Clue, ClueKind, VerifyWay
from complaints.services import Assignment, ClueReport, Look
from tests.conftest import World


def clue(world: World, *, at: datetime | None = None, is_quarantined: bool = False, **values: Any) -> Clue:
    """A clue of 随手拍 as it stands after registration."""
    fields = {
        "channel": Channel.SNAP,
        "kind": ClueKind.UNLICENSED,
        "text": "楼上晚上有人补数学，十几个小学生。",
        "place_text": "高唐街道示例小区3栋2单元",
        "region": world.town,
        **values,
    }
    return services.clue_register(
        actor=world.system,
        bureau=world.bureau,
        report=ClueReport(**fields),
        is_quarantined=is_quarantined,
        at=at,
    ).clue


def assigned(world: World, *, organ: Any = None, at: datetime | None = None, **values: Any) -> Clue:
    """A clue given to a body."""
    made = clue(world, at=at, **values)
    return services.clue_assign(actor=world.head, clue=made, to=Assignment(organ or world.education), at=at)


def look(**values: Any) -> Look:
    """A look on site, a minute ago."""
    fields = {
        "way": VerifyWay.ON_SITE,
        "facts": "现场有 12 名小学生正在上数学课",
        "looked_at": timezone.now() - timedelta(minutes=1),
        "looked_by": "执法甲、执法乙",
        **values,
    }
    return Look(**fields)


def verified(world: World, *, at: datetime | None = None, **values: Any) -> Clue:
    """A clue that somebody looked into."""
    made = services.clue_start(actor=world.officer, clue=assigned(world, at=at, **values), at=at)
    moment = at or timezone.now()
    services.verification_record(
        actor=world.officer, clue=made, look=look(looked_at=moment - timedelta(minutes=1)), at=at
    )
    return made


def closed(world: World, outcome: str = "CONFIRMED", *, at: datetime | None = None, **values: Any) -> Clue:
    """A clue whose handling ended."""
    return services.clue_close(
        actor=world.officer,
        clue=verified(world, at=at, **values),
        outcome=outcome,
        outcome_note="已查明并处理",
        public_answer="您反映的问题已经核查，感谢监督。",
        at=at,
    )
