"""Audits of patrols by random re-check: the frozen pool, the draw, the trips and what they found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from monitors.models.patrols import Stop


class AuditStatus(models.TextChoices):
    """Where an audit stands."""

    FROZEN = "FROZEN", "名单已冻结"
    ENTERED = "ENTERED", "公开值待确认"
    DRAWN = "DRAWN", "督查中"
    DONE = "DONE", "已完成"
    ABORTED = "ABORTED", "已中止"


class PatrolAudit(RootModel):
    """One audit of the visits of a span of days: all of them frozen, some drawn by the fair sampler, re-checked.

    `pool_text` is the pool file exactly as hashed; who is drawn follows from it and from a public value that did
    not exist when it was frozen (docs/sampler.md). Nobody is tracked: what is checked is the visit.
    """

    title = models.CharField("名称", max_length=100)
    period_from = models.DateField("巡查日期从")
    period_until = models.DateField("巡查日期至")
    status = models.CharField("状态", max_length=10, choices=AuditStatus.choices, default=AuditStatus.FROZEN)
    pool_text = models.TextField("冻结名单")
    pool_hash = models.CharField("名单校验值", max_length=64)
    pool_size = models.PositiveIntegerField("名单家次")
    wanted = models.PositiveIntegerField("抽取家次")
    frozen_at = models.DateTimeField("冻结时间")
    entropy_source = models.CharField("公开值来源", max_length=120)
    entropy = models.CharField("公开值", max_length=200, blank=True, default="")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公开值录入人"
    )
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="公开值确认人"
    )
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    ended_reason = models.CharField("中止原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["PatrolAudit"].as_manager()

    class Meta:
        verbose_name = "巡查督查"
        ordering = ["-frozen_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(entropy_source=""), name="monitors_patrolaudit_told"
            ),
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")), name="monitors_patrolaudit_span"
            ),
            models.CheckConstraint(
                condition=Q(wanted__gte=1, wanted__lte=F("pool_size")), name="monitors_patrolaudit_size"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["DRAWN", "DONE"])
                | (Q(drawn_at__isnull=False, drawn_by__isnull=False) & ~Q(entropy="")),
                name="monitors_patrolaudit_drawn",
            ),
            models.CheckConstraint(
                condition=Q(drawn_by__isnull=True) | ~Q(drawn_by=F("created_by")),
                name="monitors_patrolaudit_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="ENTERED") | (Q(drawn_by__isnull=False) & ~Q(entropy="")),
                name="monitors_patrolaudit_entered",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("drawn_by")),
                name="monitors_patrolaudit_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status="ABORTED") | ~Q(ended_reason=""), name="monitors_patrolaudit_aborted"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"FROZEN": "info", "ENTERED": "warn", "DRAWN": "warn", "DONE": "ok"}.get(self.status, "mute")


class AuditTrip(RootModel):
    """One re-check trip 督查: officers go out once and re-check some of the drawn visits."""

    audit = models.ForeignKey(PatrolAudit, models.PROTECT, related_name="trips", verbose_name="督查抽取")
    number = models.CharField("编号", max_length=80)
    went_on = models.DateField("督查日期")
    officers = models.ManyToManyField(User, related_name="+", verbose_name="督查人员")
    note = models.CharField("说明", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["AuditTrip"].as_manager()

    class Meta:
        verbose_name = "督查"
        ordering = ["-went_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["bureau", "number"], name="monitors_audittrip_number")]

    def __str__(self) -> str:
        return self.number


class Finding(models.TextChoices):
    """What the re-check says about a visit."""

    PENDING = "PENDING", "待核"
    REAL = "REAL", "属实"
    FALSE = "FALSE", "不实"
    UNCLEAR = "UNCLEAR", "无法核实"


class AuditTarget(models.Model):
    """One drawn visit and what the re-check found."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    audit = models.ForeignKey(PatrolAudit, models.PROTECT, related_name="targets")
    stop = models.ForeignKey(Stop, models.PROTECT, related_name="audits", verbose_name="巡查记录")
    order = models.PositiveIntegerField("次序")
    trip = models.ForeignKey(
        AuditTrip, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name="督查"
    )
    finding = models.CharField("结论", max_length=8, choices=Finding.choices, default=Finding.PENDING)
    note = models.CharField("核实情况", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="audit__bureau", region="audit__region_path")
    objects = ScopedQuerySet["AuditTarget"].as_manager()

    class Meta:
        verbose_name = "督查对象"
        ordering = ["audit_id", "order"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "stop"], name="monitors_audittarget_once"),
            models.UniqueConstraint(fields=["audit", "order"], name="monitors_audittarget_order"),
            models.CheckConstraint(
                condition=Q(finding="PENDING", trip__isnull=True)
                | (~Q(finding="PENDING") & Q(trip__isnull=False)),
                name="monitors_audittarget_checked",
            ),
            models.CheckConstraint(
                condition=~Q(finding__in=["FALSE", "UNCLEAR"]) | ~Q(note=""),
                name="monitors_audittarget_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audit} 第{self.order}项"

    @property
    def finding_tone(self) -> str:
        """Colour of the result."""
        return {"REAL": "ok", "FALSE": "bad", "UNCLEAR": "warn"}.get(self.finding, "mute")
