"""Files received as evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7


class EvidenceFile(models.Model):
    """One received file. Photos are kept twice: the sealed original and a re-encoded copy without EXIF.

    Capture facts are flags for people to weigh, never verdicts. Who may see the file is asked of the
    room that owns `subject` (`casework.registries.evidence_owners`); nobody registered, nobody sees it.
    A file whose retention rule ran out keeps its row and its digest, not its bytes (`discarded_at`).
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    caption = models.CharField("说明", max_length=120, blank=True, default="")
    original_name = models.CharField("原文件名", max_length=120, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField("字节数")
    stored_as = models.CharField(max_length=200)
    sealed_as = models.CharField(max_length=200, blank=True, default="")
    phash = models.CharField(max_length=16, blank=True, default="")
    captured_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)
    is_mock_position = models.BooleanField(default=False)
    flags = models.JSONField("提示", default=list)
    received_at = models.DateTimeField("接收时间")
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    discarded_at = models.DateTimeField("清除时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="bureau__region__path")
    objects = ScopedQuerySet["EvidenceFile"].as_manager()

    class Meta:
        verbose_name = "证据材料"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_uid", "sha256"],
                condition=Q(discarded_at__isnull=True),
                name="casework_evidencefile_once",
            ),
            models.CheckConstraint(
                condition=Q(discarded_at__isnull=True, stored_as__gt="")
                | Q(discarded_at__isnull=False, stored_as="", sealed_as="", phash=""),
                name="casework_evidencefile_discarded",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="casework_evidencefile_not_empty"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="casework_evidencefile_position",
            ),
        ]
        indexes = [models.Index(fields=["bureau", "phash"], name="casework_evidence_phash")]

    def __str__(self) -> str:
        return self.caption or self.original_name or str(self.uid)

    @property
    def is_image(self) -> bool:
        """Whether browsers can show it inline."""
        return self.mime in {"image/jpeg", "image/png"}
