"""Long work, periodic work and messages to other systems."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7


class JobState(models.TextChoices):
    """Where a piece of long work stands."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "进行中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"


class JobRun(models.Model):
    """A piece of long work that a person started and watches: an import, an export, a rendering."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    kind = models.CharField("事项", max_length=40)
    label = models.CharField("名称", max_length=120)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=300, blank=True, default="")
    result = models.JSONField(default=dict)
    result_name = models.CharField("结果文件", max_length=200, blank=True, default="")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="bureau__region__path", counterpart="created_by__organisation"
    )
    objects = ScopedQuerySet["JobRun"].as_manager()

    class Meta:
        verbose_name = "后台任务"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["QUEUED", "RUNNING"]) | Q(finished_at__isnull=False),
                name="casework_jobrun_finished",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def percent(self) -> int:
        """Progress in whole percent."""
        return 100 if self.state == JobState.DONE else (self.done * 100 // self.total if self.total else 0)


class Heartbeat(models.Model):
    """The last run of one periodic job, shown on the operations page."""

    name = models.CharField("任务", max_length=100, unique=True)
    started_at = models.DateTimeField("最近开始", null=True)
    finished_at = models.DateTimeField("最近完成", null=True)
    outcome = models.CharField("结果", max_length=300, blank=True, default="")
    failures = models.PositiveIntegerField("连续失败", default=0)

    class Meta:
        verbose_name = "定时任务心跳"

    def __str__(self) -> str:
        return self.name


class OutboxState(models.TextChoices):
    """Delivery state; never the business state."""

    WAITING = "WAITING", "待发送"
    SENT = "SENT", "已送出"
    RECEIVED = "RECEIVED", "已回执"
    REJECTED = "REJECTED", "被退回"
    GIVEN_UP = "GIVEN_UP", "多次失败"


class OutboxMessage(models.Model):
    """One message to another system, delivered at least once and recognised by its hash."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    channel = models.CharField("通道", max_length=30)
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    label = models.CharField("内容", max_length=200)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.JSONField("回执", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="bureau__region__path")
    objects = ScopedQuerySet["OutboxMessage"].as_manager()

    class Meta:
        verbose_name = "对外报送"
        constraints = [
            models.UniqueConstraint(fields=["channel", "payload_hash"], name="casework_outboxmessage_once"),
            models.CheckConstraint(
                condition=~Q(state="RECEIVED") | Q(receipt__isnull=False),
                name="casework_outboxmessage_receipt",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="casework_outbox_due")]

    def __str__(self) -> str:
        return self.label


class FormReceipt(models.Model):
    """A form that was carried out once: a second submit of the same key is led to the first one's result."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.UUIDField()
    result_url = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "提交回执"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="casework_formreceipt_once")]

    def __str__(self) -> str:
        return str(self.key)
