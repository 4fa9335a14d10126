"""Summons talks 约谈 with institutions, singly or together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, User
from accounts.querysets import ScopedQuerySet, ScopePaths
from casework.models import OfficialDocument, RootModel
from inspections.models import RectificationNotice, Visit
from institutions.models import Institution
from measures.querysets import PartyQuerySet


class TalkKind(models.TextChoices):
    """One institution, or several at one table."""

    SINGLE = "SINGLE", "个别约谈"
    COLLECTIVE = "COLLECTIVE", "集体约谈"


class TalkStatus(models.TextChoices):
    """Where a talk stands; CLOSED once every promise was followed up."""

    DRAFT = "DRAFT", "起草"
    INVITED = "INVITED", "已通知"
    HELD = "HELD", "已约谈，跟踪承诺"
    CLOSED = "CLOSED", "已办结"
    CANCELLED = "CANCELLED", "已取消"


class Talk(RootModel):
    """One summons talk: why, who invites, where and when, what was required.

    A soft measure, never a penalty; the record is issued as a document and signed by both sides.
    """

    kind = models.CharField("形式", max_length=10, choices=TalkKind.choices)
    organ = models.ForeignKey(Organisation, models.PROTECT, related_name="talks", verbose_name="约谈单位")
    reason = models.TextField("约谈事由")
    basis = models.CharField("依据", max_length=300)
    planned_at = models.DateTimeField("约谈时间")
    place = models.CharField("约谈地点", max_length=200)
    host = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="主谈人")
    recorder = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="相关检查"
    )
    notice = models.ForeignKey(
        RectificationNotice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="相关整改"
    )
    source_no = models.CharField("其他来源编号", max_length=80, blank=True, default="")
    status = models.CharField("状态", max_length=10, choices=TalkStatus.choices, default=TalkStatus.DRAFT)
    requirements = models.TextField("约谈要求", blank=True, default="")
    invitation = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="约谈通知书"
    )
    record = models.ForeignKey(
        OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="约谈记录"
    )
    invited_at = models.DateTimeField("通知时间", null=True, blank=True)
    held_at = models.DateTimeField("实际约谈时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        participants=("organ",), counterpart="parties__institution__organisation"
    )
    objects = PartyQuerySet["Talk"].as_manager()

    class Meta:
        verbose_name = "约谈"
        ordering = ["-planned_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(host=F("recorder")), name="measures_talk_two_people"),
            models.CheckConstraint(
                condition=~Q(status__in=["INVITED", "HELD", "CLOSED"])
                | Q(invitation__isnull=False, invited_at__isnull=False),
                name="measures_talk_invited",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["HELD", "CLOSED"])
                | (Q(record__isnull=False, held_at__isnull=False) & ~Q(requirements="")),
                name="measures_talk_held",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_at__isnull=False), name="measures_talk_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.reason[:30]}"

    @property
    def status_tone(self) -> str:
        """Colour of the state word."""
        return {"INVITED": "info", "HELD": "warn", "CLOSED": "ok"}.get(self.status, "mute")


class Attendance(models.TextChoices):
    """Who came."""

    HEAD = "HEAD", "负责人到场"
    DEPUTY = "DEPUTY", "委托他人到场"
    ABSENT = "ABSENT", "未到场"


class PromiseResult(models.TextChoices):
    """What the follow-up found."""

    KEPT = "KEPT", "已兑现"
    PARTLY = "PARTLY", "部分兑现"
    BROKEN = "BROKEN", "未兑现"


class TalkParty(models.Model):
    """One institution at a talk: who came, what it promised and until when, and what the follow-up found."""

    talk = models.ForeignKey(Talk, models.PROTECT, related_name="parties")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="talk_parties")
    attendance = models.CharField(
        "到场情况", max_length=10, choices=Attendance.choices, blank=True, default=""
    )
    attendee = models.CharField("到场人", max_length=40, blank=True, default="")
    attendee_title = models.CharField("职务", max_length=40, blank=True, default="")
    promise = models.TextField("承诺事项", blank=True, default="")
    promise_due_on = models.DateField("承诺期限", null=True, blank=True)
    result = models.CharField(
        "跟踪结果", max_length=10, choices=PromiseResult.choices, blank=True, default=""
    )
    result_note = models.CharField("跟踪情况", max_length=300, blank=True, default="")
    followed_on = models.DateField("跟踪日期", null=True, blank=True)

    scope_paths: ClassVar[ScopePaths] = ScopePaths(
        bureau="talk__bureau",
        region="talk__region_path",
        participants=("talk__organ",),
        counterpart="institution__organisation",
    )
    objects = ScopedQuerySet["TalkParty"].as_manager()

    class Meta:
        verbose_name = "约谈对象"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["talk", "institution"], name="measures_talkparty_once"),
            models.CheckConstraint(
                condition=~Q(attendance__in=["HEAD", "DEPUTY"]) | ~Q(attendee=""),
                name="measures_talkparty_attendee",
            ),
            models.CheckConstraint(
                condition=Q(promise="", promise_due_on__isnull=True)
                | (~Q(promise="") & Q(promise_due_on__isnull=False)),
                name="measures_talkparty_promise_dated",
            ),
            models.CheckConstraint(
                condition=Q(result="") | (~Q(result_note="") & Q(followed_on__isnull=False)),
                name="measures_talkparty_followed",
            ),
        ]

    def __str__(self) -> str:
        return self.institution.name

    @property
    def is_waiting(self) -> bool:
        """Whether a promise still waits for its follow-up."""
        return bool(self.promise) and not self.result

    @property
    def result_tone(self) -> str:
        """Colour of the result word."""
        return {"KEPT": "ok", "PARTLY": "warn", "BROKEN": "bad"}.get(self.result, "mute")
