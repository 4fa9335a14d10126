"""The content of a checklist version as JSON: what makes it complete, and the items that it gives."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from casework.data import DEPARTMENTS
from casework.errors import Unlawful
from fieldwork.models import AnswerKind, ChecklistItem, ChecklistVersion

REQUIRED = ("code", "name", "effective_on", "answers", "answer_labels", "failing_answer", "aspects")
DEPARTMENT_FIELDS = ("departments", "refer_to")


def check_content(content: dict[str, Any]) -> None:
    """Refuse a checklist that could not be filled or scored; raises Unlawful with the first fault."""
    missing = [name for name in REQUIRED if not content.get(name)]
    if missing:
        raise Unlawful(f"清单缺少：{'、'.join(missing)}。")
    answers = content["answers"]
    if content["failing_answer"] not in answers[1:] or set(content["answer_labels"]) != set(answers):
        raise Unlawful("清单的答案设置前后不一致：第一个答案表示合格，不合格答案须另列，每个答案都要有名称。")
    items = [item for aspect in content["aspects"] for item in aspect["items"]]
    codes = [item["code"] for item in items]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise Unlawful(f"项目代码重复：{'、'.join(repeated)}。")
    if not codes or not all(item.get("text") for item in items):
        raise Unlawful("清单须有项目，且每项都要写明检查内容。")
    for item in items:
        check_item(item)


def check_item(item: dict[str, Any]) -> None:
    """Refuse an item that could not be answered or that names a department nobody knows."""
    code, kind = item["code"], item.get("answer_kind") or AnswerKind.CHOICE
    if kind not in AnswerKind.values:
        raise Unlawful(f"{code} 的填写方式“{kind}”不存在，请重新选择。")
    if kind != AnswerKind.CHOICE and item.get("is_star"):
        raise Unlawful(f"{code} 是填写{AnswerKind(kind).label}的项目，不能设为否决项。")
    if kind == AnswerKind.CHOICE and item.get("is_optional"):
        raise Unlawful(f"{code} 是判断项目，不能设为可以不填。")
    named = {*(item.get("departments") or []), *filter(None, [item.get("refer_to")])}
    if strangers := sorted(named - set(DEPARTMENTS)):
        raise Unlawful(f"{code} 的部门代码不存在：{'、'.join(strangers)}。")
    low, high = limit_of(item.get("minimum")), limit_of(item.get("maximum"))
    if low is not None and high is not None and low > high:
        raise Unlawful(f"{code} 的最小值大于最大值，请改正。")


def limit_of(value: Any) -> Decimal | None:
    """A bound of a number as stored in JSON (text or integer)."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Unlawful(f"“{value}”不是数字，请改正项目的最小值、最大值。") from error


def items_from(version: ChecklistVersion, content: dict[str, Any]) -> list[ChecklistItem]:
    """Unsaved items of a version, in the order of its content."""
    rows = [(aspect, item) for aspect in content["aspects"] for item in aspect["items"]]
    return [
        ChecklistItem(
            version=version,
            position=position,
            aspect_code=aspect["code"],
            aspect_name=aspect["name"],
            code=item["code"],
            text=item["text"],
            hint=item.get("hint") or "",
            basis=item.get("basis") or [],
            is_star=bool(item.get("is_star")),
            weight=item.get("weight") or 1,
            see=item.get("see") or [],
            departments=item.get("departments") or [],
            requires_photo_on_fail=bool(item.get("requires_photo_on_fail")),
            requires_note_on_fail=bool(item.get("requires_note_on_fail")),
            usual_handling=item.get("usual_handling") or "",
            indicator_key=item.get("indicator_key") or "",
            confidence=item.get("confidence") or "unverified",
            answer_kind=item.get("answer_kind") or AnswerKind.CHOICE,
            unit=item.get("unit") or "",
            minimum=limit_of(item.get("minimum")),
            maximum=limit_of(item.get("maximum")),
            is_optional=bool(item.get("is_optional")),
            requires_photo=bool(item.get("requires_photo")),
            refer_to=item.get("refer_to") or "",
        )
        for position, (aspect, item) in enumerate(rows, 1)
    ]
