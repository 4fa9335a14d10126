"""What identifies a reporter: kept in a schema of its own, encrypted with keys that no database holds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7
from complaints.models.clues import Clue


class SealedReport(models.Model):
    """The words as written and who wrote them, of one clue or one later message; in the schema `sealed`.

    `wrapped_key` is the row's own key, encrypted with a reporter key of the environment (`key_id`);
    `ciphertext` holds the JSON of everything, bound to this row. `digest` is the keyed digest of the clue's
    uid: a dump of the main schema does not lead here. Shredding (retention) empties the wrapped key.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    key_id = models.PositiveSmallIntegerField(editable=False)
    wrapped_key = models.BinaryField(editable=False)
    ciphertext = models.BinaryField(editable=False)
    sealed_at = models.DateTimeField(editable=False)
    shred_on = models.DateField(editable=False)
    shredded_at = models.DateTimeField(null=True, blank=True, editable=False)

    # The application's role may change these columns and no other (`casework.grants`).
    changeable_columns: ClassVar[tuple[str, ...]] = ("digest", "key_id", "wrapped_key", "shredded_at")
    # No scope path: nobody reads these rows through a list.
    scope_paths: ClassVar[None] = None
    objects = ScopedQuerySet["SealedReport"].as_manager()

    class Meta:
        verbose_name = "密封的反映人信息"
        constraints = [
            models.CheckConstraint(
                condition=Q(shredded_at__isnull=True) | Q(wrapped_key=b""),
                name="complaints_sealedreport_shredded",
            ),
        ]

    def __str__(self) -> str:
        return f"密封件 {str(self.uid)[-12:]}"


class RevealStatus(models.TextChoices):
    """Where a request to read a sealed report stands."""

    ASKED = "ASKED", "待批准"
    APPROVED = "APPROVED", "已批准，限时可看"
    REFUSED = "REFUSED", "不批准"
    USED = "USED", "已查看"
    EXPIRED = "EXPIRED", "已过期"


class RevealRequest(models.Model):
    """One person asks to read who reported a clue, another allows it, for a reason and a short time.

    Every step, and every reading, is on the audit chain.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="reveals")
    status = models.CharField("状态", max_length=8, choices=RevealStatus.choices, default=RevealStatus.ASKED)
    reason = models.CharField("查看理由", max_length=300)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision_note = models.CharField("决定意见", max_length=300, blank=True, default="")
    expires_at = models.DateTimeField("有效至", null=True, blank=True)
    used_at = models.DateTimeField("查看时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="clue__bureau", region="clue__region_path")
    objects = ScopedQuerySet["RevealRequest"].as_manager()

    class Meta:
        verbose_name = "查看反映人申请"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="complaints_reveal_reason"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="complaints_reveal_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "USED"])
                | Q(decided_by__isnull=False, decided_at__isnull=False, expires_at__isnull=False),
                name="complaints_reveal_approved",
            ),
            models.CheckConstraint(
                condition=~Q(status="USED") | Q(used_at__isnull=False, used_at__lt=F("expires_at")),
                name="complaints_reveal_in_time",
            ),
            models.UniqueConstraint(
                fields=["clue", "asked_by"],
                condition=Q(status__in=["ASKED", "APPROVED"]),
                name="complaints_reveal_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clue}：{self.get_status_display()}"
