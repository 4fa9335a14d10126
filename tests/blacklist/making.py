"""Institutions, list batches and black entries for the tests of this room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile

from blacklist import services
from blacklist.models import ListBatch, ListEntry
from institutions.models import Institution
from institutions.services import institution_register
from tests.conftest import World

ZONE = ZoneInfo("Asia/Shanghai")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def at(text: str, hour: int = 10) -> datetime:
    """A time of that day in Shanghai."""
    return datetime.fromisoformat(text).replace(hour=hour, tzinfo=ZONE)


def make_institution(world: World, name: str, **values: Any) -> Institution:
    """A licensed, operating place unless told otherwise."""
    bureau = values.pop("bureau", world.bureau)
    actor = world.officer if bureau == world.bureau else world.neighbour_officer
    town = world.town if bureau == world.bureau else world.neighbour_town
    fields: dict[str, Any] = {
        "name": name,
        "region": town,
        "standing": "LICENSED",
        "licence_no": "教民150023770001200",
        "licence_from": date(2024, 9, 1),
        "licence_to": date(2027, 8, 31),
        "subject_kind": "NON_SUBJECT",
        "track": "CULTURE_ARTS",
        "address": "高唐街道平湖路 118 号 2 层",
        "phone": "13812345678",
        "head_name": "张秘密",
        "contact_name": "李私人",
        "established_on": date(2024, 9, 1),
        **values,
    }
    return institution_register(actor=actor, values=fields, at=at("2026-09-01"))


BLACK = {
    "ground_codes": ["UNLICENSED_OPERATION"],
    "ground_text": "无证开展学科类培训，经责令停办后仍继续",
    "basis": "民办教育促进法第六十四条",
    "decision_no": "巫教罚决〔2026〕3号",
    "planned_end_on": date(2027, 10, 11),
    "earliest_exit_on": date(2027, 1, 11),
    "way_out": "停止违法培训、退清费用并经复查合格",
}


def black_draft(world: World, institution: Institution, **values: Any) -> ListEntry:
    """A complete draft by the officer."""
    return services.black_entry_create(
        actor=world.officer,
        institution=institution,
        values={**BLACK, **values},
        uploads=[ContentFile(PDF, name="现场检查笔录.pdf")],
        at=at("2026-09-28"),
    )


def black_published(world: World, institution: Institution, day: str = "2026-10-12") -> ListEntry:
    """An entry through the whole procedure; told on 28 September, published on `day`."""
    entry = services.entry_notify(
        actor=world.officer, entry=black_draft(world, institution), at=at("2026-09-28")
    )
    entry = services.entry_review(
        actor=world.legal, entry=entry, outcome="NONE_GIVEN", note="", at=at("2026-10-11")
    )
    return services.entry_publish(actor=world.leader, entry=entry, at=at(day))


def white_published(world: World, day: str = "2026-09-20") -> ListBatch:
    """A white batch of everybody eligible, published on `day`."""
    batch = services.batch_create(
        actor=world.officer, title="2026年校外培训机构白名单", basis="民办教育促进法实施条例", at=at(day)
    )
    batch = services.batch_submit(actor=world.officer, batch=batch, at=at(day))
    batch = services.batch_approve(actor=world.head, batch=batch, at=at(day))
    return services.batch_publish(actor=world.leader, batch=batch, at=at(day))
