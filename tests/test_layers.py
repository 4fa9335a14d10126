"""The house's layers: model relations never point upwards (string foreign keys are invisible to the linter)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from casework.models import RootModel

LAYERS = (
    {"accounts"},
    {"casework"},
    {"fieldwork"},
    {"institutions"},
    {"inspections"},
    {"burden", "draws", "penalties", "measures"},
    {"complaints"},
    {"schools", "monitors", "funds"},
    {"blacklist"},
    {"reports"},
)
HEIGHT = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
OURS = [model for model in apps.get_models() if model._meta.app_label in HEIGHT]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_relations_point_downwards(model: type[models.Model]) -> None:
    own = model._meta.app_label
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created or field.related_model is None:
            continue
        target = field.related_model._meta.app_label  # type: ignore[union-attr]
        if target in HEIGHT and target != own:
            assert HEIGHT[target] < HEIGHT[own], f"{model._meta.label}.{field.name} points at {target}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_says_what_a_row_is(model: type[models.Model]) -> None:
    doc = model.__doc__ or ""
    assert len(doc) > 20
    assert not doc.startswith(f"{model.__name__}(")
    assert model.__str__ is not models.Model.__str__


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_nothing_is_deleted_by_a_side_effect(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete in {models.PROTECT, models.CASCADE}
            if field.remote_field.on_delete is models.CASCADE:
                assert field.related_model._meta.app_label == model._meta.app_label


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_nothing_points_at_audit_rows(model: type[models.Model]) -> None:
    targets = {
        field.related_model._meta.label
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
    }
    assert not targets & {"casework.AuditEvent", "casework.AuditSeal", "casework.AuditAnchor"}


@pytest.mark.parametrize(
    "model", [model for model in OURS if issubclass(model, RootModel)], ids=lambda model: model._meta.label
)
def test_root_rows_carry_scope(model: type[RootModel]) -> None:
    assert model.scope_paths.bureau
    assert hasattr(model._default_manager.all(), "visible_to")


def test_the_driver_is_psycopg2(db: None) -> None:
    from django.db import connection

    assert connection.Database.__name__ == "psycopg2"
