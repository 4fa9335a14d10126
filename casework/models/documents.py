"""Official documents: what was issued, frozen, and the keys that sign their QR codes."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models.base import uuid7
from casework.models.policy import VERIFIED


class DocumentKind(models.Model):
    """One kind of document of the catalogue, with its number format and legal basis; data."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    number_pattern = models.CharField("文号格式", max_length=60, blank=True, default="")
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    details = models.JSONField("填写要求", default=dict)

    class Meta:
        verbose_name = "文书种类"

    def __str__(self) -> str:
        return self.name

    @property
    def is_verified(self) -> bool:
        """Whether somebody read the kind, its fields and its number words in a published set of forms."""
        return self.details.get("confidence", "seen") in VERIFIED

    @property
    def group(self) -> str:
        """Code of the group in the catalogue."""
        return str(self.details.get("group", ""))

    @property
    def catalogue_no(self) -> int | None:
        """Place in the catalogue of penalty documents, where it has one."""
        number = self.details.get("catalogue_no")
        return None if number is None else int(number)

    @property
    def is_public(self) -> bool:
        """Whether `/verify/` shows number and party: what goes out, unless the catalogue says otherwise."""
        return bool(self.details.get("is_public", self.details.get("is_outward", True)))


class DocumentState(models.TextChoices):
    """What `/verify/` answers about a document."""

    VALID = "VALID", "有效"
    SUPERSEDED = "SUPERSEDED", "已被替代"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class OfficialDocument(models.Model):
    """An issued document: frozen content, number, signature, and the files rendered from it.

    The QR code signs the hash of the frozen data, not of the file, so the PDF and the DOCX may be
    rendered after the commit and again at any time.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="制发机关")
    kind = models.CharField("种类", max_length=40)
    kind_name = models.CharField("名称", max_length=60)
    number = models.CharField("文号", max_length=80, blank=True, default="")
    title = models.CharField("标题", max_length=200)
    party = models.CharField("当事人", max_length=200, blank=True, default="")
    subject_type = models.CharField(max_length=60)
    subject_uid = models.UUIDField()
    content = models.JSONField("冻结内容")
    content_hash = models.CharField(max_length=64)
    template_version = models.CharField(max_length=20)
    code = models.CharField("核验码", max_length=20, unique=True)
    signed_payload = models.TextField("签名载荷")
    is_public = models.BooleanField("核验页可见摘要", default=True)
    issued_on = models.DateField("制发日期")
    issued_at = models.DateTimeField("制发时间")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=DocumentState.choices, default=DocumentState.VALID)
    state_reason = models.CharField("状态说明", max_length=200, blank=True, default="")
    state_changed_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    pdf_name = models.CharField(max_length=200, blank=True, default="")
    pdf_sha256 = models.CharField(max_length=64, blank=True, default="")
    docx_name = models.CharField(max_length=200, blank=True, default="")
    docx_sha256 = models.CharField(max_length=64, blank=True, default="")
    font_notes = models.JSONField("字体替代", default=list)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="organ__region_path", participants=("organ",))
    objects = ScopedQuerySet["OfficialDocument"].as_manager()

    class Meta:
        verbose_name = "公文"
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "number"], condition=~Q(number=""), name="casework_officialdocument_number"
            ),
            models.CheckConstraint(
                condition=Q(state="VALID") | (~Q(state_reason="") & Q(state_changed_at__isnull=False)),
                name="casework_officialdocument_reasoned",
            ),
            models.CheckConstraint(
                condition=~Q(state="SUPERSEDED") | Q(superseded_by__isnull=False),
                name="casework_officialdocument_successor",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_uid"], name="casework_document_subject"),
            models.Index(fields=["bureau", "-issued_at"], name="casework_document_register"),
            models.Index(
                fields=["bureau", "state_changed_at"],
                condition=~Q(state="VALID"),
                name="casework_document_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def state_tone(self) -> str:
        """Green while in force."""
        return {"VALID": "ok", "SUPERSEDED": "warn"}.get(self.state, "bad")

    @property
    def key_id(self) -> str:
        """Which key signed the code on the paper."""
        return self.signed_payload.partition(".")[0]


class SigningKey(models.Model):
    """An Ed25519 key pair of a bureau; the private half is sealed with the field keys.

    Old keys keep verifying old paper; a revoked key does not. One person asks for a revocation,
    another confirms it, because it takes the proof from every code that the key has signed.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    key_id = models.CharField(max_length=8, unique=True)
    public_key = models.BinaryField(max_length=32)
    private_key_sealed = models.BinaryField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("启用原因", max_length=200, blank=True, default="")
    revoke_reason = models.CharField("吊销原因", max_length=200, blank=True, default="")
    revoke_asked_at = models.DateTimeField("提出吊销时间", null=True, blank=True)
    revoke_asked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "签名密钥"
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True)
                | (
                    Q(revoke_asked_by__isnull=False)
                    & Q(revoked_by__isnull=False)
                    & ~Q(revoked_by=F("revoke_asked_by"))
                    & ~Q(revoke_reason="")
                ),
                name="casework_signingkey_revoked_by_two",
            ),
            models.UniqueConstraint(
                fields=["bureau"],
                condition=Q(retired_at__isnull=True) & Q(revoked_at__isnull=True),
                name="casework_signingkey_one_current",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id

    @property
    def standing(self) -> str:
        """REVOKED, ASKED (revocation asked for), RETIRED or CURRENT."""
        if self.revoked_at:
            return "REVOKED"
        if self.revoke_asked_at:
            return "ASKED"
        return "RETIRED" if self.retired_at else "CURRENT"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key in groups of four hex digits, as people compare it."""
        digest = hashlib.sha256(bytes(self.public_key)).hexdigest()[:32]
        return " ".join(digest[start : start + 4] for start in range(0, 32, 4))
