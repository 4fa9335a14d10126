"""What phones send: devices, operations, files, and what became of each."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7


class FieldDevice(models.Model):
    """One officer's browser on one phone, as it named itself when it first fetched the day's visits.

    Two people who share a phone are two rows. `skew_ms` is the phone's clock minus ours at its last
    word; `is_clock_wrong` marks a clock that cannot be believed at all (1970, another year).
    """

    uid = models.UUIDField(unique=True)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="field_devices", verbose_name="使用人")
    label = models.CharField("名称", max_length=60)
    is_desk = models.BooleanField("工作台", default=False)
    first_seen_at = models.DateTimeField("登记时间")
    last_seen_at = models.DateTimeField("最近联系")
    skew_ms = models.BigIntegerField("时钟偏差（毫秒）", null=True, blank=True)
    is_clock_wrong = models.BooleanField("时钟不可信", default=False)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_reason = models.CharField("停用原因", max_length=200, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        region="user__organisation__region_path", participants=("user__organisation",)
    )
    objects = ScopedQuerySet["FieldDevice"].as_manager()

    class Meta:
        verbose_name = "现场手机"
        ordering = ["-last_seen_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | (Q(revoked_by__isnull=False) & ~Q(revoked_reason="")),
                name="fieldwork_fielddevice_revoked",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_desk=True), name="fieldwork_fielddevice_one_desk"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}的{self.label}"


class FieldRecord(models.Model):
    """Everything that phones have sent about one subject (a visit, later a patrol); merged under its lock.

    The counts are those of the last settling: items on which two phones differ, operations that were
    held back with a reason, and operations that wait for a file or for an earlier step.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    region_path = models.CharField(max_length=200)
    form = models.CharField("表单", max_length=60)
    subject_uid = models.UUIDField()
    label = models.CharField("对象", max_length=200)
    about = models.UUIDField(null=True, blank=True)
    first_received_at = models.DateTimeField("首次收到")
    last_received_at = models.DateTimeField("最近收到")
    settled_at = models.DateTimeField("最近合并", null=True, blank=True)
    is_dirty = models.BooleanField("待合并", default=True)
    differing_count = models.PositiveIntegerField("填写不一致", default=0)
    held_count = models.PositiveIntegerField("未采用", default=0)
    waiting_count = models.PositiveIntegerField("等待中", default=0)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["FieldRecord"].as_manager()

    class Meta:
        verbose_name = "手机记录"
        ordering = ["-last_received_at"]
        constraints = [
            models.UniqueConstraint(fields=["form", "subject_uid"], name="fieldwork_fieldrecord_once"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(is_dirty=True), name="fieldwork_fieldrecord_dirty"),
        ]

    def __str__(self) -> str:
        return self.label


class Channel(models.TextChoices):
    """How an operation reached us."""

    PHONE = "PHONE", "手机发送"
    FILE = "FILE", "导出文件"
    DESK = "DESK", "工作台"


class FieldOperation(models.Model):
    """One thing entered at one item on one phone, word for word as sent; never changed, never deleted.

    `made_at` is what the phone's clock said. `happened_at` is that time corrected by the measured skew,
    and empty when the clock cannot be believed. `supersedes` names operations that the author had on
    the screen and replaced. An operation that nobody understands is kept all the same (no record).
    """

    uid = models.UUIDField(unique=True)
    record = models.ForeignKey(FieldRecord, models.PROTECT, null=True, blank=True, related_name="operations")
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="operations")
    sequence = models.BigIntegerField("序号")
    lamport = models.BigIntegerField("逻辑时钟")
    form = models.CharField(max_length=60, blank=True, default="")
    subject_uid = models.UUIDField(null=True, blank=True)
    kind = models.CharField("种类", max_length=30, blank=True, default="")
    item = models.CharField("项目", max_length=80, blank=True, default="")
    value = models.JSONField("内容")
    supersedes = ArrayField(models.UUIDField(), default=list, blank=True)
    files = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    content_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField("手机时间", null=True, blank=True)
    happened_at = models.DateTimeField("校正时间", null=True, blank=True)
    clock_note = models.CharField("时间说明", max_length=120, blank=True, default="")
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    received_at = models.DateTimeField("接收时间")
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发送人")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="record__bureau", region="record__region_path")
    objects = ScopedQuerySet["FieldOperation"].as_manager()

    class Meta:
        verbose_name = "现场操作"
        ordering = ["lamport", "id"]
        indexes = [
            models.Index(fields=["record", "kind", "item"], name="fieldwork_operation_item"),
            models.Index(fields=["device", "-sequence"], name="fieldwork_operation_device"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="keep_all",
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'append only: % is never emptied', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item}".strip()


class FieldDelivery(models.Model):
    """One more phone or person that brought an operation which was here already; never changed.

    The first may not be one whose words count (a colleague who took over an export file): then the operation
    counts as that of the next who may speak about its subject.
    """

    operation = models.ForeignKey(FieldOperation, models.PROTECT, related_name="deliveries")
    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="+")
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发送人")
    channel = models.CharField("来源", max_length=10, choices=Channel.choices)
    received_at = models.DateTimeField("接收时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="operation__record__bureau", region="operation__record__region_path"
    )
    objects = ScopedQuerySet["FieldDelivery"].as_manager()

    class Meta:
        verbose_name = "现场操作重复送达"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "device", "received_by"], name="fieldwork_fielddelivery_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="keep_all",
                level=pgtrigger.Statement,
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'append only: % is never emptied', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_by.name}：{self.operation}"


class OutcomeState(models.TextChoices):
    """What became of one operation. Every one of them is kept."""

    RECEIVED = "RECEIVED", "已收到，待合并"
    WAITING = "WAITING", "等待中"
    APPLIED = "APPLIED", "已写入"
    SUPERSEDED = "SUPERSEDED", "已被后来的填写替代"
    DIFFERING = "DIFFERING", "两部手机填写不一致"
    HELD = "HELD", "已保留，未采用"
    UNKNOWN = "UNKNOWN", "已保留，无法识别"


class FieldOutcome(models.Model):
    """What became of one operation, with the reason in words; rewritten whenever its record is settled."""

    operation = models.OneToOneField(FieldOperation, models.PROTECT, related_name="outcome")
    state = models.CharField("处理", max_length=12, choices=OutcomeState.choices)
    reason = models.CharField("说明", max_length=600, blank=True, default="")
    changed_at = models.DateTimeField("处理时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="operation__record__bureau", region="operation__record__region_path"
    )
    objects = ScopedQuerySet["FieldOutcome"].as_manager()

    class Meta:
        verbose_name = "现场操作处理情况"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["WAITING", "HELD", "UNKNOWN"]) | ~Q(reason=""),
                name="fieldwork_fieldoutcome_told",
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()


class FileState(models.TextChoices):
    """How far a file has come."""

    PARTIAL = "PARTIAL", "接收中"
    RECEIVED = "RECEIVED", "已收到，哈希一致"
    BROKEN = "BROKEN", "内容与哈希不符"


class FieldFile(models.Model):
    """One file of one phone, named by its SHA-256 that the phone computed before sending.

    It counts as received only when every byte is here and the hash of what we hold is that name.
    `parts` are the stored pieces in order as [offset, length, name].
    """

    device = models.ForeignKey(FieldDevice, models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    received_bytes = models.PositiveBigIntegerField("已收字节", default=0)
    parts = models.JSONField(default=list)
    stored_as = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField("状态", max_length=10, choices=FileState.choices, default=FileState.PARTIAL)
    started_at = models.DateTimeField("开始接收")
    received_at = models.DateTimeField("收齐时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="device__bureau",
        region="device__user__organisation__region_path",
        participants=("device__user__organisation",),
    )
    objects = ScopedQuerySet["FieldFile"].as_manager()

    class Meta:
        verbose_name = "现场文件"
        constraints = [
            models.UniqueConstraint(fields=["device", "sha256"], name="fieldwork_fieldfile_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="fieldwork_fieldfile_not_empty"),
            models.CheckConstraint(
                condition=Q(received_bytes__lte=F("size")), name="fieldwork_fieldfile_no_more"
            ),
            models.CheckConstraint(
                condition=~Q(state="RECEIVED")
                | (Q(received_at__isnull=False) & ~Q(stored_as="") & Q(received_bytes=F("size"))),
                name="fieldwork_fieldfile_whole",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="fieldwork_fieldfile_hash")]

    def __str__(self) -> str:
        return self.sha256[:12]
