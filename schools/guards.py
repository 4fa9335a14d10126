"""Reasons why a step of this room is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from casework import pupils
from casework.errors import Reason


def own_organ(row: Any, actor: User) -> Iterator[Reason]:
    """Only the body that wrote the letter carries it on."""
    if not actor.is_system and actor.organisation_id != row.organ_id:
        yield Reason(f"由{row.organ.name}办理。", gate="organ")


def own_school(row: Any, actor: User) -> Iterator[Reason]:
    """A school answers for itself."""
    if not actor.is_system and actor.organisation_id != row.school.organisation_id:
        yield Reason("由收件学校办理。", gate="organ")


def numbered_organ(row: Any, actor: User) -> Iterator[Reason]:
    """Only a body with a 机关代字 gives out numbered letters."""
    if not row.organ.is_issuing_organ:
        yield Reason(f"{row.organ.name}没有设置机关代字，不能制发文书。", cleared_by="请由系统管理员设置。")


def names_nobody(row: Any, actor: User) -> Iterator[Reason]:
    """The letter carries no pupil's name."""
    yield from pupils.naming_reasons(row.situation, row.requirements, row.source_note)


def school_open(row: Any, actor: User) -> Iterator[Reason]:
    """A closed school is asked nothing."""
    if not row.school.is_open:
        yield Reason(f"{row.school.name}已停办或撤并，请改发接收学生的学校。")


def has_reader(row: Any, actor: User) -> Iterator[Reason]:
    """Somebody of the school can open the letter."""
    body = row.school.organisation
    if body is None or not body.users.filter(is_active=True).exists():
        yield Reason(
            f"{row.school.name}还没有办事账号，收不到提示。", cleared_by="请先在学校页面开通办事账号。"
        )


def own_bureau(row: Any, actor: User) -> Iterator[Reason]:
    """Only people of the row's bureau."""
    if not actor.is_system and actor.bureau_id != row.bureau_id:
        yield Reason("由当地主管部门办理。", gate="organ")


def round_takes(row: Any, actor: User) -> Iterator[Reason]:
    """A round that ended takes no more."""
    if row.round.status != "OPEN":
        yield Reason("这一期已经结束填报。", cleared_by="确需补报的，请联系教育局。")
