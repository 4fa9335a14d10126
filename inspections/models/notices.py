"""Rectification notices: one organ's orders to one institution, their service and their term."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.deadlines import TermUnit
from casework.models import OfficialDocument, RootModel
from casework.models.base import uuid7
from inspections.models.visits import Finding, Visit
from inspections.querysets import ExtensionQuerySet, NoticeQuerySet
from institutions.models import Institution


class NoticeStatus(models.TextChoices):
    """Where a rectification notice stands. An extended one is served again with a later day."""

    DRAFT = "DRAFT", "起草"
    ISSUED = "ISSUED", "已制发，待送达"
    SERVED = "SERVED", "整改中"
    ANSWERED = "ANSWERED", "已报告，待复查"
    CLOSED = "CLOSED", "已销号"
    ESCALATED = "ESCALATED", "已升级处理"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class RectificationNotice(RootModel):
    """整改通知书 (责令限期改正通知书): what one organ orders one institution to correct, and by when.

    Each department serves its own for its own findings. The number is taken at issue; the term runs
    from the day of service; only a re-check by two certified officers of that organ closes it.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="notices", verbose_name="检查")
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="rectification_notices", verbose_name="机构"
    )
    organ = models.ForeignKey(
        Organisation, models.PROTECT, related_name="rectification_notices", verbose_name="制发机关"
    )
    status = models.CharField("状态", max_length=10, choices=NoticeStatus.choices, default=NoticeStatus.DRAFT)
    number = models.CharField("文号", max_length=80, blank=True, default="")
    document = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文书"
    )
    party_name = models.CharField("当事人", max_length=200)
    party_address = models.CharField("地址", max_length=200, blank=True, default="")
    facts = models.TextField("违法事实", blank=True, default="")
    rule_broken = models.TextField("违反的规定", blank=True, default="")
    basis = models.CharField("责令依据", max_length=300, blank=True, default="")
    report_back = models.TextField("报告方式", blank=True, default="")
    consequences = models.TextField("逾期后果", blank=True, default="")
    remedy_line = models.TextField("救济途径", blank=True, default="")
    contact = models.CharField("联系人及电话", max_length=120, blank=True, default="")
    term_amount = models.PositiveSmallIntegerField("整改期限", null=True, blank=True)
    term_unit = models.CharField(
        "期限单位", max_length=20, choices=TermUnit.choices, default=TermUnit.CALENDAR_DAY
    )
    term_basis = models.CharField("期限依据", max_length=200, blank=True, default="")
    issued_at = models.DateTimeField("制发时间", null=True, blank=True)
    served_at = models.DateTimeField("送达时间", null=True, blank=True)
    first_due_on = models.DateField("原到期日", null=True, blank=True)
    due_on = models.DateField("到期日", null=True, blank=True)
    due_explanation = models.JSONField("期限计算", default=list, blank=True)
    extended_times = models.PositiveSmallIntegerField("延期次数", default=0)
    answered_at = models.DateTimeField("报告时间", null=True, blank=True)
    recheck_due_on = models.DateField("复查期限", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    escalated_at = models.DateTimeField("升级时间", null=True, blank=True)
    escalation_target = models.CharField("升级去向", max_length=100, blank=True, default="")
    escalation_no = models.CharField("升级文号", max_length=80, blank=True, default="")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ", "visit__deployment__members__organisation", "visit__deployment__lead_organ"),
        counterpart="institution__organisation",
    )
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "整改通知书"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "organ"],
                condition=~Q(status="WITHDRAWN"),
                name="inspections_rectificationnotice_per_organ",
            ),
            models.UniqueConstraint(
                fields=["bureau", "number"],
                condition=~Q(number=""),
                name="inspections_rectificationnotice_number",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "WITHDRAWN"])
                | (Q(document__isnull=False) & ~Q(number="") & Q(issued_at__isnull=False)),
                name="inspections_rectificationnotice_issued",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["SERVED", "ANSWERED", "CLOSED", "ESCALATED"])
                | (Q(served_at__isnull=False) & Q(due_on__isnull=False) & Q(first_due_on__isnull=False)),
                name="inspections_rectificationnotice_served",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("first_due_on")),
                name="inspections_rectificationnotice_never_shorter",
            ),
            models.CheckConstraint(
                condition=~Q(status="ANSWERED") | Q(answered_at__isnull=False),
                name="inspections_rectificationnotice_answered",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_at__isnull=False),
                name="inspections_rectificationnotice_closed",
            ),
            models.CheckConstraint(
                condition=~Q(status="ESCALATED") | (Q(escalated_at__isnull=False) & ~Q(escalation_target="")),
                name="inspections_rectificationnotice_escalated",
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "due_on"], name="inspections_notice_due"),
            models.Index(fields=["institution", "status"], name="inspections_notice_place"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.party_name}整改通知书（未编号）"

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        uid: UUID = self.institution.uid
        return uid

    @property
    def status_tone(self) -> str:
        """Red once the term is past, green when settled."""
        if self.is_overdue_on(timezone.localdate()):
            return "bad"
        tones = {"ISSUED": "warn", "SERVED": "info", "ANSWERED": "warn", "CLOSED": "ok", "ESCALATED": "bad"}
        return tones.get(self.status, "mute")

    def is_overdue_on(self, today: date) -> bool:
        """Served, not answered, and the last day is past."""
        return self.status == NoticeStatus.SERVED and self.due_on is not None and self.due_on < today


class NoticeItem(models.Model):
    """One finding in a notice, with the order about it as frozen at issue."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="items")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="notice_items")
    position = models.PositiveSmallIntegerField("序号")
    order = models.TextField("整改要求")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="notice__bureau",
        region="notice__region_path",
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ScopedQuerySet["NoticeItem"].as_manager()

    class Meta:
        verbose_name = "整改事项"
        ordering = ["notice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "finding"], name="inspections_noticeitem_once"),
            models.UniqueConstraint(fields=["notice", "position"], name="inspections_noticeitem_position"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.order[:40]}"


class ServiceMethod(models.TextChoices):
    """Ways of service (行政处罚法 第六十一条; 民事诉讼法 第八十八条至第九十五条)."""

    DIRECT = "DIRECT", "直接送达"
    LIEN = "LIEN", "留置送达"
    ELECTRONIC = "ELECTRONIC", "电子送达"
    MAIL = "MAIL", "邮寄送达"
    PUBLICATION = "PUBLICATION", "公告送达"


class ServiceRecord(models.Model):
    """送达回证 of one notice: how, when, where, to whom, by which two people, and the proof.

    `effective_on` is the day from which terms count: the day of receipt, or the end of the period of
    publication.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    notice = models.OneToOneField(RectificationNotice, models.PROTECT, related_name="service")
    method = models.CharField("送达方式", max_length=12, choices=ServiceMethod.choices)
    served_at = models.DateTimeField("送达时间")
    effective_on = models.DateField("生效日期")
    place = models.CharField("送达地点", max_length=200)
    receiver = models.CharField("签收人", max_length=40, blank=True, default="")
    receiver_relation = models.CharField("与受送达人关系", max_length=40, blank=True, default="")
    refusal_reason = models.CharField("拒收事由", max_length=200, blank=True, default="")
    witness = models.CharField("见证人", max_length=40, blank=True, default="")
    consent_no = models.CharField("电子送达确认书", max_length=60, blank=True, default="")
    mail_no = models.CharField("邮件回执号", max_length=60, blank=True, default="")
    publication_place = models.CharField("公告载体", max_length=120, blank=True, default="")
    server_one = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="送达人一")
    server_two = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="送达人二")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="notice__bureau",
        region="notice__region_path",
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ScopedQuerySet["ServiceRecord"].as_manager()

    class Meta:
        verbose_name = "送达回证"
        constraints = [
            models.CheckConstraint(
                condition=~Q(server_one=F("server_two")), name="inspections_servicerecord_two_servers"
            ),
            models.CheckConstraint(
                condition=~Q(method="DIRECT") | ~Q(receiver=""), name="inspections_servicerecord_direct"
            ),
            models.CheckConstraint(
                condition=~Q(method="LIEN") | ~Q(refusal_reason=""), name="inspections_servicerecord_lien"
            ),
            models.CheckConstraint(
                condition=~Q(method="ELECTRONIC") | ~Q(consent_no=""),
                name="inspections_servicerecord_electronic",
            ),
            models.CheckConstraint(
                condition=~Q(method="MAIL") | ~Q(mail_no=""), name="inspections_servicerecord_mail"
            ),
            models.CheckConstraint(
                condition=~Q(method="PUBLICATION") | ~Q(publication_place=""),
                name="inspections_servicerecord_publication",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice.number} {self.get_method_display()}"

    @property
    def bureau(self) -> object:
        """The tenant, for evidence and audit."""
        return self.notice.bureau

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.notice.file_uid


class ExtensionStatus(models.TextChoices):
    """Whether more time was granted."""

    OPEN = "OPEN", "待决定"
    GRANTED = "GRANTED", "同意延期"
    REFUSED = "REFUSED", "不同意延期"


class ExtensionRequest(models.Model):
    """An application for more time, made before the term ends and decided by a permission holder."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="extensions")
    reason = models.TextField("申请理由")
    requested_until = models.DateField("申请延至")
    requested_at = models.DateTimeField("申请时间")
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    is_from_recheck = models.BooleanField("复查时提出", default=False)
    status = models.CharField(
        "状态", max_length=10, choices=ExtensionStatus.choices, default=ExtensionStatus.OPEN
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    granted_until = models.DateField("延期至", null=True, blank=True)
    decision_note = models.CharField("决定理由", max_length=300, blank=True, default="")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="notice__bureau",
        region="notice__region_path",
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "延期申请"
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice"], condition=Q(status="OPEN"), name="inspections_extensionrequest_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | (Q(decided_at__isnull=False) & Q(decided_by__isnull=False)),
                name="inspections_extensionrequest_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status="GRANTED") | Q(granted_until__isnull=False),
                name="inspections_extensionrequest_granted",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="inspections_extensionrequest_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.notice.number} 申请延至 {self.requested_until:%Y-%m-%d}"

    @property
    def bureau(self) -> object:
        """The tenant, for the audit event."""
        return self.notice.bureau

    @property
    def region_path(self) -> str:
        """The place, for the audit event."""
        return self.notice.region_path

    @property
    def file_uid(self) -> UUID:
        """The institution's file."""
        return self.notice.file_uid


class ReminderKind(models.TextChoices):
    """Why the institution was reminded."""

    DUE_SOON = "DUE_SOON", "即将到期"
    OVERDUE = "OVERDUE", "已逾期"


class NoticeReminder(models.Model):
    """One reminder about a notice, shown to the institution and to the desk; once per kind, lead and due day."""

    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="reminders")
    kind = models.CharField("类别", max_length=10, choices=ReminderKind.choices)
    lead_days = models.SmallIntegerField("提前天数")
    due_on = models.DateField("到期日")
    sent_at = models.DateTimeField("提醒时间")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="notice__bureau",
        region="notice__region_path",
        participants=("notice__organ", "notice__visit__deployment__members__organisation"),
        counterpart="notice__institution__organisation",
    )
    objects = ScopedQuerySet["NoticeReminder"].as_manager()

    class Meta:
        verbose_name = "催办提醒"
        ordering = ["-sent_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "kind", "lead_days", "due_on"], name="inspections_noticereminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice.number} {self.get_kind_display()}"
