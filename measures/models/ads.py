"""Advertisements against the rules and what became of them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import EvidenceFile, OfficialDocument, RootModel, ViolationType
from fieldwork.models import Campaign
from institutions.models import Institution
from measures.querysets import AdQuerySet


class AdKind(models.TextChoices):
    """What carries the advertisement; the online kinds need an address and a snapshot."""

    BILLBOARD = "BILLBOARD", "户外广告牌"
    LEAFLET = "LEAFLET", "传单"
    WALL = "WALL", "墙体、楼道张贴"
    VEHICLE = "VEHICLE", "车身广告"
    CAMPUS = "CAMPUS", "校园内或者教材、校服、校车广告"
    MEDIA = "MEDIA", "报刊、广播电视"
    WECHAT = "WECHAT", "微信公众号文章"
    ONLINE = "ONLINE", "其他网络广告"
    OTHER = "OTHER", "其他"


ONLINE_KINDS = (AdKind.WECHAT, AdKind.ONLINE)


class AdOrigin(models.TextChoices):
    """How it came to light."""

    PATROL = "PATROL", "日常巡查"
    SCHOOL_GATE = "SCHOOL_GATE", "开学校门口巡查"
    ONLINE_WATCH = "ONLINE_WATCH", "网络监测"
    CAMPAIGN = "CAMPAIGN", "专项行动"
    CLUE = "CLUE", "线索"


class AdOwner(models.TextChoices):
    """Whom it advertises."""

    INSTITUTION = "INSTITUTION", "培训机构"
    PERSON = "PERSON", "其他单位或个人"
    UNKNOWN = "UNKNOWN", "尚未查明"


class AdStatus(models.TextChoices):
    """Where the clean-up stands. CLOSED is reached only through a re-check."""

    FOUND = "FOUND", "已发现"
    ORDERED = "ORDERED", "已责令清除"
    REFERRED = "REFERRED", "已移送"
    REMOVED = "REMOVED", "已清除，待复核"
    BACK = "BACK", "反弹"
    CLOSED = "CLOSED", "复核已清除"
    DROPPED = "DROPPED", "不属违规"


class AdCase(RootModel):
    """One advertisement, or one batch of equal ones at one place: found, ordered away, removed, re-checked.

    `pieces` counts what was found, `removed_pieces` what was taken down. The market or city authority
    that gets it answers with `receipt_no`. An online one keeps its address and a hashed snapshot.
    """

    kind = models.CharField("广告形式", max_length=12, choices=AdKind.choices)
    origin = models.CharField("发现途径", max_length=14, choices=AdOrigin.choices)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="ad_cases", verbose_name="专项行动"
    )
    source_no = models.CharField("来源编号", max_length=80, blank=True, default="")
    found_on = models.DateField("发现日期")
    place = models.CharField("地点", max_length=200)
    school_name = models.CharField("邻近学校", max_length=80, blank=True, default="")
    pieces = models.PositiveIntegerField("数量（块、张、篇）", default=1)
    content = models.CharField("广告内容", max_length=300)
    violation = models.ForeignKey(
        ViolationType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="问题类型"
    )
    owner_kind = models.CharField("广告主", max_length=12, choices=AdOwner.choices)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="ad_cases", verbose_name="机构"
    )
    owner_name = models.CharField("广告主名称", max_length=100, blank=True, default="")
    url = models.URLField("网址", max_length=500, blank=True, default="")
    snapshot_sha256 = models.CharField(
        "快照摘要（SHA-256）",
        max_length=64,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[0-9a-f]{64}$", "快照摘要须为 64 位小写十六进制。")],
    )
    lead_organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="led_ad_cases", verbose_name="承办单位"
    )
    status = models.CharField("状态", max_length=10, choices=AdStatus.choices, default=AdStatus.FOUND)
    order_text = models.CharField("清除要求", max_length=300, blank=True, default="")
    ordered_at = models.DateTimeField("责令时间", null=True, blank=True)
    due_on = models.DateField("清除期限", null=True, blank=True)
    referred_to = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referred_ad_cases",
        verbose_name="移送单位",
    )
    referred_at = models.DateTimeField("移送时间", null=True, blank=True)
    referral_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移送函"
    )
    receipt_no = models.CharField("移送回执", max_length=80, blank=True, default="")
    receipt_on = models.DateField("回执日期", null=True, blank=True)
    removed_at = models.DateTimeField("清除时间", null=True, blank=True)
    removed_pieces = models.PositiveIntegerField("清除数量", null=True, blank=True)
    removed_by = models.CharField("清除单位", max_length=100, blank=True, default="")
    recheck_due_on = models.DateField("复核期限", null=True, blank=True)
    due_explanation = models.JSONField("期限计算", default=list, blank=True, editable=False)
    closed_at = models.DateTimeField("复核时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("lead_organ", "referred_to", "created_by__organisation")
    )
    objects = AdQuerySet["AdCase"].as_manager()

    class Meta:
        verbose_name = "违规广告"
        ordering = ["-found_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(pieces__gte=1), name="measures_adcase_pieces"),
            models.CheckConstraint(
                condition=Q(owner_kind="INSTITUTION", institution__isnull=False)
                | Q(owner_kind="PERSON", institution__isnull=True) & ~Q(owner_name="")
                | Q(owner_kind="UNKNOWN", institution__isnull=True),
                name="measures_adcase_owner",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["WECHAT", "ONLINE"]) | ~Q(url=""), name="measures_adcase_address"
            ),
            models.CheckConstraint(
                condition=~Q(status="ORDERED")
                | (~Q(order_text="") & Q(ordered_at__isnull=False) & Q(due_on__isnull=False)),
                name="measures_adcase_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(status="REFERRED")
                | Q(referred_to__isnull=False, referred_at__isnull=False, referral_document__isnull=False),
                name="measures_adcase_referred",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REMOVED", "CLOSED"])
                | (Q(removed_at__isnull=False, removed_pieces__isnull=False) & ~Q(removed_by="")),
                name="measures_adcase_removed",
            ),
            models.CheckConstraint(
                condition=Q(removed_pieces__isnull=True) | Q(removed_pieces__lte=F("pieces")),
                name="measures_adcase_no_more_than_found",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_at__isnull=False), name="measures_adcase_closed"
            ),
        ]
        indexes = [models.Index(fields=["bureau", "status", "found_on"], name="measures_adcase_status")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.place}"

    @property
    def file_uid(self) -> UUID | None:
        """The advertised institution's file, if it is known."""
        return self.institution.uid if self.institution else None

    @property
    def is_online(self) -> bool:
        """Whether it hangs on the web."""
        return self.kind in ONLINE_KINDS

    @property
    def owner_words(self) -> str:
        """Whom it advertises, in words."""
        if self.institution:
            return self.institution.name
        return self.owner_name or "尚未查明"

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        tones = {"FOUND": "warn", "BACK": "bad", "REMOVED": "info", "CLOSED": "ok", "DROPPED": "mute"}
        return tones.get(self.status, "info")


class AdPhase(models.TextChoices):
    """What a photo shows."""

    BEFORE = "BEFORE", "发现时"
    SNAPSHOT = "SNAPSHOT", "网页快照"
    AFTER = "AFTER", "清除后"
    RECHECK = "RECHECK", "复核"


class AdPhoto(models.Model):
    """A photo or snapshot of one advertisement; the file is evidence whose subject is the case."""

    ad = models.ForeignKey(AdCase, models.PROTECT, related_name="photos")
    evidence = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="+")
    phase = models.CharField("阶段", max_length=10, choices=AdPhase.choices)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="ad__bureau", region="ad__region_path")
    objects = ScopedQuerySet["AdPhoto"].as_manager()

    class Meta:
        verbose_name = "广告照片"
        constraints = [
            models.UniqueConstraint(fields=["ad", "evidence"], name="measures_adphoto_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} {self.evidence}"


class AdCheck(models.Model):
    """One re-check after the removal: still gone, or back."""

    ad = models.ForeignKey(AdCase, models.PROTECT, related_name="checks")
    checked_on = models.DateField("复核日期")
    is_gone = models.BooleanField("仍已清除")
    note = models.CharField("复核情况", max_length=300)
    checked_by = models.CharField("复核人", max_length=100)
    recorded_at = models.DateTimeField("登记时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="ad__bureau", region="ad__region_path")
    objects = ScopedQuerySet["AdCheck"].as_manager()

    class Meta:
        verbose_name = "广告复核"
        ordering = ["-checked_on", "-id"]

    def __str__(self) -> str:
        return f"{self.checked_on:%Y-%m-%d} {'已清除' if self.is_gone else '反弹'}"
