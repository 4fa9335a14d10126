"""What a monitor did beside patrols, and what somebody saw who watched a building from public space."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopePaths
from casework.models import RootModel
from complaints.models import Clue
from institutions.models import Institution
from monitors.models.patrols import Seen, SpotKind, Stage
from monitors.models.people import Monitor
from monitors.querysets import EntryQuerySet, ObservationQuerySet


class DutyKind(models.TextChoices):
    """The three duties of a monitor: to watch, to feed back, to explain."""

    SUPERVISE = "SUPERVISE", "监督"
    FEEDBACK = "FEEDBACK", "反馈"
    PUBLICISE = "PUBLICISE", "宣传"


class DutyEntry(RootModel):
    """One line of a monitor's duty log. Patrols count by themselves; here stands what else was done.

    Feedback may be handed on as a suggestion: then it is a clue of kind 意见建议.
    """

    monitor = models.ForeignKey(
        Monitor, models.PROTECT, related_name="duty_entries", verbose_name="社会监督员"
    )
    duty = models.CharField("职责", max_length=10, choices=DutyKind.choices)
    done_on = models.DateField("日期")
    text = models.CharField("做了什么", max_length=500)
    place = models.CharField("地点", max_length=120, blank=True, default="")
    reach_count = models.PositiveIntegerField("宣传到的人次", default=0)
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "履职记录"
        ordering = ["-done_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="monitors_dutyentry_told"),
            models.CheckConstraint(
                condition=Q(duty="PUBLICISE") | Q(reach_count=0), name="monitors_dutyentry_reach"
            ),
            models.CheckConstraint(
                condition=Q(duty="FEEDBACK") | Q(clue__isnull=True), name="monitors_dutyentry_clue"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "-done_on"], name="monitors_dutyentry_register")]

    def __str__(self) -> str:
        return f"{self.monitor} {self.get_duty_display()}"


class Observation(RootModel):
    """跟着人流看: from public space somebody watched pupils go into a building.

    It is a clue with what was seen, never an inspection: nobody was asked for anything, no private room was
    entered, and no document is issued about it. `floors` says what pointed to a floor or door.
    """

    number = models.CharField("编号", max_length=80)
    monitor = models.ForeignKey(
        Monitor, models.PROTECT, null=True, blank=True, related_name="observations", verbose_name="社会监督员"
    )
    watched_from = models.DateTimeField("观察开始")
    watched_until = models.DateTimeField("观察结束")
    place = models.CharField("地点", max_length=200)
    spot_kind = models.CharField("场所类型", max_length=12, choices=SpotKind.choices)
    floors = models.CharField("去向（楼层、门牌、线索）", max_length=200, blank=True, default="")
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="疑似机构"
    )
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    entered = models.PositiveSmallIntegerField("进入的学生（约，人）")
    left = models.PositiveSmallIntegerField("离开的学生（约，人）", default=0)
    stage = models.CharField("学段", max_length=10, choices=Stage.choices, blank=True, default="")
    adults = models.PositiveSmallIntegerField("疑似教师（约，人）", default=0)
    activity = models.CharField("看到、听到的活动", max_length=12, choices=Seen.choices, default=Seen.UNKNOWN)
    pattern = models.CharField("时间规律", max_length=100, blank=True, default="")
    text = models.CharField("看到的情况", max_length=500)
    is_public_only = models.BooleanField("只在公共场所观察")
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="+", verbose_name="线索")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("created_by__organisation",))
    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = "人流观察"
        ordering = ["-watched_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="monitors_observation_number"),
            models.CheckConstraint(
                condition=Q(watched_until__gt=F("watched_from")), name="monitors_observation_forward"
            ),
            models.CheckConstraint(condition=Q(is_public_only=True), name="monitors_observation_public"),
            models.CheckConstraint(condition=~Q(text=""), name="monitors_observation_told"),
        ]
        indexes = [models.Index(fields=["bureau", "-watched_from"], name="monitors_observation_register")]

    def __str__(self) -> str:
        return self.number

    @property
    def file_uid(self) -> UUID | None:
        """The institution on whose timeline it is shown."""
        return self.institution.uid if self.institution else None

    @property
    def minutes(self) -> int:
        """How long somebody watched."""
        return int((self.watched_until - self.watched_from).total_seconds() // 60)
