"""Creating and editing root rows: place, version, only real changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from casework.errors import StaleVersion, Unlawful
from casework.models import AuditEvent
from casework.records import record_create, record_update, root_fields
from fieldwork.models import Campaign, CampaignKind
from tests.conftest import World

VERB = "fieldwork.campaign_edit"


def campaign(world: World, actor: User | None = None, **extra: Any) -> Campaign:
    """A campaign of the bureau."""
    fields: dict[str, Any] = {
        "code": "2026-1",
        "name": "春季检查",
        "kind": CampaignKind.HOLIDAY,
        "issuer": "县教委",
        "starts_on": date(2026, 3, 1),
        **root_fields(actor=actor or world.officer, region=world.town),
        **extra,
    }
    return record_create(
        actor=actor or world.officer, obj=Campaign(**fields), verb="fieldwork.campaign_create"
    )


def test_a_new_row_carries_tenant_place_and_author(world: World) -> None:
    row = campaign(world)
    assert (row.bureau, row.region, row.created_by) == (world.bureau, world.town, world.officer)
    assert row.region_path == world.town.path
    assert row.version == 1
    assert AuditEvent.objects.get(object_uid=row.uid).verb == "fieldwork.campaign_create"


def test_a_place_elsewhere_is_refused(world: World) -> None:
    with pytest.raises(Unlawful, match=r"不在.*的辖区内"):
        root_fields(actor=world.officer, region=world.neighbour_town)


def test_the_system_must_name_the_bureau(world: World) -> None:
    with pytest.raises(Unlawful, match="主管部门"):
        root_fields(actor=world.system, region=world.town)
    assert root_fields(actor=world.system, region=world.town, bureau=world.bureau)["bureau"] == world.bureau


def test_an_invalid_row_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(Unlawful):
        campaign(world, kind="ELSE")
    with pytest.raises(Unlawful):
        campaign(world, ends_on=date(2025, 1, 1))
    assert not Campaign.objects.exists()


def test_a_change_raises_the_version_and_notes_before_and_after(world: World) -> None:
    row = campaign(world)
    changed = record_update(
        actor=world.officer, obj=row, values={"name": "秋季检查", "issuer": "县教委"}, verb=VERB, version=1
    )
    assert (changed.version, changed.name) == (2, "秋季检查")
    event = AuditEvent.objects.get(verb=VERB)
    assert event.changes == {"name": ["春季检查", "秋季检查"]}


def test_nothing_changed_writes_nothing(world: World) -> None:
    row = campaign(world)
    same = record_update(actor=world.officer, obj=row, values={"name": "春季检查"}, verb=VERB, version=1)
    assert same.version == 1
    assert not AuditEvent.objects.filter(verb=VERB).exists()


def test_the_second_editor_is_told_and_loses_nothing(world: World) -> None:
    row = campaign(world)
    record_update(actor=world.officer, obj=row, values={"name": "甲的名称"}, verb=VERB, version=1)
    with pytest.raises(StaleVersion) as caught:
        record_update(actor=world.officer2, obj=row, values={"name": "乙的名称"}, verb=VERB, version=1)
    assert caught.value.current.name == "甲的名称"
    assert Campaign.objects.get(pk=row.pk).name == "甲的名称"


def test_a_move_takes_the_path_along(world: World) -> None:
    row = campaign(world)
    moved = record_update(actor=world.officer, obj=row, values={"region": world.town2}, verb=VERB)
    assert moved.region_path == world.town2.path
    assert AuditEvent.objects.get(verb=VERB).changes == {"region": ["高唐街道", "龙门街道"]}


def test_an_invalid_change_leaves_the_row_alone(world: World) -> None:
    row = campaign(world)
    with pytest.raises(Unlawful):
        record_update(actor=world.officer, obj=row, values={"ends_on": date(2020, 1, 1)}, verb=VERB)
    fresh = Campaign.objects.get(pk=row.pk)
    assert (fresh.ends_on, fresh.version) == (None, 1)
