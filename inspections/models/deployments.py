"""One outing of inspectors: its approval, its team, its recusals."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from fieldwork.models import Campaign, ChecklistVersion
from inspections.querysets import DeploymentQuerySet


class InspectionKind(models.TextChoices):
    """Why the place is visited; decides whether the visit counts towards the yearly cap."""

    DAILY = "DAILY", "日常检查"
    SPECIAL = "SPECIAL", "专项检查"
    JOINT = "JOINT", "联合检查"
    DOUBLE_RANDOM = "DOUBLE_RANDOM", "双随机抽查"
    CLUE = "CLUE", "线索核查（个案检查）"
    RECHECK = "RECHECK", "整改复查"


CAP_EXEMPT_KINDS = (InspectionKind.CLUE, InspectionKind.RECHECK)


class DeploymentStatus(models.TextChoices):
    """Where an outing stands."""

    DRAFT = "DRAFT", "起草"
    SUBMITTED = "SUBMITTED", "待审批"
    APPROVED = "APPROVED", "已批准"
    NOTIFIED = "NOTIFIED", "已通知"
    UNDERWAY = "UNDERWAY", "检查中"
    DONE = "DONE", "已完成"
    CANCELLED = "CANCELLED", "已取消"


class Deployment(RootModel):
    """One outing 出动: who goes, under whose name, on what basis, to which places.

    Approved by the head of the leading organ before it starts; an emergency outing starts first and
    gets its approval within the dated policy limit (国办发〔2024〕54号). `source_*` name what asked
    for it (a clue, a patrol) by kind and number.
    """

    name = models.CharField("名称", max_length=100)
    number = models.CharField("审批文号", max_length=80, blank=True, default="")
    kind = models.CharField("检查类别", max_length=20, choices=InspectionKind.choices)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="deployments", verbose_name="专项行动"
    )
    lead_organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="led_deployments", verbose_name="牵头机关"
    )
    task_source = models.CharField("任务来源", max_length=100)
    basis = models.CharField("检查依据", max_length=300)
    item = models.TextField("检查事项")
    checklist_version = models.ForeignKey(
        ChecklistVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deployments",
        verbose_name="检查清单",
    )
    starts_at = models.DateTimeField("计划开始")
    ends_at = models.DateTimeField("计划结束")
    status = models.CharField(
        "状态", max_length=10, choices=DeploymentStatus.choices, default=DeploymentStatus.DRAFT
    )
    is_emergency = models.BooleanField("应急检查", default=False)
    emergency_reason = models.CharField("应急事由", max_length=300, blank=True, default="")
    approval_due_on = models.DateField("补办审批期限", null=True, blank=True)
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approval_note = models.CharField("审批意见", max_length=300, blank=True, default="")
    approval_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批表"
    )
    cap_override_reason = models.CharField("超频次理由", max_length=300, blank=True, default="")
    cap_override_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    source_kind = models.CharField("来源类别", max_length=30, blank=True, default="")
    source_no = models.CharField("来源编号", max_length=80, blank=True, default="")
    source_brief = models.TextField("来源摘要", blank=True, default="")
    source_evidence = models.JSONField("来源材料", default=list, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("members__organisation", "lead_organ"))
    objects = DeploymentQuerySet.as_manager()

    class Meta:
        verbose_name = "检查出动"
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="inspections_deployment_forward"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "NOTIFIED"])
                | (Q(approved_at__isnull=False) & Q(approved_by__isnull=False)),
                name="inspections_deployment_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["UNDERWAY", "DONE"])
                | Q(approved_at__isnull=False)
                | (Q(is_emergency=True) & ~Q(emergency_reason="") & Q(approval_due_on__isnull=False)),
                name="inspections_deployment_approved_or_emergency",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | (Q(approved_at__isnull=False) & Q(finished_at__isnull=False)),
                name="inspections_deployment_done",
            ),
            models.CheckConstraint(
                condition=~Q(status="NOTIFIED") | Q(notified_at__isnull=False),
                name="inspections_deployment_notified",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["UNDERWAY", "DONE"]) | Q(started_at__isnull=False),
                name="inspections_deployment_started",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("created_by")),
                name="inspections_deployment_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(cap_override_reason="") | Q(cap_override_by__isnull=False),
                name="inspections_deployment_override_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "-starts_at"], name="inspections_deploy_status"),
            models.Index(fields=["bureau", "-started_at"], name="inspections_deploy_started"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def planned_on(self) -> date:
        """The planned day in Asia/Shanghai."""
        return timezone.localdate(self.starts_at)

    @property
    def is_cap_exempt(self) -> bool:
        """Whether its visits stay outside the yearly cap per enterprise."""
        return self.kind in CAP_EXEMPT_KINDS

    @property
    def lacks_late_approval(self) -> bool:
        """An emergency outing whose approval is still to be completed."""
        return self.is_emergency and self.approved_at is None


class MemberRole(models.TextChoices):
    """Officers inspect; everyone else helps."""

    OFFICER = "OFFICER", "执法人员"
    ASSISTANT = "ASSISTANT", "协助人员"


class DeploymentMember(models.Model):
    """One person of an outing. An officer's certificate is copied as it stood when he was put down.

    `is_counted` says whether the person counts in 出动人次; helpers who are not officials are unflagged.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="members")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="账号"
    )
    person_name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="单位")
    role = models.CharField("身份", max_length=10, choices=MemberRole.choices)
    certificate_no = models.CharField("执法证号", max_length=30, blank=True, default="")
    certificate_organ = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    certificate_until = models.DateField("执法证有效期至", null=True, blank=True)
    checked_on = models.DateField("核验日期", null=True, blank=True)
    is_counted = models.BooleanField("计入出动人次", default=True)
    removed_at = models.DateTimeField("退出时间", null=True, blank=True)
    removed_reason = models.CharField("退出原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="deployment__bureau",
        region="deployment__region_path",
        participants=("deployment__members__organisation", "deployment__lead_organ"),
    )
    objects = ScopedQuerySet["DeploymentMember"].as_manager()

    class Meta:
        verbose_name = "检查组成员"
        ordering = ["role", "organisation", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "organisation", "person_name"],
                condition=Q(removed_at__isnull=True),
                name="inspections_deploymentmember_once",
            ),
            models.UniqueConstraint(
                fields=["deployment", "user"],
                condition=Q(removed_at__isnull=True) & Q(user__isnull=False),
                name="inspections_deploymentmember_user_once",
            ),
            models.CheckConstraint(
                condition=Q(role="ASSISTANT")
                | (
                    ~Q(certificate_no="")
                    & Q(certificate_organ=F("organisation"))
                    & Q(user__isnull=False)
                    & Q(checked_on__isnull=False)
                ),
                name="inspections_deploymentmember_certified",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(removed_reason=""),
                name="inspections_deploymentmember_removed_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.person_name


class RecusalOrigin(models.TextChoices):
    """Who raised the ground."""

    SELF = "SELF", "本人申明"
    PARTY = "PARTY", "当事人申请"


class RecusalStatus(models.TextChoices):
    """A declared ground stands; an application waits for the head's decision (行政处罚法 第四十三条)."""

    DECLARED = "DECLARED", "应当回避"
    OPEN = "OPEN", "待决定"
    GRANTED = "GRANTED", "决定回避"
    REFUSED = "REFUSED", "驳回申请"


class Recusal(models.Model):
    """A ground for 回避 of one member of the team, declared by the member or applied for by the party."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    member = models.ForeignKey(DeploymentMember, models.PROTECT, related_name="recusals")
    origin = models.CharField("提出方", max_length=10, choices=RecusalOrigin.choices)
    ground = models.CharField("回避事由", max_length=300)
    status = models.CharField("状态", max_length=10, choices=RecusalStatus.choices)
    raised_at = models.DateTimeField("提出时间")
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision_note = models.CharField("决定理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="member__deployment__bureau",
        region="member__deployment__region_path",
        participants=("member__deployment__members__organisation",),
    )
    objects = ScopedQuerySet["Recusal"].as_manager()

    class Meta:
        verbose_name = "回避"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["DECLARED", "OPEN"])
                | (Q(decided_at__isnull=False) & Q(decided_by__isnull=False)),
                name="inspections_recusal_decided",
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(status="OPEN"), name="inspections_recusal_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_status_display()}"

    @property
    def bureau(self) -> object:
        """The tenant, for the audit event."""
        return self.member.deployment.bureau
