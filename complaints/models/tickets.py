"""Sheets of the 12345 hotline on their way into the register, and the answers on their way back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from complaints.models.clues import Clue


class BatchState(models.TextChoices):
    """Where an import stands."""

    CHECKED = "CHECKED", "待确认"
    APPLIED = "APPLIED", "已登记"
    DROPPED = "DROPPED", "已放弃"


class TicketBatch(RootModel):
    """One uploaded sheet of hotline tickets. Its cells hold callers' names, so they wait behind the wall.

    `summary` counts rows by what would happen to them; `rejected` names row numbers with reasons, no contents.
    """

    file_name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("文件指纹", max_length=64)
    state = models.CharField("状态", max_length=8, choices=BatchState.choices, default=BatchState.CHECKED)
    columns = models.JSONField("列对应", default=list, blank=True)
    summary = models.JSONField("核对结果", default=dict)
    rejected = models.JSONField("不能登记的行", default=list, blank=True)
    applied_at = models.DateTimeField("登记时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["TicketBatch"].as_manager()

    class Meta:
        verbose_name = "12345 工单导入"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="APPLIED") | Q(applied_at__isnull=False),
                name="complaints_ticketbatch_applied",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state_tone(self) -> str:
        """Colour of the state."""
        return {"CHECKED": "warn", "APPLIED": "ok"}.get(self.state, "mute")


class TicketReply(models.Model):
    """The answer to a hotline ticket was handed over in an export; the hotline gets each answer once."""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="replies")
    closed_at = models.DateTimeField("办结时间")
    exported_at = models.DateTimeField("导出时间")
    exported_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="clue__bureau", region="clue__region_path")
    objects = ScopedQuerySet["TicketReply"].as_manager()

    class Meta:
        verbose_name = "12345 工单答复"
        constraints = [
            # A ticket that was handled again has a new end, and is answered again.
            models.UniqueConstraint(fields=["clue", "closed_at"], name="complaints_ticketreply_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clue} 答复"
