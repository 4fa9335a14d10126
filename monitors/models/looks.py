"""What monitors are asked to look at for a clue, and what they saw."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.querysets import ScopePaths
from casework.models import RootModel
from complaints.models import Verification
from monitors.models.people import Monitor, Squad
from monitors.querysets import LookQuerySet


class LookAsk(RootModel):
    """A request of the clue desk that monitors look at a place 核查请求, with its redacted brief.

    The request itself lives in the room of clues (`verification`): withdrawn there, it is withdrawn here. The
    answer is kept here with who went, and goes down as the verification's record.
    """

    verification = models.OneToOneField(
        Verification, models.PROTECT, related_name="+", verbose_name="核查请求"
    )
    clue_no = models.CharField("线索编号", max_length=80)
    asked = models.CharField("请核查", max_length=500)
    brief = models.TextField("情况")
    place_text = models.CharField("地点", max_length=200, blank=True, default="")
    due_on = models.DateField("期限")
    squad = models.ForeignKey(
        Squad,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="looks",
        verbose_name="巡查小分队",
    )
    facts = models.TextField("看到的情况", max_length=1000, blank=True, default="")
    looked_at = models.DateTimeField("核查时间", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    lookers = models.ManyToManyField(Monitor, blank=True, related_name="looks", verbose_name="核查的监督员")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = "监督员核查"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, looked_at__isnull=True, facts="")
                | (Q(answered_at__isnull=False, looked_at__isnull=False) & ~Q(facts="")),
                name="monitors_lookask_answered",
            ),
        ]
        indexes = [models.Index(fields=["squad", "due_on"], name="monitors_lookask_queue")]

    def __str__(self) -> str:
        return f"{self.clue_no} 核查"

    @property
    def state_word(self) -> str:
        """待核查, 已答复 or 已撤回, as the room of clues has it."""
        if self.answered_at is not None:
            return "已答复"
        return "待核查" if self.verification.status == "ASKED" else "已撤回"

    @property
    def state_tone(self) -> str:
        """Colour of the state."""
        return {"待核查": "warn", "已答复": "ok"}.get(self.state_word, "mute")

    def is_late_on(self, day: date) -> bool:
        """Whether the term is over without an answer."""
        return self.state_word == "待核查" and self.due_on < day
