"""Letters to parents 致家长一封信: versions, and how many each school handed out and got back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from schools.models.registry import School
from schools.querysets import LetterQuerySet


class LetterStatus(models.TextChoices):
    """Where a version stands."""

    DRAFT = "DRAFT", "起草"
    PUBLISHED = "PUBLISHED", "发放中"
    REPLACED = "REPLACED", "已有新版"


class ParentLetter(RootModel):
    """One version of the letter to parents; schools hand out the one that is published.

    The document carries the hotline and the address of the public portal. Publishing a version ends the one before.
    """

    title = models.CharField("标题", max_length=60)
    edition = models.PositiveIntegerField("版次")
    body = models.TextField("正文", max_length=3000)
    due_on = models.DateField("发放登记期限")
    status = models.CharField("状态", max_length=10, choices=LetterStatus.choices, default=LetterStatus.DRAFT)
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书"
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "致家长一封信"
        ordering = ["-edition"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "edition"], name="schools_parentletter_edition"),
            models.UniqueConstraint(
                fields=["bureau"], condition=Q(status="PUBLISHED"), name="schools_parentletter_one_published"
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(document__isnull=False, published_at__isnull=False),
                name="schools_parentletter_published",
            ),
            models.CheckConstraint(condition=~Q(body="") & ~Q(title=""), name="schools_parentletter_told"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.edition} 版）"

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"DRAFT": "mute", "PUBLISHED": "ok"}.get(self.status, "mute")


class LetterReceipt(RootModel):
    """How many letters of one version one school handed out, and how many receipts came back."""

    letter = models.ForeignKey(ParentLetter, models.PROTECT, related_name="receipts", verbose_name="版本")
    school = models.ForeignKey(School, models.PROTECT, related_name="receipts", verbose_name="学校")
    handed_on = models.DateField("发放日期")
    sent_count = models.PositiveIntegerField("发放（份）")
    receipt_count = models.PositiveIntegerField("回执（份）")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(counterpart="school__organisation")
    objects = ScopedQuerySet["LetterReceipt"].as_manager()

    class Meta:
        verbose_name = "致家长一封信发放回执"
        ordering = ["-handed_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "school"], name="schools_letterreceipt_once"),
            models.CheckConstraint(
                condition=Q(sent_count__gte=1) & Q(receipt_count__lte=F("sent_count")),
                name="schools_letterreceipt_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {self.letter}"
