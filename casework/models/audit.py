"""The audit chain's tables: append-only events, seals that link them, daily anchors."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="keep_all",
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'append only: % is never emptied', TG_TABLE_NAME;",
    ),
]


class AuditEvent(models.Model):
    """One thing somebody did, with everything needed to read it after people and objects are renamed.

    `about` is the uid of the institution (or other file) on whose timeline the event belongs.
    `changes` is `{field: [old, new]}`; sensitive fields appear as keyed digests. Bulk work writes one
    event with the count and hash of its rows.
    """

    uid = models.UUIDField(default=uuid7, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField("时间")
    actor = models.ForeignKey(User, models.PROTECT, related_name="+")
    actor_name = models.CharField("经办人", max_length=40)
    organisation_name = models.CharField("单位", max_length=100, blank=True)
    region_path = models.CharField(max_length=200, blank=True)
    verb = models.CharField("动作", max_length=60)
    object_type = models.CharField(max_length=60)
    object_uid = models.UUIDField(null=True)
    object_no = models.CharField("文号", max_length=80, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    about = models.UUIDField(null=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField("理由", blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    payload_hash = models.CharField(max_length=64)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ScopedQuerySet["AuditEvent"].as_manager()

    class Meta:
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["about", "-occurred_at"], name="casework_audit_about"),
            models.Index(fields=["object_uid", "-occurred_at"], name="casework_audit_object"),
            models.Index(fields=["bureau", "-occurred_at"], name="casework_audit_bureau"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="queue_for_seal",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func="INSERT INTO casework_auditpending (event_id, bureau_id, queued_at) "
                "VALUES (NEW.id, NEW.bureau_id, clock_timestamp()); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.object_label}"


class AuditPending(models.Model):
    """A committed event that the sealer has not linked yet; no foreign key, filled by a trigger."""

    event_id = models.BigIntegerField(unique=True)
    bureau_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField()

    class Meta:
        verbose_name = "待封存记录"

    def __str__(self) -> str:
        return str(self.event_id)


class AuditSeal(models.Model):
    """One link of a bureau's chain, in the sealed schema: hash over the previous link and the event."""

    bureau_id = models.BigIntegerField()
    sequence = models.BigIntegerField()
    event_id = models.BigIntegerField()
    event_hash = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = "审计封条"
        constraints = [
            models.UniqueConstraint(fields=["bureau_id", "sequence"], name="casework_auditseal_sequence"),
            models.UniqueConstraint(fields=["event_id"], name="casework_auditseal_event"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.bureau_id}/{self.sequence}"


class AuditAnchor(models.Model):
    """The chain's head at the end of a day, published so that a cut-off tail is noticed."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    day = models.DateField("日期")
    sequence = models.BigIntegerField("末条序号")
    link = models.CharField("链首值", max_length=64)
    published_at = models.DateTimeField("公布时间")

    class Meta:
        verbose_name = "每日锚点"
        constraints = [models.UniqueConstraint(fields=["bureau", "day"], name="casework_auditanchor_day")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.day} #{self.sequence}"
