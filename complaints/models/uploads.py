"""Files on their way from a reporter's phone, before the report is sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet


class IntakeFile(models.Model):
    """One photo or video that is being uploaded in parts 断点续传; gone when the report is sent, or after a day.

    `digest` is the digest of a key that only the phone has; the parts lie encrypted under that same key in the
    sealed storage, so that neither this row nor the storage shows what was uploaded. Nothing says who uploads.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField("字节数", editable=False)
    received = models.PositiveIntegerField("已收字节数", default=0, editable=False)
    offsets = models.JSONField(default=list, editable=False)
    expires_at = models.DateTimeField(editable=False)

    # No scope path: nobody reads these rows through a list.
    scope_paths: ClassVar[None] = None
    objects = ScopedQuerySet["IntakeFile"].as_manager()

    class Meta:
        verbose_name = "上传中的文件"
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="complaints_intakefile_not_empty"),
            models.CheckConstraint(
                condition=Q(received__lte=F("size")), name="complaints_intakefile_not_beyond"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="complaints_intake_expiry")]

    def __str__(self) -> str:
        return f"上传 {self.received}/{self.size}"
