"""Patrols: tasks, outings, who went, and the stops of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from complaints.models import Clue
from fieldwork.models import ChecklistVersion
from institutions.models import Institution
from monitors.models.people import Monitor, Squad
from monitors.querysets import OutingQuerySet, OwnQuerySet, StopQuerySet


class TaskStatus(models.TextChoices):
    """Where a task stands."""

    OPEN = "OPEN", "进行中"
    DONE = "DONE", "已完成"
    CANCELLED = "CANCELLED", "已取消"


class Slot(models.TextChoices):
    """When a patrol goes out (班内、班外，白天、晚上)."""

    ANY = "ANY", "不限时段"
    DAY = "DAY", "工作日白天"
    EVENING = "EVENING", "晚上"
    REST_DAY = "REST_DAY", "周末、节假日"
    OFF_DUTY = "OFF_DUTY", "班外（晚上、周末、节假日）"
    GATE = "GATE", "上放学时段的学校周边"


class PatrolTask(RootModel):
    """A patrol task given to a squad: where to look, in which days, at what time of day."""

    title = models.CharField("任务名称", max_length=100)
    squad = models.ForeignKey(Squad, models.PROTECT, related_name="tasks", verbose_name="巡查小分队")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("截止日期")
    slot = models.CharField("时段", max_length=10, choices=Slot.choices, default=Slot.ANY)
    from_time = models.TimeField("每天从", null=True, blank=True)
    until_time = models.TimeField("到", null=True, blank=True)
    note = models.CharField("要求", max_length=500, blank=True, default="")
    places = models.ManyToManyField(Institution, blank=True, related_name="+", verbose_name="指定机构")
    status = models.CharField("状态", max_length=10, choices=TaskStatus.choices, default=TaskStatus.OPEN)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["PatrolTask"].as_manager()

    class Meta:
        verbose_name = "巡查任务"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="monitors_patroltask_named"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="monitors_patroltask_window"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(ended_at__isnull=False), name="monitors_patroltask_ended"
            ),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, until_time__isnull=True)
                | Q(from_time__isnull=False, until_time__isnull=False, until_time__gt=F("from_time")),
                name="monitors_patroltask_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def window_words(self) -> str:
        """When to go, in words."""
        hours = (
            f"{self.from_time:%H:%M}—{self.until_time:%H:%M}" if self.from_time and self.until_time else ""
        )
        return " ".join(part for part in (self.get_slot_display(), hours) if part)


class OutingStatus(models.TextChoices):
    """Where an outing stands. Only submitted ones count."""

    RUNNING = "RUNNING", "巡查中"
    SUBMITTED = "SUBMITTED", "已提交"
    VOID = "VOID", "已作废"


class Outing(RootModel):
    """One outing 出巡 of at least two monitors with its stops. It counts 人次 by its members, 家次 by its stops.

    A patrol looks and reports; it is no inspection. Nothing here is signed by the other side and no document is
    ever issued about it: the database refuses one (migration `0003`).
    """

    number = models.CharField("编号", max_length=80)
    squad = models.ForeignKey(
        Squad,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="outings",
        verbose_name="巡查小分队",
    )
    task = models.ForeignKey(
        PatrolTask, models.PROTECT, null=True, blank=True, related_name="outings", verbose_name="任务"
    )
    status = models.CharField(
        "状态", max_length=10, choices=OutingStatus.choices, default=OutingStatus.RUNNING
    )
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    slot = models.CharField("时段", max_length=10, choices=Slot.choices)
    is_in_window = models.BooleanField("符合任务时段", null=True, blank=True)
    people = models.PositiveSmallIntegerField("人数")
    note = models.CharField("说明", max_length=500, blank=True, default="")
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = OutingQuerySet.as_manager()

    class Meta:
        verbose_name = "巡查"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "number"], name="monitors_outing_number"),
            models.CheckConstraint(condition=Q(people__gte=2), name="monitors_outing_two_people"),
            models.CheckConstraint(
                condition=~Q(status="SUBMITTED")
                | Q(ended_at__isnull=False, submitted_at__isnull=False, ended_at__gte=F("started_at")),
                name="monitors_outing_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(status="VOID") | ~Q(void_reason=""), name="monitors_outing_void"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "-started_at"], name="monitors_outing_register")]

    def __str__(self) -> str:
        return self.number

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"RUNNING": "info", "SUBMITTED": "ok"}.get(self.status, "mute")


IN_OFFICE = pgtrigger.Trigger(
    name="in_office",
    operation=pgtrigger.Insert,
    when=pgtrigger.Before,
    func="""
    IF NOT EXISTS (
        SELECT 1 FROM monitors_monitor
        WHERE id = NEW.monitor_id AND term @> (lower(NEW.span) AT TIME ZONE 'Asia/Shanghai')::date
    ) THEN
        RAISE EXCEPTION 'monitor % is not in office on that day', NEW.monitor_id;
    END IF;
    RETURN NEW;
    """,
)


class OutingMember(models.Model):
    """One monitor on one outing; `span` is open until the outing is submitted, so nobody is at two places."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    outing = models.ForeignKey(Outing, models.PROTECT, related_name="members")
    monitor = models.ForeignKey(Monitor, models.PROTECT, related_name="outings", verbose_name="社会监督员")
    span = DateTimeRangeField("时间")
    is_leader = models.BooleanField("带队", default=False)
    is_void = models.BooleanField("已作废", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="outing__bureau", region="outing__region_path")
    objects = OwnQuerySet["OutingMember"].as_manager()

    class Meta:
        verbose_name = "巡查人员"
        ordering = ["-is_leader", "id"]
        constraints = [
            models.UniqueConstraint(fields=["outing", "monitor"], name="monitors_outingmember_once"),
            ExclusionConstraint(
                name="monitors_outingmember_one_place",
                expressions=[("monitor", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(is_void=False),
            ),
        ]
        triggers = [IN_OFFICE]

    def __str__(self) -> str:
        return f"{self.monitor} {self.outing}"


class SpotKind(models.TextChoices):
    """What kind of place a stop is."""

    OFFICE = "OFFICE", "商务楼"
    RESIDENCE = "RESIDENCE", "居民楼"
    HOTEL = "HOTEL", "酒店"
    CAFE = "CAFE", "咖啡厅"
    CARE = "CARE", "托管场所"
    STREET = "STREET", "临街店铺"
    SCHOOL_SIDE = "SCHOOL_SIDE", "学校周边"
    OTHER = "OTHER", "其他"


class Cover(models.TextChoices):
    """In what name the place presents itself."""

    SCHOOL = "SCHOOL", "培训机构"
    CONSULTING = "CONSULTING", "咨询公司"
    CULTURE = "CULTURE", "文化、科技公司"
    CARE = "CARE", "托管"
    HOUSEKEEPING = "HOUSEKEEPING", "家政"
    PERSON = "PERSON", "个人"
    UNKNOWN = "UNKNOWN", "看不出"


class Seen(models.TextChoices):
    """What was going on."""

    SUBJECT = "SUBJECT", "学科类培训"
    NON_SUBJECT = "NON_SUBJECT", "非学科类培训"
    CARE = "CARE", "托管、作业辅导"
    NONE = "NONE", "没有活动"
    UNKNOWN = "UNKNOWN", "看不清"


class Stage(models.TextChoices):
    """Which pupils were seen."""

    NONE = "", "没有看到学生"
    PRESCHOOL = "PRESCHOOL", "学龄前"
    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"
    MIXED = "MIXED", "多个学段"


class Licence(models.TextChoices):
    """Whether licences hung on the wall."""

    SEEN = "SEEN", "看到"
    NOT_SHOWN = "NOT_SHOWN", "没有公示"
    UNSEEN = "UNSEEN", "没进门，未看到"


class Stop(RootModel):
    """One stop 一家: what monitors saw at one place, item by item of the checklist version in force.

    `answers` gives a code of the version for every item, `notes` the words at items answered with a problem.
    Either an institution of the register or the name that was seen. Counts are estimates and never names.
    """

    outing = models.ForeignKey(Outing, models.PROTECT, related_name="stops", verbose_name="巡查")
    ordinal = models.PositiveSmallIntegerField("序号")
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="patrol_stops",
        verbose_name="机构",
    )
    seen_name = models.CharField("看到的名称", max_length=100, blank=True, default="")
    place = models.CharField("地点", max_length=200)
    spot_kind = models.CharField("场所类型", max_length=12, choices=SpotKind.choices)
    cover = models.CharField("以什么名义", max_length=14, choices=Cover.choices, default=Cover.SCHOOL)
    arrived_at = models.DateTimeField("到达时间")
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)
    licence = models.CharField("证照公示", max_length=10, choices=Licence.choices, default=Licence.UNSEEN)
    pupils = models.PositiveSmallIntegerField("看到的学生（人）", default=0)
    stage = models.CharField("学段", max_length=10, choices=Stage.choices, blank=True, default="")
    teachers = models.PositiveSmallIntegerField("看到的教师（人）", default=0)
    activity = models.CharField("看到的活动", max_length=12, choices=Seen.choices)
    subject = models.CharField("科目", max_length=60, blank=True, default="")
    checklist_version = models.ForeignKey(
        ChecklistVersion, models.PROTECT, related_name="+", verbose_name="清单版本"
    )
    answers = models.JSONField("逐项结果")
    notes = models.JSONField("问题说明", default=dict, blank=True)
    problem_count = models.PositiveSmallIntegerField("问题项", default=0)
    star_count = models.PositiveSmallIntegerField("否决项问题", default=0)
    summary = models.CharField("情况摘要", max_length=500, blank=True, default="")
    is_told = models.BooleanField("已告知对方", default=False)
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = "巡查记录"
        ordering = ["outing_id", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["outing", "ordinal"], name="monitors_stop_ordinal"),
            models.UniqueConstraint(
                fields=["outing", "institution"],
                condition=Q(institution__isnull=False),
                name="monitors_stop_once",
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=False, seen_name="")
                | (Q(institution__isnull=True) & ~Q(seen_name="")),
                name="monitors_stop_one_party",
            ),
            models.CheckConstraint(
                condition=Q(star_count__lte=F("problem_count")), name="monitors_stop_counts"
            ),
            models.CheckConstraint(
                condition=Q(star_count=0) | Q(clue__isnull=False), name="monitors_stop_star_is_clue"
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "-arrived_at"], name="monitors_stop_place"),
            models.Index(fields=["bureau", "-arrived_at"], name="monitors_stop_register"),
        ]

    def __str__(self) -> str:
        return f"{self.outing} 第{self.ordinal}家"

    @property
    def number(self) -> str:
        """Number of the outing and place in it; the source number of its clue."""
        return f"{self.outing.number}-{self.ordinal}"

    @property
    def party(self) -> str:
        """Name of the place."""
        return self.institution.name if self.institution else self.seen_name

    @property
    def file_uid(self) -> Any:
        """The institution on whose timeline the stop is shown."""
        return self.institution.uid if self.institution else None

    @property
    def ended(self) -> datetime | None:
        """When the outing ended."""
        return self.outing.ended_at
