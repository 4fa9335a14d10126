"""Writing a new version of a checklist on screen: copy, edit, publish by a second person.

A draft is a version in state DRAFT whose content is JSON; its items become rows when it is published.
`seen` is the content hash that the editor's page showed: a stale page changes nothing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.canonical import sha256_hex
from casework.errors import NotAllowed, StaleVersion, Unlawful, WrongState
from casework.records import clean
from fieldwork.contents import check_content, items_from
from fieldwork.models import Checklist, ChecklistItem, ChecklistVersion, VersionState

ASPECTS_MAX = 30
ITEMS_MAX = 300
FIELD_LABELS = {field.name: str(field.verbose_name) for field in ChecklistItem._meta.concrete_fields}
LISTS = {"version", "basis", "see", "departments"}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,9}")


@transaction.atomic
def draft_create(*, actor: User, source: ChecklistVersion, at: datetime | None = None) -> ChecklistVersion:
    """Copy a version into a draft of the actor's own bureau; one draft of a checklist at a time.

    A general list becomes the bureau's own. Raises NotAllowed, and WrongState while a draft is open.
    """
    if not actor.may("fieldwork.checklist_edit") or actor.bureau is None:
        raise NotAllowed("您没有“起草检查清单”的权限，请联系监管股负责人。")
    at = at or timezone.now()
    checklist, _ = Checklist.objects.select_for_update().get_or_create(
        code=source.checklist.code, bureau=actor.bureau, defaults={"name": source.name}
    )
    if (known := checklist.versions.filter(state=VersionState.DRAFT).first()) is not None:
        raise WrongState(f"{checklist.name}已有一份草稿（第 {known.number} 版），请继续修改或者先放弃它。")
    number = (checklist.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    day = timezone.localdate(at) + timedelta(days=1)
    content = {**copy.deepcopy(source.content), "version": number, "effective_on": day.isoformat()}
    draft = ChecklistVersion(
        checklist=checklist,
        number=number,
        name=source.name,
        content=content,
        content_hash=sha256_hex(content),
        effective_on=day,
        based_on=source,
        drafted_by=actor,
    )
    clean(draft)
    draft.save()
    draft.editors.add(actor)
    _note(actor, draft, "fieldwork.checklist_draft", {"based_on": [None, str(source)]}, at)
    return draft


@transaction.atomic
def draft_head_edit(
    *, actor: User, draft: ChecklistVersion, values: dict[str, Any], seen: str = ""
) -> ChecklistVersion:
    """Change name, source, day of effect and the note on what changed; `values` may leave any out."""

    def change(content: dict[str, Any]) -> None:
        for key in ("name", "source"):
            if key in values:
                content[key] = str(values[key]).strip()
        if "effective_on" in values:
            content["effective_on"] = values["effective_on"].isoformat()

    return _change(actor, draft, seen, change, note=values.get("change_note"))


@transaction.atomic
def draft_item_save(
    *,
    actor: User,
    draft: ChecklistVersion,
    values: dict[str, Any],
    aspect_code: str,
    aspect_name: str = "",
    code: str = "",
    seen: str = "",
) -> ChecklistVersion:
    """Add an item to an aspect, or change the item `code`; a new aspect needs its name.

    `values` has the keys of an item in the JSON form. Raises Unlawful for a code in use or a broken item.
    """

    def change(content: dict[str, Any]) -> None:
        known = _find(content, code) if code else None
        if code and known is None:
            raise Unlawful(f"草稿中没有 {code} 这一项，请刷新页面。")
        item = {**(known[1] if known else {"confidence": "local"}), **values}
        if not CODE.fullmatch(str(item.get("code", ""))):
            raise Unlawful("项目代码须为 1 至 10 位字母、数字或短横线，例如“A1”“M1-6”。")
        if item["code"] != code and _find(content, item["code"]) is not None:
            raise Unlawful(f"项目代码 {item['code']} 已经使用，请换一个。")
        target = _aspect(content, aspect_code, aspect_name)
        if known and known[0] is target:
            target["items"][target["items"].index(known[1])] = item
        else:
            if known:
                known[0]["items"].remove(known[1])
            target["items"].append(item)
        content["aspects"] = [aspect for aspect in content["aspects"] if aspect["items"]]

    return _change(actor, draft, seen, change)


@transaction.atomic
def draft_item_move(
    *, actor: User, draft: ChecklistVersion, code: str, step: int, seen: str = ""
) -> ChecklistVersion:
    """Move an item up (-1) or down (+1) inside its aspect; at the end nothing happens."""

    def change(content: dict[str, Any]) -> None:
        found = _must_find(content, code)
        rows = found[0]["items"]
        place = rows.index(found[1])
        target = place + (1 if step > 0 else -1)
        if 0 <= target < len(rows):
            rows[place], rows[target] = rows[target], rows[place]

    return _change(actor, draft, seen, change)


@transaction.atomic
def draft_item_remove(*, actor: User, draft: ChecklistVersion, code: str, seen: str = "") -> ChecklistVersion:
    """Take an item out of the draft; an aspect without items goes with it."""

    def change(content: dict[str, Any]) -> None:
        aspect, item = _must_find(content, code)
        aspect["items"].remove(item)
        content["aspects"] = [row for row in content["aspects"] if row["items"]]

    return _change(actor, draft, seen, change)


@transaction.atomic
def draft_drop(*, actor: User, draft: ChecklistVersion) -> None:
    """Give a draft up; it leaves an audit event with its hash. Raises NotAllowed, WrongState."""
    locked = _lock(actor, draft)
    _note(actor, locked, "fieldwork.checklist_drop", {"content_hash": [locked.content_hash, None]})
    locked.editors.clear()
    locked.delete()


@transaction.atomic
def draft_publish(
    *, actor: User, draft: ChecklistVersion, effective_on: date | None = None, at: datetime | None = None
) -> ChecklistVersion:
    """Put a draft into force from a day on; whoever drafted or edited it cannot publish it.

    Raises NotAllowed, and Unlawful for incomplete content, a day that is past, or a draft that changes nothing.
    """
    if not actor.may("fieldwork.checklist_publish"):
        raise NotAllowed("您没有“发布检查清单版本”的权限，请联系系统管理员。")
    at = at or timezone.now()
    locked = _lock(actor, draft, permission="fieldwork.checklist_publish")
    if actor.pk == locked.drafted_by_id or locked.editors.filter(pk=actor.pk).exists():
        raise NotAllowed("起草或修改过草稿的人不能自己发布，请另一位负责人核对后发布。")
    day = effective_on or locked.effective_on
    if day < timezone.localdate(at):
        raise Unlawful("施行日期不能早于今天，请改正。")
    content = {**locked.content, "effective_on": day.isoformat()}
    check_content(content)
    if locked.based_on and _plain(locked.based_on.content) == _plain(content):
        raise Unlawful("草稿与原版本相同，没有需要发布的修改。")
    locked.content, locked.content_hash, locked.effective_on = content, sha256_hex(content), day
    clean(locked)
    locked.save()
    ChecklistItem.objects.bulk_create(items_from(locked, content))
    locked.state, locked.published_at, locked.published_by = VersionState.PUBLISHED, at, actor
    locked.save(update_fields=["state", "published_at", "published_by"])
    Checklist.objects.filter(pk=locked.checklist_id).update(name=locked.name)
    _note(actor, locked, "fieldwork.checklist_publish", {"content_hash": ["", locked.content_hash]}, at)
    return locked


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in {"version", "effective_on"}}


def _change(
    actor: User,
    draft: ChecklistVersion,
    seen: str,
    change: Callable[[dict[str, Any]], None],
    note: str | None = None,
) -> ChecklistVersion:
    locked = _lock(actor, draft)
    if seen and seen != locked.content_hash:
        raise StaleVersion("草稿刚刚被另一位工作人员修改过，请刷新页面，核对后再改。", locked)
    before = locked.content_hash
    content = copy.deepcopy(locked.content)
    change(content)
    if content["aspects"]:
        check_content(content)
    if (
        len(content["aspects"]) > ASPECTS_MAX
        or sum(len(row["items"]) for row in content["aspects"]) > ITEMS_MAX
    ):
        raise Unlawful(f"一份清单最多 {ASPECTS_MAX} 个方面、{ITEMS_MAX} 项，请拆分为两份清单。")
    locked.content, locked.content_hash = content, sha256_hex(content)
    locked.name = content["name"]
    locked.effective_on = date.fromisoformat(content["effective_on"])
    if note is not None:
        locked.change_note = note.strip()
    clean(locked)
    for item in items_from(locked, content):
        _check_lengths(item)
    locked.save()
    locked.editors.add(actor)
    if before != locked.content_hash:
        _note(actor, locked, "fieldwork.checklist_edit", {"content_hash": [before, locked.content_hash]})
    return locked


def _check_lengths(item: ChecklistItem) -> None:
    try:
        item.clean_fields(exclude=LISTS)
    except ValidationError as error:
        told = [
            f"{FIELD_LABELS.get(name, name)}：{'；'.join(words)}"
            for name, words in error.message_dict.items()
        ]
        raise Unlawful(f"{item.code} 的{'；'.join(told)}") from error


def _lock(
    actor: User, draft: ChecklistVersion, permission: str = "fieldwork.checklist_edit"
) -> ChecklistVersion:
    locked = ChecklistVersion.objects.select_for_update().select_related("checklist").get(pk=draft.pk)
    if not actor.may(permission) or locked.checklist.bureau_id != actor.bureau_id:
        raise NotAllowed("您没有修改这份清单草稿的权限，请联系监管股负责人。")
    if locked.state != VersionState.DRAFT:
        raise WrongState("这个版本已经发布，不能再修改。请复制为新的草稿。")
    return locked


def _find(content: dict[str, Any], code: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    for aspect in content["aspects"]:
        for item in aspect["items"]:
            if item["code"] == code:
                return aspect, item
    return None


def _must_find(content: dict[str, Any], code: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = _find(content, code)
    if found is None:
        raise Unlawful(f"草稿中没有 {code} 这一项，请刷新页面。")
    return found


def _aspect(content: dict[str, Any], code: str, name: str) -> dict[str, Any]:
    for aspect in content["aspects"]:
        if aspect["code"] == code:
            found: dict[str, Any] = aspect
            return found
    if not CODE.fullmatch(code) or not name.strip():
        raise Unlawful("新的方面须填写代码（字母、数字）和名称。")
    made: dict[str, Any] = {"code": code, "name": name.strip(), "items": []}
    content["aspects"].append(made)
    return made


def _note(
    actor: User,
    version: ChecklistVersion,
    verb: str,
    changes: dict[str, list[Any]],
    at: datetime | None = None,
) -> None:
    audit.record(
        actor=actor, verb=verb, target=version, changes=changes, bureau=version.checklist.bureau, at=at
    )


audit.verb("fieldwork.checklist_draft", "起草检查清单版本")
audit.verb("fieldwork.checklist_edit", "修改检查清单草稿")
audit.verb("fieldwork.checklist_drop", "放弃检查清单草稿")
