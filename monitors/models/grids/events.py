"""What grids report, and the reminders of departments that they called."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from complaints.models import Clue, ClueKind
from institutions.models import Institution
from measures.models import Whistle, WhistleCall
from monitors.models.grids.sweeps import GridSweep
from monitors.models.grids.units import GridUnit
from monitors.models.patrols import Seen
from monitors.querysets import EventQuerySet


class EventKind(models.TextChoices):
    """What was seen."""

    CLEAR = "CLEAR", "看过，没有发现问题"
    NEW_SITE = "NEW_SITE", "新发现的培训点"
    AD = "AD", "违规广告"
    HOLIDAY = "HOLIDAY", "休息日、假期学科培训"
    LATE = "LATE", "上课过晚"
    DISGUISED = "DISGUISED", "变相学科培训"
    SAFETY = "SAFETY", "场所安全隐患"
    OTHER = "OTHER", "其他问题"


EVENT_CLUES: dict[str, ClueKind] = {
    EventKind.NEW_SITE: ClueKind.UNLICENSED,
    EventKind.AD: ClueKind.AD,
    EventKind.HOLIDAY: ClueKind.HOLIDAY,
    EventKind.LATE: ClueKind.LATE_HOURS,
    EventKind.DISGUISED: ClueKind.DISGUISED,
    EventKind.SAFETY: ClueKind.SAFETY,
    EventKind.OTHER: ClueKind.OTHER,
}


class GridEvent(RootModel):
    """Something a grid looked at: a known place in order (in a sweep), or a matter that becomes a clue.

    A grid looks and reports; it neither inspects nor demands (国办发〔2024〕54号). What it cannot settle it
    hands on by a clue, and the township may call departments (`whistle`).
    """

    number = models.CharField("编号", max_length=80)
    unit = models.ForeignKey(GridUnit, models.PROTECT, related_name="events", verbose_name="网格")
    sweep = models.ForeignKey(
        GridSweep, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="拉网排查"
    )
    kind = models.CharField("情况", max_length=10, choices=EventKind.choices)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grid_events",
        verbose_name="机构",
    )
    seen_name = models.CharField("看到的名称", max_length=100, blank=True, default="")
    place = models.CharField("地点", max_length=200)
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)
    happened_at = models.DateTimeField("看到的时间")
    activity = models.CharField("看到的活动", max_length=12, choices=Seen.choices, default=Seen.UNKNOWN)
    pupils = models.PositiveSmallIntegerField("看到的学生（约，人）", default=0)
    text = models.CharField("看到的情况", max_length=500, blank=True, default="")
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="grid_events", verbose_name="吹哨"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("unit__organisation",), counterpart="unit__organisation"
    )
    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "网格事件"
        ordering = ["-happened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="monitors_gridevent_number"),
            models.UniqueConstraint(
                fields=["sweep", "institution"],
                condition=Q(kind="CLEAR"),
                name="monitors_gridevent_clear_once",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="CLEAR", clue__isnull=True, institution__isnull=False, sweep__isnull=False)
                    | (~Q(kind="CLEAR") & Q(clue__isnull=False) & ~Q(text=""))
                ),
                name="monitors_gridevent_is_clue",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=True) | Q(seen_name=""), name="monitors_gridevent_one_party"
            ),
            models.CheckConstraint(
                condition=~Q(kind="NEW_SITE") | (Q(institution__isnull=True) & ~Q(seen_name="")),
                name="monitors_gridevent_new_site",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "-happened_at"], name="monitors_gridevent_register"),
            models.Index(fields=["sweep", "institution"], name="monitors_gridevent_swept"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def party(self) -> str:
        """Name of the place, or where it is."""
        return self.institution.name if self.institution else self.seen_name or self.place

    @property
    def file_uid(self) -> UUID | None:
        """The institution on whose timeline the event is shown."""
        return self.institution.uid if self.institution else None

    @property
    def kind_tone(self) -> str:
        """Colour of the kind."""
        return "ok" if self.kind == EventKind.CLEAR else "warn"


class ReminderKind(models.TextChoices):
    """Why a called department was reminded."""

    SOON = "SOON", "到场时限将到"
    LATE = "LATE", "逾时未到场"
    UNSETTLED = "UNSETTLED", "逾期未办结"
    MANUAL = "MANUAL", "人工催办"


class CallReminder(models.Model):
    """One reminder of a department that a township called; the automatic ones once for each kind."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    call = models.ForeignKey(WhistleCall, models.PROTECT, related_name="reminders", verbose_name="报到")
    kind = models.CharField("催办原因", max_length=10, choices=ReminderKind.choices)
    note = models.CharField("说明", max_length=200, blank=True, default="")
    made_at = models.DateTimeField("催办时间")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="催办人")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="call__bureau",
        region="call__whistle__region_path",
        participants=("call__organisation", "call__whistle__caller"),
    )
    objects = ScopedQuerySet["CallReminder"].as_manager()

    class Meta:
        verbose_name = "催办"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "kind"], condition=~Q(kind="MANUAL"), name="monitors_callreminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.get_kind_display()}"
