"""What the institution reports and what the officers find when they look again."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from inspections.models.notices import NoticeItem, RectificationNotice
from inspections.models.visits import Visit


class RectificationReply(models.Model):
    """整改报告: the institution's account of what it did, or its paper version entered at the desk.

    It never closes anything; it only asks for the re-check.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="replies")
    statement = models.TextField("整改情况")
    is_paper = models.BooleanField("纸质报告代录", default=False)
    submitted_at = models.DateTimeField("报告时间")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="报告人")
    is_late = models.BooleanField("逾期报告", default=False)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="notice__bureau",
        region="notice__region_path",
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ScopedQuerySet["RectificationReply"].as_manager()

    class Meta:
        verbose_name = "整改报告"
        ordering = ["-submitted_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(statement=""), name="inspections_rectificationreply_told"),
        ]

    def __str__(self) -> str:
        return f"{self.notice.number} 整改报告"


class ReplyItem(models.Model):
    """What was done about one item of the notice; its photos and papers are evidence of this row."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    reply = models.ForeignKey(RectificationReply, models.PROTECT, related_name="items")
    item = models.ForeignKey(NoticeItem, models.PROTECT, related_name="reply_items")
    text = models.TextField("整改措施")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="reply__notice__bureau",
        region="reply__notice__region_path",
        participants=("reply__notice__organ", "reply__notice__visit__deployment__members__organisation"),
        counterpart="reply__notice__institution__organisation",
    )
    objects = ScopedQuerySet["ReplyItem"].as_manager()

    class Meta:
        verbose_name = "逐项整改情况"
        ordering = ["reply", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "item"], name="inspections_replyitem_once"),
            models.CheckConstraint(condition=~Q(text=""), name="inspections_replyitem_told"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def bureau(self) -> object:
        """The tenant, for evidence and audit."""
        return self.reply.notice.bureau

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.reply.notice.file_uid


class RecheckMethod(models.TextChoices):
    """How the officers looked again."""

    ON_SITE = "ON_SITE", "现场复查"
    PAPERS = "PAPERS", "书面复查"


class RecheckConclusion(models.TextChoices):
    """What follows from a re-check."""

    CLOSE = "CLOSE", "销号"
    CONTINUE = "CONTINUE", "退回继续整改"
    EXTEND = "EXTEND", "提请延期"
    ESCALATE = "ESCALATE", "立案或移送"


class Recheck(RootModel):
    """整改复查记录: two certified officers of the issuing organ look at each item again.

    `visit` is the later visit to the place during which they looked, where there was one.
    """

    notice = models.ForeignKey(
        RectificationNotice, models.PROTECT, related_name="rechecks", verbose_name="整改通知书"
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="rechecks", verbose_name="检查"
    )
    method = models.CharField(
        "复查方式", max_length=10, choices=RecheckMethod.choices, default=RecheckMethod.ON_SITE
    )
    rechecked_at = models.DateTimeField("复查时间")
    conclusion = models.CharField("结论", max_length=10, choices=RecheckConclusion.choices)
    note = models.TextField("复查说明", blank=True, default="")
    party_opinion = models.TextField("当事人意见", blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ScopedQuerySet["Recheck"].as_manager()

    class Meta:
        verbose_name = "整改复查"
        ordering = ["-rechecked_at"]

    def __str__(self) -> str:
        return f"{self.notice.number} 复查"

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.notice.file_uid


class RecheckOfficer(models.Model):
    """One officer of a re-check, with the certificate as it stood on that day."""

    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="officers")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    person_name = models.CharField("姓名", max_length=40)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    certificate_no = models.CharField("执法证号", max_length=30)

    class Meta:
        verbose_name = "复查人员"
        constraints = [
            models.UniqueConstraint(fields=["recheck", "user"], name="inspections_recheckofficer_once"),
            models.CheckConstraint(
                condition=~Q(certificate_no=""), name="inspections_recheckofficer_certified"
            ),
        ]

    def __str__(self) -> str:
        return self.person_name


class RecheckResult(models.TextChoices):
    """The state of one item when looked at again."""

    DONE = "DONE", "已整改"
    PARTLY = "PARTLY", "部分整改"
    NOT_DONE = "NOT_DONE", "未整改"


class RecheckItem(models.Model):
    """The result for one item; its photos are evidence of this row."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    recheck = models.ForeignKey(Recheck, models.PROTECT, related_name="items")
    item = models.ForeignKey(NoticeItem, models.PROTECT, related_name="recheck_items")
    result = models.CharField("结果", max_length=10, choices=RecheckResult.choices)
    note = models.CharField("说明", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="recheck__bureau",
        region="recheck__region_path",
        participants=("recheck__notice__organ", "recheck__notice__visit__deployment__members__organisation"),
        counterpart="recheck__notice__institution__organisation",
    )
    objects = ScopedQuerySet["RecheckItem"].as_manager()

    class Meta:
        verbose_name = "逐项复查结果"
        ordering = ["recheck", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["recheck", "item"], name="inspections_recheckitem_once"),
            models.CheckConstraint(
                condition=Q(result="DONE") | ~Q(note=""), name="inspections_recheckitem_shortfall_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.position} {self.get_result_display()}"

    @property
    def bureau(self) -> object:
        """The tenant, for evidence and audit."""
        return self.recheck.bureau

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.recheck.file_uid
