"""Lists of institutions: batches, their candidates, and entries with due process."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet, ScopePaths
from blacklist.querysets import ListBatchQuerySet, ListEntryQuerySet
from casework.models import OfficialDocument, RootModel
from institutions.models import Institution


class ListKind(models.TextChoices):
    """The three published lists (红白黑)."""

    WHITE = "WHITE", "白名单"
    BLACK = "BLACK", "黑名单"
    RED = "RED", "红名单"


class BatchStatus(models.TextChoices):
    """Where a batch stands."""

    DRAFT = "DRAFT", "拟定中"
    REVIEWING = "REVIEWING", "审核中"
    APPROVED = "APPROVED", "已审定"
    PUBLISHED = "PUBLISHED", "已公布"
    DROPPED = "DROPPED", "已作废"


class EntryStatus(models.TextChoices):
    """Where an entry stands. DROPPED: the bureau decided not to list."""

    DRAFT = "DRAFT", "拟列入"
    NOTIFIED = "NOTIFIED", "已告知"
    REVIEWED = "REVIEWED", "已复核"
    PUBLISHED = "PUBLISHED", "已列入"
    REMOVED = "REMOVED", "已移出"
    DROPPED = "DROPPED", "不予列入"


class ReplyOutcome(models.TextChoices):
    """What the review made of the institution's reply."""

    NONE_GIVEN = "NONE_GIVEN", "未提出陈述申辩"
    REJECTED = "REJECTED", "不予采纳"
    PARTLY = "PARTLY", "部分采纳，仍列入"


class RemovalKind(models.TextChoices):
    """Why an entry left a list."""

    EXPIRED = "EXPIRED", "列入期满"
    CORRECTED = "CORRECTED", "整改到位提前移出"
    VIOLATION = "VIOLATION", "发生违法违规行为"
    LICENCE_ENDED = "LICENCE_ENDED", "办学许可证失效"
    CLOSED = "CLOSED", "机构终止办学"
    BLACKLISTED = "BLACKLISTED", "列入黑名单"
    MISTAKE = "MISTAKE", "更正错误"


LISTED_ONCE = (EntryStatus.PUBLISHED, EntryStatus.REMOVED)
NOTIFIED_ON = (EntryStatus.NOTIFIED, EntryStatus.REVIEWED, *LISTED_ONCE)


class ListBatch(RootModel):
    """One batch of a white or red list: drawn up from the register, reviewed, and published together.

    `batch_no` counts the published batches of a bureau and list (第 4 批); it and the document number
    are taken at publication.
    """

    list_kind = models.CharField("名单", max_length=10, choices=ListKind.choices, default=ListKind.WHITE)
    title = models.CharField("标题", max_length=100)
    basis = models.CharField("依据", max_length=300)
    note = models.CharField("说明", max_length=300, blank=True, default="")
    status = models.CharField("状态", max_length=10, choices=BatchStatus.choices, default=BatchStatus.DRAFT)
    drawn_on = models.DateField("拟定核查日期", null=True, blank=True)
    submitted_at = models.DateTimeField("送审时间", null=True, blank=True)
    approved_at = models.DateTimeField("审定时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审定人"
    )
    batch_no = models.PositiveIntegerField("批次", null=True, blank=True)
    published_on = models.DateField("公布日期", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths()
    objects = ListBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "名单批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(list_kind__in=[ListKind.WHITE, ListKind.RED]), name="blacklist_listbatch_kind"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(basis=""), name="blacklist_listbatch_based"),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.PUBLISHED)
                | Q(
                    batch_no__isnull=False,
                    published_on__isnull=False,
                    published_at__isnull=False,
                    document__isnull=False,
                    approved_by__isnull=False,
                ),
                name="blacklist_listbatch_published",
            ),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.APPROVED)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="blacklist_listbatch_approved",
            ),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.PUBLISHED) | Q(batch_no__isnull=True),
                name="blacklist_listbatch_number_at_publication",
            ),
            models.UniqueConstraint(
                fields=["bureau", "list_kind", "batch_no"], name="blacklist_listbatch_no"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """Document number of the announcement; empty before publication."""
        return self.document.number if self.document else ""

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"REVIEWING": "warn", "APPROVED": "info", "PUBLISHED": "ok"}.get(self.status, "mute")

    @property
    def batch_words(self) -> str:
        """第 4 批, or empty before publication."""
        return f"第 {self.batch_no} 批" if self.batch_no else ""


class BatchCandidate(models.Model):
    """One institution weighed for a batch, with every reason why it cannot be taken in.

    `reasons` are Chinese sentences, empty when eligible; `is_included` is the officer's tick.
    """

    batch = models.ForeignKey(ListBatch, models.CASCADE, related_name="candidates")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    is_eligible = models.BooleanField("符合条件")
    is_included = models.BooleanField("拟列入", default=False)
    reasons = models.JSONField("不符合的原因", default=list)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(bureau="batch__bureau", region="batch__region_path")
    objects = ScopedQuerySet["BatchCandidate"].as_manager()

    class Meta:
        verbose_name = "批次候选机构"
        constraints = [
            models.UniqueConstraint(fields=["batch", "institution"], name="blacklist_batchcandidate_once"),
            models.CheckConstraint(
                condition=Q(is_included=False) | Q(is_eligible=True), name="blacklist_batchcandidate_eligible"
            ),
            models.CheckConstraint(
                condition=(Q(is_eligible=True) & Q(reasons=[])) | (Q(is_eligible=False) & ~Q(reasons=[])),
                name="blacklist_batchcandidate_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return self.institution.name


class ListEntry(RootModel):
    """One institution's place on one list, from the draft to the removal; removed entries stay readable.

    White and red entries come from a published batch. A black entry needs ground, evidence, notice, the
    reply window over, start, end, earliest exit and a way out before it is published. `planned_end_on`
    is the last day on the list; `removed_on` the first day off it; `span` is half-open.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="list_entries", verbose_name="机构"
    )
    kind = models.CharField("名单", max_length=10, choices=ListKind.choices)
    batch = models.ForeignKey(
        ListBatch, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="批次"
    )
    status = models.CharField("状态", max_length=10, choices=EntryStatus.choices, default=EntryStatus.DRAFT)

    ground_codes = ArrayField(
        models.CharField(max_length=40), verbose_name="违法违规类型", default=list, blank=True
    )
    ground_text = models.CharField("列入事由", max_length=500, blank=True, default="")
    basis = models.CharField("依据", max_length=300, blank=True, default="")
    decision_no = models.CharField("处理决定文号", max_length=80, blank=True, default="")
    evidence_count = models.PositiveSmallIntegerField("证据件数", default=0)

    notice_document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+"
    )
    notified_on = models.DateField("告知日期", null=True, blank=True)
    reply_until = models.DateField("陈述申辩截止日", null=True, blank=True)
    reply_basis = models.JSONField("期限算法", default=list, blank=True)
    reply_text = models.TextField("陈述申辩内容", blank=True, default="", max_length=3000)
    replied_at = models.DateTimeField("陈述申辩时间", null=True, blank=True)
    reply_outcome = models.CharField(
        "复核结论", max_length=12, choices=ReplyOutcome.choices, blank=True, default=""
    )
    review_note = models.CharField("复核意见", max_length=500, blank=True, default="")
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    starts_on = models.DateField("列入日期", null=True, blank=True)
    planned_end_on = models.DateField("公布截止日", null=True, blank=True)
    earliest_exit_on = models.DateField("最早可移出日", null=True, blank=True)
    way_out = models.CharField("移出条件", max_length=500, blank=True, default="")
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    removed_on = models.DateField("移出日期", null=True, blank=True)
    removed_at = models.DateTimeField("移出时间", null=True, blank=True)
    removal_kind = models.CharField(
        "移出类型", max_length=16, choices=RemovalKind.choices, blank=True, default=""
    )
    removal_reason = models.CharField("移出理由", max_length=300, blank=True, default="")
    span = DateRangeField("在册期间", null=True, blank=True, editable=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        counterpart="institution__organisation", participants=("institution__competent_department",)
    )
    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "名单条目"
        constraints = [
            ExclusionConstraint(
                name="blacklist_listentry_one_in_force",
                expressions=[
                    ("institution", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=LISTED_ONCE),
            ),
            models.UniqueConstraint(
                fields=["institution", "kind"],
                condition=Q(status__in=[EntryStatus.DRAFT, EntryStatus.NOTIFIED, EntryStatus.REVIEWED]),
                name="blacklist_listentry_one_procedure",
                violation_error_message="这家机构已有一件正在办理的列入程序，请先办结。",
            ),
            models.CheckConstraint(
                condition=Q(kind=ListKind.BLACK) | Q(batch__isnull=False), name="blacklist_listentry_batched"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=LISTED_ONCE)
                | Q(
                    starts_on__isnull=False,
                    published_at__isnull=False,
                    span__isnull=False,
                    document__isnull=False,
                ),
                name="blacklist_listentry_published",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LISTED_ONCE) | Q(span__isnull=True), name="blacklist_listentry_span"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=EntryStatus.REMOVED, removed_on__isnull=False, removed_at__isnull=False)
                    & ~Q(removal_reason="")
                    & ~Q(removal_kind="")
                    & Q(removed_on__gte=F("starts_on"))
                )
                | (~Q(status=EntryStatus.REMOVED) & Q(removed_on__isnull=True)),
                name="blacklist_listentry_removed",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ListKind.BLACK)
                | ~Q(status__in=NOTIFIED_ON)
                | (~Q(ground_codes=[]) & ~Q(ground_text="") & ~Q(basis="") & Q(evidence_count__gt=0)),
                name="blacklist_listentry_grounded",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ListKind.BLACK)
                | ~Q(status__in=NOTIFIED_ON)
                | Q(
                    notified_on__isnull=False,
                    reply_until__isnull=False,
                    reply_until__gt=F("notified_on"),
                    notice_document__isnull=False,
                ),
                name="blacklist_listentry_notified",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ListKind.BLACK)
                | ~Q(status__in=LISTED_ONCE)
                | (
                    Q(planned_end_on__isnull=False, earliest_exit_on__isnull=False)
                    & Q(starts_on__gt=F("reply_until"), planned_end_on__gt=F("starts_on"))
                    & Q(earliest_exit_on__gt=F("starts_on"), earliest_exit_on__lte=F("planned_end_on"))
                    & ~Q(way_out="")
                    & ~Q(reply_outcome="")
                ),
                name="blacklist_listentry_due_process",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "kind", "status", "-starts_on"], name="blacklist_entry_list"),
            models.Index(fields=["kind", "status", "planned_end_on"], name="blacklist_entry_end"),
        ]

    def __str__(self) -> str:
        return f"{self.institution.name}（{self.get_kind_display()}）"

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.institution.uid

    @property
    def number(self) -> str:
        """Number of the document that put it on the list."""
        return self.document.number if self.document else ""

    @property
    def kind_tone(self) -> str:
        """Colour of the list badge."""
        return {"WHITE": "ok", "BLACK": "dark", "RED": "wine"}[self.kind]

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        if self.status == EntryStatus.PUBLISHED:
            return self.kind_tone
        return {"NOTIFIED": "warn", "REVIEWED": "info"}.get(self.status, "mute")

    @property
    def is_in_force(self) -> bool:
        """Whether the entry stands on its list now."""
        return self.status == EntryStatus.PUBLISHED

    def is_reply_open(self, day: date) -> bool:
        """Whether the institution may still state its case on `day` (the last day included)."""
        return (
            self.status == EntryStatus.NOTIFIED and self.reply_until is not None and day <= self.reply_until
        )
