"""Creating and editing root rows: validation, version check, audit with before and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from accounts.models import Bureau, Region, User
from casework import audit
from casework.errors import StaleVersion, Unlawful
from casework.models import RootModel

R = TypeVar("R", bound=RootModel)


def root_fields(*, actor: User, region: Region, bureau: Bureau | None = None) -> dict[str, Any]:
    """The tenant, place and author of a new root row. `bureau` defaults to the actor's own."""
    owner = bureau or actor.bureau
    if owner is None:
        raise Unlawful("系统账号登记数据时须指明主管部门。")
    if not region.path.startswith(owner.region.path):
        raise Unlawful(f"{region.name}不在{owner.short_name}的辖区内，请重新选择乡镇（街道）。")
    return {"bureau": owner, "region": region, "region_path": region.path, "created_by": actor}


def clean(obj: models.Model) -> None:
    """`full_clean` with the first problem as a sentence; raises Unlawful."""
    try:
        obj.full_clean()
    except ValidationError as error:
        raise Unlawful("；".join(error.messages)) from error


@transaction.atomic
def record_create(
    *, actor: User, obj: R, verb: str, about: UUID | None = None, reason: str = "", at: datetime | None = None
) -> R:
    """Validate, save and audit a new row."""
    clean(obj)
    obj.save(force_insert=True)
    audit.record(
        actor=actor,
        verb=verb,
        target=obj,
        about=about or getattr(obj, "file_uid", None),
        reason=reason,
        at=at,
    )
    return obj


@transaction.atomic
def record_update(
    *,
    actor: User,
    obj: R,
    values: dict[str, Any],
    verb: str,
    version: int | None = None,
    reason: str = "",
    about: UUID | None = None,
    at: datetime | None = None,
) -> R:
    """Lock the row, refuse a stale `version`, set what really changed, and audit it with before and after.

    Returns the locked row; nothing is written when nothing changed. Raises StaleVersion, Unlawful.
    """
    manager = type(obj)._base_manager
    locked = manager.select_for_update().get(pk=obj.pk)
    if version is not None and locked.version != version:
        raise StaleVersion(
            "您打开这条记录之后，有人修改过它。您填写的内容没有丢失，请对照后重新保存。", locked
        )
    changes: dict[str, list[Any]] = {}
    for name, value in values.items():
        old = getattr(locked, name)
        if old != value:
            changes[name] = [old, value]
            setattr(locked, name, value)
    if "region" in changes:
        locked.region_path = locked.region.path
    if not changes:
        return locked
    locked.version += 1
    clean(locked)
    locked.save()
    audit.record(
        actor=actor,
        verb=verb,
        target=locked,
        changes=changes,
        reason=reason,
        about=about or getattr(locked, "file_uid", None),
        at=at,
    )
    return locked
