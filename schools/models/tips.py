"""Work-tip letters 工作提示 to schools, what the schools answer, and reminders."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from complaints.models import Clue
from inspections.models import Visit
from schools.models.registry import School
from schools.querysets import TipQuerySet, TipTrailQuerySet


class TipSource(models.TextChoices):
    """Where the pupils were met."""

    VISIT = "VISIT", "执法检查"
    CLUE = "CLUE", "线索核查"
    OTHER = "OTHER", "其他"


class TipStatus(models.TextChoices):
    """Where a letter stands."""

    DRAFT = "DRAFT", "起草"
    ISSUED = "ISSUED", "已发出，待签收"
    RECEIVED = "RECEIVED", "已签收，待答复"
    ANSWERED = "ANSWERED", "已答复，待审核"
    RETURNED = "RETURNED", "退回补充"
    CLOSED = "CLOSED", "已办结"
    CANCELLED = "CANCELLED", "已取消"
    WITHDRAWN = "WITHDRAWN", "已撤回"


WAITING = (TipStatus.ISSUED, TipStatus.RECEIVED, TipStatus.RETURNED)


class WorkTip(RootModel):
    """One work-tip letter 工作提示函: the bureau tells a school that pupils of it were met in illegal training.

    The letter says how many, where and when, and never who: names stay with the school. `pupil_count` is taken
    from the visit or the clue's visit and may be lowered, the rest being other schools' pupils. The letter is
    due back on `due_on`, counted from the day of issue; each answer is a row of its own.
    """

    number = models.CharField("文号", max_length=80, blank=True, default="")
    status = models.CharField("状态", max_length=10, choices=TipStatus.choices, default=TipStatus.DRAFT)
    school = models.ForeignKey(School, models.PROTECT, related_name="tips", verbose_name="学校")
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="制发机关")
    source_kind = models.CharField("来源", max_length=6, choices=TipSource.choices)
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查"
    )
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="线索"
    )
    source_note = models.CharField("来源说明", max_length=100, blank=True, default="")
    found_on = models.DateField("发现日期")
    pupil_count = models.PositiveIntegerField("本校学生数")
    situation = models.CharField("情况", max_length=500)
    requirements = models.CharField("工作要求", max_length=800)
    contact = models.CharField("联系人和电话", max_length=100)
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作提示函"
    )
    issued_at = models.DateTimeField("发出时间", null=True, blank=True)
    due_on = models.DateField("答复期限", null=True, blank=True)
    due_explanation = models.JSONField("期限计算", default=list, blank=True)
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    received_way = models.CharField("送达方式", max_length=60, blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    is_late = models.BooleanField("逾期答复", default=False)
    escalated_at = models.DateTimeField("上报时间", null=True, blank=True)
    result = models.CharField("审核意见", max_length=300, blank=True, default="")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="school__organisation")
    objects = TipQuerySet.as_manager()

    class Meta:
        verbose_name = "工作提示"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(pupil_count__gte=1), name="schools_worktip_pupils"),
            models.CheckConstraint(
                condition=~Q(situation="") & ~Q(requirements="") & ~Q(contact=""), name="schools_worktip_told"
            ),
            models.CheckConstraint(
                condition=Q(source_kind="VISIT", visit__isnull=False, clue__isnull=True)
                | Q(source_kind="CLUE", clue__isnull=False, visit__isnull=True)
                | Q(source_kind="OTHER", clue__isnull=True, visit__isnull=True) & ~Q(source_note=""),
                name="schools_worktip_source",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "CANCELLED"])
                | Q(document__isnull=False, issued_at__isnull=False, due_on__isnull=False) & ~Q(number=""),
                name="schools_worktip_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ANSWERED", "RETURNED", "CLOSED"])
                | Q(answered_at__isnull=False, received_at__isnull=False),
                name="schools_worktip_answered",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_at__isnull=False) & ~Q(result=""),
                name="schools_worktip_closed",
            ),
            models.UniqueConstraint(
                fields=["school", "visit"],
                condition=~Q(status__in=["CANCELLED", "WITHDRAWN"]),
                name="schools_worktip_visit_once",
            ),
            models.UniqueConstraint(
                fields=["school", "clue"],
                condition=~Q(status__in=["CANCELLED", "WITHDRAWN"]),
                name="schools_worktip_clue_once",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "due_on"], name="schools_worktip_queue"),
            models.Index(fields=["school", "-issued_at"], name="schools_worktip_school"),
        ]

    def __str__(self) -> str:
        return self.number or f"工作提示（{self.get_status_display()}）"

    @property
    def is_waiting(self) -> bool:
        """Whether the school has to answer."""
        return self.status in WAITING

    def is_overdue_on(self, day: date) -> bool:
        """Whether the answer is missing although the term has passed."""
        return self.is_waiting and self.due_on is not None and self.due_on < day

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {
            "ISSUED": "warn",
            "RECEIVED": "info",
            "ANSWERED": "warn",
            "RETURNED": "warn",
            "CLOSED": "ok",
        }.get(self.status, "mute")


OF_TIP = ScopePaths(bureau="tip__bureau", region="tip__region_path", counterpart="tip__school__organisation")


class TipAnswer(models.Model):
    """One answer of a school to a letter: what it found, what it did, in counts; rows stay as they are."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    tip = models.ForeignKey(WorkTip, models.PROTECT, related_name="answers")
    findings = models.TextField("核查情况", max_length=1000)
    measures = models.TextField("采取的措施", max_length=1000)
    pupils_confirmed = models.PositiveIntegerField("核实的本校学生数")
    pupils_left = models.PositiveIntegerField("已停止参加违规培训的学生数")
    parents_told = models.PositiveIntegerField("沟通家长人次")
    names_checked = models.BooleanField("已核对没有学生姓名", default=False)
    is_late = models.BooleanField("逾期", default=False)
    answered_at = models.DateTimeField("答复时间")
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="填报人")
    return_reason = models.CharField("退回原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = OF_TIP
    objects = TipTrailQuerySet["TipAnswer"].as_manager()

    class Meta:
        verbose_name = "工作提示答复"
        ordering = ["answered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(findings="") & ~Q(measures=""), name="schools_tipanswer_told"
            ),
            models.CheckConstraint(
                condition=Q(pupils_left__lte=models.F("pupils_confirmed")), name="schools_tipanswer_left"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tip} 答复"


class ReminderKind(models.TextChoices):
    """Why somebody was reminded."""

    SOON = "SOON", "临期提醒"
    OVERDUE = "OVERDUE", "逾期催办"
    MANUAL = "MANUAL", "人工催办"
    ESCALATED = "ESCALATED", "逾期上报"


class TipReminder(models.Model):
    """One reminder about a letter, by the system or a person; the automatic ones are made once each per term."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    tip = models.ForeignKey(WorkTip, models.PROTECT, related_name="reminders")
    kind = models.CharField("类别", max_length=10, choices=ReminderKind.choices)
    due_on = models.DateField("所催期限")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")

    scope_paths: ClassVar[ScopePaths] = OF_TIP
    objects = TipTrailQuerySet["TipReminder"].as_manager()

    class Meta:
        verbose_name = "工作提示催办"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tip", "kind", "due_on"],
                condition=~Q(kind="MANUAL"),
                name="schools_tipreminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.tip}"
