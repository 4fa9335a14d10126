"""Words that several papers of this room share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Organisation
from casework.typesetting import (
    Block,
    DocumentContent,
    ItemList,
    Paragraph,
    Signature,
    SignatureLine,
    SignatureLines,
    chinese_date,
    to_dict,
)
from measures.models import Directive, DirectiveKind

TITLES = {
    DirectiveKind.SUSPENSION_NOTICE: "停办通知书",
    DirectiveKind.BAN_NOTICE: "取缔通知书",
    DirectiveKind.SITE_ASSIGNMENT: "现场交办单",
    DirectiveKind.SUPERVISION_LETTER: "督办函",
    DirectiveKind.REMINDER_LETTER: "提示函",
    DirectiveKind.PARENT_LETTER: "致家长告知书",
}


def source(content: DocumentContent) -> dict[str, Any]:
    """The content as JSON values for freezing."""
    return to_dict(content)


def lines(text: str) -> tuple[str, ...]:
    """Lines of a text that say something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def stop(text: str) -> str:
    """The text closed by a full stop."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def when(moment: datetime | None) -> str:
    """A moment as documents write it."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{chinese_date(local.date())}{local:%H:%M}"


def _items(text: str) -> list[Block]:
    rows = lines(text)
    if not rows:
        return []
    return [ItemList(rows)] if len(rows) > 1 else [Paragraph(stop(rows[0]))]


def _signed(organ: Organisation, day: date, *receivers: str) -> list[Block]:
    tail: list[Block] = [Signature(organ.name, day.isoformat())]
    if receivers:
        tail.append(SignatureLines(tuple(SignatureLine(word) for word in receivers)))
    return tail


def _officers(directive: Directive) -> Paragraph | None:
    if not directive.officer_one_no:
        return Paragraph(f"执法人员：{directive.officer_one.name}、{directive.officer_two.name}。")
    return Paragraph(
        f"执法人员：{directive.officer_one.name}（{directive.officer_one_no}）、"
        f"{directive.officer_two.name}（{directive.officer_two_no}）。"
    )
