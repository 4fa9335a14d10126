"""Stops of an outing and the problems found there."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import EvidenceFile, OfficialDocument, RootModel, ViolationType
from fieldwork.models import ChecklistRun
from inspections.models.deployments import Deployment
from inspections.querysets import FindingQuerySet, VisitQuerySet
from institutions.models import Institution


class VisitStatus(models.TextChoices):
    """Where a stop stands."""

    PLANNED = "PLANNED", "待检查"
    STARTED = "STARTED", "检查中"
    RECORDED = "RECORDED", "已记录"
    CLOSED = "CLOSED", "已办结"
    CANCELLED = "CANCELLED", "已取消"


class PremisesState(models.TextChoices):
    """What the officers met at the door, for open, closed and unlicensed places alike."""

    OPERATING = "OPERATING", "正常营业"
    NOT_OPEN = "NOT_OPEN", "当时未营业"
    CLOSED_CONFIRMED = "CLOSED_CONFIRMED", "已关停，未发现经营"
    STILL_OPERATING = "STILL_OPERATING", "已注销或关停，仍在经营"
    UNLICENSED_OPERATING = "UNLICENSED_OPERATING", "无证经营"
    MOVED = "MOVED", "搬离或查无此处"


class VisitOutcome(models.TextChoices):
    """The result told to the party; the gravest that applies."""

    NO_PROBLEM = "NO_PROBLEM", "未发现问题"
    FIXED_ON_SPOT = "FIXED_ON_SPOT", "当场改正"
    CORRECT = "CORRECT", "责令限期改正"
    REFERRED = "REFERRED", "移送或立案"


class SignatureState(models.TextChoices):
    """Whether the party signed the record of the visit."""

    PENDING = "PENDING", "未签字"
    SIGNED = "SIGNED", "已签字"
    REFUSED = "REFUSED", "拒绝签字"
    ABSENT = "ABSENT", "当事人不在场"


class Visit(RootModel):
    """One place visited in one outing: 家次 counts these.

    The place may be open, closed or unlicensed; what it was on that day (`was_closed`,
    `standing_then`) is copied when the visit starts, so later changes of the register alter nothing.
    """

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="visits", verbose_name="检查出动")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="visits", verbose_name="机构")
    planned_on = models.DateField("计划日期")
    status = models.CharField("状态", max_length=10, choices=VisitStatus.choices, default=VisitStatus.PLANNED)
    place_note = models.CharField("实际地点", max_length=200, blank=True, default="")
    was_closed = models.BooleanField("检查时已注销或取缔", default=False)
    standing_then = models.CharField("检查时证照状况", max_length=20, blank=True, default="")
    is_night = models.BooleanField("夜间检查", default=False)
    started_at = models.DateTimeField("进场时间", null=True, blank=True)
    ended_at = models.DateTimeField("离场时间", null=True, blank=True)
    recorded_at = models.DateTimeField("记录时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    premises = models.CharField(
        "现场状态", max_length=24, choices=PremisesState.choices, blank=True, default=""
    )
    summary = models.TextField("现场情况", blank=True, default="")
    students_present = models.PositiveIntegerField("在场学生数", null=True, blank=True)
    representative = models.CharField("在场负责人", max_length=40, blank=True, default="")
    representative_title = models.CharField("职务", max_length=40, blank=True, default="")
    party_opinion = models.TextField("当事人意见", blank=True, default="")
    signature = models.CharField(
        "签字情况", max_length=10, choices=SignatureState.choices, default=SignatureState.PENDING
    )
    witness = models.CharField("见证人", max_length=40, blank=True, default="")
    camera_note = models.CharField("执法记录仪文件", max_length=120, blank=True, default="")
    outcome = models.CharField(
        "检查结果", max_length=20, choices=VisitOutcome.choices, blank=True, default=""
    )
    checklist_run = models.ForeignKey(
        ChecklistRun, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查清单记录"
    )
    notice_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="检查通知书"
    )
    record_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现场检查笔录"
    )
    result_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结果告知书"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("deployment__members__organisation", "deployment__lead_organ")
    )
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "检查"
        ordering = ["-planned_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "institution"],
                condition=~Q(status="CANCELLED"),
                name="inspections_visit_once_per_deployment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["STARTED", "RECORDED", "CLOSED"]) | Q(started_at__isnull=False),
                name="inspections_visit_started",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["RECORDED", "CLOSED"])
                | (Q(ended_at__isnull=False) & ~Q(premises="") & ~Q(summary="") & ~Q(outcome="")),
                name="inspections_visit_recorded",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED")
                | (Q(closed_at__isnull=False) & Q(result_document__isnull=False)),
                name="inspections_visit_closed",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="inspections_visit_forward",
            ),
            models.CheckConstraint(
                condition=~Q(signature="REFUSED") | ~Q(witness="") | ~Q(camera_note=""),
                name="inspections_visit_refusal_witnessed",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "planned_on"], name="inspections_visit_status"),
            models.Index(fields=["institution", "-planned_on"], name="inspections_visit_place"),
            models.Index(fields=["bureau", "-started_at"], name="inspections_visit_started"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.planned_on:%Y-%m-%d}"

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        uid: UUID = self.institution.uid
        return uid

    @property
    def visited_on(self) -> date:
        """The day of the visit, planned until it has started."""
        return timezone.localdate(self.started_at) if self.started_at else self.planned_on


class Severity(models.TextChoices):
    """How grave a problem is."""

    MINOR = "MINOR", "轻微"
    GENERAL = "GENERAL", "一般"
    SERIOUS = "SERIOUS", "严重"


class FindingMode(models.TextChoices):
    """How a problem is dealt with; each finding is in exactly one."""

    ON_SPOT = "ON_SPOT", "当场改正"
    IN_TERM = "IN_TERM", "限期整改"
    REFER = "REFER", "移送或立案"


class FindingStatus(models.TextChoices):
    """What became of a problem. CLOSED is reached only through a re-check."""

    OPEN = "OPEN", "待处理"
    FIXED = "FIXED", "已当场改正"
    IN_NOTICE = "IN_NOTICE", "限期整改中"
    CLOSED = "CLOSED", "已销号"
    REFERRED = "REFERRED", "已移送"
    ESCALATED = "ESCALATED", "已升级处理"
    VOID = "VOID", "已作废"


class Finding(RootModel):
    """One problem found at one visit, with the organ that must deal with it.

    From a failed checklist item (`item_code`) or free. `quantity` counts physical pieces (billboards)
    that one finding is about. `refer_to` names the receiving body as text.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name="检查")
    item_code = models.CharField("清单项目", max_length=10, blank=True, default="")
    item_text = models.CharField("检查内容", max_length=300, blank=True, default="")
    violation = models.ForeignKey(
        ViolationType, models.PROTECT, related_name="findings", verbose_name="问题类型"
    )
    severity = models.CharField("程度", max_length=10, choices=Severity.choices, default=Severity.GENERAL)
    text = models.TextField("问题事实")
    rule_broken = models.CharField("违反的规定", max_length=300, blank=True, default="")
    correction = models.TextField("整改要求", blank=True, default="")
    quantity = models.PositiveIntegerField("数量（处、块）", default=1)
    mode = models.CharField("处理方式", max_length=10, choices=FindingMode.choices)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="findings", verbose_name="责任部门")
    status = models.CharField(
        "状态", max_length=10, choices=FindingStatus.choices, default=FindingStatus.OPEN
    )
    fixed_at = models.DateTimeField("改正时间", null=True, blank=True)
    no_photo_reason = models.CharField("未拍照原因", max_length=100, blank=True, default="")
    refer_to = models.CharField("移送单位或立案机关", max_length=100, blank=True, default="")
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("visit__deployment__members__organisation", "visit__deployment__lead_organ", "organ")
    )
    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "检查发现的问题"
        ordering = ["visit", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "item_code"],
                condition=~Q(item_code="") & ~Q(status="VOID"),
                name="inspections_finding_item_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="FIXED") | (Q(mode="ON_SPOT") & Q(fixed_at__isnull=False)),
                name="inspections_finding_fixed_on_spot",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["IN_NOTICE", "CLOSED", "ESCALATED"]) | Q(mode="IN_TERM"),
                name="inspections_finding_in_term",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CLOSED", "ESCALATED"]) | Q(settled_at__isnull=False),
                name="inspections_finding_settled",
            ),
            models.CheckConstraint(
                condition=~Q(status="REFERRED") | (Q(mode="REFER") & ~Q(refer_to="")),
                name="inspections_finding_referred",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="inspections_finding_told"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="inspections_finding_quantity"),
        ]
        indexes = [models.Index(fields=["bureau", "mode", "status"], name="inspections_finding_status")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.visit.file_uid


class PhotoPhase(models.TextChoices):
    """Whether a photo shows the problem or its remedy."""

    BEFORE = "BEFORE", "问题照片"
    AFTER = "AFTER", "改正后照片"


class FindingPhoto(models.Model):
    """A photo of one finding, before or after the remedy; the file is evidence whose subject is the finding."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photos")
    evidence = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="+")
    phase = models.CharField("阶段", max_length=10, choices=PhotoPhase.choices)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="finding__bureau",
        region="finding__region_path",
        participants=("finding__visit__deployment__members__organisation", "finding__organ"),
    )
    objects = ScopedQuerySet["FindingPhoto"].as_manager()

    class Meta:
        verbose_name = "问题照片"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "evidence"], name="inspections_findingphoto_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} {self.evidence}"
