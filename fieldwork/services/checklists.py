"""Publishing versions of checklists. Old versions stay as they were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, Unlawful
from casework.records import clean
from fieldwork.contents import check_content, items_from
from fieldwork.data import checklists
from fieldwork.models import Checklist, ChecklistItem, ChecklistVersion, VersionState


@transaction.atomic
def checklist_publish(
    *, actor: User, content: dict[str, Any], bureau: Bureau | None = None, at: datetime | None = None
) -> ChecklistVersion:
    """Publish `content` (the JSON form of a checklist) as the next version of its checklist.

    The number follows the last one; runs that are open keep the version they began with.
    Raises NotAllowed, and Unlawful for incomplete or contradictory content.
    """
    if not actor.may("fieldwork.checklist_publish"):
        raise NotAllowed("您没有“发布检查清单版本”的权限，请联系系统管理员。")
    check_content(content)
    at = at or timezone.now()
    checklist = _checklist(content, bureau)
    last = checklist.versions.aggregate(last=Max("number"))["last"] or 0
    version = ChecklistVersion(
        checklist=checklist,
        number=last + 1,
        name=content["name"],
        content=content,
        content_hash=sha256_hex(content),
        effective_on=date.fromisoformat(content["effective_on"]),
    )
    clean(version)
    version.save()
    ChecklistItem.objects.bulk_create(items_from(version, content))
    version.state, version.published_at, version.published_by = VersionState.PUBLISHED, at, actor
    version.save(update_fields=["state", "published_at", "published_by"])
    audit.record(
        actor=actor,
        verb="fieldwork.checklist_publish",
        target=version,
        changes={"content_hash": ["", version.content_hash]},
        bureau=bureau,
        at=at,
    )
    return version


@transaction.atomic
def checklist_load(
    *, actor: User, content: dict[str, Any], bureau: Bureau | None = None, at: datetime | None = None
) -> tuple[ChecklistVersion, bool]:
    """Publish `content` unless the newest version already says the same; (version, whether it is new)."""
    newest = (
        ChecklistVersion.objects.filter(checklist__code=content.get("code"), checklist__bureau=bureau)
        .order_by("-number")
        .first()
    )
    if newest is not None and newest.content_hash == sha256_hex(content):
        return newest, False
    return checklist_publish(actor=actor, content=content, bureau=bureau, at=at), True


def reference_load(*, actor: User) -> int:
    """Publish the checklists that the product brings along, where they are new; returns how many were."""
    return sum(checklist_load(actor=actor, content=content)[1] for content in checklists())


@transaction.atomic
def checklist_retire(
    *, actor: User, version: ChecklistVersion, reason: str, at: datetime | None = None
) -> ChecklistVersion:
    """Take a version out of use for new runs; forms under way and filled keep it and say so.

    A bureau withdraws its own versions, never the general ones. Raises NotAllowed, Unlawful.
    """
    if not actor.may("fieldwork.checklist_publish"):
        raise NotAllowed("您没有“发布检查清单版本”的权限，请联系系统管理员。")
    if not actor.is_system and version.checklist.bureau_id != actor.bureau_id:
        raise NotAllowed("只能停用本单位的清单版本。通用清单请复制为本地版本后使用。")
    if not reason.strip():
        raise Unlawful("停用清单版本须写明理由。")
    locked = ChecklistVersion.objects.select_for_update().get(pk=version.pk)
    if locked.state != VersionState.PUBLISHED:
        raise Unlawful("只有已发布的版本可以停用。")
    locked.state, locked.retire_reason = VersionState.RETIRED, reason.strip()[:200]
    locked.retired_at, locked.retired_by = at or timezone.now(), actor
    locked.save(update_fields=["state", "retire_reason", "retired_at", "retired_by"])
    audit.record(
        actor=actor,
        verb="fieldwork.checklist_retire",
        target=locked,
        changes={"state": ["PUBLISHED", "RETIRED"]},
        reason=reason,
        bureau=locked.checklist.bureau,
    )
    return locked


def _checklist(content: dict[str, Any], bureau: Bureau | None) -> Checklist:
    checklist, is_new = Checklist.objects.select_for_update().get_or_create(
        code=content["code"], bureau=bureau, defaults={"name": content["name"]}
    )
    if not is_new and checklist.name != content["name"]:
        checklist.name = content["name"]
        checklist.save(update_fields=["name"])
    return checklist


audit.verb("fieldwork.checklist_publish", "发布检查清单")
audit.verb("fieldwork.checklist_retire", "停用检查清单版本")
