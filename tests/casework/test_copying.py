"""Many rows by COPY hold exactly what was put in, and the database's rules as for any insert."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from casework.copying import CopyFile, copy_objects, take_keys
from institutions.models import Institution, InstitutionState
from institutions.services.registry import institution_build
from tests.conftest import World

NASTY = ("a\tb", "back\\slash \\N", 'quote" {brace},', "换行\n之后\r", "喆昇堃犇𠮷", "'; DROP TABLE x; --")


def build(world: World, name: str) -> Institution:
    return institution_build(
        actor=world.officer,
        values={
            "region": world.town,
            "name": name,
            "aliases": list(NASTY),
            "standing": "LICENSED",
            "licence_from": date(2025, 1, 1),
            "licence_to": date(2027, 12, 31),
            "floor_area_m2": Decimal("120.50"),
            "address": name * 2,
        },
        today=date(2026, 11, 21),
        bureau=world.bureau,
    )


def test_every_kind_of_value_survives(world: World) -> None:
    made = [build(world, name) for name in NASTY]
    for item, key in zip(made, take_keys(Institution, len(made)), strict=True):
        item.pk = key
    assert copy_objects(Institution, made, with_keys=True) == len(NASTY)
    for item in made:
        kept = Institution.objects.get(pk=item.pk)
        for field in Institution._meta.concrete_fields:
            if not getattr(field, "auto_now", False) and not getattr(field, "auto_now_add", False):
                assert getattr(kept, field.attname) == getattr(item, field.attname), field.attname
        assert abs(kept.created_at - timezone.now()).total_seconds() < 3600


def test_ranges_keep_their_ends(world: World) -> None:
    item = build(world, "示例")
    item.save()
    spans = [
        DateRange(None, date(2020, 1, 1), "()"),
        DateRange(date(2020, 1, 1), date(2021, 1, 1)),
        DateRange(date(2021, 1, 1), None),
    ]
    rows = [
        InstitutionState(
            institution=item, kind="OPERATING_STATE", value="OPERATING", span=span, recorded_by=world.officer
        )
        for span in spans
    ]
    assert copy_objects(InstitutionState, iter(rows)) == 3
    assert list(InstitutionState.objects.order_by("pk").values_list("span", flat=True)) == spans


def test_a_broken_rule_is_told_by_its_name_and_nothing_stays(world: World) -> None:
    good, bad = build(world, "甲"), build(world, "乙")
    bad.name = ""
    with CopyFile(Institution) as file:
        file.add([good])
        file.add([bad])
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            file.insert()
    assert caught.value.__cause__.diag.constraint_name == "institutions_institution_named"  # type: ignore[union-attr]
    assert not Institution.objects.exists()


def test_a_large_file_goes_through_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casework.copying.IN_MEMORY_BYTES", 100)
    with CopyFile(Institution) as file:
        for number in range(5):
            file.add([build(world, f"示例{number}")])
        assert file.insert() == 5
    assert Institution.objects.count() == 5
