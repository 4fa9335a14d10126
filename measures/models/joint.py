"""Working together: whistles of townships, joint conferences and their decisions."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from institutions.models import Institution
from measures.querysets import CallQuerySet, DecisionQuerySet, SharedQuerySet


class WhistleUrgency(models.TextChoices):
    """How fast the departments must be there."""

    URGENT = "URGENT", "紧急"
    ORDINARY = "ORDINARY", "一般"


class WhistleStatus(models.TextChoices):
    """Where a whistle stands; the township closes it with its evaluation."""

    OPEN = "OPEN", "处置中"
    HANDLED = "HANDLED", "部门已办结，待评价"
    CLOSED = "CLOSED", "已办结"
    CANCELLED = "CANCELLED", "已撤销"


class Whistle(RootModel):
    """镇街吹哨、部门报到: a township calls departments to a place that it cannot settle alone.

    `caller` is the township; the clocks of each called department run from `called_at` by the policy
    values of the day. The township evaluates every department before the whistle is closed.
    """

    caller = models.ForeignKey(Organisation, models.PROTECT, related_name="whistles", verbose_name="吹哨镇街")
    matter = models.CharField("事项", max_length=100)
    detail = models.TextField("情况说明")
    urgency = models.CharField("紧急程度", max_length=10, choices=WhistleUrgency.choices)
    place = models.CharField("地点", max_length=200)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="whistles", verbose_name="涉及机构"
    )
    called_at = models.DateTimeField("吹哨时间")
    close_due_on = models.DateField("办结期限")
    close_explanation = models.JSONField("期限计算", default=list, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=WhistleStatus.choices, default=WhistleStatus.OPEN
    )
    handled_at = models.DateTimeField("部门办结时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    result = models.CharField("办理结果", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("calls__organisation", "caller"))
    objects = SharedQuerySet["Whistle"].as_manager()

    class Meta:
        verbose_name = "镇街吹哨"
        ordering = ["-called_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | (Q(closed_at__isnull=False) & ~Q(result="")),
                name="measures_whistle_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="HANDLED") | Q(handled_at__isnull=False), name="measures_whistle_handled"
            ),
        ]

    def __str__(self) -> str:
        return self.matter

    @property
    def file_uid(self) -> UUID | None:
        """The institution's file, if one is named."""
        return self.institution.uid if self.institution else None

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"OPEN": "warn", "HANDLED": "info", "CLOSED": "ok"}.get(self.status, "mute")


class CallStatus(models.TextChoices):
    """How far one called department is. RETURNED: not its business, with the reason."""

    CALLED = "CALLED", "待响应"
    ACKNOWLEDGED = "ACKNOWLEDGED", "已响应"
    ARRIVED = "ARRIVED", "已到场"
    DONE = "DONE", "已办结"
    RETURNED = "RETURNED", "已退回"


class Rating(models.TextChoices):
    """The township's evaluation of a department."""

    GOOD = "GOOD", "满意"
    FAIR = "FAIR", "基本满意"
    POOR = "POOR", "不满意"


class WhistleCall(models.Model):
    """One department called by one whistle: response, arrival and settlement with their clocks, evaluation."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey("accounts.Bureau", models.PROTECT, related_name="+")
    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="calls")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="whistle_calls", verbose_name="报到部门"
    )
    status = models.CharField("状态", max_length=14, choices=CallStatus.choices, default=CallStatus.CALLED)
    arrive_due_at = models.DateTimeField("到场时限")
    arrive_basis = models.CharField("时限依据", max_length=200)
    acknowledged_at = models.DateTimeField("响应时间", null=True, blank=True)
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    people = models.CharField("到场人员", max_length=100, blank=True, default="")
    finished_at = models.DateTimeField("办结时间", null=True, blank=True)
    action = models.CharField("处置情况", max_length=500, blank=True, default="")
    returned_reason = models.CharField("退回理由", max_length=300, blank=True, default="")
    rating = models.CharField("评价", max_length=10, choices=Rating.choices, blank=True, default="")
    comment = models.CharField("评价意见", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="whistle__region_path", participants=("organisation", "whistle__caller")
    )
    objects = CallQuerySet["WhistleCall"].as_manager()

    class Meta:
        verbose_name = "部门报到"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["whistle", "organisation"], name="measures_whistlecall_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["ARRIVED", "DONE"]) | (Q(arrived_at__isnull=False) & ~Q(people="")),
                name="measures_whistlecall_arrived",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | (Q(finished_at__isnull=False) & ~Q(action="")),
                name="measures_whistlecall_done",
            ),
            models.CheckConstraint(
                condition=~Q(status="RETURNED") | ~Q(returned_reason=""),
                name="measures_whistlecall_returned",
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True)
                | Q(finished_at__isnull=True)
                | Q(finished_at__gte=F("arrived_at")),
                name="measures_whistlecall_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_status_display()}"

    @property
    def file_uid(self) -> UUID | None:
        """The institution's file, if the whistle names one."""
        return self.whistle.file_uid

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"CALLED": "warn", "DONE": "ok", "RETURNED": "mute"}.get(self.status, "info")

    @property
    def was_late(self) -> bool:
        """Whether the department came after its time."""
        return self.arrived_at is not None and self.arrived_at > self.arrive_due_at


class MeetingKind(models.TextChoices):
    """Which body met."""

    CONFERENCE = "CONFERENCE", "联席会议"
    TASK_FORCE = "TASK_FORCE", "工作专班会议"
    GROUP = "GROUP", "领导小组会议"


class MeetingStatus(models.TextChoices):
    """Where a meeting stands; DONE once every decision is settled."""

    DRAFT = "DRAFT", "起草纪要"
    ISSUED = "ISSUED", "已印发，跟踪落实"
    DONE = "DONE", "全部落实"


class Meeting(RootModel):
    """A joint conference or task-force meeting: who took part, its minutes, and its decisions.

    Such a body coordinates; it never inspects or issues orders itself (国办发〔2024〕54号).
    """

    kind = models.CharField("会议类别", max_length=12, choices=MeetingKind.choices)
    title = models.CharField("会议名称", max_length=100)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="meetings", verbose_name="召集单位")
    held_at = models.DateTimeField("会议时间")
    place = models.CharField("地点", max_length=100)
    chair = models.CharField("主持人", max_length=60)
    minutes = models.TextField("会议内容")
    status = models.CharField(
        "状态", max_length=10, choices=MeetingStatus.choices, default=MeetingStatus.DRAFT
    )
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议纪要"
    )
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    done_at = models.DateTimeField("落实完成时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("participants__organisation", "decisions__assignee", "organ")
    )
    objects = SharedQuerySet["Meeting"].as_manager()

    class Meta:
        verbose_name = "联席会议"
        ordering = ["-held_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(document__isnull=False, issued_at__isnull=False),
                name="measures_meeting_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | Q(done_at__isnull=False), name="measures_meeting_done"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """Number of the minutes; empty before they are issued."""
        return self.document.number if self.document else ""

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"ISSUED": "info", "DONE": "ok"}.get(self.status, "mute")


class MeetingParticipant(models.Model):
    """A body that took part in a meeting, with the people it sent."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="participants")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    people = models.CharField("参会人员", max_length=100, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="meeting__bureau", region="meeting__region_path")
    objects = ScopedQuerySet["MeetingParticipant"].as_manager()

    class Meta:
        verbose_name = "参会单位"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "organisation"], name="measures_meetingparticipant_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class DecisionStatus(models.TextChoices):
    """How far a decision is. A report of the assignee is not yet done: the convening body confirms it."""

    OPEN = "OPEN", "待落实"
    REPORTED = "REPORTED", "已报告，待确认"
    DONE = "DONE", "已落实"
    DROPPED = "DROPPED", "不再落实"


class Decision(RootModel):
    """One decision of a meeting (议定事项) with the body that must carry it out and the day it is due."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name="会议")
    position = models.PositiveSmallIntegerField("序号")
    text = models.CharField("议定事项", max_length=300)
    assignee = models.ForeignKey(
        Organisation, models.PROTECT, related_name="decisions", verbose_name="责任单位"
    )
    due_on = models.DateField("完成期限")
    status = models.CharField(
        "状态", max_length=10, choices=DecisionStatus.choices, default=DecisionStatus.OPEN
    )
    report = models.CharField("落实情况", max_length=500, blank=True, default="")
    reported_at = models.DateTimeField("报告时间", null=True, blank=True)
    settled_at = models.DateTimeField("确认时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("assignee", "meeting__participants__organisation", "meeting__organ")
    )
    objects = DecisionQuerySet["Decision"].as_manager()

    class Meta:
        verbose_name = "议定事项"
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="measures_decision_position"),
            models.CheckConstraint(
                condition=~Q(status__in=["REPORTED", "DONE"])
                | (~Q(report="") & Q(reported_at__isnull=False)),
                name="measures_decision_reported",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DONE", "DROPPED"]) | Q(settled_at__isnull=False),
                name="measures_decision_settled",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"OPEN": "warn", "REPORTED": "info", "DONE": "ok"}.get(self.status, "mute")
