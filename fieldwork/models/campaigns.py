"""Campaigns (专项行动) and their stages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from fieldwork.models.checklists import Checklist
from fieldwork.querysets import CampaignQuerySet


class CampaignKind(models.TextChoices):
    """What a campaign is after; figures of reports are counted by it."""

    LOOK_BACK = "LOOK_BACK", "“双减”回头看"
    SUBJECT_SWEEP = "SUBJECT_SWEEP", "学科类违规培训专项检查"
    DOUBLE_RANDOM = "DOUBLE_RANDOM", "双随机、一公开"
    FIRE_SAFETY = "FIRE_SAFETY", "消防安全专项"
    HOLIDAY = "HOLIDAY", "假期专项巡查"
    AD_CLEANUP = "AD_CLEANUP", "违规广告清理"
    OTHER = "OTHER", "其他"


class CampaignStatus(models.TextChoices):
    """Where a campaign stands."""

    DRAFT = "DRAFT", "起草中"
    RUNNING = "RUNNING", "进行中"
    FINISHED = "FINISHED", "已结束"
    CANCELLED = "CANCELLED", "已取消"


class Campaign(RootModel):
    """One campaign that a superior office or the bureau itself ordered, with its basis and window.

    Visits, patrols, clues and letters point to it, and reports count by it. `departments` are the
    partner departments that take part and therefore see it.
    """

    code = models.CharField("编号", max_length=40)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("类别", max_length=20, choices=CampaignKind.choices)
    issuer = models.CharField("部署单位", max_length=100)
    basis_no = models.CharField("依据文号", max_length=60, blank=True, default="")
    purpose = models.TextField("任务要求", blank=True, default="")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT
    )
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, null=True, blank=True, related_name="campaigns", verbose_name="使用清单"
    )
    departments = models.ManyToManyField(
        Organisation, blank=True, related_name="campaigns", verbose_name="参加部门"
    )
    started_at = models.DateTimeField("启动时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    result = models.TextField("总结", blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("departments",))
    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "专项行动"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "code"], name="fieldwork_campaign_code"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="fieldwork_campaign_window_forward",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["RUNNING", "FINISHED"]) | Q(started_at__isnull=False),
                name="fieldwork_campaign_started",
            ),
            models.CheckConstraint(
                condition=~Q(status="FINISHED") | Q(finished_at__isnull=False),
                name="fieldwork_campaign_finished",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "kind", "-starts_on"], name="fieldwork_campaign_kind")]

    def __str__(self) -> str:
        return self.name


class CampaignStage(models.Model):
    """One stage of a campaign's timetable: deployment, self-check, spot check, summing up."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="stages")
    position = models.PositiveSmallIntegerField("次序")
    name = models.CharField("阶段", max_length=60)
    task = models.CharField("工作内容", max_length=300, blank=True, default="")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="campaign__bureau", region="campaign__region_path", participants=("campaign__departments",)
    )
    objects = ScopedQuerySet["CampaignStage"].as_manager()

    class Meta:
        verbose_name = "专项行动阶段"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="fieldwork_campaignstage_position"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="fieldwork_campaignstage_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.name
