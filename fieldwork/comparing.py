"""Two versions of a checklist side by side, item by item."""

from __future__ import annotations

from dataclasses import dataclass

from fieldwork.models import ChecklistItem
from fieldwork.models.checklists import AnswerKind

ADDED, REMOVED, CHANGED, MOVED, SAME = "ADDED", "REMOVED", "CHANGED", "MOVED", "SAME"
LABELS = {ADDED: "新增", REMOVED: "删去", CHANGED: "修改", MOVED: "调整次序", SAME: "不变"}
TONES = {ADDED: "ok", REMOVED: "bad", CHANGED: "warn", MOVED: "info", SAME: "mute"}


@dataclass(frozen=True)
class FieldChange:
    """One property of an item before and after, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ItemChange:
    """One item code in both versions."""

    code: str
    old: ChecklistItem | None
    new: ChecklistItem | None
    verdict: str
    changes: tuple[FieldChange, ...] = ()

    @property
    def label(self) -> str:
        """The verdict in Chinese."""
        return LABELS[self.verdict]

    @property
    def tone(self) -> str:
        """Its colour."""
        return TONES[self.verdict]


def told(item: ChecklistItem) -> dict[str, str]:
    """Everything about an item that an officer would notice, in words."""
    bounds = " 至 ".join(
        "不限" if limit is None else f"{limit.normalize():f}" for limit in (item.minimum, item.maximum)
    )
    return {
        "检查内容": item.text,
        "提示": item.hint,
        "方面": f"{item.aspect_code} {item.aspect_name}",
        "依据": "；".join(item.basis),
        "否决项": "是" if item.is_star else "否",
        "分值": str(item.weight),
        "填写方式": AnswerKind(item.answer_kind).label + (f"（{item.unit}）" if item.unit else ""),
        "取值范围": "" if item.minimum is None and item.maximum is None else bounds,
        "可以不填": "是" if item.is_optional else "否",
        "责任部门": "、".join(item.department_names),
        "接收部门": item.receiver_name,
        "不合格须拍照": "是" if item.requires_photo_on_fail else "否",
        "填写即须拍照": "是" if item.requires_photo else "否",
        "不合格须说明": "是" if item.requires_note_on_fail else "否",
    }


def compare(old: list[ChecklistItem], new: list[ChecklistItem]) -> list[ItemChange]:
    """Items of both lists in the order of the new one; removed items stand where they stood."""
    before = {item.code: item for item in old}
    after = {item.code: item for item in new}
    kept = [item.code for item in old if item.code in after]
    order = {code: place for place, code in enumerate(item.code for item in new if item.code in before)}
    moved = _moved([order[code] for code in kept], kept)
    rows = [_row(before.get(item.code), item, moved) for item in new]
    for place, item in enumerate(old):
        if item.code not in after:
            rows.insert(min(place, len(rows)), ItemChange(item.code, item, None, REMOVED))
    return rows


def _row(old: ChecklistItem | None, new: ChecklistItem, moved: set[str]) -> ItemChange:
    if old is None:
        return ItemChange(new.code, None, new, ADDED)
    was, now = told(old), told(new)
    changes = tuple(FieldChange(label, was[label], now[label]) for label in now if was[label] != now[label])
    verdict = CHANGED if changes else MOVED if new.code in moved else SAME
    return ItemChange(new.code, old, new, verdict, changes)


def _moved(places: list[int], codes: list[str]) -> set[str]:
    """Codes outside a longest run that kept its order: the fewest that somebody must have moved."""
    best: list[list[int]] = []
    for index, place in enumerate(places):
        chains = [best[earlier] for earlier in range(index) if places[earlier] < place]
        best.append([*_longest(chains), index])
    stayed = set(_longest(best))
    return {code for index, code in enumerate(codes) if index not in stayed}


def _longest(chains: list[list[int]]) -> list[int]:
    return max(chains, key=lambda chain: len(chain)) if chains else []
