"""Suspected sites: places that several clues speak of, with every link, its evidence and who decided."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.models import Bureau, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import RootModel
from casework.models.base import uuid7
from complaints.models.clues import Clue
from complaints.querysets import SiteQuerySet
from institutions.models import Institution


class SiteStatus(models.TextChoices):
    """What people hold of a suspected site. MERGED ones live on in another, UNDONE ones were made by mistake."""

    OPEN = "OPEN", "待研判"
    WATCHED = "WATCHED", "持续关注"
    CONFIRMED = "CONFIRMED", "已认定"
    DISMISSED = "DISMISSED", "已排除"
    MERGED = "MERGED", "已并入"
    UNDONE = "UNDONE", "已撤销"


ENDED_SITES = (SiteStatus.MERGED, SiteStatus.UNDONE)


class SuspectedSite(RootModel):
    """A place 疑似培训点 where clues say that training goes on without licence or in disguise.

    Which clues belong to it follows from the links between clues and people's decisions about them;
    `label`, `address`, position, `first_seen`, `last_seen` and `clue_count` follow from its clues.
    `review_on` is the day on which a watched site is looked at again.
    """

    label = models.CharField("名称", max_length=120)
    address = models.CharField("规范地址", max_length=200, blank=True, default="")
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    status = models.CharField("状态", max_length=9, choices=SiteStatus.choices, default=SiteStatus.OPEN)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suspected_sites",
        verbose_name="对应机构",
    )
    first_seen = models.DateTimeField("首条线索时间")
    last_seen = models.DateTimeField("最近线索时间")
    clue_count = models.PositiveIntegerField("线索数", default=0)
    review_on = models.DateField("下次复看日期", null=True, blank=True)
    status_note = models.CharField("研判意见", max_length=300, blank=True, default="")
    decided_at = models.DateTimeField("研判时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="并入"
    )

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = "疑似培训点"
        ordering = ["-last_seen", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="complaints_site_label"),
            models.CheckConstraint(
                condition=Q(status="MERGED", merged_into__isnull=False)
                | ~Q(status="MERGED") & Q(merged_into__isnull=True),
                name="complaints_site_merged",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="complaints_site_not_itself",
            ),
            models.CheckConstraint(
                condition=~Q(status="WATCHED") | Q(review_on__isnull=False), name="complaints_site_review"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CONFIRMED", "DISMISSED"])
                | ~Q(status_note="") & Q(decided_at__isnull=False),
                name="complaints_site_decided",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="complaints_site_position",
            ),
            models.CheckConstraint(condition=Q(first_seen__lte=F("last_seen")), name="complaints_site_seen"),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "-last_seen"], name="complaints_site_recent"),
            models.Index(fields=["bureau", "review_on"], name="complaints_site_review_on"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_live(self) -> bool:
        """Whether it stands for itself."""
        return self.status not in ENDED_SITES

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {"OPEN": "warn", "WATCHED": "info", "CONFIRMED": "bad"}.get(self.status, "mute")


class ClueSignals(models.Model):
    """What of a clue is compared, in normal form, with the keys under which others find it.

    `scheme` is the version of the normal forms; `digest` orders clues by content, not by arrival. `cut_from` names the
    first clue of a cluster that was cut at a change of operator, with all its clues, and is 0 where none was cut;
    unknown for rows from before this was noted, until their site is worked again.
    """

    clue = models.OneToOneField(Clue, models.PROTECT, related_name="signals")
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    scheme = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=24)
    keys = ArrayField(models.TextField())
    cut_from = models.PositiveBigIntegerField(null=True, default=0, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="clue__region_path")
    objects = ScopedQuerySet["ClueSignals"].as_manager()

    class Meta:
        verbose_name = "线索比对特征"
        indexes = [
            GinIndex(fields=["keys"], name="complaints_signals_keys", fastupdate=False),
            models.Index(fields=["cut_from"], condition=Q(cut_from__gt=0), name="complaints_signals_cut"),
        ]

    def __str__(self) -> str:
        return f"{self.clue_id}：{len(self.keys)} 项"


class SiteMembership(models.Model):
    """That a clue belongs to a site, from when until when. A clue belongs to one site at a time.

    `is_loose` says that no strong link ties it to the others: it only follows them, or stands alone by a person's
    word. Unknown for rows from before this was noted, until their site is worked again.
    """

    site = models.ForeignKey(SuspectedSite, models.PROTECT, related_name="memberships")
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="site_memberships")
    since = models.DateTimeField("归入时间")
    until = models.DateTimeField("移出时间", null=True, blank=True)
    is_loose = models.BooleanField("仅为跟随", null=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="site__bureau", region="site__region_path")
    objects = ScopedQuerySet["SiteMembership"].as_manager()

    class Meta:
        verbose_name = "线索归属"
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clue"], condition=Q(until__isnull=True), name="complaints_membership_one_site"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="complaints_membership_span"
            ),
        ]
        indexes = [
            models.Index(fields=["site"], condition=Q(until__isnull=True), name="complaints_membership_live"),
        ]

    def __str__(self) -> str:
        return f"{self.clue_id} → {self.site_id}"


class LinkDecision(models.TextChoices):
    """A person's word about two clues; empty while the machine's score decides."""

    NONE = "", "系统判断"
    TOGETHER = "TOGETHER", "确认同一处"
    APART = "APART", "确认不同处"


class ClueLink(models.Model):
    """Two clues that may speak of one place: every reason with its points, and who decided.

    `lines` are pairs of a Chinese sentence and its points, `points` is their sum.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    first = models.ForeignKey(Clue, models.PROTECT, related_name="links_as_first")
    second = models.ForeignKey(Clue, models.PROTECT, related_name="links_as_second")
    points = models.SmallIntegerField("合计分")
    lines = models.JSONField("依据", default=list)
    decision = models.CharField(
        "人工判断", max_length=8, choices=LinkDecision.choices, blank=True, default=LinkDecision.NONE
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("判断时间", null=True, blank=True)
    reason = models.CharField("判断理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(region="first__region_path")
    objects = ScopedQuerySet["ClueLink"].as_manager()

    class Meta:
        verbose_name = "线索关联"
        ordering = ["-points", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="complaints_link_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="complaints_link_order"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True, reason="")
                | Q(decision__in=["TOGETHER", "APART"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reason=""),
                name="complaints_link_decided",
            ),
        ]
        indexes = [models.Index(fields=["second", "points"], name="complaints_link_second")]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.second_id}（{self.points} 分）"


class ChangeKind(models.TextChoices):
    """What was done to sites. BRIDGE is the machine's: a new clue connected two of them."""

    MERGE = "MERGE", "合并"
    SPLIT = "SPLIT", "拆分"
    CONFIRM = "CONFIRM", "确认关联"
    REJECT = "REJECT", "否定关联"
    BRIDGE = "BRIDGE", "因新线索自动并入"


class SiteChange(models.Model):
    """One merge, split or decision about a link, with what stood before, so that it can be undone exactly."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField("操作", max_length=7, choices=ChangeKind.choices)
    site = models.ForeignKey(SuspectedSite, models.PROTECT, related_name="changes")
    site_ids = ArrayField(models.BigIntegerField(), editable=False)
    before = models.JSONField(default=dict, editable=False)
    after = models.JSONField(default=dict, editable=False)
    reason = models.CharField("理由", max_length=300)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="操作人")
    made_at = models.DateTimeField("时间")
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_reason = models.CharField("撤销理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="site__bureau", region="site__region_path")
    objects = ScopedQuerySet["SiteChange"].as_manager()

    class Meta:
        verbose_name = "培训点整理记录"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="complaints_change_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | Q(undone_at__isnull=False, undone_by__isnull=False)
                & ~Q(undone_reason="")
                & ~Q(kind="BRIDGE"),
                name="complaints_change_undone",
            ),
        ]
        indexes = [GinIndex(fields=["site_ids"], name="complaints_change_sites")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.site}"
