"""A clue and the conversation about it. Nothing in these tables says who reported."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat, Upper

from accounts.models import Organisation, User
from accounts.querysets import ScopePaths
from casework.models import RootModel, ViolationType
from casework.models.base import uuid7
from complaints.querysets import ClueQuerySet, MessageQuerySet
from institutions.models import Institution

SEARCHED = ("number", "text", "place_text", "subject_name", "external_no", "party_contact")
LINE = Value("\n")
# what a search for words reads, in capitals; its index serves this very expression only
WORDS = Upper(
    Concat(*(part for name in SEARCHED for part in (F(name), LINE)), output_field=TextField()),
    output_field=TextField(),
)


class Channel(models.TextChoices):
    """Where a clue came from. It never changes: each keeps its source."""

    SNAP = "SNAP", "随手拍"
    PHONE = "PHONE", "举报电话"
    MAIL = "MAIL", "举报邮箱"
    HOTLINE = "HOTLINE", "12345 热线"
    MONITOR = "MONITOR", "社会监督员"
    GRID = "GRID", "网格"
    SCHOOL = "SCHOOL", "学校"
    DEPARTMENT = "DEPARTMENT", "部门移送"
    MEDIA = "MEDIA", "媒体"
    DESK = "DESK", "案头检查"
    ADVICE = "ADVICE", "意见建议"
    OTHER = "OTHER", "其他"


class ClueKind(models.TextChoices):
    """What is reported: the categories of 随手拍 (海南 2023) and the matters that other channels bring."""

    UNLICENSED = "UNLICENSED", "无证或证照不全培训"
    HOLIDAY = "HOLIDAY", "节假日、休息日、寒暑假学科培训"
    BEYOND_SYLLABUS = "BEYOND_SYLLABUS", "超标超前培训"
    LATE_HOURS = "LATE_HOURS", "与上课时间冲突或结束过晚"
    DISGUISED = "DISGUISED", "隐形变异学科培训"
    OUT_OF_SCOPE = "OUT_OF_SCOPE", "非学科机构做学科培训"
    PRESCHOOL = "PRESCHOOL", "面向学龄前儿童的学科培训"
    OVERCHARGE = "OVERCHARGE", "超限收费、培训贷"
    STAFF = "STAFF", "教师违规补课、从业人员问题"
    AD = "AD", "违规广告和招生"
    SAFETY = "SAFETY", "场所安全"
    REFUND = "REFUND", "退费纠纷"
    ADVICE = "ADVICE", "意见建议"
    OTHER = "OTHER", "其他"


class ClueStatus(models.TextChoices):
    """Where handling stands. CLOSED says that handling ended, not that the problem is solved."""

    QUARANTINED = "QUARANTINED", "待筛查"
    RECEIVED = "RECEIVED", "待受理"
    ASSIGNED = "ASSIGNED", "已分派"
    VERIFYING = "VERIFYING", "核查中"
    INSPECTING = "INSPECTING", "已提请检查"
    CLOSED = "CLOSED", "已办结"
    MERGED = "MERGED", "已并入"
    REJECTED = "REJECTED", "不予受理"


OPEN_STATES = ("RECEIVED", "ASSIGNED", "VERIFYING", "INSPECTING")


class Outcome(models.TextChoices):
    """What handling found. Mandatory at the end; statistics never merge two of them."""

    CONFIRMED = "CONFIRMED", "属实并已处理"
    PARTLY = "PARTLY", "部分属实"
    NOT_FOUND = "NOT_FOUND", "核查未发现"
    NOT_OURS = "NOT_OURS", "不属本部门职责"
    UNPROVABLE = "UNPROVABLE", "无法查实"


class Solved(models.TextChoices):
    """What the reporter says about the result."""

    UNKNOWN = "", "未答复"
    YES = "YES", "已解决"
    NO = "NO", "没有解决"


class Clue(RootModel):
    """One report of a possible violation 线索, from whichever channel, as its handlers may see it.

    `text`, `place_text` and `subject_name` are redacted when received; the words as written and everything
    that says who reported are in the sealed report (`complaints.SealedReport`), which this row does not name.
    `receipt_digest` is the keyed digest of the code that the reporter holds. The position is that of the
    place, never of a person. `party_contact` is what the reported side advertises (a number on a leaflet).
    """

    number = models.CharField("线索编号", max_length=80, blank=True, default="")
    channel = models.CharField("来源渠道", max_length=12, choices=Channel.choices)
    kind = models.CharField("反映事项", max_length=16, choices=ClueKind.choices)
    status = models.CharField(
        "状态", max_length=12, choices=ClueStatus.choices, default=ClueStatus.QUARANTINED
    )
    text = models.TextField("反映内容", max_length=4000)
    place_text = models.CharField("地点", max_length=200, blank=True, default="")
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)
    subject_name = models.CharField("被反映的机构或个人", max_length=100, blank=True, default="")
    party_contact = models.CharField("对方的联系方式", max_length=100, blank=True, default="")
    happened_at = models.DateTimeField("发生时间", null=True, blank=True)
    happened_note = models.CharField("时间规律", max_length=100, blank=True, default="")
    violation = models.ForeignKey(
        ViolationType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="问题类型"
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="clues", verbose_name="涉及机构"
    )
    source_kind = models.CharField("来源类别", max_length=30, blank=True, default="")
    source_no = models.CharField("来源编号", max_length=80, blank=True, default="")
    external_no = models.CharField("外部工单号", max_length=80, blank=True, default="")
    external_due_on = models.DateField("外部期限", null=True, blank=True)
    receipt_digest = models.CharField(max_length=32, blank=True, default="", editable=False)
    is_real_name = models.BooleanField("实名", default=False)
    has_contact = models.BooleanField("留有联系方式", default=False)
    is_spam_suspect = models.BooleanField("疑似灌水", default=False)
    received_at = models.DateTimeField("收到时间")
    accept_due_on = models.DateField("受理期限", null=True, blank=True)
    accept_explanation = models.JSONField("受理期限计算", default=list, blank=True)
    assigned_organ = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_clues",
        verbose_name="承办单位",
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="assigned_clues", verbose_name="承办人"
    )
    assigned_at = models.DateTimeField("分派时间", null=True, blank=True)
    due_on = models.DateField("办理期限", null=True, blank=True)
    due_explanation = models.JSONField("办理期限计算", default=list, blank=True)
    verified_at = models.DateTimeField("核查完成时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome.choices, blank=True, default="")
    outcome_note = models.TextField("办理情况", blank=True, default="")
    public_answer = models.CharField("给反映人的答复", max_length=1000, blank=True, default="")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办结人"
    )
    fixed_at = models.DateTimeField("问题整改确认时间", null=True, blank=True)
    solved = models.CharField(
        "反映人意见", max_length=3, choices=Solved.choices, blank=True, default=Solved.UNKNOWN
    )
    solved_at = models.DateTimeField("反映人表态时间", null=True, blank=True)
    reopen_asked_at = models.DateTimeField("要求重办时间", null=True, blank=True)
    reopened_count = models.PositiveSmallIntegerField("重办次数", default=0)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_clues", verbose_name="并入线索"
    )
    rejected_reason = models.CharField("不予受理理由", max_length=300, blank=True, default="")
    rejected_at = models.DateTimeField("不予受理时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(participants=("assigned_organ",))
    objects = ClueQuerySet.as_manager()

    class Meta:
        verbose_name = "线索"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="complaints_clue_words"),
            models.CheckConstraint(
                condition=Q(status__in=["QUARANTINED", "REJECTED"]) | ~Q(number=""),
                name="complaints_clue_numbered",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ASSIGNED", "VERIFYING", "INSPECTING"])
                | Q(assigned_organ__isnull=False, assigned_at__isnull=False),
                name="complaints_clue_assigned",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED")
                | (
                    Q(outcome__in=Outcome.values, closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(public_answer="")
                    & ~Q(outcome_note="")
                ),
                name="complaints_clue_closed",
            ),
            models.CheckConstraint(
                condition=Q(status="MERGED", merged_into__isnull=False)
                | ~Q(status="MERGED") & Q(merged_into__isnull=True),
                name="complaints_clue_merged",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="complaints_clue_not_itself",
            ),
            models.CheckConstraint(
                condition=~Q(status="REJECTED") | ~Q(rejected_reason="") & Q(rejected_at__isnull=False),
                name="complaints_clue_rejected",
            ),
            models.CheckConstraint(
                condition=Q(solved="")
                | Q(solved_at__isnull=False) & (Q(closed_at__isnull=False) | Q(status="MERGED")),
                name="complaints_clue_solved",
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="complaints_clue_position",
            ),
            models.UniqueConstraint(
                fields=["bureau", "number"], condition=~Q(number=""), name="complaints_clue_number"
            ),
            models.UniqueConstraint(
                fields=["bureau", "source_kind", "source_no"],
                condition=~Q(source_no=""),
                name="complaints_clue_source_once",
            ),
            models.UniqueConstraint(
                fields=["bureau", "channel", "external_no"],
                condition=~Q(external_no=""),
                name="complaints_clue_ticket_once",
            ),
            models.UniqueConstraint(
                fields=["receipt_digest"], condition=~Q(receipt_digest=""), name="complaints_clue_receipt"
            ),
        ]
        indexes = [
            models.Index(fields=["bureau", "status", "due_on"], name="complaints_clue_queue"),
            models.Index(fields=["bureau", "-received_at"], name="complaints_clue_recent"),
            models.Index(fields=["assigned_organ", "status"], name="complaints_clue_organ"),
            models.Index(fields=["bureau", "closed_at"], name="complaints_clue_closed_at"),
            GinIndex(OpClass(WORDS, "gin_trgm_ops"), name="complaints_clue_searched"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_channel_display()}（待筛查）"

    @property
    def ticket_no(self) -> str:
        """The hotline's own number; a mail's key is no number that people read."""
        return "" if self.channel == Channel.MAIL else self.external_no

    @property
    def leading(self) -> Clue:
        """The clue whose handling answers this one: itself, or the one it was merged into (never a chain)."""
        return self.merged_into or self

    @property
    def has_reopen_request(self) -> bool:
        """Whether a reporter asks for another handling and nobody decided yet."""
        return bool(self.reopen_asked_at and self.closed_at and self.reopen_asked_at > self.closed_at)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN_STATES

    @property
    def status_tone(self) -> str:
        """Colour of the state."""
        return {
            "QUARANTINED": "mute", "RECEIVED": "warn", "ASSIGNED": "info", "VERIFYING": "info",
            "INSPECTING": "info", "CLOSED": "ok",
        }.get(self.status, "mute")  # fmt: skip


class MessageSide(models.TextChoices):
    """Who speaks."""

    REPORTER = "REPORTER", "反映人"
    OFFICE = "OFFICE", "办理单位"


class ClueMessage(models.Model):
    """One thing said between the reporter (by receipt code) and the office, as handlers may see it.

    The reporter's words are redacted; as written they are sealed (`complaints.SealedReport`).
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="messages")
    side = models.CharField("发言方", max_length=8, choices=MessageSide.choices)
    text = models.TextField("内容", max_length=2000)
    said_at = models.DateTimeField("时间")
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="clue__bureau", region="clue__region_path", participants=("clue__assigned_organ",)
    )
    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "线索往来"
        ordering = ["said_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="complaints_message_words"),
            models.CheckConstraint(
                condition=Q(side="OFFICE", author__isnull=False) | Q(side="REPORTER", author__isnull=True),
                name="complaints_message_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}：{self.text[:20]}"
