"""The steps between inquiry and decision: measures, review, statements, hearing, discussion, orders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.querysets import ScopedQuerySet
from casework.models import OfficialDocument
from penalties.models import choices
from penalties.models.rows import CaseRow


class Measure(CaseRow):
    """One penalty of a case at one stage. What was proposed is copied when told and again when decided.

    `amount_fen` is the amount of a fine or confiscation; `times` the multiple of the illegal income in
    hundredths when the fine is counted so; `months` the length of a bar (zero = for life).
    """

    stage = models.CharField("阶段", max_length=10, choices=choices.MeasureStage.choices)
    kind = models.CharField("处罚种类", max_length=20, choices=choices.MeasureKind.choices)
    amount_fen = models.BigIntegerField("金额（分）", default=0)
    times = models.PositiveIntegerField("倍数（百分之一倍）", default=0)
    months = models.PositiveIntegerField("期限（月）", null=True, blank=True)
    detail = models.CharField("内容", max_length=300, blank=True, default="")
    done_on = models.DateField("执行日期", null=True, blank=True)
    done_note = models.CharField("执行情况", max_length=200, blank=True, default="")

    objects = ScopedQuerySet["Measure"].as_manager()

    class Meta:
        verbose_name = "处罚内容"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "stage", "kind"], name="penalties_measure_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["FINE", "CONFISCATION"]) | Q(amount_fen__gt=0),
                name="penalties_measure_amount",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["FINE", "CONFISCATION"]) | Q(amount_fen=0),
                name="penalties_measure_no_amount",
            ),
            models.CheckConstraint(
                condition=~Q(kind="BAR") | Q(months__isnull=False), name="penalties_measure_bar_term"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What the decision says: 罚款人民币3,000.00元."""
        label = self.get_kind_display()
        if self.amount_fen:
            times = f"（违法所得{self.times / 100:g}倍）" if self.times else ""
            return f"{label}人民币{self.amount_fen / 100:,.2f}元{times}"
        if self.kind == choices.MeasureKind.BAR:
            term = f"{self.months}个月" if self.months else "终身"
            return f"{label}{term}" + (f"：{self.detail}" if self.detail else "")
        return label + (f"：{self.detail}" if self.detail else "")


class LegalReview(CaseRow):
    """法制审核 of one case by a qualified reviewer who did not investigate (行政处罚法 第五十八条)."""

    status = models.CharField(
        "状态", max_length=10, choices=choices.ReviewStatus.choices, default=choices.ReviewStatus.OPEN
    )
    grounds = models.CharField("送审事由", max_length=200)
    requested_at = models.DateTimeField("送审时间")
    reviewer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    qualification = models.CharField("审核人资格", max_length=80, blank=True, default="")
    opinions = models.JSONField("逐项意见", default=dict, blank=True)
    conclusion = models.TextField("审核结论", blank=True, default="")
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["LegalReview"].as_manager()

    class Meta:
        verbose_name = "法制审核"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(status="OPEN"), name="penalties_legalreview_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN")
                | (Q(reviewer__isnull=False) & Q(reviewed_at__isnull=False) & ~Q(conclusion="")),
                name="penalties_legalreview_given",
            ),
        ]

    def __str__(self) -> str:
        return f"法制审核：{self.case.title}"


class StatementPoint(CaseRow):
    """One point that the party argued, and the answer to it. Arguing never makes a penalty heavier."""

    made_on = models.DateField("提出日期")
    text = models.TextField("陈述申辩意见")
    answer = models.TextField("复核意见", blank=True, default="")
    is_accepted = models.BooleanField("采纳", default=False)

    objects = ScopedQuerySet["StatementPoint"].as_manager()

    class Meta:
        verbose_name = "陈述申辩"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="penalties_statementpoint_told"),
            models.CheckConstraint(
                condition=Q(is_accepted=False) | ~Q(answer=""), name="penalties_statementpoint_answered"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Hearing(CaseRow):
    """A hearing that the party asked for: notified seven working days ahead, chaired by an outsider to the inquiry."""

    status = models.CharField(
        "状态", max_length=10, choices=choices.HearingStatus.choices, default=choices.HearingStatus.REQUESTED
    )
    requested_on = models.DateField("申请日期")
    notified_on = models.DateField("通知日期", null=True, blank=True)
    held_at = models.DateTimeField("举行时间", null=True, blank=True)
    place = models.CharField("地点", max_length=200, blank=True, default="")
    chair = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主持人"
    )
    recorder = models.CharField("记录人", max_length=40, blank=True, default="")
    is_public = models.BooleanField("公开举行", default=True)
    record = models.TextField("听证情况", blank=True, default="")
    opinion = models.TextField("主持人意见", blank=True, default="")
    signature = models.CharField(
        "笔录签字", max_length=10, choices=choices.SignState.choices, default=choices.SignState.PENDING
    )

    objects = ScopedQuerySet["Hearing"].as_manager()

    class Meta:
        verbose_name = "听证"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status__in=["REQUESTED", "SCHEDULED"]),
                name="penalties_hearing_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["SCHEDULED", "HELD", "ABSENT"])
                | (Q(notified_on__isnull=False) & Q(held_at__isnull=False) & Q(chair__isnull=False)),
                name="penalties_hearing_scheduled",
            ),
            models.CheckConstraint(
                condition=~Q(status="HELD") | ~Q(record=""), name="penalties_hearing_held"
            ),
        ]

    def __str__(self) -> str:
        return f"听证：{self.case.title}"


class Discussion(CaseRow):
    """集体讨论 of a major or complicated case by the heads (行政处罚法 第五十七条)."""

    held_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=200)
    chair = models.CharField("主持人", max_length=40)
    members = models.CharField("参加人员", max_length=200)
    recorder = models.CharField("记录人", max_length=40)
    opinions = models.TextField("讨论意见")
    conclusion = models.TextField("结论")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["Discussion"].as_manager()

    class Meta:
        verbose_name = "集体讨论"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(opinions="") & ~Q(conclusion="") & ~Q(members=""),
                name="penalties_discussion_told",
            ),
        ]

    def __str__(self) -> str:
        return f"集体讨论：{self.held_at:%Y-%m-%d}"


class CorrectiveOrder(CaseRow):
    """责令改正, 责令停止, 责令退还: an order that goes with a case. It is not a penalty and is counted apart."""

    kind = models.CharField("种类", max_length=10, choices=choices.OrderKind.choices)
    content = models.TextField("要求")
    due_on = models.DateField("期限")
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_note = models.CharField("完成情况", max_length=200, blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["CorrectiveOrder"].as_manager()

    class Meta:
        verbose_name = "责令改正"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(content=""), name="penalties_correctiveorder_told"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | ~Q(done_note=""), name="penalties_correctiveorder_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.content[:40]}"


class AgentAuthorisation(CaseRow):
    """授权委托书: who acts for the party, in what and until when (行政处罚法 第六十四条). At most two at a time."""

    agent_name = models.CharField("代理人", max_length=40)
    agent_identity = models.CharField("代理人身份（单位职务、与当事人关系、证件）", max_length=120)
    phone = models.CharField("代理人电话", max_length=60, blank=True, default="")
    matters = models.CharField("委托权限", max_length=300)
    since = models.DateField("委托起始日期")
    until = models.DateField("委托终止日期")
    signed_on = models.DateField("签署日期")
    ended_on = models.DateField("解除日期", null=True, blank=True)
    end_reason = models.CharField("解除原因", max_length=200, blank=True, default="")
    document = models.ForeignKey(OfficialDocument, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet["AgentAuthorisation"].as_manager()

    class Meta:
        verbose_name = "授权委托"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="penalties_agentauthorisation_forward"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | ~Q(end_reason=""),
                name="penalties_agentauthorisation_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"授权委托：{self.agent_name}"
