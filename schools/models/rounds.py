"""Periodic reports of schools: a round opened by the desk or by the calendar, and one return of each school."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from schools.models.registry import School


class RoundStatus(models.TextChoices):
    """Whether a round still takes returns."""

    OPEN = "OPEN", "填报中"
    CLOSED = "CLOSED", "已结束"


class SchoolRound(RootModel):
    """One period for which every open school reports what it found about off-campus training."""

    title = models.CharField("名称", max_length=60)
    starts_on = models.DateField("期间第一天")
    ends_on = models.DateField("期间最后一天")
    due_on = models.DateField("报送期限")
    due_explanation = models.JSONField("期限计算", default=list, blank=True)
    status = models.CharField("状态", max_length=6, choices=RoundStatus.choices, default=RoundStatus.OPEN)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["SchoolRound"].as_manager()

    class Meta:
        verbose_name = "学校报表期次"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "starts_on", "ends_on"], name="schools_schoolround_period"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) & Q(due_on__gte=F("ends_on")),
                name="schools_schoolround_forward",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_at__isnull=False), name="schools_schoolround_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return "info" if self.status == RoundStatus.OPEN else "ok"


class ReturnStatus(models.TextChoices):
    """Where a school's return stands."""

    WAITING = "WAITING", "待填报"
    SUBMITTED = "SUBMITTED", "已报送"
    RETURNED = "RETURNED", "退回修改"


class SchoolReturn(RootModel):
    """What one school reports for one period, in counts; a zero report 零报告 is a deliberate act.

    Talks, parents talked to and letters are taken from what the school entered during the period, never asked
    again. `parties` names institutions and addresses, no pupils.
    """

    round = models.ForeignKey(SchoolRound, models.PROTECT, related_name="returns", verbose_name="期次")
    school = models.ForeignKey(School, models.PROTECT, related_name="returns", verbose_name="学校")
    status = models.CharField(
        "状态", max_length=10, choices=ReturnStatus.choices, default=ReturnStatus.WAITING
    )
    class_count = models.PositiveIntegerField("班级数", default=0)
    pupils_checked = models.PositiveIntegerField("排查学生数", default=0)
    pupils_subject = models.PositiveIntegerField("参加学科类培训学生数", default=0)
    pupils_other = models.PositiveIntegerField("参加非学科类培训学生数", default=0)
    clue_count = models.PositiveIntegerField("疑似违规线索（件）", default=0)
    parties = models.TextField("机构或个人名称、地址", max_length=1000, blank=True, default="")
    teachers_involved = models.PositiveIntegerField("涉及在职教师（人）", default=0)
    talks_class_teacher = models.PositiveIntegerField("班主任约谈（人次）", default=0)
    talks_deputy = models.PositiveIntegerField("分管领导约谈（人次）", default=0)
    talks_principal = models.PositiveIntegerField("校长约谈（人次）", default=0)
    parents_talked = models.PositiveIntegerField("约谈家长（人次）", default=0)
    letters_sent = models.PositiveIntegerField("发放告家长书（份）", default=0)
    letters_returned = models.PositiveIntegerField("告家长书回执（份）", default=0)
    is_zero = models.BooleanField("零报告", default=False)
    filler = models.CharField("填报人", max_length=40, blank=True, default="")
    is_confirmed = models.BooleanField("校长已审核", default=False)
    names_checked = models.BooleanField("已核对没有学生姓名", default=False)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    is_late = models.BooleanField("逾期报送", default=False)
    return_reason = models.CharField("退回原因", max_length=200, blank=True, default="")
    reminded_at = models.DateTimeField("催报时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="school__organisation")
    objects = ScopedQuerySet["SchoolReturn"].as_manager()

    class Meta:
        verbose_name = "学校报表"
        ordering = ["-round__starts_on", "region_path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "school"], name="schools_schoolreturn_once"),
            models.CheckConstraint(
                condition=~Q(status="SUBMITTED")
                | Q(submitted_at__isnull=False, is_confirmed=True, pupils_checked__gte=1) & ~Q(filler=""),
                name="schools_schoolreturn_signed",
            ),
            models.CheckConstraint(
                condition=~Q(status="SUBMITTED")
                | Q(
                    is_zero=True,
                    pupils_subject=0,
                    pupils_other=0,
                    clue_count=0,
                    teachers_involved=0,
                    parties="",
                )
                | Q(is_zero=False)
                & (
                    Q(pupils_subject__gt=0)
                    | Q(pupils_other__gt=0)
                    | Q(clue_count__gt=0)
                    | Q(teachers_involved__gt=0)
                ),
                name="schools_schoolreturn_zero",
            ),
            models.CheckConstraint(
                condition=Q(pupils_subject__lte=F("pupils_checked"), pupils_other__lte=F("pupils_checked"))
                & Q(letters_returned__lte=F("letters_sent")),
                name="schools_schoolreturn_parts",
            ),
            models.CheckConstraint(
                condition=Q(clue_count=0) | ~Q(parties=""), name="schools_schoolreturn_parties"
            ),
        ]
        indexes = [models.Index(fields=["school", "status"], name="schools_schoolreturn_school")]

    def __str__(self) -> str:
        return f"{self.school} {self.round}"

    @property
    def is_waiting(self) -> bool:
        """Whether the school has to report."""
        return self.status != ReturnStatus.SUBMITTED

    def is_overdue_on(self, day: date) -> bool:
        """Whether it is missing although the term has passed."""
        return self.is_waiting and self.round.due_on < day

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"WAITING": "warn", "RETURNED": "warn", "SUBMITTED": "ok"}.get(self.status, "mute")
