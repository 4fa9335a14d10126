"""Tasks given to squads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.errors import Unlawful
from casework.records import record_create, root_fields
from casework.steps import require
from casework.workflow import transition
from institutions.models import Institution
from monitors.models import (
    PatrolTask,
    Slot,
    Squad,
)
from monitors.services.patrols.common import EDIT


@database.atomic
def task_create(
    *, actor: User, values: dict[str, Any], places: Iterable[Institution] = (), at: datetime | None = None
) -> PatrolTask:
    """Give a squad a task. Raises NotAllowed, Unlawful."""
    require(actor, EDIT)
    squad: Squad = values["squad"]
    if squad.bureau_id != actor.bureau_id:
        raise Unlawful("只能给本单位的小分队派任务。")
    if values["ends_on"] < timezone.localdate(at or timezone.now()):
        raise Unlawful("任务的截止日期不能早于今天。")
    if values.get("slot") == Slot.GATE and not (values.get("from_time") and values.get("until_time")):
        raise Unlawful("上放学时段的学校周边，请填写每天的起止时间。")
    task = PatrolTask(**root_fields(actor=actor, region=squad.region, bureau=squad.bureau), **values)
    record_create(actor=actor, obj=task, verb="monitors.task_create", at=at)
    task.places.set(places)
    return task


def task_finish(*, actor: User, task: PatrolTask, at: datetime | None = None) -> PatrolTask:
    """The task is done. Raises WrongState, NotAllowed."""
    return transition(task, "finish", actor=actor, at=at)


def task_cancel(*, actor: User, task: PatrolTask, reason: str, at: datetime | None = None) -> PatrolTask:
    """The task is dropped, with the reason. Raises WrongState, NotAllowed, Unlawful."""
    return transition(task, "cancel", actor=actor, at=at, reason=reason)


for code, sentence in {
    "outing_start": "开始巡查",
    "outing_submit": "提交巡查",
    "outing_void": "作废巡查",
    "stops_record": "记录巡查的机构",
    "stops_late": "补记巡查结束前到过的机构",
    "task_create": "派巡查任务",
    "patroltask_finish": "完成巡查任务",
    "patroltask_cancel": "取消巡查任务",
}.items():
    audit.verb(f"monitors.{code}", sentence)
